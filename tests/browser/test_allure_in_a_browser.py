"""The Allure view in a real browser: silent, drawn whole, and steered by no device."""

import json
import shutil

import pytest

from harness.errors import UsageError
from harness.report.allure.program import FOLDER, find_allure
from harness.report.allure.view import draw

pytestmark = [pytest.mark.loopback, pytest.mark.slow]

ANALYTICS = b"googletagmanager"
LOADED = "document.body.innerText.includes('TEXT')"
WAIT = "new Promise(done => setTimeout(done, 200))"
ALIVE = """
[...document.querySelectorAll("#app img, iframe, object, embed, link[rel=stylesheet], form, base")]
  .map(each => each.outerHTML.slice(0, 200))
"""
MARK = "owned by the device"


@pytest.fixture(scope="session")
def allure():
    """Skips where the program is missing; its folder."""
    try:
        find_allure(None)
    except UsageError as error:
        pytest.skip(str(error))
    return FOLDER


@pytest.fixture
def drawn(allure, stage, made, tmp_path):
    """Draw the view of a bundle of this assessment."""

    def make(assessment, *results, history=None, **of_stage):
        bundle = made.bundle_of(stage(**of_stage), assessment, results=results)
        return draw(bundle, tmp_path / "view", history, None).page

    return make


def until_it_says(page, text):
    """Wait until the page is drawn: its scripts unpack the data after it is loaded."""
    for _ in range(100):
        if page.run(LOADED.replace("TEXT", text)):
            return
        page.run(WAIT)
    pytest.fail(f"the page never says {text}: {page.run('document.body.innerText')[:500]}")


def open_all(page):
    """Open every entry that is not folded away since it passed: there stands device text."""
    leaves = page.run("document.querySelectorAll('[data-testid=tree-leaf]').length")
    for number in range(leaves):
        page.run(f"document.querySelectorAll('[data-testid=tree-leaf]')[{number}]?.click()")
        page.run(WAIT)
    return leaves


def test_the_view_is_drawn_whole_and_asks_for_nothing(drawn, chrome, made):
    file = drawn(
        made.assessment(made.failing("c1a"), made.waiting("c2a", "control-missing")),
        made.allure_result("c1a", "FAIL"),
    )
    assert ANALYTICS not in file.read_bytes()
    with chrome.page(file) as page:
        until_it_says(page, "c1a FAIL: text")
        text = page.run("document.body.innerText")
        assert "where the two differ, the bundle counts" in text
        assert "c2a INCONCLUSIVE: text" in text
        assert "conclusion NOT_CONFORMANT: " in text
        assert open_all(page) == 4
        assert page.asked() == []
        assert page.complaints() == []


def test_the_page_as_the_program_writes_it_does_ask(allure, chrome, stage, made, tmp_path):
    """The control: what taming is for."""
    from harness.encoding.tree import DirectoryTree
    from harness.report.allure.program import generate
    from harness.report.allure.results import allure_results

    bundle = made.bundle_of(stage(), made.assessment())
    (tmp_path / "work" / "results").mkdir(parents=True)
    for result in allure_results(DirectoryTree(bundle / "data")):
        file = tmp_path / "work" / "results" / f"{result['uuid']}-result.json"
        file.write_text(json.dumps(result))
    config = {"name": "control", "plugins": {"awesome": {"options": {"singleFile": True}}}}
    written, _ = generate(find_allure(None), tmp_path / "work", config)
    assert ANALYTICS in written
    page = tmp_path / "control.html"
    page.write_bytes(written)
    with chrome.page(page) as shown:
        shown.run(WAIT)
        assert any("googletagmanager" in url for url in shown.asked())


def test_a_hostile_device_can_neither_run_a_script_nor_reach_the_network(drawn, chrome, made):
    address = "http://127.0.0.1:9"
    evil = (
        f"</script><script>document.title='{MARK}'</script><img src={address}/img "
        f"onerror=\"document.title='{MARK}'\"><iframe src={address}/frame></iframe>"
        f"![x]({address}/md) [x](javascript:alert(1)) \x1b[31mred\x1b]8;;{address}\x07link"
    )
    hostile = made.hostile_assessment(evil)
    file = drawn(hostile, made.allure_result("c1a", "FAIL", name=evil), text=evil)
    with chrome.page(file) as page:
        until_it_says(page, "c1a FAIL")
        assert open_all(page) == 4
        assert page.run("document.title") != MARK
        assert page.run(ALIVE) == []
        assert page.asked() == []
        assert page.complaints() == []


def test_history_across_bundles_is_shown_and_holds_no_trace_of_the_lab(
    drawn, chrome, made, tmp_path
):
    history = tmp_path / "history.jsonl"
    drawn(made.assessment(), made.allure_result("c1a", "PASS"), history=history)
    file = drawn(
        made.assessment(made.failing("c1a")), made.allure_result("c1a", "FAIL"), history=history
    )
    lines = history.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 2
    for left in ("bench-7", "MainThread", "/home/lab", str(tmp_path), shutil.which("node")):
        assert left not in history.read_text(encoding="utf-8")
    with chrome.page(file) as page:
        until_it_says(page, "c1a FAIL: text")
        page.run(
            "[...document.querySelectorAll('[data-testid=tree-leaf]')]"
            ".find(each => each.innerText.includes('c1a')).click()"
        )
        until_it_says(page, "History")
        page.run(
            "[...document.querySelectorAll('button')]"
            ".find(each => each.innerText.startsWith('History')).click()"
        )
        until_it_says(page, "certbench bundle")
        assert page.asked() == []
