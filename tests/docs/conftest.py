"""Reads pages as blocks and plays them in a folder of their own.

What a fence means: ``console`` is run line by line, ``toml`` is loaded, ``json`` is parsed;
``text`` is output, or something that needs hardware, and is left alone. A comment in front of a
fence says more:

    <!-- file: NAME -->        the block is the content of this file
    <!-- ends: CODE -->        the commands end with this status, 0 otherwise
    <!-- on: NAME -->          run it on the reference router in place of the samples of NAME
    <!-- beside: FLAW ... -->  run it at a desk beside the reference router with these flaws
    <!-- shown: yes -->        each line was printed by the commands before; ``...`` is anything
"""

import fcntl
import os
import re
import runpy
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "bench_configs").rglob("*.md")),
    *sorted((ROOT / "test_suites").rglob("*.md")),
]
SCENE = ROOT / "tests" / "netns" / "pretest" / "scene.py"
FENCE = re.compile(
    r"(?P<marks>(?:^<!-- \w+: .+? -->\n)*)^```(?P<kind>\w*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
MARK = re.compile(r"<!-- (\w+): (.+?) -->")
STAND_IN = """
[bench]
name = "stand-in"
scope = ["127.0.10.0/24"]
interface = "lo"
namespace = "private"
"""
SAMPLE = """
[[sample]]
id = "{name}"
network.address = "127.0.10.{number}"
reference.device = "router"
"""


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: Path
    line: int
    kind: str
    text: str
    marks: dict[str, str]

    def __str__(self):
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks_of(page):
    """The fenced blocks of a page, in order."""
    text = page.read_text()
    return [
        Block(
            page,
            text.count("\n", 0, found.start("kind")) + 1,
            found["kind"],
            found["text"],
            dict(MARK.findall(found["marks"])),
        )
        for found in FENCE.finditer(text)
    ]


def pytest_generate_tests(metafunc):
    """``page`` stands for each page, ``toml_block`` and ``json_block`` for each block of a kind."""
    if "page" in metafunc.fixturenames:
        metafunc.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
    for kind in ("toml", "json"):
        if f"{kind}_block" in metafunc.fixturenames:
            found = [entry for page in PAGES for entry in blocks_of(page) if entry.kind == kind]
            metafunc.parametrize(f"{kind}_block", found, ids=str)


@pytest.fixture(scope="session")
def read_blocks():
    """The fenced blocks of a page, in order."""
    return blocks_of


@pytest.fixture(scope="session")
def generated():
    """What tests/docs/generate.py would write."""
    return runpy.run_path(str(ROOT / "tests" / "docs" / "generate.py"))


class Desk:
    """A folder like a fresh checkout in which somebody follows a page."""

    def __init__(self, folder, demo):
        self.folder = folder
        self._demo = demo
        self._said = ""
        for name in ("bench_configs", "test_suites"):
            shutil.copytree(ROOT / name, folder / name)
        (folder / "reports").mkdir()

    def follow(self, block):
        """Do what a block says; everything that it leaves stays for the next one."""
        if "file" in block.marks:
            target = self.folder / block.marks["file"]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.text)
        elif "shown" in block.marks:
            missing = [line for line in block.text.splitlines() if not shows(self._said, line)]
            assert not missing, f"{block}: not in what was printed:\n{self._said[-6000:]}"
        elif block.kind == "console":
            if "on" in block.marks:
                self._stand_in(self.folder / block.marks["on"])
            expected = int(block.marks.get("ends", "0"))
            code, said = self.run(block.text, beside=block.marks.get("beside"))
            self._said += said
            assert code == expected, f"{block} ended with {code}:\n{said[-6000:]}"

    def have_demo(self):
        """Leave what `certbench demo` leaves; what it said."""
        target = self.folder / "reports" / "demo"
        if not target.exists():
            shutil.copytree(self._demo() / "reports" / "demo", target)
        return (self._demo() / "said").read_text()

    def run(self, commands, beside=None):
        """The commands as typed: status and output. After set-up, `make demo` is the demo.

        ``beside`` names flaws of the device at the other end of the desk's cable.
        """
        said = self.have_demo() if "make demo" in commands else ""
        script = re.sub(r"^make \w+$", "true", commands, flags=re.MULTILINE)
        done = subprocess.run(
            [*around(beside), "bash", "-eu", "-c", script],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
            check=False,
            cwd=self.folder,
            env=environment(self.folder),
        )
        return done.returncode, said + done.stdout

    @staticmethod
    def _stand_in(bench):
        """Put the reference router in place of each sample of a bench config."""
        names = [sample["id"] for sample in tomllib.loads(bench.read_text())["sample"]]
        samples = [SAMPLE.format(name=name, number=index) for index, name in enumerate(names, 1)]
        bench.write_text(STAND_IN + "".join(samples))


def around(beside):
    """What a command line starts with to run at a desk with one device, in its own namespace."""
    if beside is None:
        return []
    if os.geteuid() != 0:
        pytest.skip("needs root for network namespaces")
    flaws = [part for name in beside.split() for part in ("--flaw", name)]
    return ["unshare", "-n", sys.executable, str(SCENE), *flaws, "--"]


def environment(home):
    """Commands on the path, and a home of their own."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    owned = {"HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config")}
    return {**os.environ, "PATH": path, "COLUMNS": "160", "NO_COLOR": "1", **owned}


def shows(said, line):
    """Whether a line was printed; blanks count as one, and ``...`` stands for anything."""
    parts = [re.escape(part) for part in " ".join(line.split()).split("...")]
    return re.search(".*".join(parts), " ".join(said.split())) is not None


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """Runs `certbench demo` when somebody asks, once for all workers; the folder that it ran in."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder = shared / "demo-of-pages"
    folder.mkdir(exist_ok=True)

    def run():
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # whoever comes second waits for the first one's
            if not (folder / "said").exists():
                _run_demo(folder)
        return folder

    return run


def _run_demo(folder):
    shutil.copytree(ROOT / "bench_configs", folder / "bench_configs", dirs_exist_ok=True)
    done = subprocess.run(
        ["certbench", "demo"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
        check=False,
        cwd=folder,
        env=environment(folder),
    )
    assert done.returncode == 0, done.stdout[-6000:]
    (folder / "said").write_text(done.stdout)


@pytest.fixture
def desk(tmp_path, demo):
    """A folder to follow a page in."""
    return Desk(tmp_path, demo)
