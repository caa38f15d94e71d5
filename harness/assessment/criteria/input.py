"""Handling of unexpected input by HTTP servers (EN 303 645 5.13-1)."""

from typing import Final

from harness.assessment.criteria.looking import Look, proof
from harness.assessment.judging import all_of
from harness.facts.http import HttpInputFacts, InputCase, InputOutcome
from harness.facts.store import FactRecord
from harness.model.judgement import Judgement
from harness.model.observation import Present

Record = FactRecord[HttpInputFacts]
_FLAWS: Final = {
    InputOutcome.SERVER_ERROR: "server-error-on-unexpected-input",
    InputOutcome.INTERNALS_SHOWN: "internals-shown",
    InputOutcome.DIED: "died-of-unexpected-input",
}


def unexpected_input_processed(record: Record, item: str, target: str) -> Judgement:
    """Every unexpected input is refused or ignored, and the server lives on.

    Internals that came back speak for themselves. A server error or a dead server contradicts only
    where a well-formed request was answered properly before and after, and so does every refusal
    hold only there.
    """
    look = Look("unexpected-input-processed", item, target, record)
    server = record.facts.on(target)
    if server is None or record.facts.gap(target) is not None:
        return look.unexamined()
    controlled = isinstance(server.control, Present)
    parts = [_judge(look, case, controlled=controlled) for case in server.cases]
    if not parts:
        return look.undecided("no-input-tried")
    if controlled:
        places = (*proof(server.control), *(case.evidence for case in server.cases))
        parts.append(look.held("unexpected-input-refused", places, cases=len(server.cases)))
    return all_of(item, look.criterion, parts)


def _judge(look: Look, case: InputCase, *, controlled: bool) -> Judgement:
    place = (case.evidence,)
    if case.outcome is InputOutcome.INTERNALS_SHOWN:
        return look.contradicted(_FLAWS[case.outcome], place, case=case.name)
    if case.outcome is InputOutcome.NO_ANSWER:
        return look.undecided("no-answer", case=case.name)
    if not controlled and case.outcome is not InputOutcome.DIED:
        return look.undecided("control-missing", case=case.name)
    if case.outcome in _FLAWS:
        return look.contradicted(_FLAWS[case.outcome], place, case=case.name)
    return look.held("unexpected-input-refused", place, case=case.name)
