"""Writes the coverage page of the EN 303 645 suite: `python tests/docs/coverage.py`.

Everything on it follows from the catalogues, the declarations of the test functions, the list of
probes that are still to come, and the verdicts of two runs without an operator. These are stored
anew by `python tests/docs/coverage.py HARDENED.json WEAK.json`, where the files hold what
`certbench run --json` printed for bench_configs/reference-router and for reference-router-weak;
tests/netns/spine makes both runs and compares.
"""

import json
import sys
import tomllib
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
VERDICTS = Path(__file__).with_name("network_verdicts.toml")
VERDICTS_HEAD = """\
# Verdicts of the 56 network-relevant units of V2.1.1 in two runs without an operator: of the
# hardened reference router and of the weak one. Written by tests/docs/coverage.py; a test in
# tests/netns/spine makes both runs and compares.
"""
DECIDED = ("PASS", "FAIL")
NEEDS_A_PERSON = {
    "5.1-1-2c": "published factory passwords and equal ones on two samples are found and FAIL; "
    "whether a password looks like the output of a generator that is described in words is for "
    "somebody who reads both",
    "5.1-2-2a": "derived, published and shared passwords are found and FAIL; that nothing else is "
    "regular in them, no handful of samples shows by itself",
    "5.4-1-2a": "secrets on the console are found and FAIL; how a parameter is stored inside shows "
    "in exports, file systems and chips that somebody must get at",
    "5.4-2-2a": "secure elements, fuses and their wiring are looked for on the opened board",
    "5.4-3-2a": "equal keys of two samples are found and FAIL; that no other parameter is part of "
    "the software shows in firmware images that somebody compares",
    "5.5-2-1b": "a report that does not exist is a FAIL; what one covers is read by somebody",
    "5.6-3-2c": "the bench has no radio receiver; somebody watches the air",
    "5.6-3-2d": "somebody brings about what the row says that the interface comes and goes with",
    "5.6-4-2b": "a shell or boot loader on a console that no row declares is found and FAILs; "
    "other ports are found by eye, and tried with debuggers by hand",
    "5.7-1-2a": "somebody changes the stored software on a sample that is lost by that",
    "6-5-2c": "whether laymen understand a text is for a reader",
    "6-5-2d": "whether laymen understand a text is for a reader",
}
"""Why facts and the dossier alone can't pass these units, and what they can object."""

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
    """The units of the published network attack model, by the verdicts of two runs."""
    said = tomllib.loads(VERDICTS.read_text(encoding="utf-8"))
    sound, weak = said["hardened"], said["weak"]
    units = [str(unit.id) for unit in catalogue.units if unit.network_relevant]
    decided = [name for name in units if sound[name] in DECIDED]
    on_weak = [name for name in units if weak[name] in DECIDED]
    yield f"## The {len(units)} network-relevant units"
    yield ""
    yield (
        "Kaksonen et al. (2024) count 56 units in a network attack model and decide about 39 of\n"
        "them with common and advanced tools. These figures are counted from the verdicts of two\n"
        "runs without an operator, and a test in CI makes both runs and compares: on the hardened\n"
        f"reference router {len(decided)} of {len(units)} are PASS or FAIL, on the weak one "
        f"{len(on_weak)}. NOT_APPLICABLE and NOT_CLAIMED, by\n"
        "the supplier's word, do not count. The others, each with its verdicts and cause:"
    )
    yield ""
    yield "| unit | how | hardened | weak | what is missing without a person |"
    yield "|---|---|---|---|---|"
    for name in units:
        if name not in decided:
            shown = f"`{name}` | {way(declared[name])} | {sound[name]} | {weak[name]}"
            yield f"| {shown} | {_cause(name, declared[name], sound[name])} |"
    yield ""
    waiting = [name for name in units if way(declared[name]) == WAITING]
    ready = [name for name in units if way(declared[name]) in ALONE]
    yield (
        f"{len(waiting)} of the {len(units)} wait for the bench network, {len(ready)} have a judge "
        f"that needs neither it nor a person, of which {len(set(ready) & set(decided))} decided "
        "here."
    )
    yield ""
    yield f"Without a person: {', '.join(f'`{name}`' for name in decided)}."
    yield ""


def _cause(name: str, declared: UnitDeclaration | None, verdict: str) -> str:
    if declared is None:
        return "a test function"
    if way(declared) == WAITING:
        cause = f"the probe {', '.join(_to_come(declared))}, which needs the bench network"
    else:
        cause = NEEDS_A_PERSON[name]
    by_ics = {"NOT_APPLICABLE": "N/A", "NOT_CLAIMED": "N"}
    return f"{cause} (this router's ICS says {by_ics[verdict]})" if verdict in by_ics else cause


def store_verdicts(hardened: Path, weak: Path) -> None:
    """Write down what two runs said of these units.

    Args:
        hardened, weak: what ``certbench run --json`` printed for the reference router and for the
            weak one, with nobody to answer.
    """
    first = installed_suites()[SLUG].catalogue()
    units = [str(unit.id) for unit in first.units if unit.network_relevant]
    lines = [VERDICTS_HEAD]
    for title, file in (("hardened", hardened), ("weak", weak)):
        printed = json.loads(file.read_text(encoding="utf-8"))
        runs = printed.get("runs", [printed])
        wanted = (SLUG, first.framework.version)
        (found,) = (run for run in runs if (run["framework"], run["version"]) == wanted)
        verdicts = (f'"{name}" = "{found["units"][name]["verdict"]}"' for name in units)
        lines += [f"[{title}]", *verdicts, ""]
    VERDICTS.write_text("\n".join(lines), encoding="utf-8")


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
    if len(sys.argv) > 1:
        store_verdicts(*map(Path, sys.argv[1:]))
    PAGE.write_text(coverage_page(), encoding="utf-8")
