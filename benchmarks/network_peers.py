"""Port scan and login trials beside nmap and hydra: the same device, one tool after another.

Both sides are equally polite: a scan without limits on loopback speed, logins one connection at a
time and at the device's pace. Hydra and nmap are run inside a namespace without a route out.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from defusedxml import ElementTree

from benchmarks.measure import Measured, measure
from benchmarks.plain_devices import LOGIN, SPEAKS, TWELVE, on_the_bench
from benchmarks.report import OURS
from harness.errors import BenchFault
from tests.netns.debian.lan import Lan

GUESSES: Final = 40
"""Logins in the list; the valid one is the last."""
LOGINS: Final[Mapping[str, tuple[int, str, str]]] = {
    "SSH (dropbear)": (2222, "ssh", "ssh"),
    "HTTP basic (nginx)": (80, "http", "http-get"),
}
"""Login point -> port, what certbench calls it, what hydra calls it."""
_NMAP_NAMES: Final = {"domain": "dns", "https": "http", "secure-mqtt": "mqtt"}
_TIMEOUT_S: Final = 900.0


@dataclass(frozen=True)
class Run:
    """One tool's run at one task.

    Attributes:
        outcome: what it found, in words.
        right: it found what is there.
    """

    task: str
    tool: str
    measured: Measured
    outcome: str
    right: bool


def versions() -> dict[str, str]:
    """Of the peers that are there."""
    asked = {"nmap": ["nmap", "--version"], "hydra": ["hydra", "-h"]}
    found = {}
    for name, argv in asked.items():
        if shutil.which(name):
            said = subprocess.run(argv, capture_output=True, text=True, check=False)
            number = re.search(r"(?:version |Hydra v)(\S+)", said.stdout + said.stderr)
            found[name] = number.group(1) if number else "of unknown version"
    return found


def scans(lan: Lan) -> Iterator[Run]:
    """Ports and services of the device with twelve services."""
    address = lan.devices[TWELVE].address
    ours = [sys.executable, "-m", "benchmarks.scan_probe", address]
    nmap = ["nmap", "-n", "-Pn", "-sS", "-sV", "-p-", address, "-oX"]
    task = "ports and services"
    for tool, argv, read in ((OURS, ours, _our_scan), ("nmap", nmap, _nmap_scan)):
        if shutil.which(argv[0]) is None:
            continue
        measured, found = _run(lan, argv, read)
        named = [port for port, protocol in SPEAKS.items() if found.get(port) == protocol]
        outcome = f"{len(found)} ports open, {len(named)} of {len(SPEAKS)} named rightly"
        yield Run(task, tool, measured, outcome, set(found) == set(SPEAKS))


def _run(
    lan: Lan, argv: list[str], read: Callable[[str], dict[int, str]]
) -> tuple[Measured, dict[int, str]]:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "found"
        measured = measure(on_the_bench(lan, [*argv, str(out)]), timeout_s=_TIMEOUT_S)
        if not out.exists():
            raise BenchFault(f"{argv[0]} wrote nothing: {measured.said}")
        return measured, read(out.read_text())


def _our_scan(text: str) -> dict[int, str]:
    named = {tuple(place.split("/")): protocol for place, protocol in json.loads(text).items()}
    return {int(port): protocol for (kind, port), protocol in named.items() if kind == "tcp"}


def _nmap_scan(text: str) -> dict[int, str]:
    """Only what nmap confirmed: a name out of its table of port numbers is no observation."""
    found = {}
    for port in ElementTree.fromstring(text).iter("port"):
        state, service = port.find("state"), port.find("service")
        if state is None or state.get("state") != "open":
            continue
        confirmed = service is not None and service.get("method") == "probed"
        name = service.get("name", "") if confirmed and service is not None else ""
        found[int(port.get("portid", "0"))] = _NMAP_NAMES.get(name, name)
    return found


def login_trials(lan: Lan) -> Iterator[Run]:
    """The same list of logins at the same login point; each tool must find the last."""
    address = lan.devices[TWELVE].address
    user, password = LOGIN
    wrong = [f"{user}:wrong-{number}" for number in range(1, GUESSES)]
    with tempfile.TemporaryDirectory() as folder:
        words = Path(folder) / "logins"
        words.write_text("\n".join([*wrong, f"{user}:{password}"]) + "\n")
        for point, (port, protocol, service) in LOGINS.items():
            task = f"{GUESSES} logins, {point}"
            out = Path(folder) / "accepted"
            ours = [sys.executable, "-m", "benchmarks.login_probe", address, str(port), protocol]
            measured = measure(
                on_the_bench(lan, [*ours, "/", str(words), str(out)]), timeout_s=_TIMEOUT_S
            )
            if not out.exists():
                raise BenchFault(f"the credentials probe wrote nothing: {measured.said}")
            seen = json.loads(out.read_text())
            said = f"{len(seen['accepted'])} accepted, {seen['refused']} refused"
            right = seen == {"accepted": [user], "refused": GUESSES - 1}
            yield Run(task, OURS, measured, said, right)
            out.unlink()
            if shutil.which("hydra") is None:
                continue
            hydra = ["hydra", "-I", "-t", "1", "-C", str(words), f"{service}://{address}:{port}/"]
            measured = measure(on_the_bench(lan, hydra), timeout_s=_TIMEOUT_S)
            right = f"login: {user}   password: {password}" in measured.said
            said = "1 accepted" if right else "the valid login was missed"
            yield Run(task, "hydra -t 1", measured, said, right)
