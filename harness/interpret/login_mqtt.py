"""What an MQTT broker did with one login attempt of the credentials probe; pure.

A trial holds the bytes of one connection as ``sent`` and ``received`` records: a CONNECT of MQTT
3.1.1, and a ping if it was accepted.
"""

from typing import Final

from harness.facts.credentials import TrialOutcome
from harness.facts.mqtt import MqttAnswer
from harness.interpret.login_transcript import TrialTranscript, elapsed_ms
from harness.interpret.mqtt_packets import PINGRESP, V3_1_1, V5, answer_of, packets

_OUTCOMES: Final = {
    MqttAnswer.REFUSED: TrialOutcome.REJECTED,
    MqttAnswer.LIMITED: TrialOutcome.LOCKED,
}


def level_of(sent: bytes) -> int:
    """The protocol level of a CONNECT of our own."""
    first = next(packets(sent), None)
    return first.body[6] if first and len(first.body) > 6 and first.body[6] == V5 else V3_1_1  # noqa: PLR2004  (its place)


def read_mqtt(trial: TrialTranscript) -> tuple[TrialOutcome, int, int]:
    """Outcome, duration in milliseconds and deciding line of one trial.

    Accepted means that the broker let the client in and went on talking to it. A broker that says
    that it is not available, or nothing at all, tried no login.
    """
    outcome, spent, line, level = TrialOutcome.UNANSWERED, 0, trial.line, V3_1_1
    received, asked_at = b"", ""
    for record in trial.records:
        if record.kind == "sent" and not asked_at:
            asked_at, level = record.time, level_of(record.data("data"))
        if record.kind != "received" or not asked_at:
            continue
        before = _state(received, level)
        received += record.data("data")
        found = _state(received, level)
        if found is not None and found != before:
            line = record.line
            # The confirmation comes after the answer, and is not what a guesser waits for.
            spent = elapsed_ms(asked_at, record.time) if before is None else spent
            outcome = found
    return outcome, spent, line


def _state(received: bytes, level: int) -> TrialOutcome | None:
    found = list(packets(received))
    answer = answer_of(found[0], level) if found else None
    if answer is None:
        return None
    if answer[0] is MqttAnswer.ACCEPTED:
        confirmed = any(packet.kind == PINGRESP and packet.whole for packet in found[1:])
        return TrialOutcome.ACCEPTED if confirmed else TrialOutcome.UNANSWERED
    return _OUTCOMES.get(answer[0], TrialOutcome.UNANSWERED)
