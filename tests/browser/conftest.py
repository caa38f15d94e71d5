"""A real browser on pages that the report's own unit tests make."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    # Nothing but this machine can be reached, whatever a page or the browser itself asks for.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--virtual-time-budget=5000",
    "--timeout=30000",
)


def _pages():
    """The builders beside the report's unit tests: both suites look at the same pages."""
    file = Path(__file__).parents[1] / "unit" / "report" / "conftest.py"
    spec = importlib.util.spec_from_file_location("certbench_made_reports", file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


_MADE = _pages()
stage, made, hostile_page = _MADE.stage, _MADE.made, _MADE.hostile_page


@pytest.fixture(scope="session")
def chromium():
    """The browser's program; a skip that says how to get it."""
    for name in BROWSERS:
        found = shutil.which(name)
        if found:
            return found
    pytest.skip("chromium is missing: apt-get install chromium")


@pytest.fixture
def browse(chromium, tmp_path):
    """Open a file with a fresh profile; what the browser printed (its DOM by default)."""
    visits = []

    def visit(file, *flags):
        profile = tmp_path / f"profile-{len(visits)}"
        visits.append(profile)
        command = [chromium, *FLAGS, f"--user-data-dir={profile}", *(flags or ["--dump-dom"])]
        done = subprocess.run(
            [*command, file.as_uri()], capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    return visit


@pytest.fixture
def report(stage, made):
    """A report with flaws, open units, answers and long unbroken words; its file."""
    deep = stage(text="a long word: " + "unbroken" * 30)
    page = deep.report(
        made.assessment(
            made.failing("c1a"), made.waiting("c1b", "control-missing"), indicative=True
        )
    )
    assert page
    return deep.folder / "report" / "index.html"


@pytest.fixture
def altered():
    """A copy of a page without its policy and with a script: to measure, or as a control."""

    def make(file, script, name):
        text = file.read_text(encoding="utf-8")
        before, _, rest = text.partition('<meta http-equiv="Content-Security-Policy"')
        assert rest
        opened = rest.partition(">")[2].replace("<details", "<details open")
        copy = file.with_name(name)
        changed = before + opened.replace("</body>", f"<script>{script}</script></body>")
        copy.write_text(changed, encoding="utf-8")
        return copy

    return make
