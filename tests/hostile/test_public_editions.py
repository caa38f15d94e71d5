"""Public editions: honest ones verify against the signed root, and what abuses them is seen."""

import datetime as dt
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import pytest

from harness.encoding.canonical import canonical
from harness.encoding.tree import DirectoryTree, read
from harness.errors import EvidenceError, UsageError
from harness.evidence.archive import open_bundle
from harness.evidence.bag import tag_files
from harness.evidence.manifest import held_back, read_manifest
from harness.evidence.scrub import SecretFile
from harness.evidence.secret_forms import Secret
from harness.model.decision import Decision, Outcome
from harness.model.disclosure import DisclosureRule, Embargo, Level, Redaction
from harness.model.layout import DECISION, MANIFEST, STATEMENT
from harness.model.plan import TestPlan
from harness.replay.redacting import make_edition
from harness.trust.decision import make_decision, sign_saying
from harness.trust.dsse import parse_envelope
from harness.trust.keys import create_key
from harness.trust.statement import parse_statement
from harness.verify.bundle import verify_bundle
from harness.verify.policy import DisclosureDemand, Policy, TrustStore
from harness.verify.report import Step, StepOutcome

ATTEMPT = "data/survey/A/1-initialised/credentials/1"
CAPTURE = f"{ATTEMPT}/tcp-443.jsonl"
RESULT = "data/assessments/small-framework@1.0/allure-results/1-result.json"
ASSESSMENT = "data/assessments/small-framework@1.0/assessment.json"
CATALOGUE = "data/assessments/small-framework@1.0/catalogue.json"
TODAY = dt.datetime(2027, 1, 15, 12, tzinfo=dt.UTC)
UNTIL = dt.date(2027, 1, 31)
MARKER = "marker-5ad1f0c9"
FACTS = "certbench/facts-credentials/1"


def rule(files: str, level: Level = Level.METADATA, embargo: dt.date | None = None):
    return DisclosureRule(files=files, level=level, reason="pages of neighbours", embargo=embargo)


def edition(made, *rules, name="public", secrets=None):
    return make_edition(made.bundle, made.bundle.parent / name, rules, secrets)


def verify(path: Path, made, **policy):
    wanted = Policy(now=TODAY, **policy)
    return verify_bundle(open_bundle(path), TrustStore((made.key.public,)), wanted)


def failures(report) -> dict[str, str]:
    return {r.step.label: r.code for r in report.steps if r.outcome is StepOutcome.FAILED}


def contents(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


def test_an_edition_without_a_rule_shows_everything(made):
    done = edition(made)
    assert contents(done.folder) == contents(made.bundle)
    assert verify(done.folder, made).of(Step.REDACTION).shown == "nothing is held back"


def test_an_edition_verifies_against_the_same_root_as_folder_and_as_zip(made):
    done = edition(
        made, rule("**/tcp-443.jsonl"), rule("assessments/*/allure-results/**", Level.WITHHELD)
    )
    for path in (done.folder, done.archive):
        report = verify(path, made)
        assert report.ok, failures(report)
        said = report.of(Step.REDACTION).shown
        counts = "1 allure withheld, 1 capture as metadata, 1 report as metadata"
        assert said == f"{counts}; nobody signed views/"
    before, after = contents(made.bundle), contents(done.folder)
    assert before[STATEMENT] == after[STATEMENT]
    assert not {CAPTURE, RESULT, "data/report/index.html"} & set(after)
    assert done.root == made.sealed.predicate.bundle_root
    told = Redaction.from_bytes(after["views/redaction.json"])
    assert (told.metadata, told.withheld, told.embargoed) == (2, 1, 0)


def test_other_tools_agree_with_the_tag_files_of_an_edition(made):
    done = edition(made, rule("**/tcp-443.jsonl"))
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        command = ["sha256sum", "--strict", "--check", "--quiet", manifest]
        checked = subprocess.run(
            command, cwd=done.folder, capture_output=True, check=False, timeout=30
        )
        assert checked.returncode == 0, checked.stderr
    command = [sys.executable, "-m", "bagit", "--validate", str(done.folder)]
    checked = subprocess.run(command, capture_output=True, check=False, timeout=60)
    assert checked.returncode == 0, checked.stderr
    listed = (done.folder / "tagmanifest-sha256.txt").read_text()
    assert "views/index.html" in listed


def test_every_link_of_an_edition_leads_to_a_file_that_it_shows(tmp_path, maker):
    made = maker.make(tmp_path, failing=True)
    done = edition(made, rule("survey/answers/*"))
    views = done.folder / "views"
    page = (views / "index.html").read_text()
    links = {unquote(found) for found in re.findall(r'href="([^"#]+)"', page)}
    assert f"../{CAPTURE}" in links
    assert [link for link in links if not (views / link).is_file()] == []


def test_the_same_rules_give_the_same_bytes(made):
    rules = [rule("**/tcp-443.jsonl"), rule("**/*-result.json", Level.WITHHELD)]
    one, two = edition(made, *rules), edition(made, *rules, name="again")
    assert one.archive.read_bytes() == two.archive.read_bytes()


@pytest.mark.parametrize(
    ("name", "level"),
    [(CAPTURE, Level.METADATA), (f"{ATTEMPT}/facts.json", Level.METADATA),
     (RESULT, Level.METADATA), (RESULT, Level.WITHHELD)],
)  # fmt: skip
def test_what_is_held_back_is_nowhere_in_the_edition(tmp_path, maker, name, level):
    """Of the capture the marker is what the device said; into the others it is put."""
    made, marker = maker.make(tmp_path, failing=True), MARKER
    if name == CAPTURE:
        marker = "welcome"
    else:

        def mark(data: Path) -> None:
            path = data / name.removeprefix("data/")
            known = json.loads(path.read_bytes()) if path.exists() else {"schema": FACTS}
            path.write_bytes(canonical({**known, "said": MARKER}))
            (data / "report" / "index.html").write_text(f"<!doctype html>{MARKER}")

        made = maker.reseal(made, mark)
    assert any(marker.encode() in data for data in contents(made.bundle).values())
    done = edition(made, rule(name, level))
    found = [path for path, data in contents(done.folder).items() if marker.encode() in data]
    assert found == []
    with zipfile.ZipFile(done.archive) as archive:
        assert not [n for n in archive.namelist() if marker.encode() in archive.read(n)]
    assert "views/index.html" in contents(done.folder)


def test_no_salt_and_no_digest_of_a_held_back_file_is_left(made):
    (entry,) = [e for e in read_manifest(open_bundle(made.bundle)) if e.path == CAPTURE]
    done = edition(made, rule("**/tcp-443.jsonl"))
    everything = b"".join(contents(done.folder).values())
    assert entry.salt_c.encode() not in everything
    assert entry.sha256.encode() not in everything
    assert entry.content_commitment.encode() in everything


def test_an_edition_is_redacted_further_and_still_verifies(made):
    once = edition(made, rule("**/tcp-443.jsonl"))
    twice = make_edition(once.archive, made.bundle.parent / "less", [rule("**/*-result.json")])
    report = verify(twice.folder, made)
    assert report.ok, failures(report)
    assert report.of(Step.REDACTION).shown.startswith("1 allure as metadata, 1 capture as metadata")


def test_a_secret_that_is_left_stops_the_edition(made):
    secrets = SecretFile((Secret("welcome", "user-password"),), b"k" * 32)
    with pytest.raises(EvidenceError, match=r"tcp-443\.jsonl: user-password"):
        edition(made, secrets=secrets)
    assert not list(made.bundle.parent.glob("*public*"))
    done = edition(made, rule("**/tcp-443.jsonl"), secrets=secrets)
    assert done.gated


@pytest.mark.parametrize(
    ("files", "error"),
    [("**/visit.json", EvidenceError), (ASSESSMENT, EvidenceError), ("**/nothing", UsageError)],
)
def test_what_cannot_be_held_back_leaves_nothing_behind(made, files, error):
    with pytest.raises(error):
        edition(made, rule(files))
    assert not list(made.bundle.parent.glob("*public*"))


def test_an_edition_never_overwrites_anything(made):
    (made.bundle.parent / "public.zip").write_bytes(b"something else")
    with pytest.raises(UsageError, match=r"public\.zip: exists already"):
        edition(made)
    (made.bundle.parent / "public").mkdir()
    with pytest.raises(UsageError, match="public: exists already"):
        edition(made)


def test_a_bundle_that_is_not_whole_gets_no_edition(made):
    (made.bundle / CAPTURE).write_bytes(b"changed")
    with pytest.raises(EvidenceError, match="not whole: E-FILE-CHANGED"):
        edition(made, rule("**/facts.json"))


def test_an_edition_cannot_be_sealed_anew(made, maker, tmp_path):
    done = edition(made, rule("**/tcp-443.jsonl"))
    from harness.evidence.sealing import seal
    from harness.model.states import Purpose
    from harness.trust.statement import LabSigner

    with pytest.raises(EvidenceError, match="take the laboratory's edition"):
        seal(
            made.run,
            tmp_path / "anew",
            twin=done.folder / "data/survey",
            assessments=done.folder / "data/assessments",
            signer=LabSigner(made.key),
            purpose=Purpose.TEST,
            earlier=open_bundle(done.folder),
        )


def test_a_failure_keeps_some_of_its_evidence_unless_the_reader_waives_it(tmp_path, maker):
    made = maker.make(tmp_path, failing=True)
    done = edition(made, rule("**/tcp-443.jsonl"))
    result = verify(done.folder, made).of(Step.REDACTION)
    assert result.code == "E-REDACTION"
    assert "unit p1-1a is FAIL, and none of its 1 captures is shown" in result.shown
    waived = DisclosureDemand(accept_unproven=True)
    assert verify(done.folder, made, disclosure=waived).ok


@pytest.mark.parametrize(
    ("demand", "said"),
    [
        (DisclosureDemand(full=frozenset({"capture"})), f"held back: {CAPTURE}"),
        (DisclosureDemand(most=1), "2 files are held back"),
    ],
    ids=["class", "number"],
)
def test_the_reader_may_ask_for_more(made, demand, said):
    done = edition(made, rule("**/tcp-443.jsonl"))
    result = verify(done.folder, made, disclosure=demand).of(Step.REDACTION)
    assert (result.code, result.shown) == ("E-REDACTION", said)


def test_scripted_answers_stay_scripted_when_the_answers_are_held_back(tmp_path, maker):
    made = maker.make(tmp_path, scripted=True)
    done = edition(made, rule("survey/answers/*"))
    report = verify(done.folder, made)
    assert failures(report) == {"purpose": "E-SCRIPTED"}


@pytest.mark.parametrize("level", [Level.METADATA, Level.WITHHELD])
def test_answers_that_are_held_back_are_not_missed(made, level):
    done = edition(made, rule("survey/answers/*", level))
    assert failures(verify(done.folder, made)) == {}


# Embargoes.


def agree(done, made, key, **change):
    """Put a certifier's decision into an edition that lists what is under embargo in it."""
    statement = parse_envelope((done.folder / STATEMENT).read_bytes())
    embargoes = tuple(
        replace_model(Embargo(leaf=e.leaf, until=e.until, reason="no patch yet"), change)
        for e in done.embargoes
    )
    decision = Decision(
        outcome=Outcome.GRANT,
        certificate="C-1",
        frameworks=("small-framework@1.0",),
        decided=TODAY - dt.timedelta(days=1),
        until=dt.date(2029, 1, 1),
        embargoes=embargoes,
    )
    saying = make_decision(decision, change.get("root", done.root), statement.payload)
    (done.folder / DECISION).write_bytes(sign_saying(saying, key))
    retag(done.folder)


def replace_model(embargo: Embargo, change: dict) -> Embargo:
    known = {key: value for key, value in change.items() if key in Embargo.model_fields}
    return embargo.model_copy(update=known)


def retag(folder: Path) -> None:
    """Make the tag files follow, as anybody can."""
    tree = DirectoryTree(folder)
    predicate = parse_statement(parse_envelope(read(tree, STATEMENT)).payload).predicate
    for name, data in tag_files(tree, read_manifest(tree), predicate).items():
        (folder / name).write_bytes(data)


@pytest.fixture
def embargoed(tmp_path, maker):
    made = maker.make(tmp_path, failing=True)
    return made, edition(made, rule("**/tcp-443.jsonl", embargo=UNTIL))


def test_an_embargo_that_a_certifier_agreed_to_holds_until_its_day(embargoed, tmp_path):
    made, done = embargoed
    key = create_key(tmp_path / "certifier.pem")
    agree(done, made, key)
    asked = {"certifiers": (key.public,)}
    report = verify(done.folder, made, **asked)
    assert report.of(Step.REDACTION).outcome is StepOutcome.OK
    assert "1 capture as metadata under embargo until 2027-01-31" in report.of(Step.REDACTION).shown
    late = Policy(now=dt.datetime(2027, 2, 1, tzinfo=dt.UTC), **asked)
    result = verify_bundle(open_bundle(done.folder), TrustStore((made.key.public,)), late)
    past = result.of(Step.REDACTION)
    assert past.code == "E-REDACTION"
    assert f"the embargo of {CAPTURE} ended on 2027-01-31" in past.shown


@pytest.mark.parametrize(
    "change",
    [{"leaf": "0" * 64}, {"until": dt.date(2027, 1, 30)}, {"root": "0" * 64}],
    ids=["another leaf", "a shorter embargo", "another bundle"],
)
def test_an_embargo_beyond_what_was_agreed_is_refused(embargoed, tmp_path, change):
    made, done = embargoed
    key = create_key(tmp_path / "certifier.pem")
    agree(done, made, key, **change)
    result = verify(done.folder, made, certifiers=(key.public,)).of(Step.REDACTION)
    assert result.code == "E-REDACTION"
    assert "is under embargo until 2027-01-31" in result.shown


def test_an_embargo_without_a_trusted_certifier_is_refused(embargoed, tmp_path):
    made, done = embargoed
    assert verify(done.folder, made).of(Step.REDACTION).code == "E-REDACTION"
    agree(done, made, create_key(tmp_path / "stranger.pem"))
    other = create_key(tmp_path / "certifier.pem")
    for certifiers in ((), (other.public,)):
        result = verify(done.folder, made, certifiers=certifiers).of(Step.REDACTION)
        assert result.code == "E-REDACTION"


# What somebody writes who does not use our command.


@dataclass(frozen=True)
class Abuse:
    """One file held back by hand: how, and which steps must see it."""

    name: str
    file: str
    level: Level
    codes: dict[str, str]
    change: Callable[[dict], dict] = dict


def claims(**values):
    return lambda line: {**line, **values}


ABUSES = [
    Abuse("a visit", "data/survey/A/1-initialised/visit.json", Level.METADATA,
          {"redaction": "E-REDACTION"}),
    Abuse("an attempt", f"{ATTEMPT}/attempt.json", Level.METADATA, {"redaction": "E-REDACTION"}),
    Abuse("the job record", "data/survey/job.json", Level.METADATA, {"redaction": "E-REDACTION"}),
    Abuse("the plan", "data/survey/survey-plan.json", Level.METADATA, {"redaction": "E-REDACTION"}),
    Abuse("the dossier", "data/survey/dossier.json", Level.METADATA,
          {"profile": "E-PROFILE", "redaction": "E-REDACTION"}),
    Abuse("the survey", "data/survey/survey.json", Level.METADATA,
          {"profile": "E-PROFILE", "redaction": "E-REDACTION"}),
    Abuse("the verdicts", ASSESSMENT, Level.METADATA,
          {"documents": "E-DOCUMENT", "redaction": "E-REDACTION"}),
    Abuse("the catalogue", CATALOGUE, Level.METADATA,
          {"documents": "E-DOCUMENT", "redaction": "E-REDACTION"}),
    Abuse("an attempt that calls itself a capture", f"{ATTEMPT}/attempt.json", Level.WITHHELD,
          {"redaction": "E-REDACTION"}, claims(**{"class": "capture"})),
    Abuse("a visit that calls itself a result", "data/survey/A/1-initialised/visit.json",
          Level.WITHHELD, {"redaction": "E-REDACTION"}, claims(**{"class": "allure"})),
    Abuse("verdicts that call themselves a result", ASSESSMENT, Level.WITHHELD,
          {"documents": "E-DOCUMENT"}, claims(**{"class": "allure"})),
    Abuse("a catalogue that calls itself a result", CATALOGUE, Level.WITHHELD,
          {"documents": "E-DOCUMENT"}, claims(**{"class": "allure"})),
    Abuse("a capture without a name", CAPTURE, Level.WITHHELD,
          {"documents": "E-DOCUMENT", "verdicts": "E-EVIDENCE", "redaction": "E-REDACTION"}),
    Abuse("no reason", CAPTURE, Level.METADATA, {"redaction": "E-REDACTION"}, claims(reason="")),
    Abuse("an embargo that nobody agreed to", CAPTURE, Level.METADATA,
          {"redaction": "E-REDACTION"}, claims(embargo="2027-01-31")),
    Abuse("another size", CAPTURE, Level.METADATA,
          {"statement": "E-ROOT", "documents": "E-DOCUMENT"}, claims(size=1)),
    Abuse("another content", CAPTURE, Level.METADATA,
          {"statement": "E-ROOT", "documents": "E-DOCUMENT"}, claims(h_c="0" * 64)),
]  # fmt: skip


def by_hand(made, abuse: Abuse) -> Path:
    folder = made.bundle.parent / "by-hand"
    shutil.copytree(made.bundle, folder)
    (folder / abuse.file).unlink()
    lines = []
    for entry in read_manifest(open_bundle(made.bundle)):
        if entry.path != abuse.file:
            lines.append(entry.line())
            continue
        shown = {"path": entry.path, "size": entry.size, "salt_m": entry.salt_m}
        hidden = {"part": entry.part, "h_m": entry.meta_commitment}
        line = {"class": entry.file_class, "level": abuse.level.value, "reason": "because",
                "h_c": entry.content_commitment,
                **(shown if abuse.level is Level.METADATA else hidden)}  # fmt: skip
        lines.append(canonical(abuse.change(line)) + b"\n")
    (folder / MANIFEST).write_bytes(b"".join(lines))
    retag(folder)
    return folder


@pytest.mark.parametrize("abuse", ABUSES, ids=lambda abuse: abuse.name)
def test_redaction_by_hand_is_seen(made, abuse):
    found = failures(verify(by_hand(made, abuse), made))
    assert abuse.codes.items() <= found.items(), found


def test_the_control_of_the_table_verifies(made):
    """The same hand holds back what may be: the table's cases differ from this in one thing."""
    for name, level in ((CAPTURE, Level.METADATA), (RESULT, Level.WITHHELD)):
        folder = by_hand(made, Abuse("honest", name, level, {}))
        report = verify(folder, made)
        assert report.ok, failures(report)
        assert len(held_back(read_manifest(open_bundle(folder)))) == 1
        shutil.rmtree(folder)


def test_a_content_that_the_manifest_holds_back_cannot_be_put_beside_it(made):
    folder = by_hand(made, Abuse("", CAPTURE, Level.METADATA, {}))
    (folder / CAPTURE).write_bytes(b"something else")
    retag(folder)
    assert failures(verify(folder, made)) == {"files": "E-FILE-ADDED"}


def test_a_plan_that_calls_itself_a_result_contradicts_the_statement(made, maker):
    """The statement has the plan's digest, so that its absence shows whatever a leaf claims."""
    plan = "data/assessments/small-framework@1.0/plan.json"
    book = maker.catalogue()
    digests = {"catalogue_digest": book.digest, "dossier_digest": "0" * 64}
    written = TestPlan(framework=book.framework, units=(), estimate_s=1.0, **digests)
    planned = maker.reseal(
        made, lambda data: (data / plan.removeprefix("data/")).write_bytes(written.to_bytes())
    )
    assert verify(planned.bundle, planned).ok
    hidden = Abuse("", plan, Level.WITHHELD, {}, claims(**{"class": "allure"}))
    assert failures(verify(by_hand(planned, hidden), planned)) == {"claims": "E-CLAIM"}
