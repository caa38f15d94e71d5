"""What a user's own pytest shows: verdicts that were computed elsewhere.

Selecting (``-k``), repeating or marking items changes what is shown, never what was judged. A suite
is always judged whole, by the child process; an item without a result is INCONCLUSIVE.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from harness.assessment.rollup import roll_up
from harness.encoding.text import neutralise_lines
from harness.errors import CertbenchError
from harness.model.assessment import Assessment, UnitResult
from harness.model.ids import UnitId
from harness.model.judgement import Verdict
from harness.plugin.launch import JudgingOrder, judge
from harness.plugin.outcomes import raise_outcome
from harness.testing.declare import declaration_of
from harness.testing.suites import suite_in

SURVEY_TIMEOUT_S = 3600.0


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--bench`` and ``--run``."""
    group = parser.getgroup("certbench", "conformance of a device under test")
    group.addoption(
        "--bench", metavar="BENCH", help="survey the devices of this bench.toml, then judge"
    )
    group.addoption(
        "--run", metavar="RUN", help="judge this finished run directory or bundle, offline"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Mirror verdicts when asked to; otherwise do nothing at all."""
    bench, run = config.getoption("--bench"), config.getoption("--run")
    if not bench and not run:
        return
    if bench and run:
        raise pytest.UsageError("--bench makes a survey and --run judges one: name one of them")
    if config.getoption("numprocesses", None) or hasattr(config, "workerinput"):
        raise pytest.UsageError("a suite is judged once, by one process: leave -n out")
    config.pluginmanager.register(Mirror(config), "certbench-mirror")


class Mirror:
    """Judges the named suites once and gives each item the outcome of its unit."""

    def __init__(self, config: pytest.Config) -> None:
        """Nothing runs before pytest has collected."""
        self._config = config
        self._results: dict[tuple[Path, str], UnitResult] = {}
        self._assessments: list[Assessment] = []
        self._scratch = tempfile.TemporaryDirectory(prefix="certbench-")

    @pytest.fixture
    def facts(self) -> None:
        """Only the judging child has facts."""

    @pytest.fixture
    def ixit(self) -> None:
        """Only the judging child has the dossier."""

    @pytest.fixture
    def dossier(self) -> None:
        """Only the judging child has the dossier."""

    @pytest.fixture
    def catalogue(self) -> None:
        """Only the judging child has the catalogue that is judged."""

    @pytest.fixture
    def answers(self) -> None:
        """Only the judging child has answers."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Survey if asked to, and judge every suite named on the command line."""
        if session.config.option.collectonly:
            return
        folders = _suite_folders(session.config.args)
        try:
            evidence = self._evidence(folders)
            for folder in folders:
                self._judge(folder, evidence)
        except CertbenchError as error:
            raise pytest.UsageError(str(error)) from error

    def _evidence(self, folders: list[Path]) -> Path:
        run = self._config.getoption("--run")
        if run:
            return Path(run)
        target = Path(self._scratch.name) / "run"
        argv = [sys.executable, "-m", "harness.cli", "survey", self._config.getoption("--bench")]
        argv += ["-o", str(target)]
        argv += [part for folder in folders for part in ("--suite", str(folder))]
        done = subprocess.run(  # noqa: S603  (our own command, arguments as a list)
            argv,
            capture_output=True,
            timeout=SURVEY_TIMEOUT_S,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        if done.returncode != 0:
            tail = neutralise_lines(done.stderr.decode(errors="replace").strip()[-2000:])
            raise pytest.UsageError(f"the survey failed: {tail}")
        return target

    def _judge(self, folder: Path, evidence: Path) -> None:
        out = Path(self._scratch.name) / "assessments" / folder.name
        assessment = judge(JudgingOrder(folder, "", evidence, out))
        self._assessments.append(assessment)
        functions = {unit.id: unit.function for unit in suite_in(folder).catalogue().units}
        for result in assessment.units:
            place = folder, functions[result.unit]
            shown = self._results.setdefault(place, result)
            if roll_up((shown.verdict, result.verdict)) is not shown.verdict:
                self._results[place] = result

    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Leave out functions that decide units of other versions of a framework only."""
        folders = {item.path: _suite_folder(item.path) for item in items}
        elsewhere = {
            folder: _of_other_versions(folder) for folder in set(folders.values()) if folder
        }
        left_out = [
            item
            for item in items
            if (folder := folders[item.path]) and _unit_of(item) in elsewhere[folder]
        ]
        if left_out:
            items[:] = [item for item in items if item not in left_out]
            config.hook.pytest_deselected(items=left_out)

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool:
        """Show the verdict of one unit; the unit itself does not run here."""
        declaration = declaration_of(pyfuncitem.cls, pyfuncitem.function)
        folder = _suite_folder(pyfuncitem.path)
        unit = declaration.unit if declaration else ""
        result = self._results.get((folder, unit)) if folder else None
        if result is None:
            raise_outcome(Verdict.INCONCLUSIVE, "no unit of this suite")
        else:
            raise_outcome(result.verdict, f"{result.reason.code} {result.reason.params}")
        return True

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what was concluded, in words that the outcomes of pytest can't."""
        for assessment in self._assessments:
            decided = sum(unit.verdict.value in {"PASS", "FAIL"} for unit in assessment.units)
            terminalreporter.write_line(
                f"{assessment.framework}: {assessment.conclusion.value}, "
                f"{decided} decided of {len(assessment.units)} units"
            )

    def pytest_unconfigure(self) -> None:
        """Remove what was written for this session."""
        self._scratch.cleanup()


def _unit_of(item: pytest.Item) -> UnitId | None:
    function = item if isinstance(item, pytest.Function) else None
    declaration = declaration_of(function.cls, function.function) if function else None
    return declaration.unit if declaration else None


def _of_other_versions(folder: Path) -> frozenset[UnitId]:
    """The functions of a suite that decide nothing in the version that is shown."""
    suite = suite_in(folder)
    return suite.functions - {unit.function for unit in suite.catalogue().units}


def _suite_folder(path: Path) -> Path | None:
    for folder in (path, *path.parents):
        if folder.is_dir() and any(folder.glob("catalogue*.toml")):
            return folder.resolve()
    return None


def _suite_folders(arguments: list[str]) -> list[Path]:
    folders = [_suite_folder(Path(name.partition("::")[0]).resolve()) for name in arguments]
    found = list(dict.fromkeys(folder for folder in folders if folder is not None))
    if not found:
        raise pytest.UsageError(
            "name the folder of a suite, for example test_suites/etsi_en_303_645"
        )
    return found
