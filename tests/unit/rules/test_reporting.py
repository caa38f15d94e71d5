"""A recommendation that is not met or does not apply needs a reason that says something."""

from pathlib import Path

import pytest

import test_suites.etsi_en_303_645 as suite
from harness.assessment import rules
from harness.config.files import load_catalogue
from harness.model.dossier import Dossier, DutIdentification, IcsRow, Support
from harness.model.judgement import Judgement, Outcome

CATALOGUE = load_catalogue(Path(suite.__path__[0]))
RECOMMENDED = [str(entry.id) for entry in CATALOGUE.provisions if not entry.mandatory]
CLAIMED = [IcsRow(provision=name, support=Support.YES, detail="Done.") for name in RECOMMENDED]


def judged(*rows: IcsRow, framework: str = "etsi-en-303-645") -> dict[str, Judgement]:
    dossier = Dossier(dut=DutIdentification(supplier="S", model="M"), ics={framework: rows})
    return {entry.item: entry for entry in rules.departures_are_justified(CATALOGUE, dossier)}


def with_row(name: str, support: Support, detail: str) -> Judgement:
    row = IcsRow(provision=name, support=support, detail=detail)
    return judged(*(entry for entry in CLAIMED if entry.provision != name), row)[name]


def test_every_recommendation_is_an_item_and_no_mandatory_provision() -> None:
    found = judged(*CLAIMED)
    assert list(found) == RECOMMENDED
    assert {entry.outcome for entry in found.values()} == {Outcome.HELD}
    assert "5.1-1" not in found
    assert found["5.3-1"].rows == ("ICS/5.3-1",)


@pytest.mark.parametrize("support", [Support.NO, Support.NOT_APPLICABLE])
@pytest.mark.parametrize(
    "detail", ["The part is in read-only memory.", "Nein, weil fest verlötet."]
)
def test_a_departure_with_a_reason_holds(support: Support, detail: str) -> None:
    found = with_row("5.3-1", support, detail)
    assert (found.outcome, found.reason.code) == (Outcome.HELD, "departure-justified")


@pytest.mark.parametrize("support", [Support.NO, Support.NOT_APPLICABLE])
@pytest.mark.parametrize(
    "detail", ["-", "n/a", "N.A.", "None", " no ", "...", "not applicable", "Not met.", "TBD", "42"]
)
def test_a_departure_whose_detail_says_nothing_is_contradicted(
    support: Support, detail: str
) -> None:
    found = with_row("5.3-1", support, detail)
    assert (found.outcome, found.reason.code) == (Outcome.CONTRADICTED, "departure-unjustified")


def test_a_claimed_recommendation_needs_no_reason() -> None:
    assert with_row("5.3-1", Support.YES, "-").outcome is Outcome.HELD


def test_a_recommendation_without_an_answer_is_undecided() -> None:
    found = judged(*(row for row in CLAIMED if row.provision != "5.3-1"))
    assert (found["5.3-1"].outcome, found["5.3-1"].reason.code) == (
        Outcome.UNDECIDED,
        "no-ics-row",
    )


def test_a_recommendation_with_two_answers_is_undecided() -> None:
    twice = IcsRow(provision="5.3-1", support=Support.NO, detail="A good reason.")
    found = judged(*CLAIMED, twice)["5.3-1"]
    assert (found.outcome, found.reason.code) == (Outcome.UNDECIDED, "reference-ambiguous")


def test_an_ics_for_another_framework_decides_nothing() -> None:
    found = judged(*CLAIMED, framework="california-sb-327")
    assert [(entry.outcome, entry.reason.code) for entry in found.values()] == [
        (Outcome.UNDECIDED, "no-rows")
    ]


def test_the_ics_of_this_version_counts_before_that_of_any() -> None:
    row = IcsRow(provision="5.3-1", support=Support.NO, detail="-")
    dossier = Dossier(
        dut=DutIdentification(supplier="S", model="M"),
        ics={
            "etsi-en-303-645": tuple(CLAIMED),
            str(CATALOGUE.framework): (*(c for c in CLAIMED if c.provision != "5.3-1"), row),
        },
    )
    found = {str(e.item): e for e in rules.departures_are_justified(CATALOGUE, dossier)}
    assert found["5.3-1"].outcome is Outcome.CONTRADICTED
