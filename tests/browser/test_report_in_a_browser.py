"""The report in a real browser: inert, silent, found one's way about in, readable everywhere."""

import contextlib
import io
import json
import socket
import threading

import pypdf
import pytest

from harness.model.ids import FrameworkRef

pytestmark = [pytest.mark.loopback, pytest.mark.slow]

MARK = "owned by the device"
OPEN = "document.querySelectorAll('details').forEach(each => each.open = true)"
WAIT = "new Promise(done => setTimeout(done, 300))"
WIDE = """
({scroll: document.documentElement.scrollWidth, wide: [...document.querySelectorAll("body *")]
  .filter(each => !each.closest(".scroll, .skip"))
  .filter(each => each.getBoundingClientRect().right > innerWidth + 1)
  .map(each => each.outerHTML.slice(0, 200))})
"""
SHOWN = """
[...document.querySelectorAll("details.provision")]
  .filter(each => each.checkVisibility()).map(each => each.querySelector("code").textContent)
"""
SAID = "document.querySelector('#filter output').textContent"
FOCUS = """
[document.activeElement.tagName, getComputedStyle(document.activeElement).outlineStyle]
"""
POOR = '<p style="color:#999;background:#aaa">faint</p><img src="data:,"><input>'
A4 = (595, 842)


def choose(page, script):
    """Change a control as a person does, and tell the page."""
    page.run(f"{{ {script}; filter.dispatchEvent(new Event('input')); }}")


@pytest.fixture
def listener():
    """A server on loopback; the requests that reached it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        heard, stop = [], threading.Event()

        def listen():
            while not stop.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                with connection, contextlib.suppress(OSError):
                    connection.settimeout(1)
                    heard.append(connection.recv(4096))
                    connection.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")

        thread = threading.Thread(target=listen)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", heard
        stop.set()
        thread.join()


@pytest.fixture
def hostile(hostile_page, tmp_path):
    """Write the page of a device that says ``text`` everywhere; its file."""

    def make(text):
        hostile_page(text)
        return tmp_path / "stage-0" / "report" / "index.html"

    return make


def attack(address):
    """Markup that runs a script and fetches from ``address`` wherever it comes to life."""
    return (
        f"</style></title>\"'><script>document.title='{MARK}';fetch('{address}')</script>"
        f"<img src={address}/img onerror=\"document.title='{MARK}'\">"
        f"<link rel=stylesheet href={address}/css><iframe src={address}/frame></iframe>"
        f"<style>@import '{address}/import';</style>"
    )


def test_a_hostile_device_can_neither_run_a_script_nor_reach_the_network(hostile, chrome, listener):
    address, heard = listener
    with chrome.page(hostile(attack(address))) as page:
        page.run(OPEN)
        page.run(WAIT)
        assert page.run("document.title") != MARK
        assert page.run("document.querySelectorAll('script').length") == 1
        assert page.asked() == []
        assert page.complaints() == []
    assert not heard


def test_the_control_runs_its_script_and_reaches_the_network(report, altered, chrome, listener):
    address, heard = listener
    script = f"<script>document.title='{MARK}';fetch('{address}/x')</script>"
    with chrome.page(altered(report, script, "control.html")) as page:
        page.run(WAIT)
        assert page.run("document.title") == MARK
        assert page.asked() == [f"{address}/x"]
    assert heard


def test_the_policy_stops_what_an_escaping_mistake_would_let_through(report, chrome, listener):
    address, heard = listener
    text = report.read_text(encoding="utf-8")
    mistake = report.with_name("mistake.html")
    mistake.write_text(text.replace("<main>", attack(address) + "<main>"), encoding="utf-8")
    with chrome.page(mistake) as page:
        page.run(WAIT)
        assert page.run("document.title") != MARK
        assert page.asked() == []
        assert any("Content Security Policy" in said for said in page.complaints())
        assert page.run(SAID) == "3 of 3 requirements shown"  # our own script still works
    # A browser may connect ahead of its own decision; what counts is that it asks for nothing.
    assert not any(heard)


def test_the_browser_asks_the_network_for_nothing(
    report, altered, own_chrome, listener, hostile, tmp_path
):
    """By the browser's own account of its network, and not by what pages say."""
    address, _ = listener
    log = tmp_path / "net.json"
    control = altered(report, f"<script>fetch('{address}/x')</script>", "control.html")
    with own_chrome(f"--log-net-log={log}") as browser:
        for file in (report, hostile(attack(address)), control):
            with browser.page(file) as page:
                page.run(WAIT)
    events = json.loads(log.read_text(encoding="utf-8"))["events"]
    asked = [event["params"] for event in events if "initiator" in event.get("params", {})]
    # The browser's own housekeeping has no origin.
    urls = [entry["url"] for entry in asked if entry["initiator"] != "not an origin"]
    assert urls == [f"{address}/x"]


@pytest.mark.parametrize("look", [{}, {"dark": True}, {"width": 360}, {"paper": True}], ids=str)
def test_axe_finds_nothing_wrong(report, chrome, axe, look):
    with chrome.page(report, **look) as page:
        assert axe(page) == {}


def test_axe_finds_nothing_wrong_with_several_frameworks(stage, made, chrome, axe):
    units = (made.failing("c1a"), made.waiting("c1b", "control-missing"))
    other = FrameworkRef(slug="other", version="2")
    one = stage()
    one.page(made.assessment(*units), made.assessment(*units, framework=other))
    with chrome.page(one.folder / "report" / "index.html") as page:
        assert axe(page) == {}
        choose(page, "filter.querySelector('select').value = 'f2-s1'")
        assert page.run(SAID) == "1 of 6 requirements shown"


def test_axe_finds_nothing_wrong_with_what_a_hostile_device_says(hostile, chrome, axe):
    with chrome.page(hostile(attack("http://127.0.0.1:9"))) as page:
        assert axe(page) == {}


def test_axe_finds_a_planted_fault(report, altered, chrome, axe):
    with chrome.page(altered(report, POOR, "poor.html")) as page:
        assert {"color-contrast", "image-alt", "label"} <= axe(page).keys()


@pytest.mark.parametrize("width", [360, 768])
def test_no_part_of_the_page_is_wider_than_the_screen(report, chrome, width):
    with chrome.page(report, width=width) as page:
        page.run(OPEN)
        measured = page.run(WIDE)
        assert page.run("innerWidth") == width
    assert measured["scroll"] <= width, measured["wide"]
    assert measured["wide"] == []


def test_requirements_are_found_by_words_verdict_and_part(report, chrome):
    with chrome.page(report) as page:
        assert page.complaints() == []
        assert page.run(SHOWN) == ["p1", "p2", "p3"]
        choose(page, "filter.querySelector('input[type=search]').value = 'word  P2'")
        assert page.run(SHOWN) == ["p2"]
        assert page.run(SAID) == "1 of 3 requirements shown"
        assert page.run("[...document.querySelectorAll('[data-part]:not(.out)')].length") == 2
        page.run("filter.querySelector('[data-do=reset]').click()")
        assert page.run(SHOWN) == ["p1", "p2", "p3"]
        choose(page, "filter.querySelector('[value=PASS]').checked = false")
        assert page.run(SHOWN) == ["p1"]
        page.run("filter.querySelector('[data-do=reset]').click()")
        choose(page, "filter.querySelector('select').value = 'f1-s2'")
        assert page.run(SHOWN) == ["p2", "p3"]


def test_a_count_of_the_summary_leads_to_what_it_counts(report, chrome):
    with chrome.page(report) as page:
        page.run("document.querySelector('a[data-show=FAIL]').click()")
        assert page.run(SHOWN) == ["p1"]
        assert page.run("location.hash") == "#f1"


def test_a_link_to_a_requirement_opens_it_even_if_it_is_filtered_out(report, chrome):
    with chrome.page(report) as page:
        choose(page, "filter.querySelector('input[type=search]').value = 'nowhere'")
        assert page.run(SHOWN) == []
        page.run("location.hash = 'f1-p1'")
        page.run(WAIT)
        assert page.run(SHOWN) == ["p1", "p2", "p3"]
        assert page.run("document.getElementById('f1-p1').open")


def test_without_its_script_the_page_is_whole(report, chrome):
    with chrome.page(report, script=False) as page:
        assert page.run(SHOWN) == ["p1", "p2", "p3"]
        assert not page.run("filter.checkVisibility()")


def test_everything_is_reached_with_the_keyboard_alone(report, chrome):
    with chrome.page(report) as page:
        page.key("Tab")
        assert page.run("document.activeElement.className") == "skip"
        page.key("Enter")
        assert page.run("location.hash") == "#summary"
        seen = set()
        for _ in range(500):
            page.key("Tab")
            tag, outline = page.run(FOCUS)
            if tag == "BODY":  # behind the last one
                break
            seen.add(tag)
            assert outline != "none", tag
        else:
            pytest.fail("the keyboard never gets out of the page")
        assert {"A", "SUMMARY", "INPUT", "SELECT", "BUTTON", "DIV"} <= seen


def test_a_requirement_is_opened_with_the_keyboard(report, chrome):
    with chrome.page(report) as page:
        page.run("document.querySelector('#f1-p1 > summary').focus()")
        page.key("Enter")
        assert page.run("document.getElementById('f1-p1').open")


def test_the_page_prints_whole_on_a4_whatever_is_filtered_and_closed(report, chrome):
    with chrome.page(report) as page:
        choose(page, "filter.querySelector('input[type=search]').value = 'nowhere'")
        assert page.run(SHOWN) == []
        paper = pypdf.PdfReader(io.BytesIO(page.printed()))
        assert page.run(SHOWN) == []  # on the screen nothing has changed
        assert not page.run("document.getElementById('f1-p1').open")
    boxes = {tuple(round(side) for side in each.mediabox[2:]) for each in paper.pages}
    assert boxes == {A4}
    text = " ".join(each.extract_text() for each in paper.pages)
    assert text.count("The supplier declares") == 2
    assert "Every attempt, with outcome" in text
    assert "A/1-as-received/services/1" in text
    assert "Find a requirement" not in text
    assert f"1 / {len(paper.pages)}" in text


def test_only_what_fits_on_one_sheet_is_kept_together(report, chrome):
    kept = "[...document.querySelectorAll('tr')].map(e => getComputedStyle(e).breakInside)"
    head = "[...document.querySelectorAll('thead')].map(e => getComputedStyle(e).display)"
    with chrome.page(report, paper=True) as page:
        assert set(page.run(kept)) == {"avoid"}
        assert set(page.run(head)) == {"table-header-group"}
