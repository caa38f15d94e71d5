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


class CommandPower(PowerSwitch):
    """Power through two commands, run without a shell."""

    def __init__(self, off: Sequence[str], on: Sequence[str], pause_s: float = _OFF_S) -> None:
        """Switch with ``off`` and ``on``: a program and its arguments, or one line of them."""
        self._off = _argv(off)
        self._on = _argv(on)
        self._pause_s = pause_s

    @override
    def cycle(self) -> None:
        self._run(self._off)
        time.sleep(self._pause_s)
        self._run(self._on)

    @staticmethod
    def _run(argv: Sequence[str]) -> None:
        program = find_program(argv[0], "install it, or correct sample.power")
        run = run_tool([program, *argv[1:]], timeout_s=_COMMAND_TIMEOUT_S)
        if run.timed_out or run.returncode != 0:
            how = "did not end in time" if run.timed_out else f"ended with {run.returncode}"
            said = neutralise(to_latin(run.stderr.strip()), 200)
            raise BenchFault(f"power command {shlex.join(argv)} {how}: {said}")


def _argv(command: Sequence[str]) -> tuple[str, ...]:
    if not command:
        raise BenchFault("a power command is empty: give sample.power.off and sample.power.on")
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
