"""The one table from verdicts to pytest outcomes (design, Judging)."""

import pytest

from harness.model.judgement import Verdict


class Inconclusive(Exception):  # noqa: N818  (shown as the outcome's name; Allure: broken)
    """The unit could not be decided."""


def raise_outcome(verdict: Verdict, message: str) -> None:
    """Give pytest the outcome of ``verdict``: passed, failed, broken or skipped."""
    if verdict is Verdict.PASS:
        return
    if verdict is Verdict.FAIL:
        pytest.fail(message, pytrace=False)
    if verdict is Verdict.INCONCLUSIVE:
        raise Inconclusive(message)
    pytest.skip(f"{verdict.value}: {message}")
