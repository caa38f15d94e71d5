"""Datagrams shaped like the UDP protocols of devices; each asks and changes nothing."""

from typing import Final

from harness.facts.services import DNS

NTP, SNMP, SSDP, COAP, MDNS = "ntp", "snmp", "ssdp", "coap", "mdns"

_DNS_QUERY: Final = bytes.fromhex("ceb5 0100 0001 0000 0000 0000 00 0002 0001")
"""NS records of the root, recursion desired (RFC 1035 section 4.1)."""
_NTP_QUERY: Final = bytes([0x23]) + bytes(39) + bytes.fromhex("ceb5ceb500000001")
"""Client request, version 4; the last eight bytes come back in the answer (RFC 5905)."""
_SNMP_QUERY: Final = bytes.fromhex(
    "302902010104067075626c6963a01c0204ceb5ceb5020100020100300e300c06082b060102010101000500"
)
"""SNMPv2c GET of sysDescr.0 under the community ``public`` (RFC 3416)."""
_SSDP_QUERY: Final = (
    b"M-SEARCH * HTTP/1.1\r\nHost: 239.255.255.250:1900\r\n"
    b'MAN: "ssdp:discover"\r\nMX: 1\r\nST: ssdp:all\r\n\r\n'
)
_COAP_QUERY: Final = bytes.fromhex("4001ceb5bb2e77656c6c2d6b6e6f776e04636f7265")
"""Confirmable GET /.well-known/core (RFC 7252, RFC 6690)."""
_MDNS_QUERY: Final = bytes.fromhex(
    "ceb5 0000 0001 0000 0000 0000 095f7365727669636573075f646e732d7364045f756470056c6f63616c00"
    "000c 8001"
)
"""Which services there are, answered to the asker alone (RFC 6763 section 9, RFC 6762)."""

QUERIES: Final[dict[str, bytes]] = {
    DNS: _DNS_QUERY,
    NTP: _NTP_QUERY,
    SNMP: _SNMP_QUERY,
    SSDP: _SSDP_QUERY,
    COAP: _COAP_QUERY,
    MDNS: _MDNS_QUERY,
}
_USUAL: Final = {53: DNS, 123: NTP, 161: SNMP, 1900: SSDP, 5353: MDNS, 5683: COAP}


def query_for(port: int) -> bytes:
    """The query of the protocol that usually has this port, else the DNS one."""
    return QUERIES[_USUAL.get(port, DNS)]


def in_order_for(port: int) -> list[tuple[str, bytes]]:
    """Every query, the usual one of the port first: any protocol may sit on any port."""
    usual = _USUAL.get(port, DNS)
    return sorted(QUERIES.items(), key=lambda entry: entry[0] != usual)
