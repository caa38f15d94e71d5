"""Runs external programs: an argument list, never a shell, bounded in time and output."""

import contextlib
import functools
import os
import selectors
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from typing import IO, Final

from harness.bench.network_link import ToolRun
from harness.bench.taps import NoTap, Tap
from harness.errors import BenchFault

MAX_OUTPUT_BYTES: Final = 64 * 1024 * 1024
_PASSED_ON: Final = ("PATH", "HOME", "NMAP_PRIVILEGED", "TMPDIR")
_CHUNK: Final = 65536
_REAP_S: Final = 5.0


def find_program(name: str, mend: str) -> str:
    """The full path of a program.

    Raises:
        BenchFault: it is not installed; ``mend`` says how to get it.
    """
    found = shutil.which(name)
    if found is None:
        raise BenchFault(f"{name} is not installed: {mend}")
    return found


def run_tool(
    argv: Sequence[str],
    *,
    timeout_s: float,
    environment: Mapping[str, str] | None = None,
    limit: int = MAX_OUTPUT_BYTES,
    tap: Tap | None = None,
) -> ToolRun:
    """Run a program in a process group of its own, without input, and wait for it.

    At ``timeout_s``, or when it writes more than ``limit`` bytes on one stream, the whole group is
    killed; ``timed_out`` then says so and the outputs hold what came before. Of the environment
    only PATH, HOME and the like are passed on, and the locale is C. ``tap`` sees what it writes on
    stdout. However this process ends, the program itself does not outlive it (setpriv(1)).

    Raises:
        BenchFault: it cannot be started.
    """
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    passed |= {"LC_ALL": "C.UTF-8", **(environment or {})}
    if shutil.which(argv[0]) is None:
        raise BenchFault(f"cannot run {argv[0]}: there is no such program")
    try:
        process = subprocess.Popen(  # noqa: S603  (an argument list, no shell)
            [*_leash(), *argv],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=passed,
            start_new_session=True,
        )
    except OSError as error:
        raise BenchFault(f"cannot run {argv[0]}: {error.strerror or error}") from error
    with process:
        try:
            deadline = time.monotonic() + timeout_s
            stdout, stderr, whole = _drain(process, deadline, limit, tap or NoTap())
        finally:
            _kill_group(process)
    return ToolRun(tuple(argv), process.returncode, stdout, stderr, timed_out=not whole)


@functools.cache
def _leash() -> tuple[str, ...]:
    """What makes a program end with this process, where there is something that does.

    A scan that went on after a kill of the bench would disturb the run that takes it up.
    """
    setpriv, probe = shutil.which("setpriv"), shutil.which("true")
    if setpriv is None or probe is None:
        return ()
    leash = (setpriv, "--pdeathsig", "KILL", "--")
    try:
        trial = subprocess.run([*leash, probe], capture_output=True, timeout=_REAP_S, check=False)  # noqa: S603  (constant)
    except (OSError, subprocess.TimeoutExpired):
        return ()  # not Linux, or a busybox without it
    return leash if trial.returncode == 0 else ()


def _drain(
    process: subprocess.Popen[bytes], deadline: float, limit: int, tap: Tap
) -> tuple[bytes, bytes, bool]:
    """Both outputs up to their end; the flag is false if time or room ran out first."""
    outputs: dict[IO[bytes], bytearray] = {}
    with selectors.DefaultSelector() as selector:
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                outputs[stream] = bytearray()
                selector.register(stream, selectors.EVENT_READ)
        while selector.get_map() and (left := deadline - time.monotonic()) > 0:
            for key, _ in selector.select(left):
                chunk = os.read(key.fd, _CHUNK)
                if not chunk:
                    selector.unregister(key.fileobj)
                elif len(collected := outputs[key.fileobj]) + len(chunk) > limit:  # type: ignore[index]  # only streams were registered
                    return _ended(outputs, whole=False)
                else:
                    collected += chunk
                    if key.fileobj is process.stdout:
                        tap.took(chunk)
        finished = not selector.get_map() and _exits(process, deadline)
    return _ended(outputs, whole=finished)


def _ended(outputs: Mapping[IO[bytes], bytearray], *, whole: bool) -> tuple[bytes, bytes, bool]:
    stdout, stderr = (bytes(collected) for collected in outputs.values())
    return stdout, stderr, whole


def _exits(process: subprocess.Popen[bytes], deadline: float) -> bool:
    try:
        process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        return False
    return True


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """End whatever the program left running; its group outlives it until every child is gone."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_REAP_S)
