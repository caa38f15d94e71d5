"""A row that holds on a third party's certificate: as an assessor accepted it, not otherwise."""

import hashlib
import json

import pytest

from harness.assessment.external import held_by
from harness.assessment.judging import held, reason, undecided
from harness.assessment.rollup import unit_verdict
from harness.encoding.canonical import canonical
from harness.model.assessment import Assessment
from harness.model.catalogue import Catalogue
from harness.model.declaration import DecidedBy, UnitDeclaration
from harness.model.disclosure import DisclosureRule, Level
from harness.model.dossier import Dossier
from harness.model.external import ExternalEvidence
from harness.model.ixit import Ixit
from harness.model.question import Answer
from harness.verify.policy import FrameworkDemand
from harness.verify.report import Step, StepOutcome

CERTIFICATE = b"%PDF-1.4 certificate 0815"
ROW = "10-SecParam/SecParam-1"
UNIT = "p1-1b"
ANSWER = "survey/answers/00002.json"
RECORD = ExternalEvidence(
    id="SE-1",
    title="Certificate 0815",
    issuer="Example Body",
    accreditation="ISO/IEC 17065, no. 4711",
    scope="Secure element X1",
    valid_from="2026-01-01",
    valid_until="2026-12-31",
    file="se.pdf",
    sha256=hashlib.sha256(CERTIFICATE).hexdigest(),
    covers=(ROW,),
)


def _rewrite(path, change) -> None:
    document = json.loads(path.read_bytes())
    change(document)
    path.write_bytes(canonical(document) + b"\n")


def _declare(data, *records) -> None:
    """Let the dossier say this, and everything that names the dossier follow."""
    path = data / "survey/dossier.json"
    rows = [
        {"id": f"SecParam-{number}", "description": "A key.", "type": "critical"}
        for number in (1, 2)
    ]
    update = {"evidence": records or None, "ixit": Ixit.model_validate({"10-SecParam": rows})}
    dossier = Dossier.from_bytes(path.read_bytes()).model_copy(update=update)
    path.write_bytes(dossier.to_bytes())
    for name in (data / "survey/survey.json", *data.glob("assessments/*/assessment.json")):
        _rewrite(name, lambda document: document.update(dossier_digest=dossier.digest))


def _answer(data, given=RECORD, value="accepted", number=2, item="SecParam-1") -> None:
    question = given.question("10-SecParam")
    answer = Answer(
        number=number,
        question=question.id,
        question_digest=question.digest,
        item=item,
        value=value,
        person="Ada Example",
        at="2026-11-21T09:00:00.000000Z",
    )
    (data / f"survey/answers/{number:05}.json").write_bytes(answer.to_bytes())


def _catalogue(data, *, external) -> None:
    path = next(data.glob("assessments/*/catalogue.json"))
    book = Catalogue.from_bytes(path.read_bytes())
    units = tuple(
        unit.model_copy(update={"external_evidence": external}) if unit.id == UNIT else unit
        for unit in book.units
    )
    book = book.model_copy(update={"units": units})
    path.write_bytes(book.to_bytes())
    _rewrite(
        path.with_name("assessment.json"),
        lambda document: document["judge"].update(catalogue=book.digest),
    )


def _judgement(given=RECORD, row=ROW):
    item = row.partition("/")[2]
    accepted = held(
        item,
        given.question("10-SecParam").id,
        reason("answered", person="Ada Example"),
        answers=[2],
    )
    return held_by(given, row, accepted, undecided(item, "q", reason("person-not-asked")))


def _hold(data, judgement, decided_by=DecidedBy.JUDGEMENT) -> None:
    """Let the unit rest on ``judgement``."""
    path = next(data.glob("assessments/*/assessment.json"))
    judged = Assessment.from_bytes(path.read_bytes())
    declared = UnitDeclaration(unit=UNIT, decided_by=DecidedBy.JUDGEMENT)
    verdict, why, items = unit_verdict(declared, [judgement])
    changes = {
        "decided_by": decided_by,
        "verdict": verdict,
        "reason": why,
        "items": items,
        "judgements": (judgement,),
    }
    units = tuple(
        unit.model_copy(update=changes) if unit.unit == UNIT else unit for unit in judged.units
    )
    path.write_bytes(judged.model_copy(update={"units": units}).to_bytes())


def _accepted(data) -> None:
    """What an honest laboratory writes down."""
    _catalogue(data, external=True)
    _declare(data, RECORD)
    _answer(data)
    _hold(data, _judgement())
    file = data / "survey" / RECORD.stored_name
    file.parent.mkdir()
    file.write_bytes(CERTIFICATE)


def _steps(scene, spoil=lambda data: None):
    books = []

    def edit(data) -> None:
        _accepted(data)
        spoil(data)
        path = next(data.glob("assessments/*/catalogue.json"))
        books.append(Catalogue.from_bytes(path.read_bytes()).digest)

    scene.relab(edit)
    (was,) = scene.policy.frameworks
    made = {**vars(was), "catalogues": frozenset(books)}
    scene.ask(frameworks=(FrameworkDemand(**made),))
    report = scene.verify()
    return report.ok, {each.step: each for each in report.steps}


def test_accepted_evidence_verifies(scene):
    ok, steps = _steps(scene)
    assert ok, steps


def test_an_edition_that_holds_the_certificate_back_verifies_too(scene):
    _steps(scene)
    why = "the issuer allows no publication"
    files = f"survey/{RECORD.stored_name}"
    scene.hold_back(DisclosureRule(files=files, level=Level.METADATA, reason=why))
    report = scene.verify()
    assert report.ok, report
    (step,) = (each for each in report.steps if each.step is Step.REDACTION)
    assert "1 evidence as metadata" in step.shown


def _swap(data) -> None:
    (data / "survey" / RECORD.stored_name).write_bytes(b"%PDF-1.4 certificate 0816")


def _swap_with_its_digest(data) -> None:
    """Another file, which the dossier names; the answer was given to the first one."""
    other = RECORD.model_copy(update={"sha256": hashlib.sha256(b"other").hexdigest()})
    (data / "survey" / RECORD.stored_name).unlink()
    (data / "survey" / other.stored_name).write_bytes(b"other")
    _declare(data, other)
    _hold(data, _judgement(other))


def _remove(data) -> None:
    (data / "survey" / RECORD.stored_name).unlink()


def _extend(data) -> None:
    longer = RECORD.model_copy(update={"valid_until": "2030-12-31"})
    _declare(data, longer)
    _hold(data, _judgement(longer))


def _widen(data) -> None:
    """The acceptance of one row is made to serve another."""
    wider = RECORD.model_copy(update={"covers": (ROW, "10-SecParam/SecParam-2")})
    _declare(data, wider)
    _hold(data, _judgement(wider, "10-SecParam/SecParam-2"))


def _row_that_is_not_covered(data) -> None:
    _hold(data, _judgement(row="10-SecParam/SecParam-2"))


def _row_in_the_name_of_another(data) -> None:
    judgement = _judgement()
    _hold(data, judgement.model_copy(update={"item": "SecParam-2"}))


def _nobody_accepted(data) -> None:
    (data / ANSWER).unlink()


def _refused(data) -> None:
    _answer(data, value="refused")


def _refused_later(data) -> None:
    _answer(data, value="refused", number=3)


def _another_rows_acceptance(data) -> None:
    _answer(data, item="SecParam-2")


def _another_answer(data) -> None:
    _hold(data, _judgement().model_copy(update={"answers": (1,)}))


def _ran_out(data) -> None:
    """Accepted in good order, and not valid any more on the day of the test."""
    old = RECORD.model_copy(update={"valid_until": "2026-11-20"})
    _declare(data, old)
    _answer(data, old)
    _hold(data, _judgement(old))


def _not_in_the_dossier(data) -> None:
    _declare(data)


def _not_in_the_catalogue(data) -> None:
    _catalogue(data, external=None)


def _another_issuer(data) -> None:
    judgement = _judgement()
    params = {**judgement.reason.params, "issuer": "Famous Body"}
    why = judgement.reason.model_copy(update={"params": params})
    _hold(data, judgement.model_copy(update={"reason": why}))


def _another_person(data) -> None:
    judgement = _judgement()
    params = {**judgement.reason.params, "person": "Somebody Known"}
    why = judgement.reason.model_copy(update={"params": params})
    _hold(data, judgement.model_copy(update={"reason": why}))


def _another_file(data) -> None:
    place = _judgement().evidence[0].model_copy(update={"path": "dossier.json"})
    _hold(data, _judgement().model_copy(update={"evidence": (place,)}))


@pytest.mark.parametrize(
    ("spoil", "names"),
    [
        (_swap, "the file of external evidence SE-1"),
        (_swap_with_its_digest, "not about external evidence SE-1 as it stands"),
        (_remove, "not there"),
        (_extend, "not about external evidence SE-1 as it stands"),
        (_widen, "not about external evidence SE-1 as it stands"),
        (_row_that_is_not_covered, "does not cover 10-SecParam/SecParam-2"),
        (_row_in_the_name_of_another, "does not cover 10-SecParam/SecParam-1"),
        (_refused, "answer 2 does not accept external evidence SE-1"),
        (_refused_later, "answer 2 was replaced by a later one"),
        (_another_rows_acceptance, "not about external evidence SE-1"),
        (_another_answer, "answer 1 is not about external evidence SE-1"),
        (_ran_out, "valid from 2026-01-01 until 2026-11-20, tested on 2026-11-21"),
        (_not_in_the_dossier, "external evidence SE-1 is not in the dossier"),
        (_not_in_the_catalogue, "the catalogue allows no external evidence"),
        (_another_issuer, "describes external evidence SE-1 otherwise"),
        (_another_person, "answer 2 is of another person than it names"),
        (_another_file, "does not rest on the file of external evidence SE-1"),
    ],
)
def test_evidence_that_nobody_accepted_as_it_stands_is_refused(scene, spoil, names):
    ok, steps = _steps(scene, spoil)
    assert not ok
    step = steps[Step.VERDICTS]
    assert (step.outcome, step.code) == (StepOutcome.FAILED, "E-EXTERNAL")
    assert names in step.shown


def test_evidence_whose_acceptance_was_taken_away_is_refused(scene):
    ok, steps = _steps(scene, _nobody_accepted)
    assert not ok
    assert steps[Step.VERDICTS].code == "E-EVIDENCE"
    assert "answer 2, which is not there" in steps[Step.VERDICTS].shown


def test_no_rule_passes_a_row_on_evidence(scene):
    ok, steps = _steps(scene, lambda data: _hold(data, _judgement(), DecidedBy.RULE))
    assert not ok
    assert (steps[Step.VERDICTS].code, UNIT in steps[Step.VERDICTS].shown) == ("E-VERDICT", True)
