"""Verification runs where nothing of the bench is installed."""

import subprocess
import sys

BLOCKED = (
    "pytest", "allure", "allure_commons", "typer", "rich", "serial", "paramiko", "nmap", "requests",
    "jinja2", "defusedxml", "pyroute2", "asyncssh", "tlslite",
)  # fmt: skip
PROGRAM = """
import sys
for name in {blocked!r}:
    sys.modules[name] = None
import harness.verify.command
bad = [n for n in sys.modules if n.split(".")[:2] in (
    ["harness", p] for p in ("bench", "probes", "plugin", "survey", "testing", "reference", "cli"))]
assert not bad, bad
raise SystemExit(harness.verify.command.main([sys.argv[1]]))
"""


def test_the_command_imports_without_bench_pytest_or_drivers(tmp_path):
    missing = tmp_path / "none.zip"
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(blocked=BLOCKED), str(missing)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert "no such bundle" in done.stderr
