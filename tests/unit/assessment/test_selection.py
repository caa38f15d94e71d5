"""Which units a selection names."""

import pytest

from harness.assessment.selection import is_selected, unknown_names
from harness.testing.suites import find_frameworks

((_, ETSI),) = find_frameworks(["etsi-en-303-645"])


@pytest.mark.parametrize(
    ("only", "selected"),
    [
        ((), True),
        (("5.5-1",), True),
        (("5.5-1-2",), True),
        (("5.5-1-2a",), True),
        (("5.5-1-1", "5.6-1"), False),
        (("5.5",), False),
    ],
)
def test_a_unit_is_named_by_itself_its_case_or_its_group(only, selected):
    assert is_selected(ETSI, "5.5-1-2a", only) is selected


def test_names_that_no_catalogue_has_are_told():
    assert unknown_names([ETSI], ["5.5-1", "5.5-1-2", "5.5-1-2a"]) == ()
    assert unknown_names([ETSI], ["5.5-1", "b2", "5.5"]) == ("b2", "5.5")
