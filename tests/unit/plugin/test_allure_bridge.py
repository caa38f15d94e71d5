"""What is written for Allure carries no secret, no machine and no control character."""

import json

import pytest
from allure_commons import model2
from allure_commons.model2 import Label, Parameter, StatusDetails

from harness.plugin.allure_bridge import _ScrubbingLogger


@pytest.fixture
def written(tmp_path):
    """Report something; the one file of it."""
    logger = _ScrubbingLogger(str(tmp_path), ("tr0ub4dor-and-3", "tr0ub4dor"))

    def report(hook, item):
        getattr(logger, hook)(item)
        (file,) = tmp_path.iterdir()
        return file.name, json.loads(file.read_text(encoding="utf-8"))

    return report


def test_a_result_loses_secrets_machine_and_controls(written):
    result = model2.TestResult(
        uuid="1",
        name="test_it[tr0ub4dor]",
        statusDetails=StatusDetails(message="login tr0ub4dor-and-3\x1b[2J", trace="at tr0ub4dor"),
        parameters=[Parameter(name="password", value="tr0ub4dor")],
        labels=[Label("host", "bench-7"), Label("thread", "42-MainThread"), Label("unit", "c1a")],
    )
    name, document = written("report_result", result)
    assert name.endswith("-result.json")
    text = json.dumps(document)
    for left in ("tr0ub4dor", "bench-7", "MainThread", "and-3", "\\u001b"):
        assert left not in text
    assert document["name"] == "test_it[********]"
    assert {"name": "unit", "value": "c1a"} in document["labels"]
    assert {"name": "host", "value": "-"} in document["labels"]


def test_a_container_is_scrubbed_alike(written):
    name, document = written(
        "report_container", model2.TestResultContainer(uuid="2", name="tr0ub4dor")
    )
    assert name.endswith("-container.json")
    assert document["name"] == "********"
