"""The report of a real pretest of a device that says hostile things in every field."""

import importlib.util
import io
import sys
from pathlib import Path

import pypdf
import pytest

pytestmark = [pytest.mark.netns, pytest.mark.slow]

HOSTILE = Path(__file__).parents[1] / "netns" / "hostile_devices" / "conftest.py"
ENDS_WITHIN_S = 200
OPEN = "document.querySelectorAll('details').forEach(each => each.open = true)"
WAIT = "new Promise(done => setTimeout(done, 300))"
COUNT = """
({alive: [...document.querySelectorAll("*")].filter(e =>
    ["IMG", "IFRAME", "LINK", "OBJECT", "EMBED", "FORM", "BASE", "AUDIO", "VIDEO"]
      .includes(e.tagName) || [...e.attributes].some(a => a.name.startsWith("on"))
    || (["INPUT", "SELECT", "BUTTON"].includes(e.tagName) && !e.closest("#filter"))
    || (e.href && !["#", "."].includes(e.getAttribute("href")[0]))).map(e => e.outerHTML),
  scripts: document.scripts.length,
  shown: document.body.textContent.includes("<" + "script>alert(1)<" + "/script>"),
  title: document.title,
  wide: document.documentElement.scrollWidth - innerWidth})
"""


def _device():
    spec = importlib.util.spec_from_file_location("certbench_hostile_devices", HOSTILE)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def page(chrome, wires, private_bench, tmp_path_factory):
    """The report on the device called ``speaking``."""
    device = _device()
    out = tmp_path_factory.mktemp("hostile") / "speaking"
    process = device.start("speaking", out)
    try:
        process.wait(ENDS_WITHIN_S)
    finally:
        process.kill()
        process.wait()
    return out / "pretest" / "bundle" / "data" / "report" / "index.html"


def test_the_page_asks_for_nothing_and_runs_nothing(page, chrome):
    with chrome.page(page) as shown:
        shown.run(OPEN)
        shown.run(WAIT)
        assert shown.asked() == []
        assert shown.complaints() == []
        assert shown.run(COUNT)["scripts"] == 1


@pytest.mark.parametrize("width", [1280, 360])
def test_escaping_alone_leaves_nothing_alive(page, altered, chrome, width):
    """Without the page's policy, so that nothing but the escaping protects the reader."""
    with chrome.page(altered(page, "", f"counted-{width}.html"), width=width) as shown:
        shown.run(OPEN)
        shown.run(WAIT)
        found = shown.run(COUNT)
        assert shown.asked() == []
    assert found["alive"] == []
    assert found["scripts"] == 1
    assert found["shown"]
    assert found["title"] == "Black box (pretest 192.168.7.20): test report"
    assert found["wide"] <= 0


@pytest.mark.parametrize("look", [{}, {"width": 360, "dark": True}], ids=str)
def test_axe_finds_nothing_wrong(page, chrome, axe, look):
    with chrome.page(page, **look) as shown:
        assert axe(shown) == {}


def test_it_prints(page, chrome):
    with chrome.page(page) as shown:
        paper = pypdf.PdfReader(io.BytesIO(shown.printed()))
    text = " ".join(sheet.extract_text() for sheet in paper.pages)
    assert "Black box (pretest 192.168.7.20)" in text
    assert "alert(1)" in text
