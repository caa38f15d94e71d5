"""Devices of other people, which a device under test tells of: its clients and its neighbours.

Their hardware addresses, the IP addresses and names that stand beside one, become pseudonyms: equal
for equal ones in the whole bundle, as long as what they replace, and addresses stay addresses. The
samples' own addresses stay as they are, and so do those near them, which are their other ports.
"""

import contextlib
import ipaddress
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from harness.encoding.btsnoop import is_snoop
from harness.encoding.canonical import load_strict
from harness.encoding.journal import header_line
from harness.encoding.text import to_latin
from harness.encoding.tree import Tree, read
from harness.errors import CaptureError
from harness.evidence.hci_twin import sample_addresses
from harness.evidence.journal_text import read_records, texts_of_journal
from harness.evidence.layers import inner
from harness.evidence.packet_twin import streams_in
from harness.evidence.packets import is_packets
from harness.evidence.secret_forms import Tokens

_MAC: Final = re.compile(
    r"(?<![0-9A-Za-z:.-])[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![0-9A-Za-z:-])"
)
_IPV4: Final = re.compile(r"(?<![0-9.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![0-9.])")
_IPV6: Final = re.compile(
    r"(?<![0-9A-Za-z:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![0-9A-Za-z:.])"
)
_NEAR: Final = 16
"""How far apart the addresses of one device's ports lie, at most."""
_AROUND: Final = 300
_ROW: Final = re.compile(r"[\r\n{}]|</?tr\b", re.IGNORECASE)
_NAMED: Final = re.compile(
    r"\"[a-z_-]*(?:name|alias|owner)\"\s*:\s*\"([^\"\\]{3,63})\"", re.IGNORECASE
)
_WORD: Final = re.compile(r"(?<![\w'.-])[A-Za-z][\w'-]{3,62}(?![\w'-])")
_PERSONAL: Final = re.compile(r".*[-_'0-9]")
_PORT_NAME: Final = re.compile(r"(?:eth|wlan|br|lan|wan|en|wl|ra|ath|vlan|veth|usb|ppp)[-\w]*")
_HEX: Final = "0123456789abcdef"
MAX_LEARNT: Final = 4096


class Bystanders:
    """Knows the samples' own addresses, learns the others, and replaces them."""

    def __init__(self, own: Iterable[str], tokens: Tokens) -> None:
        """Leave ``own`` hardware and IP addresses alone."""
        known = tuple(own)
        self._own = {digits for each in known if len(digits := _digits(each)) == 12}  # noqa: PLR2004
        self._hosts = {each.lower() for each in known}
        self._tokens = tokens
        self._macs: dict[str, str] = {}
        self._others: dict[str, str] = {}
        self._pattern: re.Pattern[str] | None = None
        self._spelt: re.Pattern[str] | None = None

    @property
    def learnt(self) -> tuple[str, ...]:
        """Every hardware address that is replaced."""
        return tuple(map(_spelt, self._macs))

    def learn(self, text: str) -> None:
        """Take note of every device but the samples that a text speaks of."""
        for found in _MAC.finditer(text):
            digits = _digits(found[0])
            if self._is_own(digits) or len(self._macs) >= MAX_LEARNT:
                continue
            if digits not in self._macs:
                self._macs[digits] = "02" + self._tokens.of(f"mac {digits}", 10, _HEX)
                self._add(_interface_id(digits), self._hex_like)
            self._beside(_row(text, found.start(), found.end()))
        self._pattern = self._spelt = None

    def in_text(self, text: str) -> str:
        """The text with pseudonyms, as long as before."""
        if self._macs:
            text = self._everywhere().sub(self._mac, text)
            text = self._all().sub(self._other, text)
        return text

    def in_frame(self, address: bytes) -> bytes:
        """The pseudonym of a hardware address as it stands in a frame."""
        digits = address.hex()
        if self._is_own(digits):
            return address
        return bytes.fromhex("02" + self._tokens.of(f"mac {digits}", 10, _HEX))

    def in_air(self, address: bytes, random: bool) -> bytes | None:  # noqa: FBT001  (a callback)
        """The pseudonym of a Bluetooth address; None if it is a sample's.

        A random one stays of its kind, which its two highest bits tell (Core, Vol 6, Part B, 1.3).
        """
        digits = address.hex()
        if digits in self._own:
            return None
        if not random:
            return bytes.fromhex("02" + self._tokens.of(f"mac {digits}", 10, _HEX))
        new = bytearray.fromhex(self._tokens.of(f"mac {digits}", 12, _HEX))
        new[0] = address[0] & 0xC0 | new[0] & 0x3F
        return bytes(new)

    def _is_own(self, digits: str) -> bool:
        number = int(digits, 16)
        if number == 0 or number >> 40 & 1:
            return True  # nobody, or a group
        local = 1 << 41
        return any(abs((int(own, 16) | local) - (number | local)) <= _NEAR for own in self._own)

    def _mac(self, found: re.Match[str]) -> str:
        pseudonym = self._macs[_digits(found[0])]
        pairs = (pseudonym[place : place + 2] for place in range(0, 12, 2))
        spelt = found[0][2].join(pairs)
        return spelt.upper() if found[0] == found[0].upper() else spelt

    def _beside(self, row: str) -> None:
        """Addresses and names that stand in one row with somebody's hardware address."""
        hosts = [found[0] for found in _IPV4.finditer(row) if found[0] not in self._hosts]
        for host in hosts:
            self._add(host, self._ipv4)
        for found in _IPV6.finditer(row):
            if not _MAC.fullmatch(found[0]) and _is_address(found[0]):
                self._add(found[0], self._hex_like)
        names = [found[1] for found in _NAMED.finditer(row)]
        # Without an address of somebody else it may be a line about a port of the sample itself.
        if hosts and '":' not in row:
            words = (found[0] for found in _WORD.finditer(re.sub(r"<[^>]{0,200}>", " ", row)))
            names += [word for word in words if _PERSONAL.match(word) and not _is_port(word)]
        for name in names:
            self._add(name, lambda value: self._tokens.of(f"name {value}", len(value)))

    def _add(self, value: str, pseudonym: Any) -> None:  # noqa: ANN401  (text -> text)
        if value.lower() in self._hosts or value in self._others or _digits(value) in self._own:
            return
        if len(self._others) < MAX_LEARNT:
            self._others[value] = pseudonym(value)

    def _ipv4(self, address: str) -> str:
        """Another host of the same network, in as many digits; a permutation, so never two alike.

        Addresses that are no host's, such as masks, stay as they are.
        """
        try:
            parsed = ipaddress.IPv4Address(address)
        except ValueError:
            return address
        if parsed.is_unspecified or parsed.is_loopback or address.startswith("255."):
            return address
        network, _, host = address.rpartition(".")
        first, last = {1: (1, 10), 2: (10, 100), 3: (100, 255)}[len(host)]
        hosts = [str(number) for number in range(first, last)]
        if host not in hosts:
            return address
        free = [each for each in hosts if f"{network}.{each}" not in self._hosts]
        mixed = sorted(free, key=lambda each: self._tokens.of(f"host {network}.{each}", 12))
        return f"{network}.{mixed[free.index(host)]}" if host in free else address

    def _hex_like(self, value: str) -> str:
        """As many other hexadecimal digits in the same places, behind the first group."""
        head, colon, rest = value.partition(":")
        digits = iter(self._tokens.of(f"address {value}", len(rest), _HEX))
        return head + colon + "".join(each if each == ":" else next(digits) for each in rest)

    def _everywhere(self) -> re.Pattern[str]:
        """The hardware addresses that were learnt, whatever stands around them."""
        if self._spelt is None:
            body = "|".join(_spelt(digits).replace(":", "[:-]") for digits in self._macs)
            self._spelt = re.compile(body, re.IGNORECASE)
        return self._spelt

    def _all(self) -> re.Pattern[str]:
        if self._pattern is None:
            bare = [each for digits in self._macs for each in (digits, _dotted(digits))]
            both = [each for entry in bare for each in (entry, entry.upper())]
            known = sorted({*both, *self._others}, key=lambda entry: (-len(entry), entry))
            body = "|".join(map(re.escape, known))
            self._pattern = re.compile(rf"(?<![\w.:])(?:{body})(?![\w:])")
        return self._pattern

    def _other(self, found: re.Match[str]) -> str:
        if found[0] in self._others:
            return self._others[found[0]]
        pseudonym = self._macs[_digits(found[0])]
        spelt = _dotted(pseudonym) if "." in found[0] else pseudonym
        return spelt.upper() if found[0] == found[0].upper() else spelt


def learn_from(survey: Tree, bystanders: Bystanders) -> None:
    """Read every capture of a survey for devices that are not the samples."""
    for name in survey.names():
        if name.endswith(".json"):
            continue
        for text in _texts(read(survey, name)):
            for each in (text, *inner(text)):
                bystanders.learn(each)


def own_addresses(survey: Tree) -> Iterator[str]:
    """What the survey knows of the samples' own addresses: from its records and probes' inputs."""
    for name in survey.names():
        if name in {"survey.json", "bench.json"}:
            yield from _named(load_strict(read(survey, name)))
        elif name.endswith("/inputs.jsonl"):
            records = read_records(read(survey, name))
            for record in records:
                yield from _named(record)
            yield from _in_air(survey, name.rpartition("/")[0], records)


def _in_air(survey: Tree, folder: str, records: Sequence[dict[str, Any] | None]) -> Iterator[str]:
    """Addresses under which the sample was heard over Bluetooth, by the match of its probe."""
    matches = [record["match"] for record in records if record and "match" in record]
    for name in survey.names():
        data = read(survey, name) if name.startswith(f"{folder}/") and matches else b""
        if is_snoop(data) and isinstance(matches[0], dict):
            with contextlib.suppress(CaptureError):
                yield from sample_addresses(data, matches[0])


_OWN: Final = frozenset(
    {"mac", "macs", "address", "wan_address", "client", "own_address", "classic_address"}
)


def _named(value: Any, field: str = "") -> Iterator[str]:  # noqa: ANN401  (any JSON value)
    if isinstance(value, str):
        if field in _OWN:
            yield value
    elif isinstance(value, dict):
        for name, entry in value.items():
            yield from _named(entry, name)
    elif isinstance(value, list):
        for entry in value:
            yield from _named(entry, field)


def _texts(data: bytes) -> Iterator[str]:
    if data.startswith(header_line()):
        yield from texts_of_journal(read_records(data))
    elif is_packets(data):
        yield from streams_in(data)
    else:
        yield to_latin(data)


def _digits(address: str) -> str:
    return re.sub(r"[^0-9a-f]", "", address.lower())


def _spelt(digits: str) -> str:
    return ":".join(digits[place : place + 2] for place in range(0, 12, 2))


def _dotted(digits: str) -> str:
    return ".".join(digits[place : place + 4] for place in range(0, 12, 4))


def _interface_id(digits: str) -> str:
    """The link-local IPv6 address that follows from a hardware address (RFC 4291, appendix A)."""
    number = int(digits, 16) ^ 1 << 41
    host = (number >> 24) << 40 | 0xFFFE << 24 | number & 0xFFFFFF
    return str(ipaddress.IPv6Address(0xFE80 << 112 | host))


def _is_address(text: str) -> bool:
    try:
        return not ipaddress.IPv6Address(text).is_unspecified
    except ValueError:
        return False


def _is_port(word: str) -> bool:
    return _PORT_NAME.fullmatch(word) is not None


def _row(text: str, start: int, end: int) -> str:
    """What stands in one line, JSON object or row of a table with the text in between."""
    before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
    first = max((found.end() for found in _ROW.finditer(before)), default=0)
    last = next((found.start() for found in _ROW.finditer(after)), len(after))
    return before[first:] + text[start:end] + after[:last]
