"""Starts the one judging child process and reads what it wrote."""

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from harness.encoding.canonical import canonical
from harness.errors import BenchFault
from harness.model.assessment import Assessment

JUDGING_TIMEOUT_S = 600.0


@dataclass(frozen=True)
class JudgingOrder:
    """One framework to judge on one survey.

    Attributes:
        suite: the suite's folder.
        version: of the framework; ``""`` = newest.
        evidence: run directory or bundle.
        out: folder to write ``assessment.json`` and ``allure-results/`` to.
        allure: write Allure results as well.
    """

    suite: Path
    version: str
    evidence: Path
    out: Path
    allure: bool = True


def judge(order: JudgingOrder) -> Assessment:
    """Judge in a child process with an environment of its own.

    The child gets no PYTEST or PYTHON variable of this process: no plug-in, option, warning filter
    or optimisation level reaches it.

    Raises:
        BenchFault: the child ended without an assessment.
    """
    order.out.mkdir(parents=True, exist_ok=True)
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTEST", "PYTHON", "ALLURE"))
    }
    with tempfile.TemporaryDirectory(prefix="certbench-judge-") as scratch:
        spec = Path(scratch) / "order.json"
        spec.write_bytes(
            canonical(
                {
                    "suite": str(order.suite.resolve()),
                    "version": order.version,
                    "evidence": str(order.evidence.resolve()),
                    "out": str(order.out.resolve()),
                    "allure": order.allure,
                }
            )
        )
        argv = [sys.executable, "-P", "-m", "harness.plugin.child", str(spec)]
        environment = {
            **kept,
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry),
        }
        try:
            done = subprocess.run(  # noqa: S603  (this module's own child, arguments as a list)
                argv,
                cwd=scratch,
                env=environment,
                capture_output=True,
                timeout=JUDGING_TIMEOUT_S,
                check=False,
                stdin=subprocess.DEVNULL,
            )
        except subprocess.TimeoutExpired as error:
            raise BenchFault(f"judging did not end within {JUDGING_TIMEOUT_S:g} s") from error
    result = order.out / "assessment.json"
    if done.returncode != 0 or not result.is_file():
        tail = (done.stdout + done.stderr).decode(errors="replace")[-3000:]
        raise BenchFault(f"the judging process ended without an assessment:\n{tail}")
    return Assessment.from_bytes(result.read_bytes())
