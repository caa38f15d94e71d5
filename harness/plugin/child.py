"""The judging child: ``python -m harness.plugin.child ORDERS.json``; pure and offline.

It runs pytest on each suite with an ini file, a root directory and plug-ins of its own, under an
audit hook that refuses sockets and processes, and writes ``assessment.json``. Exit status 0 means
that every assessment was written, whatever it says.
"""

import ctypes
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from harness.encoding.canonical import load_strict
from harness.model.confirmation import Confirmation
from harness.plugin.evidence_source import Evidence, known_secrets, open_evidence
from harness.plugin.judging import Judging
from harness.plugin.sandbox import Sandbox
from harness.plugin.superseded import under_revision
from harness.testing.suites import suite_in

_PR_SET_PDEATHSIG = 1
_INI_NAME = "pytest.ini"
_INI = """\
[pytest]
python_files = test_*.py
python_classes = Test*
python_functions = test_*
"""


def main(spec: Path) -> int:
    """Judge what ``spec`` orders, each framework in a fork of this process, side by side.

    The evidence is read once for all orders that name it. Raises CertbenchError for evidence that
    cannot be read.
    """
    orders = load_strict(spec.read_bytes())
    evidence = {path: open_evidence(Path(path)) for path in {each["evidence"] for each in orders}}
    spec.with_name(_INI_NAME).write_text(_INI)
    sys.stdout.flush()  # or every fork would say it again
    if len(orders) == 1:
        return _judge(spec, orders[0], evidence[orders[0]["evidence"]])
    forks = [_forked(spec, order, evidence[order["evidence"]]) for order in orders]
    return max(os.waitstatus_to_exitcode(os.waitpid(fork, 0)[1]) != 0 for fork in forks)


def _forked(spec: Path, order: dict[str, Any], evidence: Evidence) -> int:
    fork = os.fork()
    if fork == 0:
        _end_with_parent()
        # An exception ends the fork like any process: with its traceback and status 1.
        code = _judge(spec, order, evidence)
        sys.stdout.flush()
        os._exit(code)
    return fork


def _end_with_parent() -> None:
    """A fork whose parent ran out of time must not go on (Linux: PR_SET_PDEATHSIG)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _judge(spec: Path, order: dict[str, Any], evidence: Evidence) -> int:
    suite = suite_in(Path(order["suite"]))
    catalogue = suite.catalogue(order["version"])
    evidence_path, out = Path(order["evidence"]), Path(order["out"])
    confirmations = tuple(map(Confirmation.model_validate, order["confirmations"]))
    if order["revision"] is not None:
        evidence = under_revision(evidence, order["revision"])
    judging = Judging(suite, catalogue, evidence, Sandbox(), confirmations)
    ini = spec.with_name(_INI_NAME)
    arguments = [
        str(suite.folder),
        f"-c={ini}",
        f"--rootdir={suite.folder.parent.parent}",
        "--noconftest",
        "--import-mode=importlib",
        "--strict-markers",
        "--continue-on-collection-errors",
        "--tb=native",  # the others parse the source of each unit that does not pass
        "-q",
        "-p", "no:cacheprovider",
        "-p", "no:skipping",
        "-p", "no:stepwise",
        "-p", "no:doctest",
        "-p", "no:unittest",
        "-p", "no:randomly",
    ]  # fmt: skip
    plugins: list[object] = [judging]
    if order["allure"]:
        from harness.plugin.allure_bridge import AllureBridge

        arguments += ["-p", "allure_pytest.plugin", f"--alluredir={out / 'allure-results'}"]
        arguments += ["--clean-alluredir", "--allure-no-capture"]
        plugins.append(AllureBridge(known_secrets(evidence_path)))
    pytest.main(arguments, plugins=plugins)
    judging.write(out / order["name"])
    if order["asked"]:
        judging.write_asked(out / "asked.json")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
