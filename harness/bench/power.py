"""Power switches: a command of the lab, or a person."""

import shlex
import time
from collections.abc import Sequence
from typing import Final

from typing_extensions import override

from harness.bench.protocols import Operator, PowerSwitch
from harness.bench.runner import find_program, run_tool
from harness.encoding.text import neutralise, to_latin
from harness.errors import BenchFault
from harness.model.question import Question

_COMMAND_TIMEOUT_S: Final = 60.0
_OFF_S: Final = 2.0
"""How long the sample stays without power, so that its capacitors run empty."""
_DONE: Final = "done"


class CommandSwitch:
    """A switch that two commands of the lab turn, run without a shell."""

    def __init__(self, off: Sequence[str], on: Sequence[str], key: str) -> None:
        """Switch with ``off`` and ``on``: a program and its arguments, or one line of them.

        Args:
            off: turns it off.
            on: turns it on.
            key: where the bench config has them.

        Raises:
            BenchFault: one of them is empty.
        """
        self._key = key
        self._off = _argv(off, key)
        self._on = _argv(on, key)

    def switch(self, *, on: bool) -> None:
        """Turn it. Raises BenchFault if the command fails."""
        self._run(self._on if on else self._off)

    def _run(self, argv: Sequence[str]) -> None:
        program = find_program(argv[0], f"install it, or correct {self._key}")
        run = run_tool([program, *argv[1:]], timeout_s=_COMMAND_TIMEOUT_S)
        if run.timed_out or run.returncode != 0:
            how = "did not end in time" if run.timed_out else f"ended with {run.returncode}"
            said = neutralise(to_latin(run.stderr.strip()), 200)
            raise BenchFault(f"command {shlex.join(argv)} of {self._key} {how}: {said}")


class CommandPower(PowerSwitch):
    """Power through two commands."""

    def __init__(self, off: Sequence[str], on: Sequence[str], pause_s: float = _OFF_S) -> None:
        """Switch with ``off`` and ``on``, ``pause_s`` apart; see `CommandSwitch`."""
        self._switch = CommandSwitch(off, on, "sample.power")
        self._pause_s = pause_s

    @override
    def cycle(self) -> None:
        self._switch.switch(on=False)
        time.sleep(self._pause_s)
        self._switch.switch(on=True)


def _argv(command: Sequence[str], key: str) -> tuple[str, ...]:
    if not command:
        raise BenchFault(f"a command is empty: give {key}.off and {key}.on")
    return tuple(shlex.split(command[0])) if len(command) == 1 else tuple(command)


class OperatorPower(PowerSwitch):
    """Power through a person who pulls the plug."""

    def __init__(self, operator: Operator, sample: str) -> None:
        """Ask ``operator`` about ``sample``."""
        self._operator = operator
        self._sample = sample

    @override
    def cycle(self) -> None:
        question = Question(
            id="bench-power-cycle",
            prompt=f"Switch sample {self._sample} off, wait 5 seconds, and switch it on again.",
            choices=(_DONE, "not possible"),
            holds=(_DONE,),
            unsure=(),
        )
        answer = self._operator.ask(question, "", "")
        if answer is None or answer[0] != _DONE:
            why = answer[1] or answer[0] if answer else "nobody answered"
            raise BenchFault(f"sample {self._sample} was not power-cycled: {why}")
