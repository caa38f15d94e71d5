"""JUnit XML: the shape that CI systems read, verdicts that none of them takes for better."""

import xml.etree.ElementTree as ET

import junitparser
import pytest

from harness.model.judgement import Conclusion, Verdict

CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"properties", "testcase"},
    "properties": {"property"},
    "property": set(),
    "testcase": {"failure", "error", "skipped"},
    "failure": set(),
    "error": set(),
    "skipped": set(),
}
"""What the schema of Jenkins' xUnit plug-in allows where, as far as we use it."""
ATTRIBUTES = {
    "testsuites": ({"name", "tests", "failures", "errors"}, set()),
    "testsuite": ({"name", "tests", "failures", "errors"}, {"skipped", "timestamp"}),
    "properties": (set(), set()),
    "property": ({"name", "value"}, set()),
    "testcase": ({"name"}, {"classname"}),
    "failure": (set(), {"type", "message"}),
    "error": (set(), {"type", "message"}),
    "skipped": (set(), {"type", "message"}),
}
HOSTILE = [
    "<script>&]]>\"'",
    "\x00\x01\x08\x0b\x1f\x7f\x9b",
    "\ufffe\uffff\U0001ffff",
    "\r\n\t\u2028\u202e",
    "]]></failure><testcase/>",
    "a" * 100_000,
]


@pytest.fixture
def written(stage):
    """The file of a stage with the assessments given."""

    def make(*assessments, **of_stage):
        made = stage(**of_stage)
        made.report(*assessments)
        return (made.folder / "report" / "results.xml").read_bytes()

    return make


def check_shape(element):
    required, optional = ATTRIBUTES[element.tag]
    assert required <= set(element.keys()) <= required | optional
    assert {child.tag for child in element} <= CHILDREN[element.tag]
    if element.tag not in {"failure", "error"}:
        assert not (element.text or "").strip() or element.tag == "skipped"
    for child in element:
        check_shape(child)


def four(made):
    """A unit of every verdict; c3a passes."""
    return made.assessment(
        made.failing("c1a", items={"tcp/23": Verdict.FAIL}),
        made.waiting("c2a", "person-not-asked"),
        made.unit("c1b", Verdict.NOT_CLAIMED, reason=made.reason("not-claimed", detail="why")),
    )


def test_verdicts_become_outcomes(written, made):
    suites = junitparser.JUnitXml.fromroot(ET.fromstring(written(four(made))))
    cases = {case.name: case for suite in suites for case in suite}
    kinds = {name: [type(r).__name__ for r in case.result] for name, case in cases.items()}
    assert kinds == {
        "conclusion": ["Failure"],
        "c1a": ["Failure"],
        "c1b": ["Skipped"],
        "c2a": ["Error"],
        "c3a": [],
    }
    assert [cases["c2a"].result[0].type, cases["c1b"].result[0].type] == [
        "INCONCLUSIVE", "NOT_CLAIMED",
    ]  # fmt: skip
    assert "why" in cases["c1b"].result[0].message
    assert "tcp/23 FAIL" in cases["c1a"].result[0].text
    assert "undeclared-service@tcp/23" in cases["c1a"].result[0].text
    assert cases["c1a"].classname == "tiny@1.p1.c1"


def test_counts_are_those_of_the_cases(written, made):
    suites = junitparser.JUnitXml.fromroot(ET.fromstring(written(four(made))))
    said = (suites.tests, suites.failures, suites.errors)
    for suite in suites:
        before = (suite.tests, suite.failures, suite.errors, suite.skipped)
        suite.update_statistics()
        assert (suite.tests, suite.failures, suite.errors, suite.skipped) == before
    assert said == (5, 2, 1)


def test_properties_say_what_the_provision_came_to(written, made):
    suites = junitparser.JUnitXml.fromroot(ET.fromstring(written(four(made))))
    (p1,) = [suite for suite in suites if suite.name == "tiny@1 p1"]
    told = {entry.name: entry.value for entry in p1.properties()}
    assert told["framework"] == "tiny@1"
    assert (told["provision"], told["mandatory"], told["verdict"]) == ("p1", "true", "FAIL")
    assert told["conclusion"] == "NOT_CONFORMANT"
    assert p1.timestamp == "2026-11-21T08:03:12"


@pytest.mark.parametrize(
    ("conclusion", "outcome"),
    [
        (Conclusion.CONFORMANT, None),
        (Conclusion.NOT_CONFORMANT, "failure"),
        (Conclusion.INCONCLUSIVE, "error"),
    ],
)
def test_the_conclusion_is_a_case_that_only_conformity_passes(written, made, conclusion, outcome):
    root = ET.fromstring(written(made.assessment(conclusion=conclusion)))
    (case,) = root.findall(".//testcase[@name='conclusion']")
    assert [child.tag for child in case] == ([outcome] if outcome else [])


def test_a_provision_without_a_unit_does_not_vanish(written, made):
    whole = made.assessment(made.waiting("c3a", "no-unit"))
    bare = whole.model_copy(update={"units": whole.units[:3]})
    root = ET.fromstring(written(bare))
    (case,) = root.findall(".//testcase[@name='p3']")
    assert [child.tag for child in case] == ["error"]


def test_the_shape_is_the_one_that_jenkins_reads(written, made):
    check_shape(ET.fromstring(written(four(made))))


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_a_device_says_it_stays_text_that_xml_allows(written, made, text):
    tame = written(*_hostile(made, "tame"), text="tame")
    page = written(*_hostile(made, text), text=text)
    root = ET.fromstring(page)
    check_shape(root)
    assert [e.tag for e in root.iter()] == [e.tag for e in ET.fromstring(tame).iter()]
    assert len(page) < 60_000


def _hostile(made, text):
    found = made.finding(text, text, reason=made.reason("port-undeclared", subject=text))
    odd = made.judgement(found, item=text, criterion=text)
    failing = made.failing("c1a", found, judgements=(odd,), items={text: Verdict.FAIL})
    return (made.assessment(failing, firmware=text, title=text, decision_rule=text),)


def test_the_same_documents_give_the_same_bytes(written, made):
    assert written(four(made)) == written(four(made))
