"""Datagrams shaped like the UDP protocols of devices; each asks and changes nothing."""

import ipaddress
from collections.abc import Callable
from typing import Final

from harness.facts.services import DNS, NTP, SNMP, TFTP
from harness.interpret import dns_messages, snmp_messages, tftp_packets
from harness.interpret.dns_messages import PTR, DnsQuestion

SSDP, COAP, MDNS = "ssdp", "coap", "mdns"

_DNS_QUERY: Final = bytes.fromhex("ceb5 0100 0001 0000 0000 0000 00 0002 0001")
"""NS records of the root, recursion desired (RFC 1035 section 4.1)."""
_NTP_QUERY: Final = bytes([0x23]) + bytes(39) + bytes.fromhex("ceb5ceb500000001")
"""Client request, version 4; the last eight bytes come back in the answer (RFC 5905)."""
_SNMP_QUERY: Final = bytes.fromhex(
    "302902010104067075626c6963a01c0204ceb5ceb5020100020100300e300c06082b060102010101000500"
)
"""SNMPv2c GET of sysDescr.0 under the community ``public`` (RFC 3416)."""
_SNMP_DISCOVERY: Final = snmp_messages.user_request(
    "", snmp_messages.Engine(), snmp_messages.GET, 0x4EB5CEB5, ()
)
"""Which engine this is: an agent of version 3 says so to anyone (RFC 3414, section 4)."""
_SSDP_QUERY: Final = (
    b"M-SEARCH * HTTP/1.1\r\nHost: 239.255.255.250:1900\r\n"
    b'MAN: "ssdp:discover"\r\nMX: 1\r\nST: ssdp:all\r\n\r\n'
)
_COAP_QUERY: Final = bytes.fromhex("4001ceb5bb2e77656c6c2d6b6e6f776e04636f7265")
"""Confirmable GET /.well-known/core (RFC 7252, RFC 6690)."""
_MDNS_ID: Final = 0xCEB5
_MDNS_QUERY: Final = dns_messages.query(
    [DnsQuestion(dns_messages.name("_services._dns-sd._udp.local"), PTR, unicast=True)], _MDNS_ID
)
"""Which services there are, answered to the asker alone (RFC 6763 section 9, RFC 6762)."""
_TFTP_QUERY: Final = tftp_packets.request(tftp_packets.READ, "certbench-absent")
"""Read request for a file that nobody has (RFC 1350 section 5)."""
FROM_ANY_PORT: Final = frozenset({TFTP})
"""Protocols whose servers answer from another port than the one that was asked."""

QUERIES: Final[dict[str, bytes]] = {
    DNS: _DNS_QUERY,
    NTP: _NTP_QUERY,
    SNMP: _SNMP_QUERY,
    SSDP: _SSDP_QUERY,
    COAP: _COAP_QUERY,
    MDNS: _MDNS_QUERY,
    TFTP: _TFTP_QUERY,
}
_USUAL: Final = {53: DNS, 69: TFTP, 123: NTP, 161: SNMP, 1900: SSDP, 5353: MDNS, 5683: COAP}


def query_for(port: int) -> bytes:
    """The query of the protocol that usually has this port, else the DNS one."""
    return QUERIES[_USUAL.get(port, DNS)]


def in_order_for(port: int, address: str) -> list[tuple[str, bytes]]:
    """Every query, the usual one of the port first: any protocol may sit on any port.

    ``address`` is the server's own, of which an mDNS responder without services tells the name.
    """
    usual = _USUAL.get(port, DNS)
    queries = [*QUERIES.items(), (SNMP, _SNMP_DISCOVERY), (MDNS, own_name_query(address))]
    return sorted(queries, key=lambda entry: entry[0] != usual)


def own_name_query(address: str) -> bytes:
    """Asks an mDNS responder for the name of its own ``address`` (RFC 6762, section 4)."""
    reverse = dns_messages.name(ipaddress.ip_address(address).reverse_pointer)
    return dns_messages.query([DnsQuestion(reverse, PTR, unicast=True)], _MDNS_ID)


def answers(protocol: str, answer: bytes) -> bool:
    """Whether ``answer`` has the shape of a reply to the query of ``protocol``."""
    shape = _SHAPES.get(protocol)
    return shape is not None and shape(answer)


def _is_dns(answer: bytes) -> bool:
    return len(answer) >= 12 and answer[:2] == _DNS_QUERY[:2] and bool(answer[2] & 0x80)  # noqa: PLR2004


def _is_mdns(answer: bytes) -> bool:
    """An authoritative response with an answer in it (RFC 6762 section 18)."""
    return len(answer) >= 12 and answer[2] & 0x84 == 0x84 and answer[6:8] != b"\0\0"  # noqa: PLR2004


def _is_ntp(answer: bytes) -> bool:
    """Mode 4, server, with our transmit time as its originate time (RFC 5905 section 7.3)."""
    return len(answer) >= 48 and answer[0] & 7 == 4 and answer[24:32] == _NTP_QUERY[40:]  # noqa: PLR2004


def _is_snmp(answer: bytes) -> bool:
    """Answers one of the two queries: a response, or a report of version 3."""
    asked = (_SNMP_QUERY, _SNMP_DISCOVERY)
    return any(snmp_messages.answers(query, answer) is not None for query in asked)


def _is_ssdp(answer: bytes) -> bool:
    return answer.startswith(b"HTTP/1.1 200") and b"\nst:" in answer.lower()


def _is_coap(answer: bytes) -> bool:
    """Version 1 and our message id: an acknowledgement or a reset (RFC 7252 section 3)."""
    return len(answer) >= 4 and answer[0] >> 4 in {6, 7} and answer[2:4] == _COAP_QUERY[2:4]  # noqa: PLR2004


def _is_tftp(answer: bytes) -> bool:
    """An error with its text, or the start of a transfer (RFC 1350 section 5, RFC 2347)."""
    return tftp_packets.parse(answer).kind in {tftp_packets.ERROR, tftp_packets.DATA}


_SHAPES: Final[dict[str, Callable[[bytes], bool]]] = {
    DNS: _is_dns,
    MDNS: _is_mdns,
    NTP: _is_ntp,
    SNMP: _is_snmp,
    SSDP: _is_ssdp,
    COAP: _is_coap,
    TFTP: _is_tftp,
}
