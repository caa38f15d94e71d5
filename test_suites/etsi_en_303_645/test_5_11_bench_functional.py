"""Group 5.11-1, the functional unit that the bench decides: what a deletion leaves behind."""

from typing import Final

from harness.testing import (
    INITIALISED,
    DelFunc,
    FactView,
    Ixit,
    Judgement,
    Judgements,
    LeftoversFacts,
    case,
    criteria,
    need,
    over_rows,
    reason,
    undecided,
    unit,
)

DEL_FUNC: Final = "25-DelFunc"
CRITERION: Final = "user-data-left"


@case("5.11-1-2")
class TestLeftovers:
    """User data that was erased is gone (EN 303 645 5.11-1)."""

    @unit("c", facts=[need(LeftoversFacts, INITIALISED)], per=DEL_FUNC)
    def test_no_user_data_is_left(self, facts: FactView, ixit: Ixit) -> Judgements:
        """Whatever could be read before the deletion can't be read after it.

        Functions that delete from services only are for 5.11-2; one that does not say what it
        deletes from decides nothing.
        """

        def judge(row: DelFunc) -> Judgement:
            if not row.target_type:
                why = reason("field-missing", row=row.id, field="target_type")
                return undecided(row.id, CRITERION, why)
            return facts.judge(
                LeftoversFacts,
                INITIALISED,
                row.id,
                CRITERION,
                lambda record: criteria.user_data_left(record, row.id),
            )

        rows = [row for row in ixit.del_func if row.target_type != "services"]
        return over_rows(DEL_FUNC, CRITERION, rows, judge)
