"""What a unit or a criterion looks for, from the declarations and the code that judge."""

import inspect
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.assessment import criteria
from harness.assessment.criteria.registry import CRITERIA
from harness.facts.base import Facts
from harness.model.advice import Advice
from harness.model.catalogue import Catalogue, CatalogueProvision
from harness.model.declaration import DecidedBy, ProbeDeclaration, UnitDeclaration
from harness.model.ids import CaseId, ProbeName, ProvisionId, UnitId
from harness.report.plain_words import DECIDED_BY
from harness.survey.registry import load_probes
from harness.testing.suites import Suite


@dataclass(frozen=True)
class Need:
    """One fact that a unit reads; ``looks_at`` is what the probe says of itself."""

    probe: str
    state: str
    samples: str
    looks_at: str


@dataclass(frozen=True)
class Asked:
    """A question to a person, as answers name it."""

    id: str
    prompt: str
    choices: tuple[str, ...]


@dataclass(frozen=True)
class UnitRule:
    """One unit of one framework.

    Attributes:
        framework: ``slug@version``.
        title, status: of the provision.
        purpose: of the case.
        summary: what the test function says; ``""`` while none is implemented.
        decided_by: ``automatic``, ...; ``closes`` is the same in words.
        items: the IXIT table whose rows it goes through; ``""`` for the device as a whole.
        quantifier: how many of them must hold.
        conditions: what makes the provision not apply, in words.
        advice: what to change where a rule or a person's answer makes it fail; ``""`` if nothing is
            known.
    """

    framework: str
    unit: str
    case: str
    provision: str
    kind: str
    title: str
    status: str
    purpose: str
    summary: str
    decided_by: str
    closes: str
    needs: tuple[Need, ...]
    items: str
    quantifier: str
    questions: tuple[Asked, ...]
    conditions: tuple[str, ...]
    advice: str


@dataclass(frozen=True)
class ListedUnit:
    """A unit of a provision in short; ``purpose`` is its case's."""

    unit: str
    kind: str
    decided_by: str
    purpose: str


@dataclass(frozen=True)
class ProvisionRule:
    """One provision of one framework.

    Attributes:
        framework: ``slug@version``.
        conditions: what makes it not apply, in words.
        units: id, kind and closing of each: ``5.1-1-2a``, ``functional``, ``automatic``.
        advice: what to change where it fails; ``""`` if nothing is known.
    """

    framework: str
    provision: str
    section: str
    title: str
    status: str
    conditions: tuple[str, ...]
    units: tuple[ListedUnit, ...]
    advice: str


@dataclass(frozen=True)
class Looked:
    """One way in which a criterion looks, and the probes whose facts it reads."""

    at: str
    probes: tuple[str, ...]


@dataclass(frozen=True)
class CriterionRule:
    """One technical criterion."""

    id: str
    title: str
    severity: str
    advice: str
    reference: str
    looks: tuple[Looked, ...]


class Rules:
    """The rules of some installed frameworks."""

    def __init__(self, frameworks: Sequence[tuple[Suite, Catalogue]]) -> None:
        """Read what the suites declare."""
        self._frameworks = tuple(
            (catalogue, {declared.unit: declared for declared in suite.units_of(catalogue)[0]})
            for suite, catalogue in frameworks
        )

    @property
    def known(self) -> tuple[str, ...]:
        """The ids of every provision, unit and criterion."""
        units = {str(unit.id) for catalogue, _ in self._frameworks for unit in catalogue.units}
        provisions = {
            str(entry.id) for catalogue, _ in self._frameworks for entry in catalogue.provisions
        }
        return (*sorted(units | provisions), *CRITERIA)

    def units(self, name: str) -> tuple[UnitRule, ...]:
        """The unit called ``name``, in each framework that has one."""
        return tuple(
            _unit_rule(catalogue, UnitId(name), declared.get(UnitId(name)))
            for catalogue, declared in self._frameworks
            if any(unit.id == name for unit in catalogue.units)
        )

    def provisions(self, name: str) -> tuple[ProvisionRule, ...]:
        """The provision called ``name``, in each framework that has one."""
        return tuple(
            _provision_rule(catalogue, entry, declared)
            for catalogue, declared in self._frameworks
            for entry in catalogue.provisions
            if entry.id == name
        )


def criterion_rule(name: str) -> CriterionRule | None:
    """The criterion called ``name``; None if there is none."""
    entry = CRITERIA.get(name)
    if entry is None:
        return None
    looks = [
        Looked((inspect.getdoc(look) or "").partition("\n\n")[0].replace("\n", " "), _probes(look))
        for look in _functions(name)
    ]
    return CriterionRule(
        id=entry.id,
        title=entry.title,
        severity=entry.severity.value,
        advice=entry.advice,
        reference=entry.reference,
        looks=tuple(looks),
    )


def _unit_rule(catalogue: Catalogue, name: UnitId, declared: UnitDeclaration | None) -> UnitRule:
    unit = next(entry for entry in catalogue.units if entry.id == name)
    case = next(entry for entry in catalogue.cases if entry.id == CaseId(unit.case))
    provision = next(entry for entry in catalogue.provisions if entry.id == case.provision)
    shown = declared or UnitDeclaration(unit=name, decided_by=DecidedBy.NONE)
    probes = _declared_probes() if shown.facts else {}
    return UnitRule(
        framework=str(catalogue.framework),
        unit=name,
        case=case.id,
        provision=provision.id,
        kind=unit.kind,
        title=provision.title,
        status=provision.status,
        purpose=case.purpose,
        summary=shown.summary,
        decided_by=shown.decided_by.value,
        closes=DECIDED_BY[shown.decided_by],
        needs=tuple(
            Need(
                need.probe,
                need.state.value,
                need.samples.value,
                probes[need.probe].summary if need.probe in probes else "not installed",
            )
            for need in shown.facts
        ),
        items=shown.per,
        quantifier=shown.quantifier.value,
        questions=tuple(Asked(entry.id, entry.prompt, entry.choices) for entry in shown.questions),
        conditions=_conditions(catalogue, provision),
        advice=_advice(catalogue, name, provision.id),
    )


def _provision_rule(
    catalogue: Catalogue, entry: CatalogueProvision, declared: Mapping[UnitId, UnitDeclaration]
) -> ProvisionRule:
    cases = {case.id: case for case in catalogue.cases if case.provision == entry.id}
    return ProvisionRule(
        framework=str(catalogue.framework),
        provision=entry.id,
        section=entry.section,
        title=entry.title,
        status=entry.status,
        conditions=_conditions(catalogue, entry),
        units=tuple(
            ListedUnit(
                unit.id,
                unit.kind,
                (declared[unit.id].decided_by if unit.id in declared else DecidedBy.NONE).value,
                cases[unit.case].purpose,
            )
            for unit in catalogue.units
            if unit.case in cases
        ),
        advice=(catalogue.advice or Advice()).provisions.get(entry.id, ""),
    )


def _advice(catalogue: Catalogue, unit: UnitId, provision: ProvisionId) -> str:
    said = catalogue.advice or Advice()
    return said.units.get(unit) or said.provisions.get(provision, "")


def _conditions(catalogue: Catalogue, provision: CatalogueProvision) -> tuple[str, ...]:
    """What the status of a provision refers to, in words."""
    features = catalogue.features or {}
    return (
        *(catalogue.conditions.get(number, number) for number in provision.conditions),
        *(features.get(letter, letter) for letter in provision.features or ()),
    )


def _declared_probes() -> dict[ProbeName, ProbeDeclaration]:
    return {name: probe.declaration for name, probe in load_probes()[0].items()}


def _functions(name: str) -> Iterator[Callable[..., Any]]:
    """The criteria that make judgements under the id ``name``: it is a constant in their code."""
    for exported in criteria.__all__:
        found = getattr(criteria, exported)
        if inspect.isfunction(found) and name in found.__code__.co_consts:
            yield found


def _probes(look: Callable[..., Any]) -> tuple[str, ...]:
    hints = typing.get_type_hints(look)
    hints.pop("return", None)
    found = {facts.PROBE: None for hint in hints.values() for facts in _facts_in(hint)}
    return tuple(found)


def _facts_in(hint: object) -> Iterator[type[Facts]]:
    if isinstance(hint, type) and issubclass(hint, Facts) and hasattr(hint, "PROBE"):
        yield hint
    for inner in typing.get_args(hint):
        yield from _facts_in(inner)
