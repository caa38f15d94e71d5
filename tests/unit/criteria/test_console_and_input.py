"""Criteria about the console and about unexpected input."""

from typing import Any

import pytest

from harness.assessment import criteria
from harness.facts.base import NotExamined
from harness.facts.console import SecretSighting
from harness.facts.http import InputOutcome
from harness.model.judgement import Outcome

HELD, CONTRADICTED, UNDECIDED = Outcome.HELD, Outcome.CONTRADICTED, Outcome.UNDECIDED


@pytest.mark.parametrize(
    ("criterion", "field"),
    [
        (criteria.unauthenticated_shell, "unauthenticated_shell"),
        (criteria.bootloader_interruptible, "boot_loader_prompt"),
        (criteria.debug_interface_open, "unauthenticated_shell"),
        (criteria.debug_interface_open, "boot_loader_prompt"),
    ],
)
def test_debug_access_is_judged_by_what_was_tried(criterion: Any, field: str, made: Any) -> None:
    def judge(**changes: Any) -> Outcome:
        return criterion(made.record(made.console(**changes)), "row").outcome

    assert judge() is HELD
    assert judge(**{field: made.seen()}) is CONTRADICTED
    assert judge(**{field: made.unknown()}) is UNDECIDED
    assert judge(output=made.unknown()) is UNDECIDED
    gap = NotExamined(target="console", reason="no adapter")
    assert judge(examined=(), not_examined=(gap,)) is UNDECIDED


def test_a_finding_of_the_debug_interface_names_the_way_in(made: Any) -> None:
    record = made.record(made.console(boot_loader_prompt=made.seen()))
    judged = criteria.debug_interface_open(record, "row")
    assert [entry.criterion for entry in judged.findings] == ["bootloader-interruptible"]


def test_each_secret_in_the_output_is_a_finding(made: Any) -> None:
    kinds = ("password", "wifi-passphrase")
    secrets = tuple(
        SecretSighting(kind=kind, shown="***", evidence=made.ref(f"line {number}"))
        for number, kind in enumerate(kinds)
    )
    judged = criteria.secret_in_output(made.record(made.console(secrets=secrets)), "DUT")
    assert judged.outcome is CONTRADICTED
    assert {entry.reason.params["kind"] for entry in judged.findings} == set(kinds)


def test_no_secret_is_said_only_of_a_boot_that_was_watched(made: Any) -> None:
    def judge(**changes: Any) -> Outcome:
        return criteria.secret_in_output(made.record(made.console(**changes)), "DUT").outcome

    assert judge() is HELD
    assert judge(booted=made.unknown()) is UNDECIDED
    assert judge(output=made.unknown()) is UNDECIDED
    assert judge(examined=()) is UNDECIDED


@pytest.mark.parametrize(
    ("outcome", "controlled", "alone"),
    [
        (InputOutcome.REJECTED, HELD, UNDECIDED),
        (InputOutcome.IGNORED, HELD, UNDECIDED),
        (InputOutcome.NO_ANSWER, UNDECIDED, UNDECIDED),
        (InputOutcome.SERVER_ERROR, CONTRADICTED, UNDECIDED),
        (InputOutcome.INTERNALS_SHOWN, CONTRADICTED, CONTRADICTED),
        (InputOutcome.DIED, CONTRADICTED, CONTRADICTED),
    ],
)
def test_unexpected_input_is_judged_by_its_outcome(
    outcome: Any, controlled: Outcome, alone: Outcome, made: Any
) -> None:
    def judge(control: Any) -> Outcome:
        record = made.record(made.http_input(InputOutcome.REJECTED, outcome, control=control))
        return criteria.unexpected_input_processed(record, "row", "tcp/443").outcome

    assert judge(made.seen()) is controlled
    assert judge(made.unknown()) is alone


def test_no_input_tried_decides_nothing(made: Any) -> None:
    judge = criteria.unexpected_input_processed
    assert judge(made.record(made.http_input()), "row", "tcp/443").outcome is UNDECIDED
    assert judge(made.record(made.http_input()), "row", "tcp/80").outcome is UNDECIDED
