"""What explain says: the rule, the bytes that were seen, why the verdict follows, what to do."""

import json
from io import StringIO

import pytest
from rich.console import Console

from harness.assessment.criteria.registry import CRITERIA
from harness.cli.explain import explain, show
from harness.encoding.journal import end_line, header_line, record_line
from harness.errors import EvidenceError, UsageError
from harness.model.declaration import DecidedBy
from harness.model.dossier import Dossier
from harness.model.ids import FrameworkRef
from harness.model.ixit import AuthMech, Ixit
from harness.model.judgement import Outcome, Verdict
from harness.model.question import Answer
from harness.report.rule_views import Rules, criterion_rule
from harness.report.seen_views import SeenEvidence
from harness.testing.suites import find_frameworks

BANNER = "\x1b[31mrouter login: "


@pytest.fixture(scope="module")
def frameworks():
    return find_frameworks(["etsi-en-303-645", "california-sb-327"])


@pytest.fixture
def evidence(stage, made):
    """A run directory with these units of the tiny framework."""

    def make(*units, **changes):
        given = stage(**changes)
        assessment = made.assessment(*units)
        given.page(assessment)
        survey = given.folder / "survey"
        (survey / "survey.json").write_bytes(given._survey().to_bytes())
        folder = given.folder / "assessments" / str(assessment.framework)
        (folder / "assessment.json").write_bytes(assessment.to_bytes())
        records = [{"kind": "sent", "data": "\r"}, {"kind": "received", "data": BANNER}]
        capture = survey / made.KEY.folder / made.CAPTURE
        capture.write_bytes(header_line() + b"".join(map(record_line, records)) + end_line(0))
        return given.folder

    return make


def text_of(explanation, path=None):
    console = Console(file=StringIO(), width=1000)
    show(explanation, path, console)
    return console.file.getvalue()


def test_a_unit_without_evidence_is_its_rule(frameworks):
    said = explain("5.1-1-2c", frameworks, None)
    assert (said.kind, said.seen) == ("unit", None)
    (unit,) = said.units
    assert unit.provision == "5.1-1"
    assert unit.items == "1-AuthMech"
    assert [(need.probe, need.state) for need in unit.needs] == [
        ("credentials", "as-received"),
        ("bluetooth-pairing", "initialised"),
    ]
    assert unit.questions
    text = text_of(said)
    for words in ("every sample", "rows of 1-AuthMech", "asked", "the product uses passwords"):
        assert words in text


def test_a_unit_that_nobody_implemented_says_so(frameworks):
    suite, catalogue = frameworks[0]
    unit = catalogue.units[0].model_copy(update={"id": "5.1-1-1z"})
    more = catalogue.model_copy(update={"units": (*catalogue.units, unit)})
    assert "no test is implemented yet" in text_of(explain(unit.id, [(suite, more)], None))


def test_every_unit_and_criterion_can_be_explained(frameworks):
    for name in Rules(frameworks).known:
        assert text_of(explain(name, frameworks, None))


@pytest.mark.parametrize("name", sorted(CRITERIA))
def test_every_criterion_says_what_to_change(name):
    rule = criterion_rule(name)
    assert rule.advice
    assert rule.reference
    for look in rule.looks:
        assert look.at.endswith(".")
        assert not look.at.startswith("Args")


def test_a_criterion_names_the_probes_whose_facts_it_reads():
    (look,) = criterion_rule("weak-tls-protocol").looks
    assert look.probes == ("tls",)
    assert "RFC 8996" in look.at


@pytest.mark.parametrize(
    ("subject", "nearest"),
    [
        ("weak-tls-protocl", "weak-tls-protocol"),
        ("5.1-1-1", "5.1-1-1a"),
        ("5.1-9", "5.1-5"),
        ("5.1.1-1A", "5.1-1-1a"),
        ("weak-tls-cipher-suite", "weak-tls-cipher"),
        ("no-such-criterion@tcp/1", ""),
        ("\x1b[2J", ""),
    ],
)
def test_an_unknown_subject_names_the_nearest(frameworks, subject, nearest):
    with pytest.raises(UsageError) as raised:
        explain(subject, frameworks, None)
    assert nearest in str(raised.value)
    assert "\x1b" not in str(raised.value)


def test_a_finding_is_quoted_with_its_bytes_and_its_way_out(frameworks, evidence, made):
    folder = evidence(made.failing("c1a"), made.failing("c2a"))
    said = explain("undeclared-service@tcp/23", frameworks, SeenEvidence(folder))
    (found,) = said.seen.findings
    assert found.units == ("c1a", "c2a")
    assert found.evidence[0].lines == (
        'sent: data "\\x0d"',
        'received: data "\\x1b[31mrouter login: "',
    )
    assert [unit.unit for unit in said.seen.units] == ["c1a", "c2a"]
    assert said.advice == (CRITERIA["undeclared-service"].advice,)
    text = text_of(said, folder)
    assert "\x1b" not in text
    assert "\\x1b[31mrouter login: " in text
    assert CRITERIA["undeclared-service"].advice in text


def test_other_findings_of_the_criterion_are_left_out_of_one_finding(frameworks, evidence, made):
    two = (made.finding(), made.finding(subject="tcp/80"))
    folder = evidence(made.failing("c1a", *two))
    seen = SeenEvidence(folder)
    assert seen.finding_ids == ("undeclared-service@tcp/23", "undeclared-service@tcp/80")
    said = explain("undeclared-service@tcp/80", frameworks, seen)
    assert [found.id for found in said.seen.findings] == ["undeclared-service@tcp/80"]
    both = explain("undeclared-service", frameworks, seen)
    assert len(both.seen.findings) == 2


def test_a_finding_that_is_not_in_the_evidence_is_unknown_there(frameworks, evidence, made):
    seen = SeenEvidence(evidence(made.failing("c1a")))
    with pytest.raises(UsageError, match="undeclared-service@tcp/23"):
        explain("undeclared-service@tcp/24", frameworks, seen)


def test_a_verdict_follows_from_items_to_conclusion(evidence, made):
    items = {"tcp/23": Verdict.FAIL, "tcp/80": Verdict.PASS}
    folder = evidence(made.failing("c1a", items=items))
    (unit,) = SeenEvidence(folder).of_unit("c1a").units
    text = "\n".join(unit.follows)
    places = [
        text.index(words)
        for words in (
            "items: PASS tcp/80, FAIL tcp/23; every item must hold",
            "ICS p1: Y",
            "unit c1a: FAIL",
            "provision p1 (mandatory): FAIL",
            "tiny@1: NOT_CONFORMANT",
        )
    ]
    assert places == sorted(places)


def test_what_holds_shows_the_control_that_it_rests_on(evidence, made):
    folder = evidence(made.unit("c1b", judgements=(made.judgement(),)))
    (unit,) = SeenEvidence(folder).of_unit("c1b").units
    (judgement,) = unit.judgements
    assert judgement.outcome == "holds"
    assert judgement.facts == (str(made.KEY),)
    assert judgement.evidence[0].lines[-1].startswith("received")


def test_an_open_unit_says_what_it_waits_for(evidence, made):
    waiting = made.waiting("c3a", "person-not-asked", DecidedBy.OPERATOR)
    (unit,) = SeenEvidence(evidence(waiting)).of_unit("c3a").units
    assert any("device in hand" in sentence for sentence in unit.follows)


def test_a_unit_of_a_framework_that_the_evidence_lacks_shows_nothing(frameworks, evidence, made):
    folder = evidence(made.failing("c1a"))
    text = text_of(explain("5.1-1-2a", frameworks, SeenEvidence(folder)), folder)
    assert "no judgement in this evidence speaks of it" in text


def test_one_object_holds_everything(frameworks, evidence, made):
    seen = SeenEvidence(evidence(made.failing("c1a")))
    said = json.loads(json.dumps(explain("undeclared-service", frameworks, seen).to_json()))
    assert said["schema"] == "certbench/explain/1"
    assert said["kind"] == "criterion"
    assert said["seen"]["findings"][0]["id"] == "undeclared-service@tcp/23"
    assert said["advice"]


@pytest.mark.parametrize("evil", ["\x1b[2J\u202e", "[red]x[/red][/]", "<script>"])
def test_hostile_text_in_every_field_stays_text(frameworks, evidence, made, evil):
    odd = made.finding(criterion=evil, subject=evil, reason=made.reason(subject=evil))
    said = made.judgement(odd, item=evil, criterion=evil, rows=(evil,))
    folder = evidence(
        made.failing("c1a", odd, judgements=(said,), items={evil: Verdict.FAIL}), text=evil
    )
    seen = SeenEvidence(folder)
    for subject in seen.finding_ids:
        text = text_of(explain(subject, frameworks, seen), folder)
        assert "\x1b" not in text
        assert "\u202e" not in text
        if evil.isprintable():
            assert evil in text
    (unit,) = seen.of_unit("c1a").units
    assert all(sentence.isprintable() for sentence in unit.follows)


def test_a_thousand_places_are_counted_and_not_all_quoted(frameworks, evidence, made):
    refs = tuple(
        made.SEEN.model_copy(update={"where": f"line {number}"}) for number in range(1, 1001)
    )
    folder = evidence(made.failing("c1a", made.finding(evidence=refs)))
    (found,) = SeenEvidence(folder).of_criterion("undeclared-service").findings
    assert len(found.evidence) == 3
    assert found.more == 997


def test_evidence_without_an_assessment_is_refused_in_plain_words(evidence, made, tmp_path):
    folder = evidence(made.failing("c1a"))
    with pytest.raises(UsageError, match="no assessment of other"):
        SeenEvidence(folder, "other")
    with pytest.raises(UsageError, match="no such run directory"):
        SeenEvidence(tmp_path / "nothing")


@pytest.mark.parametrize(
    "content", [b"{}", b"", b"[" * 100_000, b'{"schema":"certbench/assessment/1"}', b"\xff"]
)
def test_a_broken_document_is_named_and_not_a_defect(evidence, made, content):
    folder = evidence(made.failing("c1a"))
    (file,) = folder.glob("assessments/*/assessment.json")
    file.write_bytes(content)
    with pytest.raises(EvidenceError):
        SeenEvidence(folder)


def test_a_capture_that_became_a_link_is_not_followed(evidence, made, tmp_path):
    folder = evidence(made.failing("c1a"))
    capture = folder / "survey" / made.KEY.folder / made.CAPTURE
    secret = tmp_path / "secret"
    secret.write_text("top\nsecret\nhidden\n")
    capture.unlink()
    capture.symlink_to(secret)
    with pytest.raises(EvidenceError, match="link"):
        SeenEvidence(folder)


def test_an_undecided_item_gives_its_reason(evidence, made):
    judged = made.judgement(
        outcome=Outcome.UNDECIDED, reason=made.reason("no-answer", subject="tcp/23"), evidence=()
    )
    unit = made.unit("c1a", Verdict.INCONCLUSIVE, judgements=(judged,))
    (seen,) = SeenEvidence(evidence(unit)).of_unit("c1a").units
    assert seen.judgements[0].outcome == "not decided"
    assert seen.judgements[0].reason == "tcp/23: no answer"


def test_what_a_run_knows_as_a_secret_is_masked(evidence, made):
    folder = evidence(made.failing("c1a"))
    (folder / "private").mkdir()
    secrets = {"secrets": [{"kind": "password", "value": "router"}]}
    (folder / "private" / "secrets.json").write_text(json.dumps(secrets))
    (found,) = SeenEvidence(folder).of_unit("c1a").findings
    assert found.evidence[0].lines[-1] == 'received: data "\\x1b[31m[secret] login: "'


def test_a_provision_without_evidence_is_its_units_and_what_serves_it(frameworks):
    said = explain("5.1-1", frameworks, None)
    (rule,) = said.provisions
    assert (said.kind, rule.status) == ("provision", "M C (1)")
    assert [unit.unit for unit in rule.units] == ["5.1-1-1a", "5.1-1-2a", "5.1-1-2b", "5.1-1-2c"]
    text = text_of(said)
    for words in ("the product uses passwords", "(functional, operator)", "where it fails"):
        assert words in text
    assert said.advice == (rule.advice,)
    assert rule.advice in text


def test_a_provision_says_why_it_fails_and_what_to_change(frameworks, evidence, made):
    folder = evidence(made.failing("c1a"), made.waiting("c2a", "person-not-asked"))
    seen = SeenEvidence(folder)
    (failed,) = seen.of_provision("p1").provisions
    assert (failed.verdict, failed.why) == (
        "FAIL", ("tcp/23: the port is open and not declared",),
    )  # fmt: skip
    assert [(unit.unit, unit.verdict) for unit in failed.units] == [
        ("c1a", "FAIL"),
        ("c1b", "PASS"),
    ]
    assert failed.advice == (CRITERIA["undeclared-service"].advice,)
    (waiting,) = seen.of_provision("p2").provisions
    assert waiting.why == ("c2a: nobody has answered yet",)
    assert waiting.advice == ()
    (passed,) = seen.of_provision("p3").provisions
    assert passed.why == ("the one unit that applies passes",)


def test_with_evidence_the_rules_are_those_of_its_framework(evidence, made):
    both = find_frameworks(["etsi-en-303-645@2.1.1", "etsi-en-303-645@3.1.3"])
    newer = FrameworkRef(slug="etsi-en-303-645", version="3.1.3")
    given = evidence(made.failing("c1a"))
    (folder,) = given.glob("assessments/*")
    assessment = made.assessment(made.failing("c1a"), framework=newer)
    (folder / "assessment.json").write_bytes(assessment.to_bytes())
    seen = SeenEvidence(given)
    assert len(explain("5.1-1-1a", both, None).units) == 2
    for subject, kind in (("5.1-1-1a", "units"), ("5.1-1", "provisions")):
        (rule,) = getattr(explain(subject, both, seen), kind)
        assert rule.framework == str(newer)


def answers_of(folder, *answers):
    for answer in answers:
        file = folder / "survey" / "answers" / f"{answer.number}.json"
        file.write_bytes(answer.to_bytes())


def answer(number, value, **more):
    return Answer(
        number=number,
        question="c1a",
        question_digest="0",
        item="AuthMech-1",
        value=value,
        person="B. Example",
        at="2026-11-21T08:00:00Z",
        **more,
    )


@pytest.fixture
def judged_by_a_person(evidence, made):
    """A unit that fails by the correction of an answer about a row of the dossier."""
    said = made.judgement(
        item="AuthMech-1",
        criterion="c1a",
        outcome=Outcome.CONTRADICTED,
        reason=made.reason("answered", person="B. Example", value="no"),
        facts=(),
        evidence=(),
        answers=(2,),
        rows=("1-AuthMech/AuthMech-1", "1-AuthMech/gone"),
    )
    decided = {"decided_by": DecidedBy.JUDGEMENT, "judgements": (said,), "reason": said.reason}
    folder = evidence(made.unit("c1a", Verdict.FAIL, **decided))
    row = AuthMech(
        id="AuthMech-1",
        description="Login router",
        authentication_factor="password",
        generation="user-defined",
    )
    file = folder / "survey" / "dossier.json"
    dossier = Dossier.from_bytes(file.read_bytes())
    file.write_bytes(dossier.model_copy(update={"ixit": Ixit(auth_mech=(row,))}).to_bytes())
    answers_of(
        folder,
        answer(1, "yes", reason="It looked well."),
        answer(2, "no", reason="It is\x1b[31m not router.", replaces=1, scripted=True),
    )
    return folder


def test_answers_are_quoted_with_person_time_reason_and_past(judged_by_a_person):
    (unit,) = SeenEvidence(judged_by_a_person).of_unit("c1a").units
    first, second = unit.answered
    assert (first.number, first.value, first.replaced_by, first.how) == (1, "yes", 2, "not signed")
    assert (second.number, second.replaced_by, second.how) == (2, None, "scripted")
    assert (second.person, second.at) == ("B. Example", "2026-11-21T08:00:00Z")


def test_rows_are_quoted_with_their_text_as_far_as_the_dossier_has_them(judged_by_a_person):
    (unit,) = SeenEvidence(judged_by_a_person).of_unit("c1a").units
    (row,) = unit.declared
    assert row.row == "1-AuthMech/AuthMech-1"
    fields = {field.name: field.text for field in row.fields}
    assert fields["Description"] == "Login router"
    assert fields["generation"] == "user-defined"


def test_a_person_reads_answers_and_rows(frameworks, judged_by_a_person):
    suite, catalogue = frameworks[0]
    unit = catalogue.units[0].model_copy(update={"id": "c1a"})
    more = catalogue.model_copy(update={"units": (*catalogue.units, unit)})
    said = explain("c1a", [(suite, more)], SeenEvidence(judged_by_a_person))
    text = text_of(said, judged_by_a_person)
    for words in (
        "answer 1 to c1a about AuthMech-1: yes (B. Example, ",
        "not signed, corrected by answer 2)",
        "reason: It is\\x1b[31m not router.",
        "row 1-AuthMech/AuthMech-1:",
        "Description: Login router",
    ):
        assert words in text
    assert "\x1b" not in text


def test_secrets_of_a_run_are_masked_in_answers_and_rows(judged_by_a_person):
    (judged_by_a_person / "private").mkdir()
    secrets = {"secrets": [{"kind": "password", "value": "router"}]}
    (judged_by_a_person / "private" / "secrets.json").write_text(json.dumps(secrets))
    (unit,) = SeenEvidence(judged_by_a_person).of_unit("c1a").units
    quoted = [entry.reason for entry in unit.answered]
    quoted += [field.text for row in unit.declared for field in row.fields]
    assert not any("router" in text for text in quoted)
    assert sum("[secret]" in text for text in quoted) == 2


def test_an_answer_that_corrects_itself_ends_somewhere(judged_by_a_person):
    answers_of(judged_by_a_person, answer(1, "yes", replaces=2), answer(2, "no", replaces=1))
    (unit,) = SeenEvidence(judged_by_a_person).of_unit("c1a").units
    assert [entry.number for entry in unit.answered] == [1, 2]
