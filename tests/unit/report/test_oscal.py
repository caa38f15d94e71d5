"""OSCAL: what has a finding, what has not, and text that stays text."""

import json
import re
import uuid

import pytest

from harness.model.dossier import Dossier, DutIdentification
from harness.model.ids import FrameworkRef
from harness.model.judgement import Verdict
from harness.report.oscal.values import NAMESPACE, control, line, markup, moment, token
from harness.report.oscal.view import oscal_view
from harness.report.source import ReportSource

TOKEN = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
STRING = re.compile(r"\S(.*\S)?")
HOSTILE = [
    "<script>alert(1)</script>",
    "[click](javascript:alert(1))",
    "{{ insert: param, x }}",
    "![x](http://evil.example/x.png)",
    "\\[x](http://evil.example)",
    "\x1b[31m\x00\r\n\u202e",
    " \n ",
    "a" * 100_000,
]


@pytest.fixture
def written(stage):
    """The three documents of a stage with the assessments given, by kind."""

    def make(*assessments, **of_stage):
        made = stage(**of_stage)
        made.report(*assessments)
        folder = made.folder / "report" / "oscal"
        found = {}
        for file in sorted(folder.iterdir()):
            (kind,) = document = json.loads(file.read_bytes())
            assert file.name == f"{kind}.json"
            found[kind] = document[kind]
        return found

    return make


def mixed(made):
    return made.assessment(
        made.failing("c1a", items={"tcp/23": Verdict.FAIL}),
        made.waiting("c2a", "person-not-asked"),
    )


def told(entry):
    return {prop["name"]: prop["value"] for prop in entry["props"] if prop.get("ns") == NAMESPACE}


def objects(value):
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for entry in value:
            yield from objects(entry)


def test_there_are_three_files(written, made):
    assert list(written(mixed(made))) == [
        "assessment-plan", "assessment-results", "component-definition",
    ]  # fmt: skip


def test_only_a_pass_and_a_failure_are_findings(written, made):
    (result,) = written(mixed(made))["assessment-results"]["results"]
    states = {told(found)["provision"]: found["target"]["status"] for found in result["findings"]}
    assert {name: (s["state"], s["reason"]) for name, s in states.items()} == {
        "p1": ("not-satisfied", "fail"),
        "p3": ("satisfied", "pass"),
    }


@pytest.mark.parametrize(
    "verdict", [Verdict.INCONCLUSIVE, Verdict.NOT_APPLICABLE, Verdict.NOT_CLAIMED]
)
def test_any_other_verdict_is_an_observation_that_says_it(written, made, verdict):
    whole = made.assessment()
    first = whole.provisions[0].model_copy(update={"verdict": verdict})
    changed = whole.model_copy(update={"provisions": (first, *whole.provisions[1:])})
    (result,) = written(changed)["assessment-results"]["results"]
    assert "p1" not in {told(found)["provision"] for found in result["findings"]}
    said = [e for e in result["observations"] if "unit" not in told(e)]
    assert [(told(e)["provision"], told(e)["verdict"]) for e in said] == [("p1", verdict.value)]


def test_without_any_pass_or_failure_there_is_no_list_of_findings(written, made):
    open_units = [made.waiting(name, "no-unit") for name in ("c1a", "c1b", "c2a", "c3a")]
    (result,) = written(made.assessment(*open_units))["assessment-results"]["results"]
    assert "findings" not in result


def test_every_unit_is_an_observation_with_its_evidence(written, made):
    (result,) = written(mixed(made))["assessment-results"]["results"]
    units = {told(e)["unit"]: e for e in result["observations"] if "unit" in told(e)}
    assert {name: told(e)["verdict"] for name, e in units.items()} == {
        "c1a": "FAIL", "c1b": "PASS", "c2a": "INCONCLUSIVE", "c3a": "PASS",
    }  # fmt: skip
    assert units["c1a"]["relevant-evidence"] == [
        {
            "description": f"{made.SEEN.path}, line 3",
            "href": f"../../survey/{made.SEEN.path}",
        }
    ]
    assert units["c1a"]["collected"] == "2026-11-21T08:03:12.500000Z"
    assert "tcp/23 FAIL" in units["c1a"]["remarks"]
    assert "relevant-evidence" not in units["c2a"]


def test_evidence_that_this_edition_lacks_is_named_without_a_link(written, made):
    (result,) = written(mixed(made), captures=("other.jsonl",))["assessment-results"]["results"]
    (unit,) = [e for e in result["observations"] if told(e).get("unit") == "c1a"]
    assert unit["relevant-evidence"] == [{"description": f"{made.SEEN.path}, line 3"}]


def test_a_public_edition_says_so_and_links_from_its_own_folder(stage, made):
    one = stage()
    one.report(mixed(made))
    (one.folder / "redaction.json").write_bytes(b"{}")
    source = ReportSource(one.folder, one.facts(), (mixed(made),), data="../data")
    files = oscal_view(source)
    document = json.loads(files["oscal/assessment-results.json"])["assessment-results"]
    assert told(document["metadata"])["edition"] == "public"
    links = {entry["href"] for entry in objects(document) if "../" in entry.get("href", "")}
    assert f"../../data/survey/{made.SEEN.path}" in links
    assert all(href.startswith("../../data/") for href in links)


def test_ids_are_uuids_of_version_5_and_occur_once(written, made):
    for document in written(mixed(made)).values():
        ids = [entry["uuid"] for entry in objects(document) if "uuid" in entry]
        assert len(ids) == len(set(ids))
        assert {uuid.UUID(found).version for found in ids} == {5}


def test_two_frameworks_share_no_id_and_no_control(written, made):
    other = made.assessment(framework=FrameworkRef(slug="tiny", version="2"))
    document = written(mixed(made), other)["assessment-results"]
    ids = [entry["uuid"] for entry in objects(document) if "uuid" in entry]
    assert len(ids) == len(set(ids))
    first, second = (
        {c["control-id"] for c in objects(result) if "control-id" in c}
        for result in document["results"]
    )
    assert first == {"tiny_1_p1", "tiny_1_p2", "tiny_1_p3"}
    assert not first & second


def test_every_reference_inside_the_results_leads_somewhere(written, made):
    documents = written(mixed(made))
    known = {
        entry["uuid"]
        for document in documents.values()
        for entry in objects(document)
        if "uuid" in entry
    }
    for document in documents.values():
        for entry in objects(document):
            for name in ("observation-uuid", "subject-uuid", "component-uuid", "activity-uuid"):
                assert entry.get(name) in {None, *known}
            if str(entry.get("href", "")).startswith("#"):
                assert entry["href"][1:] in known


def test_the_component_says_what_the_supplier_declares_and_what_answered(written, made):
    (device,) = written(mixed(made))["component-definition"]["components"]
    (ics,) = device["control-implementations"]
    rows = {told(row)["provision"]: told(row)["support"] for row in ics["implemented-requirements"]}
    assert rows == {"p1": "Y", "p2": "N/A"}
    (protocol,) = device["protocols"]
    assert protocol["port-ranges"] == [{"start": 23, "end": 23, "transport": "TCP"}]


def test_the_same_documents_give_the_same_bytes_and_others_another_id(written, made):
    first, again = written(mixed(made)), written(mixed(made))
    other = written(made.assessment())
    assert json.dumps(first) == json.dumps(again)
    results = "assessment-results"
    assert first[results]["uuid"] != other[results]["uuid"]


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_a_device_says_is_a_harmless_line(written, made, text):
    found = made.finding(text, text, reason=made.reason("port-undeclared", subject=text))
    odd = made.judgement(found, item=text, criterion=text)
    failing = made.failing("c1a", found, judgements=(odd,), items={text: Verdict.FAIL})
    for document in written(made.assessment(failing, firmware=text), text=text).values():
        for entry in objects(document):
            for key, value in entry.items():
                if key in {"title", "description", "remarks"}:
                    assert _active(value) == []
                elif key in {"value", "name", "version"}:
                    assert STRING.fullmatch(value)
                    assert value.isprintable() or "\u00a0" in value
                elif key in {"control-id", "target-id", "objective-id"}:
                    assert TOKEN.fullmatch(value)
        assert len(json.dumps(document)) < 200_000


def _active(text):
    """What Markdown would take for more than text: unescaped brackets, tags, insertions, code."""
    plain = re.sub(r"\\[\\`\[\]<>{}*]", "", text)
    return [c for c in plain.removeprefix("* ").replace("\n* ", "") if c in "`[]<>{}*\\\n"]


@pytest.mark.parametrize("text", ["5.1-1", "(a)(3)", "a b", "", "\u00e9", "x" * 500, "a/b"])
def test_a_token_is_one_whatever_it_is_made_from(text):
    assert TOKEN.fullmatch(token(text))


def test_tokens_of_different_texts_differ():
    texts = ["a b", "a-b", "a/b", "a_b", "_a-b", "5.1", "_5.1"]
    assert len({token(text) for text in texts}) == len(texts)
    assert control(FrameworkRef(slug="f", version="1"), "5.1-1") == "f_1_5.1-1"


def test_lines_and_markup():
    assert line("  ") == "none"
    assert line(" a\nb ") == r"a\x0ab"
    assert markup("<b> [x] \\") == r"\<b\> \[x\] \\"


def test_a_time_that_is_none_becomes_the_survey_s():
    assert moment("garbage", "2026-11-21T08:00:00Z") == "2026-11-21T08:00:00.000000Z"
    with pytest.raises(ValueError, match=r"[Ii]nvalid|isoformat"):
        moment("garbage", "garbage")


def test_a_supplier_who_declares_nothing_has_no_implementations(stage, made):
    one = stage()
    one.report(mixed(made))
    bare = Dossier(dut=DutIdentification(supplier="S", model="M"))
    (one.folder / "survey" / "dossier.json").write_bytes(bare.to_bytes())
    files = oscal_view(ReportSource(one.folder, one.facts(), (mixed(made),)))
    document = json.loads(files["oscal/component-definition.json"])["component-definition"]
    assert "control-implementations" not in document["components"][0]


def test_without_an_assessment_there_is_nothing_to_say(stage):
    one = stage()
    assert oscal_view(ReportSource(one.folder, one.facts(), ())) == {}
