"""Are interfaces declared closed where they are not needed? (5.6-3, 5.6-4)."""

from typing import Final

from harness.assessment.judging import contradicted, held, reason
from harness.assessment.rules.rows import INTF, each, field_missing, row_ref, says_none
from harness.model.ixit import Intf
from harness.model.judgement import Judgement, Judgements

ENCLOSED: Final = "interface-enclosed"
INTERMITTENT_OFF: Final = "intermittent-interface-off"
DEBUG_SWITCH: Final = "debug-interface-switch"
DEBUG_OFF: Final = "debug-interface-off"
DEBUG_GUARDED: Final = "debug-interface-guarded"
DEBUG_PORT_COVERED: Final = "debug-port-covered"


def unexposed_interfaces_are_closed(rows: tuple[Intf, ...]) -> Judgements:
    """What needs no exposure is inside the casing, or switched off if it is a radio (5.6-3-1b)."""
    return each(rows, INTF, ENCLOSED, _enclosed)


def _enclosed(row: Intf) -> Judgement:
    refs = (row_ref(INTF, row),)
    if row.type not in {"physical", "radio"}:
        return held(row.id, ENCLOSED, reason("interface-not-physical"), rows=refs)
    if row.exposed:
        return _exposed(row, refs)
    return _radio(row, refs) if row.type == "radio" else _inside(row, refs)


def _radio(row: Intf, refs: tuple[str, ...]) -> Judgement:
    if row.status == "enabled":
        return contradicted(row.id, ENCLOSED, reason("radio-on-unneeded"), rows=refs)
    return held(row.id, ENCLOSED, reason("radio-off"), rows=refs)


def _inside(row: Intf, refs: tuple[str, ...]) -> Judgement:
    if not row.protection:
        return field_missing(row, ENCLOSED, "protection")
    if says_none(row.protection):
        return contradicted(row.id, ENCLOSED, reason("interface-unprotected"), rows=refs)
    return held(row.id, ENCLOSED, reason("interface-enclosed"), rows=refs)


def _exposed(row: Intf, refs: tuple[str, ...]) -> Judgement:
    if row.status == "disabled" and not row.intermittent:
        return contradicted(row.id, ENCLOSED, reason("exposed-but-unused"), rows=refs)
    return held(row.id, ENCLOSED, reason("exposure-declared"), rows=refs)


def intermittent_interfaces_are_off(rows: tuple[Intf, ...]) -> Judgements:
    """What is needed only now and then is off until it is needed (5.6-3-1c)."""
    return each(rows, INTF, INTERMITTENT_OFF, _intermittent)


def _intermittent(row: Intf) -> Judgement:
    refs = (row_ref(INTF, row),)
    if not row.intermittent:
        return held(row.id, INTERMITTENT_OFF, reason("interface-not-intermittent"), rows=refs)
    if row.status == "enabled":
        return contradicted(row.id, INTERMITTENT_OFF, reason("intermittent-always-on"), rows=refs)
    if not row.protection:
        return field_missing(row, INTERMITTENT_OFF, "protection")
    return held(row.id, INTERMITTENT_OFF, reason("intermittent-off"), rows=refs)


def debug_interfaces_have_a_switch(rows: tuple[Intf, ...]) -> Judgements:
    """Every debug interface has a declared means to switch it off in software (5.6-4-1b)."""
    return each(rows, INTF, DEBUG_SWITCH, _switch)


def _switch(row: Intf) -> Judgement:
    refs = (row_ref(INTF, row),)
    if not row.debug_interface:
        return held(row.id, DEBUG_SWITCH, reason("interface-not-debug"), rows=refs)
    if not row.protection:
        return field_missing(row, DEBUG_SWITCH, "protection")
    if says_none(row.protection):
        return contradicted(row.id, DEBUG_SWITCH, reason("debug-without-switch"), rows=refs)
    return held(row.id, DEBUG_SWITCH, reason("debug-switch-declared"), rows=refs)


def debug_interfaces_are_off(rows: tuple[Intf, ...]) -> Judgements:
    """Every debug interface is disabled for good or by default (5.6-4-1c)."""
    return each(rows, INTF, DEBUG_OFF, _debug_off)


def _debug_off(row: Intf) -> Judgement:
    refs = (row_ref(INTF, row),)
    if not row.debug_interface:
        return held(row.id, DEBUG_OFF, reason("interface-not-debug"), rows=refs)
    if row.status == "enabled":
        return contradicted(row.id, DEBUG_OFF, reason("debug-on"), rows=refs)
    return held(row.id, DEBUG_OFF, reason("debug-off"), rows=refs)


def debug_interfaces_are_guarded(rows: tuple[Intf, ...]) -> Judgements:
    """Every debug interface is off, or something guards it (5.6-4A-1b of V3.1.3)."""
    return each(rows, INTF, DEBUG_GUARDED, _guarded)


def _guarded(row: Intf) -> Judgement:
    return _debug_off(row) if row.status == "disabled" else _protected(row, DEBUG_GUARDED)


def debug_ports_are_covered(rows: tuple[Intf, ...]) -> Judgements:
    """Every debug interface that is a physical port has a protection (5.6-4B-1a of V3.1.3)."""
    ports = tuple(row for row in rows if row.type == "physical")
    return each(ports, INTF, DEBUG_PORT_COVERED, lambda row: _protected(row, DEBUG_PORT_COVERED))


def _protected(row: Intf, criterion: str) -> Judgement:
    refs = (row_ref(INTF, row),)
    if not row.debug_interface:
        return held(row.id, criterion, reason("interface-not-debug"), rows=refs)
    if not row.protection:
        return field_missing(row, criterion, "protection")
    if says_none(row.protection):
        return contradicted(row.id, criterion, reason("interface-unprotected"), rows=refs)
    return held(row.id, criterion, reason("debug-protected"), rows=refs)
