"""Names that may stand in a bundle."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.evidence import names
from harness.evidence.names import problem_of, problems


@pytest.mark.parametrize("name", ["data/a.json", "data/ä b@1.0/x-1", "bagit.txt"])
def test_plain_relative_names_are_fine(name):
    assert problem_of(name) is None


@pytest.mark.parametrize(
    "name",
    ["", "/a", "a/../b", "./a", "a//b", "a/", "a\\b", "C:/x", "a\0b", "a\nb", "a\u202eb",
     "e\u0301", "a./b", "a ", "x" * 500, "\udc80"],
)  # fmt: skip
def test_other_names_have_a_problem(name):
    assert problem_of(name) is not None


def test_two_names_that_a_case_blind_file_system_takes_for_one_are_a_problem():
    assert [name for name, _ in problems(["data/Straße", "data/STRASSE", "data/x"])] == [
        "data/STRASSE"
    ]


@given(st.text(st.sampled_from("aZ9_./@+=,- \\:*\n\0ä"), max_size=30))
def test_the_quick_look_passes_nothing_that_the_long_one_refuses(name):
    assert problem_of(name) == names._problem_of_unusual(name)
