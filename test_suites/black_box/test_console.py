"""The serial console, where the pretest was given one."""

from collections.abc import Callable

from harness.testing import (
    INITIALISED,
    ConsoleFacts,
    FactRecord,
    FactView,
    Judgement,
    Judgements,
    case,
    criteria,
    needs,
    unit,
)

NEEDS = needs((ConsoleFacts,), INITIALISED)


@case("unauthenticated-shell")
class TestShell:
    """No shell without a login."""

    @unit("", facts=NEEDS)
    def test_no_command_runs_without_login(self, facts: FactView) -> Judgements:
        """No command that is typed on the console runs without a login."""
        return _on_console(facts, "unauthenticated-shell", criteria.unauthenticated_shell)


@case("bootloader-interruptible")
class TestBootLoader:
    """The boot cannot be stopped."""

    @unit("", facts=NEEDS)
    def test_keys_do_not_stop_the_boot(self, facts: FactView) -> Judgements:
        """No key during the boot leads to a prompt of the boot loader."""
        return _on_console(facts, "bootloader-interruptible", criteria.bootloader_interruptible)


@case("secret-in-output")
class TestOutput:
    """No secret is written."""

    @unit("", facts=NEEDS)
    def test_no_secret_is_written(self, facts: FactView) -> Judgements:
        """From power-on to the prompt the console shows no secret in clear."""
        return _on_console(facts, "secret-in-output", criteria.secret_in_output)


def _on_console(
    facts: FactView, criterion: str, look: Callable[[FactRecord[ConsoleFacts], str], Judgement]
) -> Judgements:
    judged = facts.judge(
        ConsoleFacts, INITIALISED, "console", criterion, lambda record: look(record, "console")
    )
    return (judged,)
