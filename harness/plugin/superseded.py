"""What there was to judge by when a dossier was replaced: the first verdicts, computed again.

A verdict under a replaced dossier rests on what was known while it counted. What was collected,
answered or decided later belongs to the dossier that replaced it.
"""

from dataclasses import replace

from harness.assessment.external import external_of
from harness.encoding.clock import parse_utc
from harness.encoding.tree import SubTree, Tree, read
from harness.errors import CaptureError, EvidenceError
from harness.evidence.external_files import digests_in
from harness.facts.store import FactBase
from harness.model.ids import FactKey
from harness.model.record import AttemptRecord
from harness.plugin.evidence_source import Evidence


def under_revision(evidence: Evidence, number: int) -> Evidence:
    """The evidence as it was when revision ``number`` of the dossier was replaced.

    Raises:
        EvidenceError: there is no such revision, it was not replaced, or a record of an attempt
            cannot be read.
    """
    found = [pair for pair in evidence.superseded if pair[0].revision == number]
    if not found:
        message = f"{evidence.root.label}: revision {number} of the dossier was not replaced"
        raise EvidenceError(message)
    dossier, replaced_by = found[0]
    survey = SubTree(evidence.root, "survey")
    facts = _begun_before(evidence.facts, survey, replaced_by.at)
    return replace(
        evidence,
        dossier=dossier,
        facts=facts,
        answers=tuple(
            answer for answer in evidence.answers if answer.number <= replaced_by.last_answer
        ),
        external=external_of(dossier, facts.survey, digests_in(survey, dossier)),
        superseded=tuple(pair for pair in evidence.superseded if pair[0].revision < number),
    )


def _begun_before(facts: FactBase, survey: Tree, at: str) -> FactBase:
    end = parse_utc(at)

    def counts(key: FactKey) -> bool:
        name = f"{key.folder}/attempt.json"
        try:
            attempt = AttemptRecord.from_bytes(read(survey, name))
            return parse_utc(attempt.started) < end
        except (ValueError, CaptureError) as error:
            raise EvidenceError(f"{survey.label}: {name}: {error}") from error

    return replace(
        facts,
        records=tuple(record for record in facts.records if counts(record.key)),
        missing=tuple(absent for absent in facts.missing if counts(absent.key)),
    )
