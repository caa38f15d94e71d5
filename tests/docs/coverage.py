"""Writes the coverage page of the EN 303 645 suite: `python tests/docs/coverage.py`.

Everything on it follows from the catalogues, the declarations of the test functions and the list of
probes that are still to come.
"""

from collections.abc import Iterator
from pathlib import Path

from harness.model.catalogue import Catalogue, CatalogueUnit
from harness.model.declaration import DecidedBy, UnitDeclaration
from harness.model.waiting import PROBES_TO_COME
from harness.testing.suites import Suite, installed_suites

SLUG = "etsi-en-303-645"
PAGE = Path(__file__).parents[2] / "test_suites" / "etsi_en_303_645" / "README.md"
WAITING, MISSING = "waiting for the bench network", "not implemented"
WAYS = ("automatic", WAITING, "rule", "operator", "judgement", MISSING)
ALONE = ("automatic", "rule")
"""Ways that need no person and nothing that a bench does not have yet."""

HEAD = """\
# ETSI EN 303 645 V2.1.1 and V3.1.3

<!-- Written by tests/docs/coverage.py; tests/unit/suites checks that it is current. -->

The European baseline for consumer devices: V2.1.1 tested as TS 103 701 V1.1.1 describes
(`catalogue.toml`), and V3.1.3 (`catalogue-3.1.3.toml`). Each test function is one test unit, and
serves both versions where they ask the same: a unit of V3.1.3 says in `judged_by` whose function
decides it. A unit that no function judges is INCONCLUSIVE, visible in plan and report, and keeps
the conclusion open.

`-f etsi-en-303-645` means V2.1.1: the newest version of which nothing is provisional. The test
specification of V3.1.3 could not be read: its *provisional* cases and units are ours, or those of
V1.1.1 of which nobody could see whether they were kept. Titles, purposes and questions are in our
own words; have the standard at hand when you judge. Entries that are provisional or have
`confirmed = false` make a conclusion INDICATIVE until a lab compares them with its copy of the
standard (`certbench catalogue confirm`).

- *automatic*: decided by what the bench saw.
- *waiting for the bench network*: automatic, and written; the probe that delivers its facts is
  still to come.
- *rule*: decided by the supplier's declaration alone.
- *operator*: a person looks at the device; what the bench saw can only object.
- *judgement*: an assessor decides at a desk; facts and rules can only object.

A rule or a fact may turn a unit of a person to FAIL; nothing but an answer turns it to PASS.
"""


def way(declared: UnitDeclaration | None) -> str:
    """How a unit is decided, in one of the `WAYS`."""
    if declared is None:
        return MISSING
    if declared.decided_by is DecidedBy.AUTOMATIC and _to_come(declared):
        return WAITING
    return declared.decided_by.value


def _to_come(declared: UnitDeclaration) -> list[str]:
    return sorted({need.probe for need in declared.facts if need.probe in PROBES_TO_COME})


def coverage_page() -> str:
    """What the page must contain."""
    suite = installed_suites()[SLUG]
    lines = [HEAD, "## Counts", ""]
    for catalogue in suite.catalogues:
        lines += _counts(suite, catalogue)
    first = suite.catalogue()
    lines += _network_relevant(first, _ways(suite, first))
    for catalogue in suite.catalogues:
        lines += _provisions(suite, catalogue)
    return "\n".join(lines)


def _ways(suite: Suite, catalogue: Catalogue) -> dict[str, UnitDeclaration | None]:
    found = {declared.unit: declared for declared in suite.units_of(catalogue)[0]}
    return {unit.id: found.get(unit.id) for unit in catalogue.units}


def _counts(suite: Suite, catalogue: Catalogue) -> Iterator[str]:
    declared = _ways(suite, catalogue)
    yield f"### V{catalogue.framework.version}"
    yield ""
    provisional = sum(bool(unit.provisional) for unit in catalogue.units)
    yield (
        f"{len(catalogue.provisions)} provisions, {len(catalogue.cases)} cases, "
        f"{len(catalogue.units)} units, {provisional} of them provisional."
    )
    yield ""
    yield "| decided by | conceptual | functional | all |"
    yield "|---|---|---|---|"
    for name in WAYS:
        mine = [unit for unit in catalogue.units if way(declared[unit.id]) == name]
        if mine or name != MISSING:
            yield _row(name, mine)
    yield _row("**all**", catalogue.units)
    yield ""


def _row(name: str, units: "tuple[CatalogueUnit, ...] | list[CatalogueUnit]") -> str:
    conceptual = sum(unit.kind == "conceptual" for unit in units)
    return f"| {name} | {conceptual} | {len(units) - conceptual} | {len(units)} |"


def _network_relevant(
    catalogue: Catalogue, declared: dict[str, UnitDeclaration | None]
) -> Iterator[str]:
    """The units of the published network attack model, each with how it is decided."""
    units = [unit.id for unit in catalogue.units if unit.network_relevant]
    alone = [name for name in units if way(declared[name]) in ALONE]
    yield f"## The {len(units)} network-relevant units"
    yield ""
    yield (
        "Kaksonen et al. (2024) count 56 units in a network attack model and decide about 39 of\n"
        "them with common and advanced tools. Here "
        f"{len(alone)} of {len(units)} have a judge that needs no person and waits for nothing;\n"
        "which of these a device's evidence really decides, a run says. The others, each with "
        "its cause:"
    )
    yield ""
    yield "| unit | how | what is missing without a person |"
    yield "|---|---|---|"
    for name in units:
        if name not in alone:
            yield f"| `{name}` | {way(declared[name])} | {_cause(declared[name])} |"
    yield ""
    yield f"Without a person: {', '.join(f'`{name}`' for name in alone)}."
    yield ""


def _cause(declared: UnitDeclaration | None) -> str:
    if declared is None:
        return "a test function"
    if way(declared) == WAITING:
        return f"the probe {', '.join(_to_come(declared))}, which needs the bench network"
    person = "the eyes and hands" if declared.decided_by is DecidedBy.OPERATOR else "the judgement"
    return f"{person} of a person: {declared.summary[:1].lower()}{declared.summary[1:]}"


def _provisions(suite: Suite, catalogue: Catalogue) -> Iterator[str]:
    declared = _ways(suite, catalogue)
    provision_of = {case.id: case.provision for case in catalogue.cases}
    yield f"## Provisions of V{catalogue.framework.version}"
    yield ""
    yield "A star marks a provisional unit."
    yield ""
    yield "| provision | status | units by how they are decided |"
    yield "|---|---|---|"
    for provision in catalogue.provisions:
        mine = [unit for unit in catalogue.units if provision_of[unit.case] == provision.id]
        parts = []
        for name in WAYS:
            shown = [
                f"`{unit.id}`{'*' if unit.provisional else ''}"
                for unit in mine
                if way(declared[unit.id]) == name
            ]
            if shown:
                parts.append(f"{name}: {', '.join(shown)}")
        yield f"| {provision.id} {provision.title} | {provision.status} | {'; '.join(parts)} |"
    yield ""


if __name__ == "__main__":
    PAGE.write_text(coverage_page(), encoding="utf-8")
