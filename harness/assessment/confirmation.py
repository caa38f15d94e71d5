"""Which entries of a catalogue nobody has compared with the official text; pure.

A conclusion rests on all of its catalogue: on the status of each provision, which says whether it
binds and may be N/A, and on the cases and units that are ours for want of the official ones.
"""

from collections.abc import Iterable, Iterator

from harness.encoding.canonical import digest_of
from harness.model.catalogue import Catalogue, CatalogueProvision
from harness.model.confirmation import Confirmation, ConfirmedEntry


def entries_of(catalogue: Catalogue) -> tuple[ConfirmedEntry, ...]:
    """Every provision, case and unit, as a confirmation of today would name it."""
    return (
        *(
            ConfirmedEntry(kind="provision", id=entry.id, digest=_provision(catalogue, entry))
            for entry in catalogue.provisions
        ),
        *(
            ConfirmedEntry(kind="case", id=entry.id, digest=digest_of(entry.to_json()))
            for entry in catalogue.cases
        ),
        *(
            ConfirmedEntry(kind="unit", id=entry.id, digest=digest_of(entry.to_json()))
            for entry in catalogue.units
        ),
    )


def _provision(catalogue: Catalogue, entry: CatalogueProvision) -> str:
    """Over the entry and the words of the conditions and features that its status refers to."""
    words = {number: catalogue.conditions.get(number) for number in entry.conditions}
    features = catalogue.features or {}
    words |= {letter: features.get(letter) for letter in entry.features or ()}
    return digest_of({"entry": entry.to_json(), "words": words})


def counting(
    catalogue: Catalogue, confirmations: Iterable[Confirmation]
) -> tuple[Confirmation, ...]:
    """The confirmations that speak of this catalogue as it is, each with the entries that count."""
    known = frozenset(entries_of(catalogue))
    return tuple(
        found.model_copy(update={"entries": entries})
        for found in confirmations
        if found.framework == str(catalogue.framework)
        and (entries := tuple(entry for entry in found.entries if entry in known))
    )


def unconfirmed(
    catalogue: Catalogue, confirmations: Iterable[Confirmation] = ()
) -> tuple[ConfirmedEntry, ...]:
    """The entries that neither the catalogue nor a confirmation vouches for."""
    vouched = {entry for found in counting(catalogue, confirmations) for entry in found.entries}
    needing = frozenset(_needing(catalogue))
    return tuple(
        entry
        for entry in entries_of(catalogue)
        if (entry.kind, entry.id) in needing and entry not in vouched
    )


def _needing(catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    yield from (("provision", entry.id) for entry in catalogue.provisions if not entry.confirmed)
    yield from (("case", entry.id) for entry in catalogue.cases if entry.provisional)
    yield from (("unit", entry.id) for entry in catalogue.units if entry.provisional)


def is_indicative(catalogue: Catalogue, confirmations: Iterable[Confirmation] = ()) -> bool:
    """Whether a conclusion by this catalogue is INDICATIVE, by its decision rule."""
    marks = catalogue.decision_rule.unconfirmed == "indicative"
    return marks and bool(unconfirmed(catalogue, confirmations))
