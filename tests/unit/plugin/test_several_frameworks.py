"""Several frameworks in one judging child: each in a process of its own."""

import shutil

import pytest

from harness.errors import BenchFault
from harness.model.judgement import Verdict
from harness.plugin.launch import JudgingOrder, judge_all

GOOD, BAD = "return (good(),)", "return (bad(),)"


@pytest.fixture
def orders(suite_folder, run_directory, tmp_path, write_unit):
    """Two suites on one survey: the first holds, the second has the unit that is given."""

    def make(second):
        write_unit(GOOD)
        other = suite_folder.parent / "other_suite"
        shutil.copytree(suite_folder, other, dirs_exist_ok=True)
        write_unit(second)
        return [
            JudgingOrder(folder, "", run_directory, tmp_path / name)
            for name, folder in (("first", other), ("second", suite_folder))
        ]

    return make


def test_they_come_back_in_the_order_in_which_they_were_asked_for(orders, unit_of):
    first, second = judge_all(orders(BAD))
    assert unit_of(first, "c1a").verdict is Verdict.PASS
    assert unit_of(second, "c1a").verdict is Verdict.FAIL


def test_one_that_dies_is_a_fault_of_the_bench_and_never_an_earlier_result(orders):
    judge_all(orders(GOOD))
    made = orders("import os; os._exit(0)")
    with pytest.raises(BenchFault, match="without an assessment"):
        judge_all(made)
    assert not (made[1].out / "assessment.json").exists()
