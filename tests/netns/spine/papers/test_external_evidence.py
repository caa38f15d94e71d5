"""Certificates for rows of the hardened router: accepted, refused, run out, contradicted by a fact.

One dossier has them all; it is judged by the one child process, over the stored survey.
"""

import hashlib
import shutil

import pytest

from harness.model.dossier import Dossier
from harness.model.external import ExternalEvidence
from harness.model.question import Answer

pytestmark = [pytest.mark.netns, pytest.mark.slow]

STORED, LINKS = "5.4-1-1c", ("5.5-1-2a", "5.5-6-2a")
CERTIFICATES = {
    "CHIP": ("10-SecParam/SecParam-1", "2999-12-31"),
    "NOT-OURS": ("10-SecParam/SecParam-2", "2999-12-31"),
    "OLD": ("10-SecParam/SecParam-4", "2020-12-31"),
    "RADIO": ("11-ComMech/Radio-1", "2999-12-31"),
    "WEB": ("11-ComMech/Web-1", "2999-12-31"),
}
"""Record -> the row that it covers, and the last day of its validity."""
REFUSED = "NOT-OURS"
COVERED = [row.partition("/")[2] for row, _ in CERTIFICATES.values()]


def certificate(name):
    return f"%PDF-1.4 {name}".encode()


def record(name, row, until):
    return ExternalEvidence(
        id=name,
        title=f"Certificate {name}",
        issuer="Example Body",
        accreditation="ISO/IEC 17065, no. 4711",
        scope="the part that the row declares",
        valid_from="2020-01-01",
        valid_until=until,
        file=f"{name}.pdf",
        sha256=hashlib.sha256(certificate(name)).hexdigest(),
        covers=(row,),
    )


def with_certificates(judge, dossier):
    """The dossier with a radio link, a web server declared with TLS 1.1, and the records."""
    link = dossier.to_json()["ixit"]["11-ComMech"][0]
    radio = {**link, "id": "Radio-1", "endpoints": ["radio"]}
    web = {**link, "id": "Web-1", "endpoints": ["tcp/443", "radio"], "crypto": ["TLSv1.1"]}
    crossing = dossier.to_json()["ixit"]["10-SecParam"][0]["communication_mechanisms"]
    edits = [
        {"add": "11-ComMech", "set": radio},
        {"add": "11-ComMech", "set": web},
        {
            "row": "10-SecParam/SecParam-1",
            "set": {"communication_mechanisms": [*crossing, "Radio-1", "Web-1"]},
        },
    ]
    records = tuple(record(name, *about) for name, about in CERTIFICATES.items())
    return judge.edited(dossier, edits).model_copy(update={"evidence": records})


def replies(dossier):
    """The assessor takes every record but one."""
    for each in dossier.evidence:
        ((table, row),) = each.rows()
        question = each.question(table)
        yield question, row, "refused" if each.id == REFUSED else "accepted"


@pytest.fixture(scope="module")
def evidence(hardened, judge, dossier, answers, tmp_path_factory):
    """A copy of the survey with this dossier; what people said of covered rows is left out."""
    run = tmp_path_factory.mktemp("external") / "run"
    shutil.copytree(hardened.run, run)
    declared = with_certificates(judge, dossier)
    (run / "survey/dossier.json").write_bytes(declared.to_bytes())
    folder = run / "survey/answers"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    given = [each for each in answers if not (each.question == STORED and each.item in COVERED)]
    for question, row, value in replies(declared):
        given.append(judge.answer(question, row, value, 0))
    for number, each in enumerate(given, 1):
        numbered = each.model_copy(update={"number": number})
        (folder / f"{number:05}.json").write_bytes(numbered.to_bytes())
    (run / "survey/evidence").mkdir()
    for each in declared.evidence:
        (run / "survey" / each.stored_name).write_bytes(certificate(each.id))
    return run


@pytest.fixture(scope="module", params=["2.1.1", "3.1.3"])
def judged(evidence, spine, request, tmp_path_factory):
    framework = f"{spine.etsi}@{request.param}"
    return spine.judged(evidence, framework, tmp_path_factory.mktemp("judged"))


def reasons(result, item):
    return [said.reason.code for said in result.judgements if said.item == item]


def test_an_accepted_certificate_stands_for_its_row_and_is_called_external(judged, evidence):
    unit = judged[STORED]
    assert unit.items["SecParam-1"] == "PASS"
    (judgement,) = (said for said in unit.judgements if said.item == "SecParam-1")
    assert judgement.reason.code == "external-evidence"
    assert judgement.reason.params["issuer"] == "Example Body"
    (number,) = judgement.answers
    answer = Answer.from_bytes((evidence / f"survey/answers/{number:05}.json").read_bytes())
    assert (answer.value, answer.item, answer.scripted) == ("accepted", "SecParam-1", True)


def test_one_that_was_refused_or_has_run_out_decides_nothing(judged):
    unit = judged[STORED]
    assert (unit.verdict, unit.items["SecParam-2"], unit.items["SecParam-4"]) == (
        "INCONCLUSIVE",
        "INCONCLUSIVE",
        "INCONCLUSIVE",
    )
    assert reasons(unit, "SecParam-2") == ["external-not-accepted", "person-not-asked"]
    assert reasons(unit, "SecParam-4") == ["external-not-valid", "person-not-asked"]


@pytest.mark.parametrize("name", LINKS)
def test_a_link_that_no_probe_looks_at_may_be_covered(judged, name):
    assert judged[name].items["Radio-1"] == "PASS"
    assert reasons(judged[name], "Radio-1") == ["external-evidence"]


@pytest.mark.parametrize("name", LINKS)
def test_no_certificate_outweighs_what_a_probe_saw(judged, name):
    assert (judged[name].verdict, judged[name].items["Web-1"]) == ("FAIL", "FAIL")
    assert "external-evidence" not in reasons(judged[name], "Web-1")


def test_units_that_do_not_take_certificates_are_as_open_as_without(judged, judge, evidence):
    """The same rows in every other unit: none of them holds as external."""
    external = {
        name
        for name, result in judged.items()
        for said in result.judgements
        if said.reason.code == "external-evidence"
    }
    version = "3.1.3" if "5.3-4A-1a" in judged else "2.1.1"
    allowed = {unit.id for unit in judge.catalogues[version].units if unit.external_evidence}
    assert {STORED, *LINKS} <= external <= allowed
    read_back = Dossier.from_bytes((evidence / "survey/dossier.json").read_bytes())
    assert len(read_back.evidence) == len(CERTIFICATES)
