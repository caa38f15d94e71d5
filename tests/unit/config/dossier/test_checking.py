"""Everything that is wrong with a dossier is told in one run, each thing with its place."""

import copy
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.config import load_dossier
from harness.config.dossier.checking import check_dossier
from harness.config.dossier.problems import FIELDS, Level
from harness.config.dossier.rows import REFERENCES, SERVICES
from harness.config.dossier.use import Framework, load_use
from harness.errors import ConfigError
from harness.testing.suites import find_frameworks

EXAMPLES = Path(__file__).parents[4] / "bench_configs"
ICS = "ics.etsi-en-303-645"


def frameworks(*names):
    return [
        Framework(catalogue, load_use(suite.folder)) for suite, catalogue in find_frameworks(names)
    ]


@pytest.fixture(scope="module")
def old():
    return frameworks("etsi-en-303-645@2.1.1")


@pytest.fixture(scope="module")
def new():
    return frameworks("etsi-en-303-645@3.1.3")


class Paper:
    """The complete dossier as data that can be spoilt."""

    def __init__(self, data):
        self.data = data
        self.ixit = data["ixit"]
        self.dut = data["dut"]
        self.answers = data["ics"]["etsi-en-303-645"]

    def row(self, table, name):
        return next(row for row in self.ixit[table] if row["id"] == name)

    def answer(self, provision):
        return next(row for row in self.answers if row["provision"] == provision)


@pytest.fixture(scope="module")
def complete():
    dossier = load_dossier(EXAMPLES / "reference-router")
    data = dossier.to_json()
    rows = dossier.ics_rows("etsi-en-303-645@2.1.1")
    data["ics"] = {"etsi-en-303-645": [row.to_json() for row in rows]}
    return data


@pytest.fixture
def paper(complete):
    return Paper(copy.deepcopy(complete))


@pytest.fixture
def found(paper, tmp_path, old):
    """What is found on the paper as it is by then."""

    def look(chosen=old):
        file = tmp_path / "dossier.json"
        file.write_text(json.dumps(paper.data))
        return check_dossier(file, chosen).problems

    return look


def places(problems):
    return sorted(problem.place for problem in problems)


def test_the_complete_dossier_has_no_problem_in_either_edition(old, new):
    for chosen in (old, new, [*old, *new]):
        assert check_dossier(EXAMPLES / "reference-router" / "dossier.toml", chosen).problems == ()


def test_all_ten_errors_of_the_broken_dossier_are_told_in_one_run(old):
    checked = check_dossier(EXAMPLES / "broken-dossier" / "dossier.toml", old)
    assert places(checked.errors) == sorted(
        [
            "ixit.1-AuthMech[AuthMech-2].generation",
            "ixit.3-VulnTypes[VulnTypes-1].timeframe",
            f"{ICS}[5.14-1].provision",
            f"{ICS}[5.12-2]",
            f"{ICS}[5.5-1].support",
            f"{ICS}[5.6-6].detail",
            f"{ICS}[5.4-2].support",
            "ixit.29-InpVal[InpVal-1].id",
            "ixit.13-SoftServ[SoftServ-1].authentication_mechanism",
            "ixit.22-ExtSens",
        ]
    )
    assert all(problem.what and problem.mend for problem in checked.errors)
    unknown = {"ixit.3-VulnTypes[VulnTypes-1].timeframe", f"{ICS}[5.14-1].provision"}
    assert {problem.place for problem in checked.errors if not problem.example} == unknown


def test_a_file_that_is_no_toml_is_one_problem(tmp_path, old):
    (tmp_path / "dossier.toml").write_text("[dut\n")
    checked = check_dossier(tmp_path / "dossier.toml", old)
    assert checked.dossier is None
    assert [problem.what[:8] for problem in checked.problems] == ["not TOML"]


def test_a_row_that_is_not_valid_hides_no_other_mistake(paper, found):
    del paper.row("13-SoftServ", "SoftServ-2")["description"]
    paper.row("13-SoftServ", "SoftServ-1")["authentication_mechanism"] = "AuthMech-7"
    paper.row("11-ComMech", "ComMech-1")["remote"] = "perhaps"  # others name it; it is still there
    paper.dut["colour"] = "blue"
    paper.data["extra"] = 1
    assert places(found()) == [
        "dut.colour",
        "extra",
        "ixit.11-ComMech[ComMech-1].remote",
        "ixit.13-SoftServ[SoftServ-1].authentication_mechanism",
        "ixit.13-SoftServ[SoftServ-2].description",
    ]


def test_tables_of_a_wrong_shape_are_told_and_the_rest_is_checked(paper, found):
    paper.ixit["5-VulnMon"] = "none"
    paper.ixit["29-InpVal"][0] = 7
    paper.data["dut"] = []
    told = places(found())
    assert {"ixit.5-VulnMon", "ixit.29-InpVal[row 1]", "dut"} <= set(told)


@pytest.mark.parametrize("field", ["supplier", "model", "hardware", "firmware", "description"])
@pytest.mark.parametrize("text", ["", " ", "To be stated"])
def test_an_identification_that_states_nothing_is_incomplete(paper, found, field, text):
    paper.dut[field] = text
    assert places(found()) == [f"dut.{field}"]


def test_a_later_revision_says_who_changed_it_and_why(paper, found):
    paper.data.update(revision=2, author="", reason="", trigger="")
    assert places(found()) == ["author", "reason", "trigger"]


def test_an_ics_without_a_row_is_one_problem(paper, found):
    paper.data["ics"] = {}
    assert [problem.what for problem in found() if problem.table == ICS] == ["no row"]


def test_the_example_of_an_ics_that_has_no_row_can_be_typed(paper, found):
    name = "etsi-en-303-645@2.1.1"
    paper.data["ics"] = {name: []}
    examples = [problem.example for problem in found() if problem.table == f"ics.{name}"]
    assert examples == [f'"{name}" = [ ... ]']


def test_the_example_for_a_name_that_is_taken_is_free(paper, found):
    rows = paper.ixit["3-VulnTypes"]
    rows.append(dict(rows[0]))
    (problem,) = (each for each in found() if "rows of the table have this id" in each.what)
    assert problem.example not in {f'id = "{row["id"]}"' for row in rows}


def test_two_answers_to_one_provision_are_told(paper, found):
    paper.answers.append(dict(paper.answer("5.2-1")))
    assert places(found()) == [f"{ICS}[5.2-1].provision"]


@pytest.mark.parametrize("detail", ["-", "N/A", "none.", "123", "  ...", "TBD", "Not applicable"])
def test_a_detail_that_justifies_nothing_is_told(paper, found, detail):
    paper.answer("5.2-2")["detail"] = detail
    assert places(found()) == [f"{ICS}[5.2-2].detail"]


def test_a_detail_in_another_script_justifies(paper, found):
    paper.answer("5.2-2")["detail"] = "報告には三十日以内に対応する。"
    assert found() == ()


def test_one_text_for_many_provisions_justifies_none(paper, found):
    for provision in ("5.2-1", "5.2-2", "5.2-3", "5.3-8"):
        paper.answer(provision)["detail"] = "We follow good practice."
    assert found() == ()
    paper.answer("5.3-13")["detail"] = "we follow  good practice."
    assert places(found()) == [f"{ICS}[5.2-1].detail"]
    assert "5.3-13" in found()[0].what


@pytest.mark.parametrize("provision", ["5.2-1", "5.2-2"])
def test_not_applicable_needs_a_condition_on_recommendations_too(paper, found, provision):
    paper.answer(provision)["support"] = "N/A"
    assert places(found()) == [f"{ICS}[{provision}].support"]


def test_no_on_a_mandatory_row_is_a_note_and_no_error(paper, found):
    paper.answer("5.2-1")["support"] = "N"
    (problem,) = found()
    assert problem.level is Level.NOTE
    assert "non-conformity" in problem.what


@pytest.mark.parametrize(("table", "field"), sorted(REFERENCES) + sorted(SERVICES))
def test_a_name_of_nothing_is_told_in_every_field_that_names_rows(
    paper, found, table, field, complete
):
    rows = paper.ixit.get(table) or []
    if not rows:
        paper.ixit[table] = rows = [{"id": "X-1", "description": "d"}]
        paper.ixit["none"].remove(table)
    before = set(places(found()))
    single = isinstance(FIELDS[table, field].example, str)
    rows[0][field] = "nobody" if single else ["nobody"]
    place = f"ixit.{table}[{rows[0]['id']}].{field}"
    assert place in set(places(found())) - before


def test_none_refers_to_nothing(paper, found):
    paper.row("13-SoftServ", "SoftServ-4")["authentication_mechanism"] = "none"
    assert found() == ()


def test_a_table_said_to_be_empty_must_be_one_and_be_empty(paper, found):
    paper.ixit["none"] += ["5-VulnMon", "99-Other", "22-ExtSens"]
    assert places(found()) == ["ixit.5-VulnMon", "ixit.none", "ixit.none"]


def test_an_empty_field_is_told_once_a_provision_that_reads_it_is_claimed(paper, found):
    paper.row("8-UpdProc", paper.ixit["8-UpdProc"][0]["id"])["time_frame"] = " "
    assert len(found()) == 1
    assert "5.3-8" in found()[0].what
    paper.answer("5.3-8")["support"] = "N"
    assert [problem.level for problem in found()] == [Level.NOTE]


def test_a_table_counts_unless_all_that_read_it_is_denied(paper, found):
    del paper.ixit["16-CodeMin"]
    assert places(found()) == ["ixit.16-CodeMin"]
    paper.answer("5.6-6")["support"] = "N"
    assert found() == ()


@pytest.mark.parametrize(
    ("provision", "table", "spoil"),
    [
        ("5.10-1", "24-TelData", {"description": "Restarts."}),
        ("6-2", "21-PersData", {"description": "The name.", "consent_based": True}),
        (
            "5.4-2",
            "10-SecParam",
            {"description": "Key.", "type": "public", "hard_coded_identity": True},
        ),
    ],
)
def test_a_row_that_meets_the_condition_contradicts_na(paper, found, provision, table, spoil):
    paper.answer(provision)["support"] = "N/A"
    assert f"{ICS}[{provision}].support" not in places(found())
    if table in paper.ixit["none"]:
        paper.ixit["none"].remove(table)
    paper.ixit.setdefault(table, []).append({"id": "New-1", **spoil})
    assert f"{ICS}[{provision}].support" in places(found())


def test_not_applicable_needs_all_conditions_met_to_be_contradicted(paper, found):
    mechanism = paper.ixit["7-UpdMech"][0]
    paper.answer("5.3-10")["support"] = "N/A"
    mechanism["over_network"] = "yes"
    assert f"{ICS}[5.3-10].support" in places(found())
    mechanism["over_network"] = ""
    assert f"{ICS}[5.3-10].support" not in places(found())
    mechanism["over_network"] = "no"
    assert f"{ICS}[5.3-10].support" not in places(found())


def test_a_claim_needs_its_conditions_not_to_be_ruled_out(paper, found):
    del paper.ixit["7-UpdMech"]
    paper.ixit["none"] = [*paper.ixit["none"], "7-UpdMech"]
    told = set(places(found()))
    claimed = {row["provision"] for row in paper.answers if row["support"] == "Y"}
    updating = {"5.3-3", "5.3-7", "5.3-8", "5.3-9", "5.3-10", "5.3-12"} & claimed
    assert updating
    assert {f"{ICS}[{provision}].support" for provision in updating} <= told


def test_features_of_the_new_edition_are_compared_too(paper, found, new):
    for row in paper.answers:
        row["support"] = "N/A"
    told = set(places(found(new)))
    assert f"{ICS}[5.1-1].support" in told  # feature a: passwords
    assert f"{ICS}[5.8-3].support" not in told  # feature v: no sensors


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2)
    ),
    max_leaves=4,
)


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_stands_in_the_file_is_told_and_nothing_is_raised(complete, tmp_path, old, data):
    document = copy.deepcopy(complete)
    for _ in range(data.draw(st.integers(1, 3))):
        here = document
        while True:
            keys = sorted(here) if isinstance(here, dict) else range(len(here))
            key = data.draw(st.sampled_from(keys))
            if not isinstance(here[key], dict | list) or not here[key] or data.draw(st.booleans()):
                here[key] = data.draw(JSON)
                break
            here = here[key]
    file = tmp_path / "dossier.json"
    file.write_text(json.dumps(document))
    told = check_dossier(file, old).problems
    assert all(problem.what and problem.mend for problem in told)
    try:
        load_dossier(file)
    except ConfigError:
        assert told
