"""What rests on captures that an edition holds back, and what gives no facts without them."""

import pytest

from harness.encoding.tree import DirectoryTree, SubTree
from harness.evidence.manifest import SaltSource, make_manifest
from harness.evidence.redaction import redact
from harness.interpret.survey import attempts_resting_on, read_survey
from harness.model.declaration import DecidedBy, FactNeed, Samples, UnitDeclaration
from harness.model.disclosure import DisclosureRule, Level
from harness.model.dossier import Dossier, DutIdentification
from harness.model.external import ExternalEvidence
from harness.model.ids import FactKey, ProbeName, SampleId, UnitId, VisitId
from harness.model.layout import MANIFEST
from harness.model.question import Question
from harness.model.record import (
    AttemptOutcome,
    AttemptRecord,
    CaptureEntry,
    SampleRecord,
    SurveyRecord,
    VisitRecord,
)
from harness.model.states import DeviceState, Purpose
from harness.replay.withheld import HeldEvidence

AT = "2026-11-21T08:15:30.000000Z"
FIRST, LATER = (
    ("1-as-received", DeviceState.AS_RECEIVED),
    ("2-initialised", DeviceState.INITIALISED),
)
UPSTREAM = {"identity": {}, "ports": {}, "services": {"ports": 1}, "tls": {"services": 1}}


def write(survey, sample, visit, state, probe):
    key = FactKey(probe=ProbeName(probe), sample=SampleId(sample), visit=VisitId(visit), attempt=1)
    folder = survey / key.folder
    folder.mkdir(parents=True)
    (folder / "c.jsonl").write_bytes(b"{}\n")
    record = AttemptRecord(
        key=key, probe_version=1, outcome=AttemptOutcome.COMPLETED, started=AT, ended=AT,
        upstream=UPSTREAM[probe],
        captures=(CaptureEntry(name="c.jsonl", schema_name="x", size=3, complete=True),),
    )  # fmt: skip
    (folder / "attempt.json").write_bytes(record.to_bytes())
    stay = VisitRecord(
        sample=key.sample, visit=key.visit, state=state, entered_by="x", state_confirmed=True,
        started=AT,
    )  # fmt: skip
    (survey / sample / visit / "visit.json").write_bytes(stay.to_bytes())


@pytest.fixture
def bundle(tmp_path):
    survey = tmp_path / "data" / "survey"
    for sample in ("A", "B"):
        for visit, state in (FIRST, LATER):
            for probe in UPSTREAM:
                write(survey, sample, visit, state, probe)
    record = SurveyRecord(
        run_id="r", purpose=Purpose.DEMO, bench="b", bench_kind="private", started=AT,
        samples=tuple(SampleRecord(id=SampleId(name), origin="x") for name in ("A", "B")),
        visits=tuple((SampleId(s), VisitId(v)) for s in ("A", "B") for v, _ in (FIRST, LATER)),
    )  # fmt: skip
    (survey / "survey.json").write_bytes(record.to_bytes())
    (survey / "answers").mkdir()
    (survey / "answers" / "1.json").write_bytes(b"{}")
    return tmp_path


def hold_back(bundle, *files):
    """Make the bundle an edition of itself."""
    rules = [DisclosureRule(files=name, level=Level.METADATA, reason="a secret") for name in files]
    manifest = redact(make_manifest(DirectoryTree(bundle), SaltSource(b"s" * 32)), rules)
    (bundle / "evb").mkdir()
    (bundle / MANIFEST).write_bytes(b"".join(entry.line() for entry in manifest))
    for entry in manifest:
        if entry.level is Level.METADATA:
            (bundle / entry.path).unlink()


def unit(name, *needs, questions=()):
    return UnitDeclaration(
        unit=UnitId(name), decided_by=DecidedBy.AUTOMATIC, facts=needs, questions=questions
    )


def need(probe, state=DeviceState.INITIALISED, samples=Samples.FIRST):
    return FactNeed(probe=ProbeName(probe), state=state, samples=samples)


QUESTION = Question(id="q", prompt="Is it?")
UNITS = (
    unit("ports", need("ports")),
    unit("services", need("services")),
    unit("tls", need("tls")),
    unit("both", need("ports"), need("tls")),
    unit("early", need("tls", DeviceState.AS_RECEIVED)),
    unit("each", need("tls", samples=Samples.EACH)),
    unit("asked", questions=(QUESTION,)),
    unit("dossier"),
)


@pytest.mark.parametrize(
    ("files", "listed"),
    [
        ([], set()),
        (["survey/A/2-*/tls/**/*.jsonl"], {"tls", "both", "each"}),
        (["survey/A/2-*/services/**/*.jsonl"], {"services", "tls", "both", "each"}),
        (["survey/B/2-*/ports/**/*.jsonl"], {"each"}),
        (["survey/A/1-*/ports/**/*.jsonl"], {"early"}),
        (["survey/A/2-*/identity/**/*.jsonl"], {"ports", "services", "tls", "both", "each"}),
        (["survey/answers/*"], {"asked"}),
    ],
    ids=["nothing", "a probe", "upstream", "other sample", "other state", "identity", "answers"],
)
def test_exactly_the_units_that_declare_what_rests_on_it_are_listed(bundle, files, listed):
    hold_back(bundle, *files)
    found = HeldEvidence(bundle).unable(UNITS)
    assert set(found) == listed
    assert all("a secret" in why for why in found.values())


def test_a_run_directory_holds_nothing_back(bundle):
    assert HeldEvidence(bundle / "data").unable(UNITS) == {}


def test_the_attempts_that_rest_on_a_capture_name_it(bundle):
    survey = SubTree(DirectoryTree(bundle), "data/survey")
    capture = "A/2-initialised/services/1/c.jsonl"
    found = attempts_resting_on(survey, frozenset({capture}))
    assert found.first == "A"
    assert {key: each.because for key, each in found.attempts.items()} == {
        "A/2-initialised/services/1": capture,
        "A/2-initialised/tls/1": capture,
    }


def test_attempts_give_no_facts_without_their_captures_and_say_so(bundle):
    (bundle / "data/survey/A/2-initialised/services/1/c.jsonl").unlink()
    missing = {
        str(absent.key): absent.reason
        for absent in read_survey(SubTree(DirectoryTree(bundle), "data/survey")).missing
    }
    mine = {key: why for key, why in missing.items() if "edition" in why}
    assert mine == {
        str(key): why
        for key, why in mine.items()
        if ("services" in key and why == "not in this edition: c.jsonl")
        or ("tls" in key and why.startswith("rests on") and "services" in why)
    }
    assert len(mine) == 2


@pytest.fixture
def certified(bundle):
    """The bundle with a certificate for a row of 10-SecParam."""
    record = ExternalEvidence(
        id="SE-1",
        title="t",
        issuer="i",
        accreditation="a",
        scope="s",
        valid_from="2026-01-01",
        valid_until="2026-12-31",
        file="se.pdf",
        sha256="0" * 64,
        covers=("10-SecParam/SecParam-1",),
    )
    survey = bundle / "data" / "survey"
    dossier = Dossier(dut=DutIdentification(supplier="s", model="m"), evidence=(record,))
    (survey / "dossier.json").write_bytes(dossier.to_bytes())
    (survey / record.stored_name).parent.mkdir()
    (survey / record.stored_name).write_bytes(b"%PDF")
    return bundle


@pytest.mark.parametrize(
    ("files", "listed"),
    [
        (["survey/evidence/*"], {"takes"}),
        (["survey/answers/*"], {"takes", "asked"}),
        (["survey/B/2-*/ports/**/*.jsonl"], {"each"}),
    ],
)
def test_of_units_over_a_covered_table_those_that_take_evidence_are_listed(
    certified, files, listed
):
    hold_back(certified, *files)
    takes, other = (
        unit(name).model_copy(update={"per": "10-SecParam"}) for name in ("takes", "other")
    )
    elsewhere = unit("elsewhere").model_copy(update={"per": "11-ComMech"})
    found = HeldEvidence(certified).unable(
        (*UNITS, takes, other, elsewhere), {"takes", "elsewhere"}
    )
    assert set(found) == listed
