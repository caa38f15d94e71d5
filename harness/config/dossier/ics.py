"""What is wrong with the ICS of a dossier, by itself and beside the IXIT."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from harness.config.dossier.draft import Draft
from harness.config.dossier.problems import Level, Problem
from harness.config.dossier.use import Framework
from harness.model.catalogue import CatalogueProvision
from harness.model.conditions import Condition
from harness.model.dossier import Dossier, IcsRow, Support
from harness.model.ids import ProvisionId

_SAYS_NOTHING: Final = frozenset(
    {"na", "none", "nothing", "tbd", "tba", "todo", "yes", "no", "ok", "tobestated"}
    | {"notapplicable", "notsupported", "supported", "seeabove", "seebelow"}
)
"""Details that justify nothing, by their letters."""
_PASTED: Final = 5
"""So many provisions with one and the same detail are not justified one by one."""
_DETAIL: Final = 'detail = "No telemetry is collected."'


def ics_table(dossier: Dossier, framework: Framework) -> str:
    """The ICS table that speaks for a version of a framework, as the file names it."""
    slug = framework.catalogue.framework.slug
    return f"ics.{framework.name if framework.name in dossier.ics else slug}"


def answers(draft: Draft, dossier: Dossier, framework: Framework) -> Iterator[Problem]:
    """Rows that are missing, doubled, unknown, not allowed or not justified."""
    if framework.catalogue.declaration == "none":
        return
    table = ics_table(dossier, framework)
    provisions = {each.id: each for each in framework.catalogue.provisions}
    given = Counter(draft.answered.get(table.removeprefix("ics."), ()))
    if not given:
        mend = f"Answer each provision of {framework.name} in it."
        key = table.removeprefix("ics.")
        key = f'"{key}"' if "@" in key else key
        yield Problem(table, "", "", "no row", mend, f"{key} = [ ... ]")
        return
    yield from _not_one_row(table, given, provisions)
    rows = [row for row in dossier.ics_rows(framework.name) if row.provision in provisions]
    for row in rows:
        yield from _not_allowed(table, row, provisions[ProvisionId(row.provision)])
    yield from _unjustified(table, rows)


def _not_one_row(
    table: str, given: Counter[str], provisions: Mapping[ProvisionId, CatalogueProvision]
) -> Iterator[Problem]:
    for name, count in given.items():
        if name not in provisions:
            what = "the framework has no such provision"
            yield Problem(table, name, "provision", what, "Take the row out, or mend the number.")
        elif count > 1:
            what = f"{count} rows answer this provision"
            yield Problem(table, name, "provision", what, "Leave one of them.")
    for provision in provisions.values():
        if provision.id not in given:
            example = f'{{ provision = "{provision.id}", support = "Y", detail = "..." }}'
            mend = f"Answer Y, N or N/A, with how or why: {provision.title}."
            yield Problem(table, provision.id, "", "not answered", mend, example)


def _not_allowed(table: str, row: IcsRow, provision: CatalogueProvision) -> Iterator[Problem]:
    status = f"on a row of status {provision.status}"
    bound = not provision.conditional and not provision.features
    if row.support is Support.NOT_APPLICABLE and bound:
        what = f"N/A is no answer {status}, which has neither condition nor feature"
        mend = "Write Y, or N with the reason."
        yield Problem(table, row.provision, "support", what, mend, 'support = "N"')
    elif row.support is Support.NO and provision.mandatory:
        what = f"N {status} is a non-conformity: the provision will FAIL"
        mend = "Nothing is wrong with the file; the device does not conform."
        yield Problem(table, row.provision, "support", what, mend, level=Level.NOTE)


def _unjustified(table: str, rows: Iterable[IcsRow]) -> Iterator[Problem]:
    said: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        letters = "".join(char for char in row.detail.casefold() if char.isalpha())
        if not letters or letters in _SAYS_NOTHING:
            what = f"{row.detail!r} justifies nothing"
            mend = "Say how the provision is met, why it is not, or why it does not apply."
            yield Problem(table, row.provision, "detail", what, mend, _DETAIL)
        else:
            said[" ".join(row.detail.casefold().split())].append(row.provision)
    for provisions in said.values():
        if len(provisions) >= _PASTED:
            what = f"the same text answers {len(provisions)} provisions: {', '.join(provisions)}"
            mend = "Justify each one by itself."
            yield Problem(table, provisions[0], "detail", what, mend, _DETAIL)


def conflicts(dossier: Dossier, framework: Framework) -> Iterator[Problem]:
    """Answers that the IXIT contradicts for certain."""
    table = ics_table(dossier, framework)
    for provision in framework.catalogue.provisions:
        row = dossier.ics_row(framework.name, provision.id)
        if row is None:
            continue
        if row.support is Support.NOT_APPLICABLE and (met := _met(dossier, framework, provision)):
            what = f"N/A, though its condition is met ({'; '.join(met)})"
            mend = "Write Y or N, or mend the row."
            yield Problem(table, provision.id, "support", what, mend, 'support = "Y"')
        elif row.support is Support.YES:
            for said in _ruled_out(dossier, framework, provision):
                what = f"Y, though its condition is not met ({said})"
                mend = "Write N/A, or mend the table."
                yield Problem(table, provision.id, "support", what, mend, 'support = "N/A"')


def _met(dossier: Dossier, framework: Framework, provision: CatalogueProvision) -> list[str]:
    """The rows by which every condition of a provision is met; none unless that is certain."""
    shown = []
    for number in _conditions(provision):
        condition = _condition(framework, number)
        row = condition.met_by(dossier) if condition is not None else None
        if condition is None or row is None:
            return []
        shown.append(f"{_meaning(framework, number)}: row {row.id} of {condition.table}")
    return shown


def _ruled_out(
    dossier: Dossier, framework: Framework, provision: CatalogueProvision
) -> Iterator[str]:
    """The conditions of a provision that are not met for certain, and where that stands."""
    for number in _conditions(provision):
        condition = _condition(framework, number)
        if condition is not None and condition.ruled_out_by(dossier):
            empty = condition.table in dossier.ixit.none
            said = "is declared to be empty" if empty else "has no such row"
            yield f"{_meaning(framework, number)}: {condition.table} {said}"


def _conditions(provision: CatalogueProvision) -> tuple[str, ...]:
    """Numbers of conditions and letters of features; a provision applies if all of them are met."""
    return (*provision.conditions, *(provision.features or ()))


def _condition(framework: Framework, number: str) -> Condition | None:
    return next((each for each in framework.use.conditions if number in each.ids), None)


def _meaning(framework: Framework, number: str) -> str:
    catalogue = framework.catalogue
    meanings = {**catalogue.conditions, **(catalogue.features or {})}
    return meanings.get(number, f"condition {number}")
