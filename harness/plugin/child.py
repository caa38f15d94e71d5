"""The judging child: ``python -m harness.plugin.child ORDER.json``; pure and offline.

It runs pytest on one suite with an ini file, a root directory and plug-ins of its own, under an
audit hook that refuses sockets and processes, and writes ``assessment.json``. Exit status 0 means
that the assessment was written, whatever it says.
"""

import sys
from pathlib import Path

import pytest

from harness.encoding.canonical import load_strict
from harness.plugin.evidence_source import known_secrets, open_evidence
from harness.plugin.judging import Judging
from harness.plugin.sandbox import Sandbox
from harness.testing.suites import suite_in

_INI = """\
[pytest]
python_files = test_*.py
python_classes = Test*
python_functions = test_*
"""


def main(spec: Path) -> int:
    """Judge what ``spec`` orders. Raises CertbenchError for evidence that cannot be read."""
    order = load_strict(spec.read_bytes())
    suite = suite_in(Path(order["suite"]))
    catalogue = suite.catalogue(order["version"])
    evidence_path = Path(order["evidence"])
    out = Path(order["out"])
    judging = Judging(suite, catalogue, open_evidence(evidence_path), Sandbox())
    ini = spec.with_name("pytest.ini")
    ini.write_text(_INI)
    arguments = [
        str(suite.folder),
        f"-c={ini}",
        f"--rootdir={suite.folder.parent.parent}",
        "--noconftest",
        "--import-mode=importlib",
        "--strict-markers",
        "--continue-on-collection-errors",
        "--tb=short",
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
    judging.write(out / "assessment.json")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
