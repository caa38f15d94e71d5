"""The report in a real browser: inert, silent, readable on a phone and in the dark."""

import contextlib
import json
import socket
import threading

import pytest

pytestmark = [pytest.mark.loopback, pytest.mark.slow]

MARK = "owned by the device"
MEASURE = """
const wide = [...document.querySelectorAll("body *")]
  .filter(e => !e.closest(".scroll, .skip"))
  .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
  .map(e => e.outerHTML.slice(0, 200));
const page = document.documentElement;
parent.postMessage(JSON.stringify({width: innerWidth, scroll: page.scrollWidth, wide}), "*");
"""
FRAME = """<!doctype html><meta charset="utf-8"><pre id="said"></pre>
<script>onmessage = message => { said.textContent = "<<" + message.data + ">>"; };</script>
<iframe src="measured.html" style="width: WIDTHpx; height: 3000px; border: 0"></iframe>
"""
CONTRAST = """
const part = c => { c /= 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
const light = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
const numbers = text => text.match(/[0-9.]+/g).map(Number);
const behind = e => {
  for (; e; e = e.parentElement) {
    const colour = numbers(getComputedStyle(e).backgroundColor);
    if (colour.length === 3 || colour[3] > 0) return colour;
  }
  return [255, 255, 255];
};
const poor = {};
let seen = 0;
for (const e of document.querySelectorAll("body *:not(script)")) {
  if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
  const pair = [light(numbers(getComputedStyle(e).color)), light(behind(e))];
  const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
  seen += 1;
  if (ratio < 4.5) poor[e.tagName + "." + e.className] = ratio;
}
const dark = matchMedia("(prefers-color-scheme: dark)").matches;
const said = document.createElement("pre");
said.textContent = "<<" + JSON.stringify({seen, poor, dark}) + ">>";
document.body.replaceChildren(said);
"""


def said(dom):
    """What a measuring script left in the page, as JSON."""
    text = dom.partition("&lt;&lt;")[2].partition("&gt;&gt;")[0]
    assert text, dom[-2000:]
    return json.loads(text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))


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


def test_a_hostile_device_can_neither_run_a_script_nor_reach_the_network(hostile, browse, listener):
    address, heard = listener
    dom = browse(hostile(attack(address)))
    assert f"<title>{MARK}" not in dom
    assert "Words used" in dom
    assert not heard


def test_the_control_runs_its_script_and_reaches_the_network(report, altered, browse, listener):
    address, heard = listener
    page = altered(report, f"document.title='{MARK}';fetch('{address}')", "control.html")
    assert f"<title>{MARK}" in browse(page)
    assert heard


def test_the_policy_stops_what_an_escaping_mistake_would_let_through(report, browse, listener):
    address, heard = listener
    text = report.read_text(encoding="utf-8")
    page = report.with_name("mistake.html")
    page.write_text(text.replace("</body>", attack(address) + "</body>"), encoding="utf-8")
    assert f"<title>{MARK}" not in browse(page)
    # A browser may connect ahead of its own decision; what counts is that it asks for nothing.
    assert not any(heard)


def asked_by_a_page(log):
    """What pages asked the network for; the browser's own housekeeping has no origin."""
    events = json.loads(log.read_text(encoding="utf-8"))["events"]
    asked = [event["params"] for event in events if "initiator" in event.get("params", {})]
    return [entry["url"] for entry in asked if entry["initiator"] != "not an origin"]


def test_the_page_asks_for_nothing(report, altered, browse, listener, tmp_path):
    address, _ = listener
    silent, control = tmp_path / "silent.json", tmp_path / "control.json"
    browse(report, f"--log-net-log={silent}", "--dump-dom")
    browse(
        altered(report, f"fetch('{address}/x')", "control.html"),
        f"--log-net-log={control}",
        "--dump-dom",
    )
    assert asked_by_a_page(silent) == []
    assert asked_by_a_page(control) == [f"{address}/x"]


@pytest.mark.parametrize("width", [360, 768])
def test_no_part_of_the_page_is_wider_than_the_screen(report, altered, browse, width):
    altered(report, MEASURE, "measured.html")
    frame = report.with_name("frame.html")
    frame.write_text(FRAME.replace("WIDTH", str(width)), encoding="utf-8")
    measured = said(browse(frame))
    assert measured["width"] == width
    assert measured["scroll"] <= width, measured["wide"]
    assert measured["wide"] == []


@pytest.mark.parametrize(("scheme", "dark"), [("0", True), ("1", False)])
def test_text_stands_out_from_its_background_in_light_and_dark(
    report, altered, browse, scheme, dark
):
    page = altered(report, CONTRAST, "contrast.html")
    flag = f"--blink-settings=preferredColorScheme={scheme}"
    measured = said(browse(page, flag, "--dump-dom"))
    assert measured["dark"] is dark
    assert measured["seen"] > 100
    assert measured["poor"] == {}


def test_the_page_prints(report, browse, tmp_path):
    paper = tmp_path / "report.pdf"
    browse(report, f"--print-to-pdf={paper}")
    assert paper.read_bytes().startswith(b"%PDF")
