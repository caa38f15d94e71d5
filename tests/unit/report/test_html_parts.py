"""The pieces that the report is made of."""

import pytest

from harness.encoding.tree import DirectoryTree
from harness.model.declaration import DecidedBy
from harness.model.judgement import Outcome, Verdict
from harness.model.observation import EvidenceRef
from harness.model.prose import TEMPLATES
from harness.report import keeping_open, open_units
from harness.report.evidence_links import EvidenceLinks
from harness.report.open_units import WaitsFor, open_groups, waits_for
from harness.report.plain_words import counted
from harness.report.survey_view import duration, moment


@pytest.fixture
def links(tmp_path):
    (tmp_path / "A").mkdir()
    (tmp_path / "A" / "x.jsonl").write_bytes(b"")
    return EvidenceLinks(DirectoryTree(tmp_path))


def test_places_of_one_capture_are_one_entry_with_its_lines_in_order(links):
    refs = [EvidenceRef(path="A/x.jsonl", where=w) for w in ("line 12", "port 3", "line 2")]
    (place,) = links.places([*refs, refs[0]])
    assert (place.shown, place.href, place.where) == (
        "A/x.jsonl",
        "../survey/A/x.jsonl",
        "lines 2, 12; port 3",
    )


def test_packets_are_numbered_like_lines(links):
    refs = [EvidenceRef(path="A/x.jsonl", where=w) for w in ("packet 17", "packet 3", "line 2")]
    (place,) = links.places(refs)
    assert place.where == "packets 3, 17; line 2"


def test_many_places_are_counted_not_listed(links):
    refs = [EvidenceRef(path="A/x.jsonl", where=f"line {n}") for n in range(1, 41)]
    (place,) = links.places(refs)
    assert place.where == "lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 28 more"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "A",
        "A/y.jsonl",
        "./A/x.jsonl",
        "A/../A/x.jsonl",
        "/A/x.jsonl",
        "A\\x.jsonl",
        "A/x.jsonl\0",
    ],
)
def test_only_the_exact_name_of_a_file_is_linked(links, path):
    assert links.file(path).href == ""


@pytest.mark.parametrize(
    ("code", "decided_by", "expected"),
    [
        ("person-not-asked", DecidedBy.OPERATOR, WaitsFor.OPERATOR),
        ("answer-unsure", DecidedBy.OPERATOR, WaitsFor.OPERATOR),
        ("answer-void", DecidedBy.JUDGEMENT, WaitsFor.ANSWER),
        ("fact-missing", DecidedBy.AUTOMATIC, WaitsFor.FACT),
        ("link-not-observed", DecidedBy.AUTOMATIC, WaitsFor.INTERFACE),
        ("not-examined", DecidedBy.OPERATOR, WaitsFor.INTERFACE),
        ("field-missing", DecidedBy.JUDGEMENT, WaitsFor.DOSSIER),
        ("a-code-of-tomorrow", DecidedBy.RULE, WaitsFor.DOSSIER),
        ("unit-raised", DecidedBy.RULE, WaitsFor.FAULT),
        ("not-judged", DecidedBy.NONE, WaitsFor.FAULT),
        ("not-selected", DecidedBy.OPERATOR, WaitsFor.SELECTION),
        ("needs-two-samples", DecidedBy.OPERATOR, WaitsFor.BENCH),
        ("control-missing", DecidedBy.AUTOMATIC, WaitsFor.EVIDENCE),
        ("a-code-of-tomorrow", DecidedBy.AUTOMATIC, WaitsFor.EVIDENCE),
        ("not-implemented", DecidedBy.AUTOMATIC, WaitsFor.TEST),
        ("no-judgement", DecidedBy.AUTOMATIC, WaitsFor.FAULT),
        ("needs-declaration", DecidedBy.NONE, WaitsFor.DECLARATION),
        ("needs-two-samples", DecidedBy.NONE, WaitsFor.BENCH),
        ("waits-for-bench", DecidedBy.AUTOMATIC, WaitsFor.BENCH_TO_COME),
    ],
)
def test_an_open_unit_waits_for_what_its_reason_says(made, code, decided_by, expected):
    assert waits_for(made.waiting("c1a", code, decided_by)) is expected


def test_the_codes_that_sort_open_units_are_codes_that_exist():
    named = open_units._PERSON | open_units._NOT_IMPLEMENTED | open_units._FAULT
    named |= {*open_units._BY_CODE, open_units._NO_FACT, *keeping_open._OF_THE_WHOLE}
    assert named <= TEMPLATES.keys()


def test_every_cause_has_a_name_plain_words_and_a_next_step():
    for known in (open_units.TITLES, open_units.EXPLANATIONS, keeping_open.NEXT_STEPS):
        assert set(known) == set(WaitsFor)


@pytest.mark.parametrize(
    ("why", "expected"),
    [
        ("A/1-initialised/tls/1: not-possible, no network link", WaitsFor.BENCH),
        ("A/1-initialised/tls/1: not-allowed, impact intrusive", WaitsFor.BENCH),
        ("A/1-initialised/tls/1: failed, timed out", WaitsFor.FAULT),
        ("A/1-initialised/tls/1: not-scheduled, the run ended", WaitsFor.FACT),
        ("no attempt of tls on sample A in state initialised", WaitsFor.FACT),
    ],
)
def test_a_missing_fact_waits_for_what_its_attempts_came_to(made, why, expected):
    because = made.reason("fact-missing", fact="tls", why=why)
    assert waits_for(made.unit("c1a", Verdict.INCONCLUSIVE, reason=because)) is expected


def test_a_unit_whose_rows_wait_for_different_things_is_in_each_group(made):
    rows = [("AuthMech-1", "person-not-asked"), ("AuthMech-2", "answer-void")]
    judged = tuple(
        made.judgement(item=row, outcome=Outcome.UNDECIDED, reason=made.reason(code))
        for row, code in rows
    )
    unit = made.unit(
        "c1a",
        Verdict.INCONCLUSIVE,
        decided_by=DecidedBy.OPERATOR,
        reason=judged[0].reason,
        judgements=judged,
    )
    groups = {group.waits_for: group for group in open_groups(made.assessment(unit))}
    assert set(groups) == {WaitsFor.OPERATOR, WaitsFor.ANSWER}
    (said,) = groups[WaitsFor.ANSWER].reasons((unit,))
    assert said.startswith("AuthMech-2: ")


@pytest.mark.parametrize(
    ("started", "ended", "expected"),
    [
        ("2026-11-21T08:00:00Z", "2026-11-21T08:00:00.640000Z", "0.6 s"),
        ("2026-11-21T08:00:00Z", "2026-11-21T08:00:59.990000Z", "60.0 s"),
        ("2026-11-21T08:00:00Z", "2026-11-21T09:02:03Z", "62 min 3 s"),
        ("2026-11-21T08:00:00Z", "", "not recorded"),
        ("<b>", "2026-11-21T08:00:00Z", "not recorded"),
    ],
)
def test_a_duration_is_read_in_seconds_or_minutes(started, ended, expected):
    assert duration(started, ended) == expected


def test_a_time_that_cannot_be_read_is_shown_harmless():
    assert moment("2026-11-21T10:15:30.5+02:00") == "2026-11-21 08:15:30 UTC"
    assert moment("\x1b[1m") == r"\x1b[1m"
    assert moment("") == "not recorded"


def test_one_is_not_plural():
    assert (counted(0, "flaw"), counted(1, "flaw"), counted(2, "flaw")) == (
        "0 flaws",
        "1 flaw",
        "2 flaws",
    )
