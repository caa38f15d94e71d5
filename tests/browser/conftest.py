"""A real browser on pages that the report's own unit tests make."""

import importlib.util
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
AXE = Path(__file__).with_name("axe")
EXAMINE = """
axe.run(document, {resultTypes: ["violations"]}).then(found => ({
  passes: found.passes.length,
  violations: Object.fromEntries(found.violations.map(
    each => [each.id, each.nodes.map(node => node.html.slice(0, 200))])),
}))
"""


def _module(name, file):
    spec = importlib.util.spec_from_file_location(name, file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


Chrome = _module("certbench_chrome", Path(__file__).with_name("chrome.py")).Chrome
# The builders beside the report's unit tests: both suites look at the same pages.
_MADE = _module(
    "certbench_made_reports", Path(__file__).parents[1] / "unit" / "report" / "conftest.py"
)
stage, made, hostile_page = _MADE.stage, _MADE.made, _MADE.hostile_page
_ASKED = _module(
    "certbench_made_questions",
    Path(__file__).parents[1] / "loopback" / "answering" / "conftest.py",
)
run, desk, desk_again, serve, key_of = (
    _ASKED.run, _ASKED.desk, _ASKED.desk_again, _ASKED.serve, _ASKED.key_of,
)  # fmt: skip


@pytest.fixture(scope="session")
def chromium():
    """The browser's program; a skip that says how to get it."""
    for name in BROWSERS:
        found = shutil.which(name)
        if found:
            return found
    pytest.skip("chromium is missing: apt-get install chromium")


@pytest.fixture(scope="session")
def chrome(chromium, tmp_path_factory):
    """One browser for all tests; each page of it is in a context of its own."""
    browser = Chrome(chromium, tmp_path_factory.mktemp("profile"))
    yield browser
    browser.close()


@pytest.fixture
def own_chrome(chromium, tmp_path):
    """A browser that ends with its block, for what only a browser of its own can tell."""

    @contextmanager
    def start(*flags):
        browser = Chrome(chromium, tmp_path / "profile", *flags)
        try:
            yield browser
        finally:
            browser.close()

    return start


@pytest.fixture(scope="session")
def axe():
    """Gives the accessibility findings of a page: rule -> the elements that break it."""
    file = AXE / "node_modules" / "axe-core" / "axe.min.js"
    if not file.is_file():
        pytest.skip(f"axe-core is missing: npm ci --ignore-scripts --prefix {AXE}")
    source = file.read_text(encoding="utf-8")

    def examine(page):
        page.run("document.querySelectorAll('details').forEach(each => each.open = true)")
        page.run(source + "; 0")
        found = page.run(EXAMINE)
        assert found["passes"] > 20
        return found["violations"]

    return examine


@pytest.fixture
def report(stage, made):
    """A report with flaws, open units, answers and long unbroken words; its file."""
    deep = stage(text="a long word: " + "unbroken" * 30)
    page = deep.page(
        made.assessment(
            made.failing("c1a"), made.waiting("c1b", "control-missing"), indicative=True
        )
    )
    assert page
    return deep.folder / "report" / "index.html"


@pytest.fixture
def altered():
    """A copy of a page without its policy and with more in its body, as a control."""

    def make(file, more, name):
        text = file.read_text(encoding="utf-8")
        before, _, rest = text.partition('<meta http-equiv="Content-Security-Policy"')
        assert rest
        copy = file.with_name(name)
        changed = before + rest.partition(">")[2].replace("</body>", f"{more}</body>")
        copy.write_text(changed, encoding="utf-8")
        return copy

    return make
