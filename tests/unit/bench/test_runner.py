"""External programs are bounded in time and output, and leave nothing running."""

import os
import sys
import time
from pathlib import Path

import pytest

from harness.bench.runner import find_program, run_tool
from harness.errors import BenchFault


def test_outputs_and_exit_code_are_kept_apart():
    run = run_tool(["sh", "-c", "echo out; echo err >&2; exit 3"], timeout_s=5)
    assert (run.returncode, run.stdout, run.stderr, run.timed_out) == (3, b"out\n", b"err\n", False)


def test_a_program_that_hangs_is_killed_with_its_children(tmp_path):
    pid_file = tmp_path / "pid"
    started = time.monotonic()
    run = run_tool(
        ["sh", "-c", 'echo first; sleep 60 & echo $! > "$0"; wait', str(pid_file)], timeout_s=0.5
    )
    assert time.monotonic() - started < 3
    assert run.timed_out
    assert run.stdout == b"first\n"
    assert gone(int(pid_file.read_text()))


def test_a_child_that_keeps_the_output_open_does_not_hang_the_bench():
    started = time.monotonic()
    run = run_tool(["sh", "-c", "sleep 60 & echo done"], timeout_s=0.5)
    assert time.monotonic() - started < 3
    assert (run.stdout, run.timed_out) == (b"done\n", True)


def test_a_flood_is_cut_at_the_limit():
    run = run_tool(["sh", "-c", "yes"], timeout_s=20, limit=100_000)
    assert run.timed_out
    assert 0 < len(run.stdout) <= 100_000


def test_the_environment_is_not_passed_on(monkeypatch):
    monkeypatch.setenv("ROUTER_PASSWORD", "secret")
    code = "import os; print(os.environ.get('ROUTER_PASSWORD'), os.environ['GIVEN'])"
    run = run_tool([sys.executable, "-c", code], timeout_s=10, environment={"GIVEN": "yes"})
    assert run.stdout == b"None yes\n"


def test_a_program_that_is_not_there_is_a_fault():
    with pytest.raises(BenchFault, match="cannot run"):
        run_tool(["/no/such/program"], timeout_s=1)
    with pytest.raises(BenchFault, match="apt-get install it"):
        find_program("no-such-program-here", "apt-get install it")


def gone(pid):
    for _ in range(50):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if "State:\tZ" in Path(f"/proc/{pid}/status").read_text():
            return True
        time.sleep(0.05)
    return False
