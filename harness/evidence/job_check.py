"""Whether the job record of a survey says all that a test report needs."""

import datetime as dt
from typing import Final

from harness.encoding.clock import parse_utc
from harness.encoding.tree import Tree, read
from harness.errors import CaptureError, EvidenceError
from harness.evidence.description import assessments_in
from harness.model.job import NAME, JobRecord
from harness.model.job_gaps import Gap, Performed, gaps_against, gaps_in
from harness.model.record import SurveyRecord

JOB: Final = f"survey/{NAME}"
"""Where the record lies below ``data/``."""
_EASTERNMOST: Final = dt.timedelta(hours=14)
_WESTERNMOST: Final = dt.timedelta(hours=-12)


def missing_in(data: Tree) -> tuple[Gap, ...]:
    """What the job record below ``data/`` lacks for what was done; all of it if there is none.

    Raises:
        EvidenceError: the survey or an assessment is missing.
        CaptureError: a document is not strict JSON.
        ValueError: one does not fit its schema.
    """
    there = JOB in data.names()
    job = JobRecord.from_bytes(read(data, JOB)) if there else JobRecord()
    return (*gaps_in(job), *gaps_against(job, performed_in(data)))


def performed_in(data: Tree) -> Performed:
    """What was done, as survey and assessments below ``data/`` say.

    Raises:
        EvidenceError: the survey or an assessment is missing.
        CaptureError: a document is not strict JSON.
        ValueError: one does not fit its schema.
    """
    survey = SurveyRecord.from_bytes(read(data, "survey/survey.json"))
    return Performed(
        frameworks=tuple((each.framework, each.decision_rule) for each in assessments_in(data)),
        samples=tuple(sample.id for sample in survey.samples),
        first=(parse_utc(survey.started) + _EASTERNMOST).date(),
        last=(parse_utc(survey.ended or survey.started) + _WESTERNMOST).date(),
    )


def require_job(data: Tree) -> None:
    """Refuse to seal a test that lacks something of ISO/IEC 17025.

    Raises:
        EvidenceError: naming everything that is missing, with its clause; or a document that is
            missing or wrong.
    """
    try:
        missing = missing_in(data)
    except (CaptureError, ValueError) as error:
        problem = str(error).splitlines()[0]
        raise EvidenceError(f"not sealed, since a document is wrong: {problem}") from error
    if missing:
        listed = "; ".join(str(gap) for gap in missing)
        raise EvidenceError(
            f"not sealed as a test: the job record lacks {len(missing)} of what ISO/IEC 17025 asks "
            f"for: {listed}. Fill it in, then: certbench job attach FILE RUN, and "
            "certbench run --resume RUN"
        )
