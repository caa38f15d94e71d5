"""The bound of a survey over Bluetooth, on made times."""

import pytest

from benchmarks.bluetooth_time import MOST_S, air_complaints, air_tables, air_times
from benchmarks.measure import Measured
from benchmarks.survey_time import Stay, SurveyTimes

MEASURED = Measured(wall_s=14.0, peak_mib=90.0, rounds=1, code=0, said="")


def times(visit_s):
    probes = {"bluetooth-pairing": 5.0, "bluetooth-input": 0.5}
    stays = (
        Stay("A", "1-as-received", 0.0, 99.0, 0.2, {}),
        Stay("A", "2-initialised", 0.1, visit_s, 0.4, probes),
    )
    return SurveyTimes(visit_s + 99, stays, {})


def test_the_visit_with_the_pairings_counts_and_its_parts_are_listed():
    found = air_times(times(9.0))
    assert found.visit_s == 9.0
    assert found.parts["identity, before and after"] == 0.4
    text = air_tables(MEASURED, found)
    assert "9.0 s" in text
    assert "bluetooth-pairing" in text


def test_a_survey_that_never_paired_has_no_figure():
    nothing = SurveyTimes(1.0, (Stay("A", "1-as-received", 0.0, 1.0, 0.2, {}),), {})
    with pytest.raises(StopIteration):
        air_times(nothing)


@pytest.mark.parametrize(("visit_s", "complaints"), [(MOST_S, 0), (MOST_S + 0.1, 1)])
def test_the_bound(visit_s, complaints):
    found = air_complaints(air_times(times(visit_s)))
    assert len(found) == complaints
    assert all("bluetooth-pairing took longest" in sentence for sentence in found)
