"""Interpreter of the ``ssh`` probe: what SSH servers offer before login (pure)."""

import base64
import hashlib
from collections.abc import Sequence
from typing import Final

from harness.encoding.journal import Journal, JournalRecord
from harness.encoding.text import neutralise
from harness.facts.ssh import HostKey, SshFacts, SshServer
from harness.interpret import ssh_packets
from harness.interpret.base import CaptureReader, Interpreter, Upstream
from harness.interpret.disclosure import in_ssh_identification
from harness.interpret.ssh_packets import KexInit
from harness.interpret.web_targets import (
    WebTarget,
    answering,
    read_endpoints,
    silent,
)
from harness.model.ids import ProbeName
from harness.model.observation import EvidenceRef, Present, Unknown

MAX_NAMES: Final = 100
MAX_RECEIVED: Final = 256 * 1024


def interpret(captures: CaptureReader, upstream: Upstream) -> SshFacts:
    """Facts of every endpoint that the probe was given; needs no upstream fact itself.

    Raises:
        CaptureError: the list of inputs cannot be read.
    """
    del upstream  # the endpoints stand in the inputs
    read = read_endpoints(captures, _server)
    return SshFacts(
        examined=answering(read.servers),
        not_examined=(*read.unread, *silent(read.servers)),
        complete=read.complete,
        servers=read.servers,
    )


def _server(captures: CaptureReader, target: WebTarget) -> tuple[SshServer, bool]:
    journal = captures.journal(target.capture)
    received, evidence = _received(captures, target.capture, journal)
    found = ssh_packets.identification(received)
    offer = ssh_packets.kexinit(found[1]) if found else None
    keys, methods = _surveys(captures, target.capture, journal)
    name = found[0] if found else ""
    return SshServer(
        endpoint=target.endpoint,
        answered=Present(evidence=evidence) if offer else Unknown(reason=_why(journal, name)),
        identification=neutralise(name, 255),
        **_lists(offer),
        host_keys=keys,
        auth_methods=methods,
        disclosure=in_ssh_identification(name, evidence[0]) if found else None,
        evidence=evidence,
    ), journal.whole


def _received(
    captures: CaptureReader, name: str, journal: Journal
) -> tuple[bytes, tuple[EvidenceRef, ...]]:
    """All bytes of the plain connection and where they stand; the connection itself if none."""
    records = list(journal.of("received"))
    data = b"".join(record.data("data") for record in records)[:MAX_RECEIVED]
    where = [f"line {record.line}" for record in records[:10]] or ["line 1"]
    return data, tuple(captures.ref(name, place) for place in where)


def _why(journal: Journal, identification: str) -> str:
    connect = next(journal.of("connect"), None)
    outcome = connect.text("outcome") if connect else ""
    if outcome != "open":
        return f"no connection: {neutralise(outcome or 'not recorded', 40)}"
    if not identification:
        return "unanswered: no SSH identification came"
    return "unanswered: identified itself but sent no readable KEXINIT"


def _lists(offer: KexInit | None) -> dict[str, tuple[str, ...]]:
    if offer is None:
        return {}
    return {
        "kex": _names(offer.kex),
        "host_key_algorithms": _names(offer.host_key_algorithms),
        "ciphers": _names(offer.ciphers),
        "macs": _names(offer.macs),
        "compression": _names(offer.compression),
    }


def _names(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(neutralise(name, 100) for name in names[:MAX_NAMES])


def _surveys(
    captures: CaptureReader, name: str, journal: Journal
) -> tuple[tuple[HostKey, ...], tuple[str, ...]]:
    """Host keys, each once, and the login methods of an unknown user."""
    keys: dict[str, HostKey] = {}
    methods: tuple[str, ...] = ()
    for record in journal.of("survey"):
        if record.text("result") != "accepted":
            continue
        key = _host_key(record.data("host_key"), captures.ref(name, f"line {record.line}"))
        if key:
            keys.setdefault(key.sha256, key)
        methods = methods or _methods(record)
    return tuple(keys.values()), methods


def _methods(record: JournalRecord) -> tuple[str, ...]:
    if record.fields.get("none_accepted") is True:
        return ("none",)
    return _names([entry for entry in record.listed("auth_methods") if isinstance(entry, str)])


def _host_key(blob: bytes, evidence: EvidenceRef) -> HostKey | None:
    key = ssh_packets.key_blob(blob)
    if key is None:
        return None
    return HostKey(
        type=neutralise(key.type, 60),
        bits=key.bits,
        sha256=fingerprint(blob),
        evidence=evidence,
    )


def fingerprint(blob: bytes) -> str:
    """SHA-256 of a host key in base64 without padding, as OpenSSH prints it."""
    return base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


INTERPRETER = Interpreter(ProbeName("ssh"), 1, SshFacts, interpret)
