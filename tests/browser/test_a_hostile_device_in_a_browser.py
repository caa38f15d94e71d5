"""The report of a real pretest of a device that says hostile things in every field."""

import importlib.util
import json
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.netns, pytest.mark.slow]

HOSTILE = Path(__file__).parents[1] / "netns" / "hostile_devices" / "conftest.py"
ENDS_WITHIN_S = 200
COUNT = """
const alive = [...document.querySelectorAll("*")].filter(e =>
  ["IMG", "IFRAME", "LINK", "OBJECT", "EMBED", "FORM", "INPUT", "BASE", "AUDIO", "VIDEO"]
    .includes(e.tagName) || [...e.attributes].some(a => a.name.startsWith("on"))
  || (e.tagName === "SCRIPT" && e !== document.currentScript)
  || (e.href && !["#", "."].includes(e.getAttribute("href")[0])));
const said = {title: document.title, alive: alive.map(e => e.outerHTML.slice(0, 200)),
  shown: document.body.textContent.includes("<" + "script>alert(1)<" + "/script>"),
  wide: document.documentElement.scrollWidth - innerWidth};
const place = document.createElement("pre");
place.textContent = "<<" + JSON.stringify(said) + ">>";
document.body.replaceChildren(place);
"""


def _device():
    spec = importlib.util.spec_from_file_location("certbench_hostile_devices", HOSTILE)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def page(chromium, wires, private_bench, tmp_path_factory):
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


def asked_by_a_page(log):
    events = json.loads(log.read_text(encoding="utf-8"))["events"]
    asked = [event["params"] for event in events if "initiator" in event.get("params", {})]
    return [entry["url"] for entry in asked if entry["initiator"] != "not an origin"]


def test_the_page_asks_for_nothing_and_runs_nothing(page, browse, tmp_path):
    log = tmp_path / "net.json"
    dom = browse(page, f"--log-net-log={log}", "--dump-dom")
    assert asked_by_a_page(log) == []
    assert "<title>Black box (pretest 192.168.7.20): test report</title>" in dom
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in dom


def test_escaping_alone_leaves_nothing_alive(page, altered, browse):
    """Without the page's policy, so that nothing but the escaping protects the reader."""
    dom = browse(altered(page, COUNT, "counted.html"), "--window-size=1280,900", "--dump-dom")
    text = dom.partition("&lt;&lt;")[2].partition("&gt;&gt;")[0]
    found = json.loads(text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
    assert found["alive"] == []
    assert found["shown"]
    assert found["title"] == "Black box (pretest 192.168.7.20): test report"
    assert found["wide"] <= 0


@pytest.mark.parametrize("width", [1280, 360])
def test_it_can_be_pictured(page, browse, tmp_path, width):
    picture = tmp_path / f"{width}.png"
    browse(page, f"--window-size={width},3000", f"--screenshot={picture}")
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size > 50_000
