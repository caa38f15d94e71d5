"""The page that Allure writes is tamed, its program pinned, and its history holds bundles once."""

import base64
import hashlib
import json
import re
import shutil
import stat
import subprocess

import pytest

from harness.errors import EvidenceError, UsageError
from harness.report.allure import program, view
from harness.report.allure.history import earlier
from harness.report.allure.page import tamed
from harness.report.allure.program import FOLDER, AllureFaultError, find_allure

APP = base64.b64encode(b"app()").decode()
PAGE = f"""<!DOCTYPE html><html><head><title>t</title><script>window.options = 1</script></head>
<body><div id="app"></div><script>document.createElement("base")</script><script>one</script>
<script   src="data:text/javascript;base64,{APP}"></script>
<script async src="https://www.googletagmanager.com/gtag/js?id=G-X"></script>
<script>function gtag(){{}} gtag('js');</script>
<script async>two</script><script defer>three</script></body></html>"""


def test_analytics_are_removed_and_every_script_left_is_named_by_the_policy():
    page = tamed(PAGE, "a view")
    assert "googletagmanager" not in page
    assert "gtag" not in page
    scripts = re.findall(r"<script>(.*?)</script>", page)
    assert scripts == ["window.options = 1", "one", "app()", "two", "three"]
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)[1]
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-eval" not in policy
    assert "http" not in policy
    assert page.index("Content-Security-Policy") < page.index("<script")


def test_the_note_is_text():
    page = tamed(PAGE, "<b>a</b> & view")
    assert '>&lt;b&gt;a&lt;/b&gt; &amp; view</p><div id="app">' in page


@pytest.mark.parametrize(
    "changed",
    [
        PAGE.replace("<script>one</script>", ""),
        PAGE.replace("<script>one</script>", "<script>one</script><script>more</script>"),
        PAGE.replace("data:text", "https://evil.example/text"),
        PAGE.replace("<script defer>", '<script defer src="x.js">'),
        PAGE.replace("</title>", "</title><link href=https://www.googletagmanager.com/x>"),
        PAGE.replace("<body>", "<body class='x'>"),
        PAGE.replace("<head>", "<head lang=en>"),
        PAGE.replace(APP, base64.b64encode(b"'</script><script>'").decode()),
    ],
)
def test_a_page_that_is_built_otherwise_is_refused(changed):
    with pytest.raises(AllureFaultError):
        tamed(changed, "a view")


@pytest.fixture
def installed(tmp_path):
    """A folder that looks as npm leaves it, with this version of the package."""

    def make(version):
        package = tmp_path / "npm" / "node_modules" / "allure"
        package.mkdir(parents=True)
        (package / "package.json").write_text(json.dumps({"version": version}))
        return tmp_path / "npm"

    return make


@pytest.fixture
def node(tmp_path, monkeypatch):
    """A program called node that does what a test says."""

    def make(script):
        folder = tmp_path / "bin"
        folder.mkdir()
        (folder / "node").write_text(f"#!/bin/sh\n{script}\n")
        (folder / "node").chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")

    return make


def test_without_node_the_error_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="install nodejs and npm"):
        find_allure(None)


def test_without_the_package_the_error_says_the_command(node, tmp_path):
    node("")
    with pytest.raises(UsageError) as raised:
        find_allure(tmp_path)
    said = str(raised.value)
    assert f"npm ci --ignore-scripts --prefix {tmp_path}" in said
    assert f"cp {FOLDER / 'package.json'} {FOLDER / 'package-lock.json'} {tmp_path}" in said


def test_another_version_is_refused(node, installed):
    node("")
    with pytest.raises(UsageError, match=r"is version 2\.0\.0, 3\.18\.0 is needed"):
        find_allure(installed("2.0.0"))


def test_the_lock_pins_the_version_and_names_no_place():
    lock = json.loads((FOLDER / "package-lock.json").read_bytes())
    wanted = json.loads((FOLDER / "package.json").read_bytes())["dependencies"]
    assert lock["packages"][""]["dependencies"] == wanted
    assert lock["packages"]["node_modules/allure"]["version"] == wanted["allure"]
    for name, package in lock["packages"].items():
        assert "resolved" not in package
        assert not name or package["integrity"].startswith("sha512-")


WRITES = """
for last; do :; done
env > "$HOME/../environment"
name=$(grep -o 'certbench bundle [0-9a-f]*' "$HOME/allurerc.json" | head -n 1)
printf '{"uuid":"1","name":"%s"}\\n' "$name" >> "$HOME/history.jsonl"
mkdir "$HOME/out"; cp PAGE "$HOME/out/index.html"
"""


@pytest.fixture
def sealed(stage, made):
    found = [made.allure_result("c1a", "FAIL")]
    return made.bundle_of(stage(), made.assessment(made.failing("c1a")), results=found)


@pytest.fixture
def drawing(node, installed, tmp_path, monkeypatch):
    """Draw with a program that writes this page."""
    file = tmp_path / "page.html"
    node(WRITES.replace("PAGE", str(file)))
    prefix = installed("3.18.0")
    monkeypatch.setattr(view.tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("SECRET_OF_THE_LAB", "hunter2")

    def draw(bundle, history=None, page=PAGE):
        file.write_text(page)
        return view.draw(bundle, tmp_path / "view", history, prefix)

    return draw


def test_a_view_says_what_it_is_drawn_from_and_that_the_bundle_counts(drawing, sealed):
    done = drawing(sealed)
    page = done.page.read_text()
    assert done.units == 4
    assert re.search(r"A view drawn from certbench bundle [0-9a-f]{16}; where the two differ", page)
    assert stat.S_IMODE(done.page.stat().st_mode) == 0o644


def test_the_program_gets_nothing_of_the_environment(drawing, sealed, tmp_path):
    drawing(sealed)
    environment = (tmp_path / "environment").read_text()
    assert "hunter2" not in environment
    home = re.search(r"^HOME=(.*)$", environment, re.MULTILINE)[1]
    assert home.startswith(str(tmp_path / "certbench-allure-"))
    assert not list(tmp_path.glob("certbench-allure-*"))


def test_a_bundle_stands_in_the_history_once(drawing, sealed, tmp_path):
    history = tmp_path / "history.jsonl"
    history.write_text('{"uuid":"0","name":"certbench bundle 0000000000000000"}\n')
    for _ in range(2):
        drawing(sealed, history)
    names = [json.loads(line)["name"] for line in history.read_text().splitlines()]
    assert len(names) == 2
    assert names[0] == "certbench bundle 0000000000000000"


@pytest.mark.parametrize("text", ["no json\n", "[]\n", '{"uuid":"1"}\n', '{"name":"x"}\n'])
def test_a_file_that_is_no_history_is_left_alone(tmp_path, text):
    file = tmp_path / "notes.txt"
    file.write_text('{"uuid":"1","name":"x"}\n' + text)
    with pytest.raises(UsageError, match="line 2 is no history of Allure"):
        earlier(file, "y")


def test_a_page_that_cannot_be_tamed_is_not_written(drawing, sealed, tmp_path):
    history = tmp_path / "history.jsonl"
    with pytest.raises(AllureFaultError):
        drawing(sealed, history, PAGE.replace("<script>one", "<script>one</script><script>"))
    assert not (tmp_path / "view").exists()
    assert not history.exists()


def test_a_program_that_fails_is_quoted(node, installed, sealed, tmp_path):
    node("echo 'no such \x1b[31mthing' >&2; exit 7")
    with pytest.raises(AllureFaultError, match=r"exit status 7\): no such \\x1b\[31mthing"):
        view.draw(sealed, tmp_path / "view", None, installed("3.18.0"))


def test_a_run_directory_is_refused_since_its_secrets_are_still_there(sealed, tmp_path):
    with pytest.raises(UsageError, match="not a sealed bundle"):
        view.draw(sealed / "data", tmp_path / "view", None, None)
    with pytest.raises(EvidenceError):
        view.draw(tmp_path / "nothing", tmp_path / "view", None, None)


def test_the_network_is_cut_where_that_can_be_done(monkeypatch):
    prefix = program._without_network()
    if not prefix:
        pytest.skip("unshare(1) does not work here")
    seen = subprocess.run(
        [*prefix, "cat", "/proc/net/dev"], capture_output=True, text=True, timeout=20, check=True
    )
    assert re.findall(r"^ *(\w+):", seen.stdout, re.MULTILINE) == ["lo"]
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert program._without_network() == ()
