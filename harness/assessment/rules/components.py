"""What the declaration says of software parts and of what updates them (5.3-1, 5.3-4, 5.3-5)."""

from typing import Final

from harness.assessment.judging import contradicted, held, reason, undecided
from harness.assessment.rules.rows import (
    SOFT_COMP,
    UPD_MECH,
    duplicates,
    each,
    field_missing,
    row_ref,
    says_none,
)
from harness.model.ixit import SoftComp, UpdMech
from harness.model.judgement import Judgement, Judgements

NAMED: Final = "update-mechanism-named"
AUTOMATION_ON: Final = "automatic-update-on"
LOOKED_FOR: Final = "updates-looked-for"


def gives_a_reason_for_no_update(row: SoftComp) -> bool:
    """Whether a part names no mechanism and says why; "none" is no reason."""
    said = row.no_update_reason
    return not row.update_mechanisms and bool(said.strip()) and not says_none(said)


def components_name_their_updates(
    components: tuple[SoftComp, ...], mechanisms: tuple[UpdMech, ...]
) -> Judgements:
    """Every part refers to declared update mechanisms, or says why it has none (5.3-1).

    Whether that reason will do is for a person.
    """
    return each(components, SOFT_COMP, NAMED, lambda row: _named(row, mechanisms))


def _named(row: SoftComp, mechanisms: tuple[UpdMech, ...]) -> Judgement:
    return _unresolved(row, NAMED, mechanisms) or held(
        row.id,
        NAMED,
        reason("reference-resolves", reference=", ".join(row.update_mechanisms)),
        rows=(row_ref(SOFT_COMP, row),),
    )


def _unresolved(row: SoftComp, criterion: str, mechanisms: tuple[UpdMech, ...]) -> Judgement | None:
    """What is to be said of a part without mechanisms or with names that resolve to none."""
    refs = (row_ref(SOFT_COMP, row),)
    if not row.update_mechanisms:
        if not gives_a_reason_for_no_update(row):
            return field_missing(row, criterion, "update_mechanisms")
        return held(row.id, criterion, reason("component-without-updates"), rows=refs)
    known = [mechanism.id for mechanism in mechanisms]
    for name in row.update_mechanisms:
        if name not in known:
            why = reason("reference-dangling", reference=name, table=UPD_MECH)
            return contradicted(row.id, criterion, why, rows=refs)
    twice = set(duplicates(known)) & set(row.update_mechanisms)
    if twice:
        why = reason("reference-ambiguous", reference=min(twice), table=UPD_MECH)
        return undecided(row.id, criterion, why)
    return None


def automation_is_on_where_it_can_be_set(
    components: tuple[SoftComp, ...], mechanisms: tuple[UpdMech, ...]
) -> Judgements:
    """Every part whose automatic updating can be set has it on by default (5.3-4-1b).

    One automatic mechanism that is on is enough for a part. A part with nothing to set holds:
    whether it is updated by itself at all is unit a.
    """
    return each(components, SOFT_COMP, AUTOMATION_ON, lambda row: _automated(row, mechanisms))


def _automated(row: SoftComp, mechanisms: tuple[UpdMech, ...]) -> Judgement:
    open_end = _unresolved(row, AUTOMATION_ON, mechanisms)
    if open_end is not None:
        return open_end
    mine, refs = _own(row, mechanisms)
    running = [mechanism for mechanism in mine if _runs_by_itself(mechanism)]
    if running:
        why = reason("automation-on", by=running[0].id)
        return held(row.id, AUTOMATION_ON, why, rows=refs)
    for mechanism in mine:
        for field in _unanswered(mechanism):
            why = reason("field-missing", row=mechanism.id, field=field)
            return undecided(row.id, AUTOMATION_ON, why)
    if any(mechanism.automatic != "none" for mechanism in mine):
        return contradicted(row.id, AUTOMATION_ON, reason("automation-off"), rows=refs)
    return held(row.id, AUTOMATION_ON, reason("automation-not-settable"), rows=refs)


def updates_are_looked_for(
    components: tuple[SoftComp, ...], mechanisms: tuple[UpdMech, ...]
) -> Judgements:
    """For every part that can be updated, some mechanism of its own looks for updates (5.3-5-1a).

    One mechanism that says how is enough; whether it does so in time is for a person. Only a plain
    ``none`` in the Update Checking of each mechanism of a part contradicts.
    """
    return each(components, SOFT_COMP, LOOKED_FOR, lambda row: _looked_for(row, mechanisms))


def _looked_for(row: SoftComp, mechanisms: tuple[UpdMech, ...]) -> Judgement:
    open_end = _unresolved(row, LOOKED_FOR, mechanisms)
    if open_end is not None:
        return open_end
    mine, refs = _own(row, mechanisms)
    field = "update_checking"
    saying = [entry for entry in mine if entry.update_checking.strip()]
    looking = [entry for entry in saying if not says_none(entry.update_checking)]
    if looking:
        why = reason("field-filled", row=looking[0].id, field=field)
        return held(row.id, LOOKED_FOR, why, rows=refs)
    for mechanism in mine:
        if mechanism not in saying:
            why = reason("field-missing", row=mechanism.id, field=field)
            return undecided(row.id, LOOKED_FOR, why)
    return contradicted(row.id, LOOKED_FOR, reason("nothing-there", field=field), rows=refs)


def _own(row: SoftComp, mechanisms: tuple[UpdMech, ...]) -> tuple[list[UpdMech], tuple[str, ...]]:
    """The mechanisms that update a part, and the rows that a judgement of it cites."""
    mine = [mechanism for mechanism in mechanisms if mechanism.id in row.update_mechanisms]
    return mine, (row_ref(SOFT_COMP, row), *(row_ref(UPD_MECH, mechanism) for mechanism in mine))


def _runs_by_itself(mechanism: UpdMech) -> bool:
    if mechanism.automatic == "fixed":
        return mechanism.automatic_default != "off"
    return mechanism.automatic == "configurable" and mechanism.automatic_default == "on"


def _unanswered(mechanism: UpdMech) -> tuple[str, ...]:
    if not mechanism.automatic:
        return ("automatic",)
    settable = mechanism.automatic == "configurable"
    return ("automatic_default",) if settable and not mechanism.automatic_default else ()
