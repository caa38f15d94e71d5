"""What a manufacturer should change so that a unit can pass, from the reasons why it does not.

A flaw that a criterion saw has the criterion's advice; a gap or slip in the dossier says which row
to mend; whatever else a rule or a person objected to has the advice of the unit or of its provision
(`harness.model.advice`). What only the bench or a person at it can change is nobody's advice.
"""

import string
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from harness.assessment.criteria.registry import CRITERIA
from harness.encoding.text import neutralise
from harness.model.advice import Advice
from harness.model.assessment import ProvisionResult, UnitResult
from harness.model.catalogue import Catalogue
from harness.model.ids import UnitId
from harness.model.judgement import Judgement, Outcome, Reason, Verdict

_DOSSIER: Final[Mapping[str, str]] = {
    "crypto-legacy": "Replace {names} by what the table of cryptography recommends.",
    "crypto-unknown": "Name {names} as the table of cryptography does, or use what stands there.",
    "field-missing": "Fill in the field {field} of {row} in the dossier.",
    "identity-claimed-without-row": "Declare the identity that is fixed in the hardware in "
    "10-SecParam, or correct the ICS.",
    "needs-two-samples": "Hand in a second sample of the same hardware and firmware revision.",
    "no-ics-row": "Answer {provision} in the ICS with Y, N or N/A, and give the reason.",
    "no-rows": "Add the row of {table} that this requirement is about to the dossier, or list the "
    "table under `none` if there is nothing to declare.",
    "no-service-declared": "Name in 21-PersData the associated services that hold these data; if "
    "there are none, answer the requirement with N/A in the ICS.",
    "not-applicable-denied": "Answer with Y or N in the ICS, or correct {rows}.",
    "not-applicable-not-allowed": "Answer with Y or N in the ICS: every product has to meet this "
    "requirement, so that N/A is no answer.",
    "reference-ambiguous": "Give each row of {table} an id of its own: {reference} names several.",
    "reference-dangling": "Correct the reference {reference} in the dossier, or add the row of "
    "{table} that it means.",
    "row-names-no-product": "Name the product in the row of the dossier.",
    "row-names-no-version": "Name the version in the row of the dossier.",
    "side-effects-unclear": "State what an exchange of the cryptography touches; if it is nothing, "
    "say how that was found out.",
}
"""Reason code -> what mends a gap or a slip in what the supplier hands in."""


@dataclass(frozen=True)
class Counsel:
    """One thing to change, and the units that ask for it."""

    text: str
    units: tuple[UnitId, ...]


def advice_of(unit: UnitResult, catalogue: Catalogue) -> tuple[str, ...]:
    """What to change so that ``unit`` can pass, each thing once; harmless to show.

    Nothing for a unit that does not fail, unless it is open for want of something that the
    manufacturer can hand in.
    """
    return tuple(dict.fromkeys(text for text in _said(unit, catalogue) if text))


def counsel_of(
    result: ProvisionResult, units: Iterable[UnitResult], catalogue: Catalogue
) -> tuple[Counsel, ...]:
    """What to change so that a provision can pass, from its ``units``."""
    found = all_advice(units, catalogue)
    if not found and result.verdict is Verdict.FAIL and catalogue.advice:
        own = catalogue.advice.provisions.get(result.provision)
        return (Counsel(own, ()),) if own else ()
    return found


def all_advice(units: Iterable[UnitResult], catalogue: Catalogue) -> tuple[Counsel, ...]:
    """What to change so that ``units`` can pass, each thing once."""
    found: dict[str, list[UnitId]] = {}
    for unit in units:
        for text in advice_of(unit, catalogue):
            found.setdefault(text, []).append(unit.unit)
    return tuple(Counsel(text, tuple(asking)) for text, asking in found.items())


def _said(unit: UnitResult, catalogue: Catalogue) -> Iterator[str]:
    if unit.verdict is Verdict.FAIL:
        yield from _against(unit, catalogue.advice or Advice())
    elif unit.verdict is Verdict.INCONCLUSIVE and catalogue.declaration != "none":
        yield _in_the_dossier(unit.reason)
        for said in unit.judgements:
            if said.outcome is Outcome.UNDECIDED:
                yield _in_the_dossier(said.reason)


def _against(unit: UnitResult, advice: Advice) -> Iterator[str]:
    whole = advice.provisions.get(unit.provision, "")
    objecting = [each for each in unit.judgements if each.outcome is Outcome.CONTRADICTED]
    if not objecting:  # the ICS made it fail
        yield _in_the_dossier(unit.reason)
        yield whole
    for judgement in objecting:
        yield from _of_criteria(judgement) or (
            _in_the_dossier(judgement.reason) or advice.units.get(unit.unit, whole),
        )


def _of_criteria(judgement: Judgement) -> list[str]:
    names = [found.criterion for found in judgement.findings] or [judgement.criterion]
    return [CRITERIA[name].advice for name in dict.fromkeys(names) if name in CRITERIA]


def _in_the_dossier(why: Reason) -> str:
    """What mends the gap that ``why`` names; ``""`` if it names none."""
    template = _DOSSIER.get(why.code, "")
    shown = {name: neutralise(value) for name, value in why.params.items()}
    wanted = {name for _, name, _, _ in string.Formatter().parse(template) if name}
    return template.format_map(shown) if wanted <= shown.keys() else ""
