"""Conversations with an FTP server in, what anybody may do there out (pure; RFC 959)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from harness.encoding.journal import Journal
from harness.encoding.text import neutralise, to_latin
from harness.facts.base import Endpoint
from harness.facts.files import FileServer, Left
from harness.interpret.base import CaptureReader
from harness.interpret.conversations import Conversation, read_conversations
from harness.interpret.replies import final_codes, passive_place, reply_code
from harness.interpret.services import Exchange, exchanges
from harness.model.observation import Absent, EvidenceRef, Observation, Present, Unknown

MAX_NAMES: Final = 20
CONTENT: Final = b"certbench write test\r\n"
"""What the test file holds."""
_GREETING, _LOGGED_IN, _HERE, _SIZE, _NOT_THERE = 220, 230, 257, 213, 550
_UPGRADE, _PASSWORD = 234, 331
_DONE: Final = frozenset({226, 250})
_GOES_ON: Final = frozenset({125, 150})
_LATER: Final = range(400, 500)
_FULL: Final = 552
_REFUSED: Final = frozenset(range(500, 600))
_ENTRY: Final = re.compile(rb"(?m)^\S.{20,200}?\s(\S{1,100})\r?$")


@dataclass(frozen=True)
class _Talk:
    """The journal of one server."""

    captures: CaptureReader
    name: str
    conversations: tuple[Conversation, ...]

    def steps(self, step: str) -> Iterator[Exchange]:
        for conversation in self.conversations:
            if conversation.step == step:
                yield from exchanges(conversation)

    def ref(self, exchange: Exchange) -> EvidenceRef:
        return self.captures.ref(self.name, f"line {exchange.line}")

    def data(self, command: str) -> list[bytes]:
        """What came over the data connections of a command."""
        return [c.received() for c in self.conversations if c.step == f"data {command}"]


def read_server(
    captures: CaptureReader, name: str, endpoint: Endpoint, journal: Journal
) -> FileServer | None:
    """What the conversations show; None if nothing greeted as FTP does."""
    talk = _Talk(captures, name, read_conversations(journal))
    asked = [
        entry for step in ("anonymous", "made-up", "anonymous-tls") for entry in talk.steps(step)
    ]
    greeting = next((e for e in asked if not e.sent and _GREETING in final_codes(e.reply)), None)
    if greeting is None:
        return None
    inside = list(talk.steps("anonymous"))
    anonymous = _login(talk, ("anonymous", "anonymous-tls"))
    readable, names = _readable(talk, inside)
    return FileServer(
        endpoint=endpoint,
        protocol="ftp",
        answered=Present(evidence=(talk.ref(greeting),)),
        anonymous=anonymous,
        any_login=_login(talk, ("made-up",)),
        asks_password=_asks_password(talk),
        readable=_unless_entered(anonymous, readable),
        readable_names=names,
        writable=_unless_entered(anonymous, _writable(talk, inside)),
        left=_left(inside),
        foreign=_foreign(inside, endpoint.address),
    )


def _login(talk: _Talk, steps: Sequence[str]) -> Observation:
    """230 and a working PWD after it; a clear refusal in every step that began is the control."""
    refusals: list[EvidenceRef] = []
    unclear = False
    for step in steps:
        said = [e for e in talk.steps(step) if e.sent.startswith((b"USER ", b"PASS ", b"PWD"))]
        entered = next((i for i, e in enumerate(said) if _LOGGED_IN in final_codes(e.reply)), None)
        if entered is not None:
            confirmed = [e for e in said[entered + 1 :] if reply_code(e.reply) == _HERE]
            before = [e for e in said[:entered] if reply_code(e.reply) == _HERE]
            if confirmed and not before:
                return Present(evidence=(talk.ref(said[entered]), talk.ref(confirmed[0])))
            return Unknown(reason="a login was accepted that no command confirmed")
        asked = [e for e in said if not e.sent.startswith(b"PWD")]
        refused = [talk.ref(e) for e in asked if reply_code(e.reply) in _REFUSED]
        unclear = unclear or (not refused and bool(asked or _upgraded(talk, step)))
        refusals += refused
    if refusals and not unclear:
        return Absent(control=refusals[-1])
    return Unknown(reason="the login was neither accepted nor refused")


def _upgraded(talk: _Talk, step: str) -> bool:
    """The server agreed to go on inside TLS."""
    upgrades = (e for e in talk.steps(step) if e.sent.startswith(b"AUTH TLS"))
    return any(reply_code(e.reply) == _UPGRADE for e in upgrades)


def _asks_password(talk: _Talk) -> Observation:
    """331 to a made-up user in clear (RFC 959, 5.4), where TLS is refused (RFC 4217)."""
    asked = [e for e in talk.steps("made-up") if e.sent.startswith(b"USER ")]
    prompted = [e for e in asked if reply_code(e.reply) == _PASSWORD]
    if not prompted:
        return Unknown(reason="a made-up user was not asked for a password")
    if _upgraded(talk, "anonymous-tls"):
        return Unknown(
            reason="an upgrade to TLS is offered, and nothing shows whether it is enforced"
        )
    offers = [e for e in talk.steps("anonymous-tls") if e.sent.startswith(b"AUTH TLS")]
    refused = [e for e in offers if reply_code(e.reply) in _REFUSED]
    if not refused:
        return Unknown(reason="whether an upgrade to TLS is offered got no clear answer")
    return Present(evidence=(talk.ref(prompted[0]), talk.ref(refused[0])))


def _unless_entered(anonymous: Observation, seen: Observation) -> Observation:
    """Nobody who is refused reads or writes; the refusal is the control."""
    return anonymous if isinstance(anonymous, Absent) else seen


def _readable(talk: _Talk, inside: Sequence[Exchange]) -> tuple[Observation, tuple[str, ...]]:
    listed = [e for e in inside if e.sent.startswith(b"LIST") and set(final_codes(e.reply)) & _DONE]
    names = [neutralise(to_latin(entry[1]), 60) for entry in _listing(talk)]
    if listed and names:
        unique = tuple(dict.fromkeys(names))[:MAX_NAMES]
        return Present(evidence=(talk.ref(listed[0]),)), unique
    if listed:
        return Unknown(reason="the folder is empty"), ()
    return Unknown(reason="no listing came"), ()


def _listing(talk: _Talk) -> list[re.Match[bytes]]:
    """What lies in the first folder, without the folder itself and the one above."""
    return [
        entry
        for content in talk.data("LIST")
        for entry in _ENTRY.finditer(content[:65536])
        if entry[1] not in {b".", b".."}
    ]


def _writable(talk: _Talk, inside: Sequence[Exchange]) -> Observation:
    stored = [e for e in inside if e.sent.startswith(b"STOR ")]
    taken = [e for e in stored if set(final_codes(e.reply)) & _DONE]
    if taken:
        proof = _seen_again(talk, inside, taken[0])
        if proof is None:
            return Unknown(reason="a file was taken, and nothing showed it afterwards")
        return Present(evidence=(talk.ref(taken[0]), talk.ref(proof)))
    refused = [e for e in stored if reply_code(e.reply) in _REFUSED - {_FULL}]
    if not stored or len(refused) < len(stored):
        return Unknown(reason="no write was tried, or its refusal was not clear")
    tried = {e.sent[5:].rpartition(b"/")[0] for e in stored} - {b""}
    folders = {entry[0] for entry in _listing(talk) if entry[0].startswith(b"d")}
    if len(tried) < len(folders):
        return Unknown(reason=f"writing was tried in {len(tried)} of {len(folders)} folders")
    return Absent(control=talk.ref(refused[-1]))


def _seen_again(talk: _Talk, inside: Sequence[Exchange], taken: Exchange) -> Exchange | None:
    """The size, the content or the listing that shows the file, asked for after it was taken."""
    path = taken.sent[5:].strip()
    after = list(inside)[list(inside).index(taken) + 1 :]
    name = path.rpartition(b"/")[2]
    for entry in after:
        if entry.sent.startswith(b"DELE"):
            break
        sized = entry.sent.startswith(b"SIZE ") and reply_code(entry.reply) == _SIZE
        fetched = entry.sent.startswith(b"RETR ") and CONTENT in talk.data(f"RETR {to_latin(path)}")
        command = to_latin(entry.sent.strip())
        listed = command.startswith("LIST") and any(name in part for part in talk.data(command))
        if sized or fetched or listed:
            return entry
    return None


def _left(inside: Sequence[Exchange]) -> Left:
    taken = [e for e in inside if e.sent.startswith(b"STOR ") and set(final_codes(e.reply)) & _DONE]
    if not taken:
        return ""
    deleted = [i for i, e in enumerate(inside) if e.sent.startswith(b"DELE ")]
    if not deleted:
        return "unknown"
    gone = reply_code(inside[deleted[-1]].reply) in _DONE
    after = [e for e in inside[deleted[-1] + 1 :] if e.sent.startswith(b"SIZE ")]
    checked = bool(after) and reply_code(after[-1].reply) == _NOT_THERE
    if gone and checked:
        return "nothing"
    return "unknown" if gone else "file"


def _foreign(inside: Sequence[Exchange], address: str) -> str:
    """The host of a PASV reply that is not the server's own."""
    for entry in inside:
        host, _ = passive_place(entry.reply)
        if entry.sent.startswith(b"PASV") and host not in {"", address}:
            return neutralise(host, 60)
    return ""
