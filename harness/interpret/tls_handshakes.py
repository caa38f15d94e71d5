"""What one offer of the bench came to: accepted, refused, turned away, or nothing at all.

Only an answer that says so is a refusal. A close, a reset or an alert that could mean anything is
the server turning the bench away, for whatever reason; silence is silence.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from harness.facts.tls import TlsVersion
from harness.interpret.conversations import Conversation
from harness.interpret.tls_hello import ClientHello, EphemeralKeys, is_hello, parse
from harness.interpret.tls_records import ServerAnswer, ServerHello, read_answer
from harness.interpret.tls_secrets import certificates
from harness.interpret.tls_suites import CODES

_REFUSALS: Final = frozenset({40, 70, 71})
"""handshake_failure, protocol_version, insufficient_security: the offer itself is refused."""
_PROTOCOL_VERSION: Final = 70
_OBJECTIONS: Final = frozenset({10, 47, 50, 51, 109, 110})
"""unexpected_message, illegal_parameter, decode_error, decrypt_error, missing_extension,
unsupported_extension: the server finds fault with how the offer is written (RFC 8446, 6.2)."""


class Outcome(Enum):
    """How an offer was received."""

    ACCEPTED = "accepted"
    """The server chose from the offer and sent its whole flight."""
    REFUSED = "refused"
    """An alert that means the offer, or a choice of an older version than the newest offered."""
    TURNED_AWAY = "turned away"
    """Closed, reset, or an alert about something else."""
    OBJECTED = "objected"
    """An alert about how the offer is written: says nothing of what another offer would get."""
    SILENT = "silent"
    GARBLED = "garbled"
    """Bytes that are not TLS, or a choice that was never offered."""
    UNREACHED = "unreached"
    """No connection, or it ended before the offer was sent."""


@dataclass(frozen=True)
class Handshake:
    """One offer and its outcome.

    Attributes:
        offer: what the bench offered, read back from the bytes sent.
        chain: certificates that came with the answer.
        line: of the journal, of the last byte that came back.
    """

    offer: ClientHello
    answer: ServerAnswer
    outcome: Outcome
    chain: tuple[bytes, ...]
    line: int
    time: str

    @property
    def chosen(self) -> tuple[TlsVersion, int] | None:
        """Version and suite that an accepting server chose."""
        hello = self.answer.hello
        if self.outcome is not Outcome.ACCEPTED or hello is None or hello.version is None:
            return None
        return hello.version, hello.suite

    @property
    def denies_version(self) -> bool:
        """The answer speaks of the version itself, not of the suites offered."""
        alert = self.answer.alert
        if self.outcome is Outcome.REFUSED and alert is not None:
            return alert.code == _PROTOCOL_VERSION
        chosen = self.chosen
        return chosen is not None and chosen[0] != self.offer.version


def read_handshake(conversation: Conversation, keys: EphemeralKeys) -> Handshake | None:
    """The handshake on one connection; None if no ClientHello was sent on it."""
    sent = next((turn for turn in conversation.turns if turn.sent and is_hello(turn.data)), None)
    if sent is None:
        return None
    offer = parse(sent.data)
    received = b"".join(
        turn.data for turn in conversation.turns if not turn.sent and turn.line > sent.line
    )
    answer = read_answer(received)
    outcome = _outcome(offer, answer, conversation)
    chain: tuple[bytes, ...] = ()
    if outcome is Outcome.ACCEPTED:
        chain = answer.certificates or certificates(sent.data, answer, keys)
    return Handshake(offer, answer, outcome, chain, conversation.last_line, conversation.time)


def _outcome(offer: ClientHello, answer: ServerAnswer, conversation: Conversation) -> Outcome:
    if answer.alert is not None and answer.alert.fatal:
        if answer.alert.code in _OBJECTIONS:
            return Outcome.OBJECTED
        return Outcome.REFUSED if answer.alert.code in _REFUSALS else Outcome.TURNED_AWAY
    if answer.malformed or (answer.hello and not _is_choice(offer, answer.hello)):
        return Outcome.GARBLED
    if _is_whole(answer):
        return Outcome.ACCEPTED
    return _ENDINGS.get(conversation.ended, Outcome.UNREACHED)


_ENDINGS: Final[dict[str, Outcome]] = {
    "closed": Outcome.TURNED_AWAY,
    "reset": Outcome.TURNED_AWAY,
    "silent": Outcome.SILENT,
}


def _is_choice(offer: ClientHello, hello: ServerHello) -> bool:
    """Whether the server chose something that the offer allows."""
    if hello.version is None or hello.suite not in offer.suites:
        return False
    if hello.version in offer.versions:
        return True
    # A hello that lists no versions offers every older one too (RFC 5246 appendix E.1).
    by_implication = offer.version != "TLSv1.3" and len(offer.versions) == 1
    return by_implication and CODES[hello.version] < CODES[offer.version]


def _is_whole(answer: ServerAnswer) -> bool:
    """The server's flight is there, as far as it can be seen in clear."""
    if answer.hello is None:
        return False
    if answer.hello.version == "TLSv1.3":
        return answer.hello.retry or bool(answer.encrypted)
    return answer.done


def accepted(handshakes: Sequence[Handshake], version: TlsVersion) -> tuple[Handshake, ...]:
    """The handshakes in which the server chose ``version``."""
    return tuple(entry for entry in handshakes if entry.chosen and entry.chosen[0] == version)
