"""Interpreter of the ``traffic`` probe: whom the device talked to in which window (pure).

``inputs.jsonl`` holds ``inputs``: ``device``, its addresses; ``local``, the networks that count as
local; ``images``, the SHA-256 of update images that the bench knows. ``traffic.jsonl`` (capture
``certbench/capture-traffic/1``) is a journal:

- ``open``: a window by ``name`` that lasts to the next ``close``, with ``purpose`` and ``item``, a
  row of the dossier;
- ``own``: a packet of the bench's own was sent through the recorder; ``own-seen``: it was recorded;
- ``trigger``: a check (``expected``, ``answer``) that what the window is about has happened;
- ``packet``: ``src``, ``sport``, ``dst``, ``dport``, ``transport``, ``size``; ``syn`` and ``seq``
  of the first segment of a TCP connection; ``opaque`` where the content is encrypted;
- ``resolved``: the bench's resolver gave ``name`` the ``address``;
- ``object``: content put together from packets: their addresses and ports,
  ``fetched`` if the device asked for it, ``sha256`` and its ``head``.
"""

from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final, Literal, get_args

from harness.encoding.journal import JournalRecord
from harness.encoding.text import neutralise
from harness.errors import CaptureError
from harness.facts.base import NotExamined
from harness.facts.traffic import (
    Connecting,
    Remote,
    SoftwareTransfer,
    TrafficFacts,
    TrafficWindow,
    WindowPurpose,
)
from harness.interpret.base import INPUTS, CaptureReader, Interpreter, Upstream
from harness.interpret.steps import MAX_NAME, Steps, elapsed_ms, first, name_in, worked
from harness.model.ids import ProbeName
from harness.model.observation import EvidenceRef, Observation, Present, Unknown

JOURNAL: Final = "traffic.jsonl"
MAX_REMOTES: Final = 2000
MAX_ATTEMPTS: Final = 20_000
_MAX_NAMES: Final = 50
"""Names that are kept of one address."""
_EDGE_MS: Final = 2000
"""How far from an end of its window a packet of the bench's own may lie."""
_PURPOSES: Final[dict[str, WindowPurpose]] = {name: name for name in get_args(WindowPurpose)}
_IMAGES: Final = (
    b"\x27\x05\x19\x56",  # uImage
    b"\xd0\x0d\xfe\xed",  # flattened image tree
    b"hsqs",  # squashfs
    b"HDR0",  # TRX
    b"UBI#",
    b"\x85\x19\x03\x20",  # jffs2
    b"\x7fELF",
)
"""How files with software for embedded devices begin."""
_Network = IPv4Network | IPv6Network


@dataclass(frozen=True)
class _Setting:
    """What the recorder was told of the bench."""

    device: frozenset[str]
    local: tuple[_Network, ...]
    images: frozenset[str]

    def outside(self, address: str) -> bool:
        """A host beyond the local networks; broadcast and multicast have none."""
        found = ip_address(address)
        if found.is_multicast or found.is_unspecified or address == "255.255.255.255":
            return False
        return not found.is_link_local and not any(found in network for network in self.local)


@dataclass
class _Window:
    """A window while it is read."""

    opened: JournalRecord
    records: list[JournalRecord] = field(default_factory=list)
    closed: JournalRecord | None = None


def interpret(captures: CaptureReader, upstream: Upstream) -> TrafficFacts:
    """Facts of every window that was closed; needs no upstream fact.

    Raises:
        CaptureError: a journal cannot be read, or holds more than can be judged.
    """
    del upstream
    setting = _setting(captures)
    steps = Steps(captures, JOURNAL)
    windows, names = _windows(steps)
    read = tuple(_window(steps, window, setting, names) for window in windows if window.closed)
    return TrafficFacts(
        windows=read,
        examined=tuple(window.name for window in read),
        not_examined=tuple(
            NotExamined(target=name_in(window.opened, "name"), reason="the window was not closed")
            for window in windows
            if not window.closed
        ),
        complete=steps.complete and captures.journal(INPUTS).whole,
    )


def _setting(captures: CaptureReader) -> _Setting:
    inputs = captures.journal(INPUTS).first("inputs")
    try:
        local = tuple(ip_network(str(entry)) for entry in inputs.listed("local"))
        device = frozenset(str(ip_address(str(entry))) for entry in inputs.listed("device"))
    except ValueError as error:
        raise CaptureError(f"{INPUTS}: {error}") from error
    return _Setting(device, local, frozenset(map(str, inputs.listed("images"))))


def _windows(steps: Steps) -> tuple[list[_Window], dict[str, list[str]]]:
    """The windows, which never overlap, and the names of addresses."""
    windows: list[_Window] = []
    names: dict[str, list[str]] = {}
    for record in steps.journal.records:
        if record.kind == "resolved":
            _remember(names, record)
        elif record.kind == "open":
            windows.append(_Window(record))
        elif windows and windows[-1].closed is None:
            if record.kind == "close":
                windows[-1].closed = record
            else:
                windows[-1].records.append(record)
    return windows, names


def _remember(names: dict[str, list[str]], record: JournalRecord) -> None:
    known = names.setdefault(_address(record, "address"), [])
    if len(known) < _MAX_NAMES and record.text("name") not in known:
        known.append(record.text("name"))


def _window(
    steps: Steps, window: _Window, setting: _Setting, names: dict[str, list[str]]
) -> TrafficWindow:
    purpose = _PURPOSES.get(window.opened.text("purpose"))
    if purpose is None or window.closed is None:
        raise CaptureError(f"line {window.opened.line}: no such purpose")
    seen = _Remotes(steps, window, setting, names)
    for record in window.records:
        seen.take(record)
    return TrafficWindow(
        name=name_in(window.opened, "name"),
        purpose=purpose,
        item=window.opened.text("item"),
        duration_ms=elapsed_ms(window.opened, window.closed),
        own_packets=_own_packets(steps, window, window.closed),
        trigger=steps.seen_or(
            first([r for r in window.records if r.kind == "trigger" and worked(r)]),
            "nothing shows that what the window is about had happened",
        ),
        device=seen.device,
        remotes=seen.remotes,
        connecting=seen.connecting,
        transfers=tuple(seen.transfers),
    )


def _own_packets(steps: Steps, window: _Window, closed: JournalRecord) -> Observation:
    """Every packet of the bench's own was recorded, one near each end of the window among them."""
    sent = {record.text("id") for record in window.records if record.kind == "own"}
    found = [r for r in window.records if r.kind == "own-seen" and r.text("id") in sent]
    if not sent or sent - {record.text("id") for record in found}:
        return Unknown(reason="not every packet of the bench's own was recorded")
    if elapsed_ms(window.opened, found[0]) > _EDGE_MS or elapsed_ms(found[-1], closed) > _EDGE_MS:
        return Unknown(reason="no packet of the bench's own shows that the recorder ran all along")
    return Present(evidence=(steps.ref(found[0]), steps.ref(found[-1])))


class _Remotes:
    """The hosts outside of one window, as its packets tell them."""

    def __init__(
        self, steps: Steps, window: _Window, setting: _Setting, names: dict[str, list[str]]
    ) -> None:
        self._steps = steps
        self._opened = window.opened
        self._setting = setting
        self._names = names
        self._found: dict[tuple[str, str, int], Remote] = {}
        self._opaque: dict[tuple[str, str, int], int] = {}
        self._attempts: dict[tuple[str, str, int], dict[tuple[int, int], int]] = {}
        self._count = 0
        self.device: Observation = Unknown(reason="the device sent nothing")
        self.transfers: list[SoftwareTransfer] = []

    def take(self, record: JournalRecord) -> None:
        """Read the next record. Raises CaptureError for one that is no packet or too many."""
        if record.kind == "packet":
            self._packet(record)
        elif record.kind == "object" and self._is_software(record):
            self._transfer(record)

    def _packet(self, record: JournalRecord) -> None:
        source, target = _address(record, "src"), _address(record, "dst")
        if source in self._setting.device:
            if isinstance(self.device, Unknown):
                self.device = self._steps.seen(record)
            if self._setting.outside(target):
                key = self._key(record, target, "dport")
                self._remember(key, record)
                if record.fields.get("syn") is True:
                    self._attempt(key, record)
        elif target in self._setting.device and record.fields.get("opaque") is True:
            key = self._key(record, source, "sport")
            self._opaque[key] = self._opaque.get(key, 0) + max(0, record.number("size"))

    def _attempt(self, key: tuple[str, str, int], record: JournalRecord) -> None:
        attempts = self._attempts.setdefault(key, {})
        if self._count >= MAX_ATTEMPTS:
            raise CaptureError(f"line {record.line}: more than {MAX_ATTEMPTS} attempts to connect")
        self._count += 1
        # The same port and sequence number: the same segment, sent again (RFC 9293, 3.8.1).
        segment = record.number("sport"), record.number("seq")
        attempts.setdefault(segment, elapsed_ms(self._opened, record))

    def _remember(self, key: tuple[str, str, int], record: JournalRecord) -> None:
        if key in self._found:
            return
        if len(self._found) >= MAX_REMOTES:
            raise CaptureError(f"line {record.line}: more than {MAX_REMOTES} remote hosts")
        self._found[key] = self._remote(key, self._steps.ref(record))

    def _remote(self, key: tuple[str, str, int], evidence: EvidenceRef) -> Remote:
        address, transport, port = key
        return Remote(
            address=address,
            names=tuple(neutralise(name, MAX_NAME) for name in self._names.get(address, ())),
            transport="udp" if transport == "udp" else "tcp",
            port=port,
            opaque_bytes=self._opaque.get(key, 0),
            evidence=evidence,
        )

    def _key(self, record: JournalRecord, address: str, port: str) -> tuple[str, str, int]:
        transport = record.text("transport")
        if transport not in {"tcp", "udp"}:
            raise CaptureError(f"line {record.line}: no such transport")
        return address, transport, record.number(port)

    def _is_software(self, record: JournalRecord) -> bool:
        known = record.text("sha256") in self._setting.images
        return known or record.data("head").startswith(_IMAGES)

    def _transfer(self, record: JournalRecord) -> None:
        source, target = _address(record, "src"), _address(record, "dst")
        if target not in self._setting.device:
            return
        place = self._steps.ref(record)
        transport: Literal["tcp", "udp"] = "udp" if record.text("transport") == "udp" else "tcp"
        if record.fields.get("fetched") is True:
            remote = self._remote((source, transport, record.number("sport")), place)
            self.transfers.append(SoftwareTransfer(remote=remote, endpoint="", evidence=place))
        else:
            endpoint = f"{transport}/{record.number('dport')}"
            self.transfers.append(SoftwareTransfer(remote=None, endpoint=endpoint, evidence=place))

    @property
    def remotes(self) -> tuple[Remote, ...]:
        """Every host outside to which the device sent something."""
        return tuple(self._remote(key, known.evidence) for key, known in self._found.items())

    @property
    def connecting(self) -> tuple[Connecting, ...]:
        """When connections to each were begun."""
        return tuple(
            Connecting(
                remote=self._remote(key, self._found[key].evidence),
                at_ms=tuple(sorted(attempts.values())),
            )
            for key, attempts in self._attempts.items()
        )


def _address(record: JournalRecord, name: str) -> str:
    try:
        return str(ip_address(record.text(name)))
    except ValueError as error:
        raise CaptureError(f"line {record.line}: {name} is no address") from error


INTERPRETER = Interpreter(ProbeName("traffic"), 1, TrafficFacts, interpret)
