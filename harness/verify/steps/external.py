"""Part of step "verdicts": rows that hold on third-party evidence rest on what was accepted.

Everything is asked again that judging asked: the evidence stands in the dossier and names the row,
it was valid while the survey lasted, an assessor accepted it as it stands there, the unit allows
it, and the kept file is the one that the dossier names.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from harness.assessment.external import days_of, is_external, not_valid
from harness.assessment.judging import reason
from harness.encoding.tree import SubTree
from harness.evidence.description import answers_in
from harness.evidence.manifest import Entry, ManifestEntry, MetadataEntry
from harness.model.assessment import Assessment
from harness.model.catalogue import Catalogue
from harness.model.external import ExternalEvidence
from harness.model.judgement import Judgement
from harness.model.prose import render
from harness.model.question import Answer
from harness.model.record import SurveyRecord
from harness.verify.context import Context
from harness.verify.report import StepFailed
from harness.verify.steps.revisions import JudgedUnder

CODE = "E-EXTERNAL"


@dataclass(frozen=True)
class External:
    """What the survey says of third-party evidence.

    Attributes:
        records: id -> what the dossier says.
        entries: path below ``survey/`` -> the entry of the manifest.
        answers: number -> answer, of those that this edition shows.
        days: first and last day of the survey.
    """

    records: Mapping[str, ExternalEvidence]
    entries: Mapping[str, Entry]
    answers: Mapping[int, Answer]
    days: tuple[str, str]


def external_in(context: Context, under: JudgedUnder, record: SurveyRecord) -> External:
    """What a survey said of the third-party evidence of a dossier while that one counted.

    Raises:
        CaptureError: an answer is not strict JSON.
        ValueError: an answer does not fit its schema.
        StepFailed: ``E-EXTERNAL``: a kept file is not the one that the dossier names.
    """
    start = "data/survey/"
    entries: dict[str, Entry] = {
        entry.path.removeprefix(start): entry
        for entry in context.manifest_read or ()
        if isinstance(entry, ManifestEntry | MetadataEntry) and entry.path.startswith(start)
    }
    records = {each.id: each for each in under.dossier.evidence or ()}
    survey = SubTree(context.tree, "data/survey")
    last = under.replaced_by.last_answer if under.replaced_by else None
    given = answers_in(survey) if records else ()
    answers = {each.number: each for each in given if last is None or each.number <= last}
    found = External(records, entries, answers, days_of(record))
    for each in records.values():
        _check_file(each, found)
    return found


def _check_file(record: ExternalEvidence, found: External) -> None:
    entry = found.entries.get(record.stored_name)
    if isinstance(entry, MetadataEntry):
        return  # its digest is behind a salt; whoever has the file can compare both
    shown = entry.sha256 if isinstance(entry, ManifestEntry) else "not there"
    if shown != record.sha256:
        raise StepFailed(
            CODE, f"the file of external evidence {record.id} is {shown}", record.sha256
        )


def check_external(
    folder: str, assessment: Assessment, catalogue: Catalogue, found: External
) -> None:
    """Each row that holds as external may, and was accepted.

    Raises:
        StepFailed: ``E-EXTERNAL``, naming assessment, unit, row and evidence.
    """
    allowed = {each.id for each in catalogue.units if each.external_evidence}
    for unit in assessment.units:
        for judgement in filter(is_external, unit.judgements):
            problem = next(_problems(judgement, found, allowed=unit.unit in allowed), None)
            if problem is not None:
                raise StepFailed(
                    CODE,
                    f"{folder}: unit {unit.unit}, {judgement.item}: {problem}",
                    "external evidence that an assessor accepted for the row",
                )


def _problems(judgement: Judgement, found: External, *, allowed: bool) -> Iterator[str]:
    name = judgement.reason.params.get("evidence", "")
    row = judgement.reason.params.get("row", "")
    record = found.records.get(name)
    if record is None:
        yield f"external evidence {name} is not in the dossier"
        return
    if not allowed:
        yield "the catalogue allows no external evidence for it"
    if row not in record.covers or row.partition("/")[2] != judgement.item:
        yield f"external evidence {name} does not cover {row}"
    if {place.path for place in judgement.evidence} != {record.stored_name}:
        yield f"it does not rest on the file of external evidence {name}"
    said = {"title": record.title, "issuer": record.issuer, "valid_until": record.valid_until}
    if said != {key: judgement.reason.params.get(key) for key in said}:
        yield f"it describes external evidence {name} otherwise than the dossier"
    invalid = not_valid(record, found.days)
    if invalid is not None:
        yield render(invalid)
    yield from _not_accepted(judgement, record, row, found)


def _not_accepted(
    judgement: Judgement, record: ExternalEvidence, row: str, found: External
) -> Iterator[str]:
    """Why the answers that it cites do not accept the record, as it stands, for the row."""
    question = record.question(row.partition("/")[0])
    cited = [found.answers.get(number) for number in judgement.answers]
    if len(cited) != 1:
        yield render(reason("external-not-allowed", evidence=record.id))
        return
    answer = cited[0]
    if answer is None:
        number = judgement.answers[0]
        names = (f"answers/{number:05}.json", f"answers/{number}.json")
        if not any(isinstance(found.entries.get(name), MetadataEntry) for name in names):
            yield f"answer {number} is not there"
        return
    about = (question.id, question.digest, judgement.item)
    if (answer.question, answer.question_digest, answer.item) != about:
        yield f"answer {answer.number} is not about external evidence {record.id} as it stands"
    if answer.value not in question.holds:
        yield f"answer {answer.number} does not accept external evidence {record.id}"
    if answer.person != judgement.reason.params.get("person"):
        yield f"answer {answer.number} is of another person than it names"
    same = (answer.question, answer.item)
    if any((each.question, each.item) == same and each.number > answer.number
           for each in found.answers.values()):  # fmt: skip
        yield f"answer {answer.number} was replaced by a later one"
