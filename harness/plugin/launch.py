"""Starts the one judging child process and reads what it wrote."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.encoding.canonical import canonical
from harness.errors import BenchFault
from harness.model.assessment import Assessment
from harness.model.confirmation import Confirmation
from harness.model.revision import assessment_name

JUDGING_TIMEOUT_S = 600.0


@dataclass(frozen=True)
class JudgingOrder:
    """One framework to judge on one survey.

    Attributes:
        suite: the suite's folder.
        version: of the framework; ``""`` = the suite's default.
        evidence: run directory or bundle.
        out: folder to write ``assessment.json`` and ``allure-results/`` to.
        allure: write Allure results as well.
        confirmations: of entries of its catalogue.
        asked: write ``asked.json`` as well: what the units want to know from people.
        revision: of the dossier, if not the newest: judge by what there was when it was replaced,
            and write ``revision-<n>.json`` instead.
    """

    suite: Path
    version: str
    evidence: Path
    out: Path
    allure: bool = True
    confirmations: tuple[Confirmation, ...] = ()
    asked: bool = False
    revision: int | None = None


def judge(order: JudgingOrder) -> Assessment:
    """Judge one framework; see `judge_all`."""
    return judge_all([order])[0]


def judge_all(orders: Sequence[JudgingOrder]) -> tuple[Assessment, ...]:
    """Judge one survey under several frameworks in a child with an environment of its own.

    The child gets no PYTEST or PYTHON variable of this process: no plug-in, option, warning filter
    or optimisation level reaches it. It reads the evidence once, and judges each framework in a
    copy of itself, side by side.

    Raises:
        BenchFault: the child ended without an assessment.
    """
    for order in orders:
        order.out.mkdir(parents=True, exist_ok=True)
        # What an earlier judging left must not be taken for this one's.
        _result(order).unlink(missing_ok=True)
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTEST", "PYTHON", "ALLURE"))
    }
    with tempfile.TemporaryDirectory(prefix="certbench-judge-") as scratch:
        spec = Path(scratch) / "orders.json"
        spec.write_bytes(canonical([_written(order) for order in orders]))
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
    results = [_result(order) for order in orders]
    if done.returncode != 0 or not all(result.is_file() for result in results):
        tail = (done.stdout + done.stderr).decode(errors="replace")[-3000:]
        raise BenchFault(f"the judging process ended without an assessment:\n{tail}")
    return tuple(Assessment.from_bytes(result.read_bytes()) for result in results)


def _result(order: JudgingOrder) -> Path:
    return order.out / _name(order)


def _written(order: JudgingOrder) -> dict[str, object]:
    return {
        "suite": str(order.suite.resolve()),
        "version": order.version,
        "evidence": str(order.evidence.resolve()),
        "out": str(order.out.resolve()),
        "allure": order.allure,
        "confirmations": [entry.to_json() for entry in order.confirmations],
        "asked": order.asked,
        "revision": order.revision,
        "name": _name(order),
    }


def _name(order: JudgingOrder) -> str:
    return "assessment.json" if order.revision is None else assessment_name(order.revision)
