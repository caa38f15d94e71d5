"""Can users delete what is kept of them, on the device and on services? (5.11-1 to -4)."""

from typing import Final

from harness.assessment.judging import all_of, contradicted, held, reason, undecided
from harness.assessment.rules.filling import filled
from harness.assessment.rules.rows import (
    DEL_FUNC,
    PERS_DATA,
    each,
    field_missing,
    no_rows,
    row_ref,
    says_none,
)
from harness.model.ixit import DelFunc, Ixit, PersData
from harness.model.judgement import Judgement, Judgements

ON_DEVICE: Final = "stored-data-deletable"
ON_SERVICES: Final = "service-data-deletable"
CONFIRMED: Final = "deletion-confirmed"
_SERVICES: Final = frozenset({"services", "both"})
_DEVICE: Final = frozenset({"device", "both"})


def stored_data_can_be_deleted(ixit: Ixit) -> Judgements:
    """Personal data on the device has a function that deletes it there (5.11-1-1a).

    One judgement of each row of 21-PersData. It compares the rows' Target Type only: whether the
    function reaches these data is for people to say.
    """
    return each(ixit.pers_data, PERS_DATA, ON_DEVICE, lambda row: _stored(row, ixit))


def _stored(row: PersData, ixit: Ixit) -> Judgement:
    ref = row_ref(PERS_DATA, row)
    if not row.on_device:
        return held(row.id, ON_DEVICE, reason("data-not-on-device"), rows=(ref,))
    for function in ixit.del_func:
        if function.target_type in _DEVICE:
            rows = (ref, row_ref(DEL_FUNC, function))
            return held(row.id, ON_DEVICE, reason("data-deletable", by=function.id), rows=rows)
    if not ixit.del_func and not ixit.declares_none(DEL_FUNC):
        return no_rows(ON_DEVICE, DEL_FUNC).model_copy(update={"item": row.id})
    untyped = [function for function in ixit.del_func if not function.target_type]
    if untyped:
        why = reason("field-missing", row=untyped[0].id, field="target_type")
        return undecided(row.id, ON_DEVICE, why)
    why = reason("data-not-deletable", place="the device")
    return contradicted(row.id, ON_DEVICE, why, rows=(ref,))


def service_data_can_be_deleted(
    data: tuple[PersData, ...], functions: tuple[DelFunc, ...]
) -> Judgements:
    """Every associated service that holds personal data has a deletion function (5.11-2-1b).

    One judgement of each row of 21-PersData. Where no row names a service, nothing is decided: no
    field says that there is none.
    """
    if data and not any(_services(row) for row in data):
        return (undecided("DUT", ON_SERVICES, reason("no-service-declared")),)
    return each(data, PERS_DATA, ON_SERVICES, lambda row: _covered(row, functions))


def deletions_are_confirmed(rows: tuple[DelFunc, ...]) -> Judgements:
    """Every deletion tells the user that it was done (5.11-4)."""
    return each(
        rows, DEL_FUNC, CONFIRMED, lambda row: filled(row, DEL_FUNC, CONFIRMED, "confirmation")
    )


def _services(row: PersData) -> tuple[str, ...]:
    return tuple(name for name in row.services if name.strip() and not says_none(name))


def _covered(row: PersData, functions: tuple[DelFunc, ...]) -> Judgement:
    services = _services(row)
    if services:
        return all_of(row.id, ON_SERVICES, [_service(row, name, functions) for name in services])
    if not row.on_device:
        return field_missing(row, ON_SERVICES, "services")
    return held(row.id, ON_SERVICES, reason("data-on-no-service"), rows=(row_ref(PERS_DATA, row),))


def _service(row: PersData, service: str, functions: tuple[DelFunc, ...]) -> Judgement:
    ref = row_ref(PERS_DATA, row)
    wanted = _plain(service)
    naming = [entry for entry in functions if wanted in {_plain(name) for name in entry.services}]
    for function in naming:
        if function.target_type in _SERVICES:
            rows = (ref, row_ref(DEL_FUNC, function))
            return held(row.id, ON_SERVICES, reason("data-deletable", by=function.id), rows=rows)
    vague = next((entry for entry in functions if _vague(entry, named=entry in naming)), None)
    if vague is not None:
        field = "services" if vague.target_type else "target_type"
        return undecided(row.id, ON_SERVICES, reason("field-missing", row=vague.id, field=field))
    why = reason("data-not-deletable", place=service)
    return contradicted(row.id, ON_SERVICES, why, rows=(ref,))


def _vague(function: DelFunc, *, named: bool) -> bool:
    """Whether a function may reach a service without saying so."""
    if not function.target_type:
        return named or not function.services
    return function.target_type in _SERVICES and not function.services


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
