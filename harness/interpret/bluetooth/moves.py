"""What was done at the sample by hand, as the journal of a Bluetooth probe tells (pure)."""

from collections.abc import Iterator
from typing import Final

from harness.encoding.journal import JournalRecord
from harness.interpret.bluetooth.steps import Recording, Step
from harness.model.radio import PASSKEY_FIELD

PRESSED: Final = "pressed-button"
"""What the journal says once somebody asked the sample to pair."""
LEFT_MODE: Final = "left-pairing-mode"
"""What it says once the sample's pairing mode was ended by hand."""
NOT_DONE: Final = "not-done"
"""What it says of a move that was not made, or too late."""
READ: Final = "read-display"


def moves(recording: Recording) -> Iterator[JournalRecord]:
    """Every move, in order."""
    return recording.journal.of("hands")


def mode_was_left(recording: Recording, step: Step) -> bool:
    """Somebody ended the pairing mode before ``step``, and nobody began it again."""
    ways = [
        record.text("did")
        for record in moves(recording)
        if record.line < step.record.line and record.text("did") in {PRESSED, LEFT_MODE}
    ]
    return bool(ways) and ways[-1] == LEFT_MODE


def missed(recording: Recording) -> str:
    """Why the last move that was not made was not; ``""`` if all were."""
    whys = [record.text("why") for record in moves(recording) if record.text("did") == NOT_DONE]
    return whys[-1] if whys else ""


def digits_in(recording: Recording, step: Step) -> str:
    """The digits that were read from the display during ``step``."""
    begins = [each.record.line for each in recording.steps]
    end = min((line for line in begins if line > step.record.line), default=None)
    for record in moves(recording):
        after = record.line > step.record.line and (end is None or record.line < end)
        if after and record.text("did") == READ:
            return record.text(PASSKEY_FIELD)
    return ""
