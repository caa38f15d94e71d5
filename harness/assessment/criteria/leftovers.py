"""User data after its deletion (EN 303 645 5.11-1)."""

from typing import Final

from harness.assessment.criteria.looking import Look
from harness.assessment.judging import all_of
from harness.facts.leftovers import LeftoversFacts, Trace
from harness.facts.store import FactRecord
from harness.model.judgement import Judgement
from harness.model.observation import Present, Unknown

Record = FactRecord[LeftoversFacts]
LEFT: Final = "user-data-left"


def user_data_left(record: Record, item: str) -> Judgement:
    """Nothing that stood somewhere before deletion ``item`` can be read there after it.

    Only places where a piece of user data was found before the deletion show that it is gone.
    """
    look = Look(LEFT, item, item, record)
    if record.facts.gap(item) is not None:
        return look.unexamined()
    for deletion in record.facts.deletions:
        if deletion.function == item and isinstance(deletion.done, Unknown):
            return look.undecided("not-observed", why=deletion.done.reason)
    traces = [entry for entry in record.facts.traces if entry.function == item]
    telling = [
        entry
        for entry in traces
        if isinstance(entry.before, Present) or isinstance(entry.after, Present)
    ]
    if not telling:
        return look.undecided("no-user-data-found-before")
    return all_of(item, LEFT, [_gone(record, item, entry) for entry in telling])


def _gone(record: Record, item: str, trace: Trace) -> Judgement:
    look = Look(LEFT, item, f"{trace.datum} in {trace.place}", record)
    return look.must_be_absent(trace.after, absent="user-data-gone", present="user-data-left")
