"""Which outages does the declaration provide for? (5.9-1, 5.9-2)."""

from typing import Final

from harness.assessment.judging import contradicted, held, reason, undecided
from harness.assessment.rules.rows import RES_MECH, no_rows, row_ref
from harness.model.ixit import ResMech
from harness.model.judgement import Judgement

COVERED: Final = "outages-covered"
LOCAL_FUNCTION: Final = "local-function-kept"
_OUTAGES: Final = ("network", "power")


def outages_are_covered(rows: tuple[ResMech, ...]) -> Judgement:
    """There is a mechanism for outages of the network and one for those of power (5.9-1-1a).

    One judgement of the DUT; whether the mechanisms fit is for people to say.
    """
    if not rows:
        return no_rows(COVERED, RES_MECH)
    types = {row.type for row in rows}
    lacking = [outage for outage in _OUTAGES if outage not in types]
    refs = tuple(row_ref(RES_MECH, row) for row in rows)
    if not lacking:
        return held("DUT", COVERED, reason("outages-covered"), rows=refs)
    untyped = [row for row in rows if not row.type]
    if untyped:
        return undecided("DUT", COVERED, reason("field-missing", row=untyped[0].id, field="type"))
    why = reason("outage-not-covered", outage=", ".join(lacking))
    return contradicted("DUT", COVERED, why, rows=refs)


def local_function_is_kept(rows: tuple[ResMech, ...]) -> Judgement:
    """One mechanism for network outages keeps local functions going (5.9-2-1b).

    One judgement of the DUT. A mechanism that only connects again keeps nothing going itself, so
    that one that does is enough, and all must deny it to contradict.
    """
    mechanisms = [row for row in rows if row.type == "network"]
    if not mechanisms:
        return undecided("DUT", LOCAL_FUNCTION, reason("no-rows", table=RES_MECH))
    keeping = [row for row in mechanisms if row.keeps_local_function == "yes"]
    if keeping:
        why, refs = reason("local-function-kept"), tuple(row_ref(RES_MECH, row) for row in keeping)
        return held("DUT", LOCAL_FUNCTION, why, rows=refs)
    silent = [row for row in mechanisms if not row.keeps_local_function]
    if silent:
        why = reason("field-missing", row=silent[0].id, field="keeps_local_function")
        return undecided("DUT", LOCAL_FUNCTION, why)
    refs = tuple(row_ref(RES_MECH, row) for row in mechanisms)
    return contradicted("DUT", LOCAL_FUNCTION, reason("local-function-not-kept"), rows=refs)
