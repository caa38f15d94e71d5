"""Whether this machine can carry out a survey: tools, privileges, namespaces, room, clock."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from harness.bench import namespace
from harness.bench.checks import Answer, Check, Step, blocks, checked, note, ok
from harness.bench.clock import read_clock
from harness.bench.nmap import raw_sockets_work
from harness.bench.runner import run_tool
from harness.errors import BenchFault
from harness.model.bench_config import BenchSettings

_TOOL_S: Final = 10.0
_ROOM_NEEDED: Final = 200 * 1024**2
_ROOM_WISHED: Final = 2 * 1024**3
_MIB: Final = 1024**2
_VERSION: Final = re.compile(rb"Nmap version ([0-9][0-9A-Za-z.]*)")
_TRIED_WITH: Final = (7, 80)
"""Older ones write XML that nobody tried."""


def machine_checks(settings: BenchSettings, folder: Path) -> Iterator[Check]:
    """Everything that does not depend on a sample; ``folder`` is where captures will be kept."""
    steps: tuple[Step, ...] = (
        ("nmap", nmap_present),
        ("privileges", privileges),
        ("namespaces", lambda: namespaces(needed=settings.namespace == "private")),
        ("disk", lambda: room(folder)),
        ("clock", clock),
    )
    for name, step in steps:
        yield checked("machine", "", name, step())


def nmap_present() -> Answer:
    """The port scanner, and whether its version is one that was tried."""
    if shutil.which("nmap") is None:
        return blocks("nmap is not installed", "apt-get install nmap")
    try:
        said = _VERSION.search(run_tool(["nmap", "--version"], timeout_s=_TOOL_S).stdout)
    except BenchFault as fault:
        return blocks(str(fault), "Install nmap anew")
    if said is None:
        return blocks("nmap does not tell its version", "Is the program nmap on PATH really nmap?")
    version = said[1].decode("ascii")
    numbers = tuple(int(part) for part in re.findall(r"[0-9]+", version)[:2])
    if numbers < _TRIED_WITH:
        return note(f"nmap {version} is old", "Install nmap 7.80 or later")
    return ok(f"nmap {version}")


def privileges() -> Answer:
    """Raw sockets or not, and what that costs."""
    if raw_sockets_work():
        return ok("raw sockets: half-open scans and UDP scans work")
    return note(
        "no raw sockets: ports are found over full connections, which the device logs, and UDP "
        "over connected sockets, which is slower",
        "Run as root",
    )


def namespaces(*, needed: bool) -> Answer:
    """Whether a private network namespace can be had, for reference devices."""
    if namespace.inside():
        return ok("this runs in a private network namespace")
    reason = namespace.available()
    if not reason:
        return ok("private network namespaces can be had")
    if needed:
        return blocks(reason, "This bench asks for one (bench.namespace)")
    return note(f"no private namespace for reference devices: {reason}")


def room(folder: Path) -> Answer:
    """Space for captures where the run directory will be, or its nearest folder that exists."""
    there = next(each for each in (folder.absolute(), *folder.absolute().parents) if each.is_dir())
    try:
        free = shutil.disk_usage(there).free
    except OSError as error:
        return blocks(f"{there}: {error.strerror}", "Choose another folder with --out")
    shown = f"{free // _MIB} MiB are free in {there}"
    if not os.access(there, os.W_OK | os.X_OK):
        return blocks(f"this user may not write in {there}", "Choose another folder with --out")
    if free < _ROOM_NEEDED:
        return blocks(shown, f"A survey needs {_ROOM_NEEDED // _MIB} MiB or more: make room")
    if free < _ROOM_WISHED:
        return note(shown, "Enough for one survey; traffic and consoles that flood need more")
    return ok(shown)


def clock() -> Answer:
    """Whether the kernel's clock follows a time source; times are part of the evidence."""
    read = read_clock()
    if read is None:
        return note("whether the clock is synchronised cannot be told here", "Compare it by hand")
    if not read.synchronised:
        return note(
            "the clock is not synchronised: the times in the evidence are only this machine's",
            "Start a time service (systemd-timesyncd, chrony), or compare the clock by hand",
        )
    return ok("the clock is synchronised")
