"""What the declaration says of update mechanisms, one by one (5.3-6, 5.3-7, 5.3-9, 5.3-12)."""

from typing import Final, Literal

from harness.assessment.judging import contradicted, held, reason
from harness.assessment.rules.rows import UPD_MECH, each, field_missing, row_ref
from harness.model.ixit import UpdMech
from harness.model.judgement import Judgement, Judgements

VERIFIED: Final = "update-verified"
GUARANTEED: Final = "update-guarantees"
AUTHENTIC: Final = "update-authenticity-on-device"
INTACT: Final = "update-integrity-on-device"
CONTROLLED: Final = "update-setting-controllable"
ON_BY_DEFAULT: Final = "update-setting-on"
ANNOUNCED: Final = "update-interruption-announced"

Setting = Literal["automatic", "notices"]
"""What a user may want to control: updates that install themselves, or notices of updates."""


def updates_promise_what_they_need(rows: tuple[UpdMech, ...]) -> Judgements:
    """Every mechanism promises at least integrity and authenticity of updates (5.3-7).

    Authenticity counts as integrity: what is authentic was not changed.
    """
    return each(rows, UPD_MECH, GUARANTEED, _guarantees)


def _guarantees(row: UpdMech) -> Judgement:
    if not row.security_guarantees:
        return field_missing(row, GUARANTEED, "security_guarantees")
    lacking = sorted({"authenticity", "integrity"} - _promised(row))
    refs = (row_ref(UPD_MECH, row),)
    if lacking:
        why = reason("update-guarantee-lacking", lacking=", ".join(lacking))
        return contradicted(row.id, GUARANTEED, why, rows=refs)
    return held(row.id, GUARANTEED, reason("update-guarantees-match"), rows=refs)


def _promised(row: UpdMech) -> set[str]:
    promised = {guarantee.strip().casefold() for guarantee in row.security_guarantees}
    return promised | {"integrity"} if "authenticity" in promised else promised


def updates_are_verified(rows: tuple[UpdMech, ...]) -> Judgements:
    """Somebody checks authenticity and integrity of every update before it is installed (5.3-2)."""
    return each(rows, UPD_MECH, VERIFIED, _verified)


def _verified(row: UpdMech) -> Judgement:
    if not row.verified_by:
        return field_missing(row, VERIFIED, "verified_by")
    refs = (row_ref(UPD_MECH, row),)
    if row.verified_by == "none":
        return contradicted(row.id, VERIFIED, reason("update-not-verified"), rows=refs)
    why = reason("update-verified-by", by=row.verified_by)
    return held(row.id, VERIFIED, why, rows=refs)


def authenticity_is_verified_by_the_device(rows: tuple[UpdMech, ...]) -> Judgements:
    """The device itself checks that every update is authentic (5.3-9-1c)."""
    return each(rows, UPD_MECH, AUTHENTIC, lambda row: _on_device(row, AUTHENTIC, "authenticity"))


def integrity_is_verified_by_the_device(rows: tuple[UpdMech, ...]) -> Judgements:
    """The device itself checks that every update is intact (5.3-9-1d)."""
    return each(rows, UPD_MECH, INTACT, lambda row: _on_device(row, INTACT, "integrity"))


def _on_device(row: UpdMech, criterion: str, guarantee: str) -> Judgement:
    refs = (row_ref(UPD_MECH, row),)
    if row.verified_by in {"other", "none"}:
        why = reason("update-not-verified-on-device", by=row.verified_by)
        return contradicted(row.id, criterion, why, rows=refs)
    for field in ("verified_by", "security_guarantees"):
        if not getattr(row, field):
            return field_missing(row, criterion, field)
    if guarantee not in _promised(row):
        why = reason("update-guarantee-lacking", lacking=guarantee)
        return contradicted(row.id, criterion, why, rows=refs)
    why = reason("update-verified-on-device", guarantee=guarantee)
    return held(row.id, criterion, why, rows=refs)


def user_controls(rows: tuple[UpdMech, ...], setting: Setting) -> Judgements:
    """Every mechanism that has the feature lets the user switch it or put it off.

    Units 5.3-6-1b and d. A mechanism without the feature has nothing to control, and holds.
    """
    return each(rows, UPD_MECH, CONTROLLED, lambda row: _controls(row, setting))


def _controls(row: UpdMech, setting: Setting) -> Judgement:
    said: str = getattr(row, setting)
    if not said:
        return field_missing(row, CONTROLLED, setting)
    refs = (row_ref(UPD_MECH, row),)
    if said == "fixed":
        why = reason("update-setting-fixed", setting=setting)
        return contradicted(row.id, CONTROLLED, why, rows=refs)
    code = "update-setting-absent" if said == "none" else "update-setting-controllable"
    return held(row.id, CONTROLLED, reason(code, setting=setting), rows=refs)


def on_by_default(rows: tuple[UpdMech, ...], setting: Setting) -> Judgements:
    """Every mechanism that has the feature has it on after the first set-up.

    Units 5.3-6-1c and e. A mechanism without the feature holds; one that can't be switched off is
    on, unless the row says otherwise.
    """
    return each(rows, UPD_MECH, ON_BY_DEFAULT, lambda row: _on(row, setting))


def _on(row: UpdMech, setting: Setting) -> Judgement:
    said: str = getattr(row, setting)
    if not said:
        return field_missing(row, ON_BY_DEFAULT, setting)
    refs = (row_ref(UPD_MECH, row),)
    if said == "none":
        why = reason("update-setting-absent", setting=setting)
        return held(row.id, ON_BY_DEFAULT, why, rows=refs)
    default: str = getattr(row, f"{setting}_default")
    if default == "off":
        why = reason("update-setting-off", setting=setting)
        return contradicted(row.id, ON_BY_DEFAULT, why, rows=refs)
    if not default and said != "fixed":
        return field_missing(row, ON_BY_DEFAULT, f"{setting}_default")
    return held(row.id, ON_BY_DEFAULT, reason("update-setting-on", setting=setting), rows=refs)


def interruptions_are_announced(rows: tuple[UpdMech, ...]) -> Judgements:
    """Every mechanism that interrupts a basic function says so on the device first (5.3-12-1a).

    One that never interrupts has nothing to announce, and holds.
    """
    return each(rows, UPD_MECH, ANNOUNCED, _announced)


def _announced(row: UpdMech) -> Judgement:
    refs = (row_ref(UPD_MECH, row),)
    if row.interrupts == "no":
        return held(row.id, ANNOUNCED, reason("update-never-interrupts"), rows=refs)
    for field in ("interrupts", "interruption_announced"):
        if not getattr(row, field):
            return field_missing(row, ANNOUNCED, field)
    if row.interruption_announced == "no":
        return contradicted(row.id, ANNOUNCED, reason("interruption-not-announced"), rows=refs)
    return held(row.id, ANNOUNCED, reason("interruption-announced"), rows=refs)
