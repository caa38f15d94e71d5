"""Allure results as evidence: the verdict as a label, no host, no secret.

Allure has no fifth status: nothing is ever derived from its colours. What it writes is scrubbed of
every secret that the bench knows, and of the names of the lab's machines; what came from a device
is neutralised, since messages end up in terminals and on pages.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import allure_commons
import pytest
from allure_commons.logger import AllureFileLogger
from allure_commons.types import LabelType
from attr import asdict
from typing_extensions import override

from harness.encoding.text import neutralise_lines
from harness.model.assessment import UnitResult

_HIDDEN_LABELS = frozenset({LabelType.HOST, LabelType.THREAD})


class AllureBridge:
    """Labels each result with its verdict and replaces Allure's writer by a scrubbing one."""

    def __init__(self, secrets: Sequence[str]) -> None:
        """Scrub ``secrets``, longest first."""
        self._secrets = tuple(secrets)
        self._replaced: list[tuple[str, object]] = []

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Take over from Allure's own file writer."""
        folder = str(config.option.allure_report_dir)
        for name, plugin in list(allure_commons.plugin_manager.list_name_plugin()):
            if type(plugin) is AllureFileLogger:
                self._replace(name, plugin, _ScrubbingLogger(folder, self._secrets))
                self._replaced.append((name, plugin))

    def pytest_unconfigure(self) -> None:
        """Hand back Allure's writer, which Allure itself removes at the end."""
        for name, plugin in self._replaced:
            current = allure_commons.plugin_manager.get_plugin(name)
            self._replace(name, current, plugin)

    @staticmethod
    def _replace(name: str, old: object, new: object) -> None:
        allure_commons.plugin_manager.unregister(old)
        allure_commons.plugin_manager.register(new, name)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Any:  # noqa: ANN401  (a hook wrapper)
        """Label the running Allure test with what the unit said."""
        if call.when == "call":
            for name, result in item.user_properties:
                if name == "certbench" and isinstance(result, UnitResult):
                    _label(result)
        yield


def _label(result: UnitResult) -> None:
    labels = {
        "verdict": result.verdict.value,
        "unit": result.unit,
        "case": result.case,
        "provision": result.provision,
        "decided_by": result.decided_by.value,
        "reason": result.reason.code,
    }
    for name, value in labels.items():
        allure_commons.plugin_manager.hook.add_label(label_type=name, labels=[value])


class _ScrubbingLogger(AllureFileLogger):
    """Writes Allure results without secrets, host names and threads."""

    def __init__(self, folder: str, secrets: tuple[str, ...]) -> None:
        super().__init__(folder)  # type: ignore[no-untyped-call]
        self._folder = Path(folder)
        self._secrets = secrets
        self._clean: dict[str, str] = {}

    @override
    def _report_item(self, item: Any) -> None:
        # Allure's own writer draws a name that nobody is told: what it wrote could not be found.
        document = self._scrubbed(asdict(item, filter=lambda _, value: value or value is False))
        path = self._folder / item.file_pattern.format(prefix=uuid4())
        path.write_text(json.dumps(document, sort_keys=True, ensure_ascii=False), "utf-8")

    def _scrubbed(self, value: Any) -> Any:  # noqa: ANN401  (any JSON value)
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, list):
            return [self._scrubbed(entry) for entry in value]
        if isinstance(value, dict):
            if value.get("name") in _HIDDEN_LABELS:
                return {"name": value["name"], "value": "-"}
            return {name: self._scrubbed(entry) for name, entry in value.items()}
        return value

    def _text(self, value: str) -> str:
        if value not in self._clean:  # labels and names of steps return in every result
            clean = value
            for secret in self._secrets:
                clean = clean.replace(secret, "*" * 8)
            self._clean[value] = neutralise_lines(clean)
        return self._clean[value]
