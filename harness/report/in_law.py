"""What a conclusion means in law and who draws it, as its catalogue says."""

from collections.abc import Iterable, Iterator
from typing import Final

from harness.encoding.text import neutralise
from harness.model.assessment import Assessment
from harness.model.catalogue import Catalogue, LegalNote

UNCONFIRMED: Final = "(not confirmed against an official text)"
"""Behind what nobody has read in the law itself, or found in two sources."""
_NOTHING: Final = "The catalogue does not say what this conclusion means in law."
_NOBODY: Final = "The catalogue does not say who draws this conclusion."


def meaning_in_law(assessment: Assessment, catalogue: Catalogue) -> tuple[str, ...]:
    """What follows from the conclusion outside of this program, a note each, made harmless."""
    words = catalogue.in_law
    notes = list(words.conclusions.get(assessment.conclusion, ())) if words else []
    if not notes:
        return (_NOTHING,)
    if words and words.indicative and assessment.indicative:
        notes.append(words.indicative)
    return tuple(_shown(notes))


def drawn_by(catalogue: Catalogue) -> str:
    """Whose statement a conclusion is, made harmless."""
    return next(_shown([catalogue.in_law.drawn_by])) if catalogue.in_law else _NOBODY


def _shown(notes: Iterable[LegalNote]) -> Iterator[str]:
    for note in notes:
        yield neutralise(note.text, 1000) + ("" if note.confirmed else f" {UNCONFIRMED}")
