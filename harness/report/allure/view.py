"""Draws the Allure view of one sealed bundle."""

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from harness.encoding.tree import SubTree
from harness.errors import UsageError
from harness.evidence.archive import open_bundle
from harness.evidence.manifest import bundle_root, part_roots, read_manifest
from harness.model.layout import STATEMENT
from harness.report.allure.history import earlier
from harness.report.allure.page import tamed
from harness.report.allure.program import find_allure, generate
from harness.report.allure.results import allure_results
from harness.survey.store import write_atomic

NAME: Final = "index.html"


@dataclass(frozen=True)
class AllureView:
    """What was written.

    Attributes:
        units: units of all frameworks; each has an entry on the page.
        network_cut: the program ran where there is no network at all.
    """

    page: Path
    units: int
    network_cut: bool


def draw(bundle: Path, out: Path, history: Path | None, prefix: Path | None) -> AllureView:
    """Write ``out/index.html`` and, if asked to, add this bundle to ``history``.

    No signature is checked. Only a sealed bundle will do: what a run directory holds still has the
    laboratory's secrets in it.

    Raises:
        UsageError: ``bundle`` is no sealed bundle, the program is missing, or ``history`` is none.
        EvidenceError: the bundle cannot be read.
        AllureFaultError: the program failed.
    """
    tree = open_bundle(bundle)
    if STATEMENT not in tree.names():
        raise UsageError(f"{bundle}: not a sealed bundle: it has no {STATEMENT}")
    program = find_allure(prefix)
    name = f"certbench bundle {bundle_root(part_roots(read_manifest(tree)))[:16]}"
    results = list(allure_results(SubTree(tree, "data")))
    with tempfile.TemporaryDirectory(prefix="certbench-allure-") as folder:
        work = Path(folder)
        (work / "results").mkdir()
        for result in results:
            file = work / "results" / f"{result['uuid']}-result.json"
            file.write_text(json.dumps(result), "utf-8")
        lines = work / "history.jsonl"
        lines.write_bytes(earlier(history, name) if history else b"")
        config = {
            "name": name,
            "historyPath": str(lines),
            "plugins": {"awesome": {"options": {"singleFile": True, "reportName": name}}},
        }
        page, network_cut = generate(program, work, config)
        changed = tamed(page.decode("utf-8"), _note(name))
        out.mkdir(parents=True, exist_ok=True)
        write_atomic(out / NAME, changed.encode())
        if history:
            write_atomic(history, lines.read_bytes())
    units = sum(any(label["name"] == "unit" for label in each["labels"]) for each in results)
    return AllureView(out / NAME, units, network_cut)


def _note(name: str) -> str:
    return (
        f"A view drawn from {name}; where the two differ, the bundle counts. The name of each "
        "entry says the verdict: Allure knows no INCONCLUSIVE, and calls it broken."
    )
