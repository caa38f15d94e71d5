"""What `certbench reference serve` refuses before it starts anything."""

import pytest

from harness.cli.reference_devices import serve
from harness.errors import UsageError


def test_a_device_that_is_not_there_comes_with_those_that_are():
    with pytest.raises(UsageError, match=r"loc\. There are: router, lock, radio"):
        serve("loc")


def test_a_lock_without_an_adapter_is_told_where_to_get_one():
    with pytest.raises(UsageError, match=r"serve radio.+--transport tcp-client"):
        serve("lock", transport="")
