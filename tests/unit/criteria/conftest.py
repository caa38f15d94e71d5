"""What criteria say of facts."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def paired(air: Any, made: Any) -> Callable[..., Any]:
    """What a criterion says of changed pairing facts."""

    def run(criterion: Any, *args: Any, **changes: Any) -> Any:
        return criterion(made.record(air.pairing(**changes)), "DUT", *args)

    return run
