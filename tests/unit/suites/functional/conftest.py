"""Judge every unit of a suite on facts made by hand, with the reference router's own dossier."""

import importlib
import inspect
import pkgutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.assessment.rollup import unit_verdict
from harness.config.reading import build_model
from harness.model.declaration import DecidedBy
from harness.model.dossier import Dossier
from harness.model.judgement import Verdict
from harness.testing.declare import declaration_of
from harness.testing.view import AnswerView, FactView

ROOT = Path(__file__).parents[4]
SUITES = {
    "etsi": ("test_suites.etsi_en_303_645", "_functional"),
    "california": ("test_suites.california_sb_327", ""),
    "black box": ("test_suites.black_box", ""),
}


def _units(package: str, ending: str) -> list[tuple[type, Any]]:
    found = []
    for info in pkgutil.iter_modules(importlib.import_module(package).__path__):
        if not info.name.startswith("test_") or not info.name.endswith(ending):
            continue
        module = importlib.import_module(f"{package}.{info.name}")
        for _, owner in inspect.getmembers(module, inspect.isclass):
            if owner.__module__ == module.__name__:
                found += [
                    (owner, entry) for _, entry in inspect.getmembers(owner, inspect.isfunction)
                ]
    return found


@pytest.fixture(scope="session")
def router() -> str:
    """The text of the reference router's dossier."""
    return (ROOT / "bench_configs" / "reference-router" / "dossier.toml").read_text("utf-8")


@pytest.fixture(scope="session")
def silent(router: str, without_bluetooth: Any) -> Any:
    """That dossier without Bluetooth."""
    return build_model("dossier.toml", tomllib.loads(without_bluetooth(router)), Dossier)


@pytest.fixture(scope="session")
def dossier(silent: Any) -> Any:
    """What `judge` looks at; `test_router_bluetooth` has the whole one judged."""
    return silent


@pytest.fixture
def judge(dossier: Any) -> Callable[..., dict[str, Verdict]]:
    """Verdict of every unit of a suite; ``automatic`` leaves out those that need a person."""

    def run(
        survey: Any, suite: str = "etsi", *, automatic: bool = False, reasons: Any = None
    ) -> dict[str, Verdict]:
        base = survey.base()
        verdicts = {}
        for owner, function in _units(*SUITES[suite]):
            declared = declaration_of(owner, function)
            assert declared is not None
            if automatic and declared.decided_by is not DecidedBy.AUTOMATIC:
                continue
            given = {
                "facts": FactView(base, declared),
                "ixit": dossier.ixit,
                "dossier": dossier,
                "answers": AnswerView((), declared),
            }
            wanted = list(inspect.signature(function).parameters)[1:]
            judged = function(owner(), **{name: given[name] for name in wanted})
            verdict, reason, _ = unit_verdict(declared, judged)
            verdicts[str(declared.unit)] = verdict
            if reasons is not None:
                reasons[str(declared.unit)] = (reason, judged)
        return verdicts

    return run


@pytest.fixture
def declared() -> Callable[..., set[str]]:
    """The units of a suite that declare to need a probe in a state."""

    def find(suite: str, probe: str, state: Any) -> set[str]:
        return {
            str(entry.unit)
            for owner, function in _units(*SUITES[suite])
            if (entry := declaration_of(owner, function))
            and any((need.probe, need.state) == (probe, state) for need in entry.facts)
        }

    return find
