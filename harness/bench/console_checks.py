"""Whether a serial console can be used: the device, the right to open it, who holds it, its speed.

What is sent is at most a carriage return, and only into silence.
"""

import contextlib
import grp
import os
import pwd
import stat
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from harness.bench.baud import is_text, rate_matters
from harness.bench.checks import Answer, Check, Step, blocks, in_order, note, ok
from harness.bench.console import SerialConsole
from harness.bench.discovery import serial_ports
from harness.encoding.text import neutralise, to_latin
from harness.errors import BenchFault
from harness.model.bench_config import ConsoleConfig

_LISTEN_S: Final = 1.5
_ENOUGH: Final = 4096
_SHOWN: Final = 120
_MAX_PROCESSES: Final = 100_000
_PARENTS: Final = 64


class _NoTranscript:
    """Takes what a session reports and keeps nothing: a trial is no evidence."""

    def record(self, kind: str, **fields: object) -> None:
        """Forget it."""


def console_checks(subject: str, console: ConsoleConfig) -> Iterator[Check]:
    """Each step towards a console that says something, until one blocks."""
    steps = _Steps(console)
    yield from in_order(subject, "console", steps.steps())


def listened_baud(url: str) -> tuple[int, bytes]:
    """The speed at which the console reads as text, and what it said; 0 where nothing did.

    Raises:
        BenchFault: the port cannot be opened, or went away.
    """
    baud, heard, _ = _listened(ConsoleConfig(url=url))
    return (baud if is_text(heard) else 0), heard


def _listened(console: ConsoleConfig) -> tuple[int, bytes, bool]:
    """The speed, what it said, and whether it had to be asked."""
    with SerialConsole(console).take(_NoTranscript()) as session:
        heard = session.read(_LISTEN_S, _ENOUGH)
        if heard:
            return session.baud, heard, False
        session.send(b"\r")
        return session.baud, session.read(_LISTEN_S, _ENOUGH), True


class _Steps:
    def __init__(self, console: ConsoleConfig) -> None:
        self._console = console
        self._path = None if "://" in console.url else Path(console.url)

    def steps(self) -> tuple[Step, ...]:
        local: tuple[Step, ...] = (
            ("device", self._device),
            ("permission", self._permission),
            ("busy", self._busy),
        )
        shared: tuple[Step, ...] = (("speech", self._speech),)
        return shared if self._path is None else local + shared

    def _device(self) -> Answer:
        path = Path(self._console.url)
        try:
            mode = path.stat().st_mode
        except OSError as error:
            ports = ", ".join(port.device for port in serial_ports()[:8]) or "none"
            return blocks(
                f"{path}: {error.strerror}; serial ports of this machine: {ports}",
                "Plug the adapter in, or write one of these as console.url",
            )
        if not stat.S_ISCHR(mode):
            return blocks(f"{path} is no serial device", "Correct console.url")
        return ok(f"{path} is there")

    def _permission(self) -> Answer:
        path = Path(self._console.url)
        if os.access(path, os.R_OK | os.W_OK):
            return ok("this user may read and write it")
        found = path.stat()
        user, group = _user(os.geteuid()), _group(found.st_gid)
        rights = stat.filemode(found.st_mode)
        if found.st_mode & stat.S_IWGRP and found.st_gid != 0:
            mend = f"Join the group and log in anew: sudo usermod -aG {group} {user}"
        else:
            mend = f"Let its owner ({_user(found.st_uid)}) or root give this user the right to it"
        return blocks(f"user {user} may not use it ({rights}, group {group})", mend)

    def _busy(self) -> Answer:
        holders = _holders(Path(self._console.url))
        if holders:
            listed = ", ".join(f"{name} (process {pid})" for pid, name in holders[:4])
            return blocks(
                f"another program has it open: {listed}",
                "Two readers steal each other's bytes. Close that program",
            )
        unseen = "" if os.geteuid() == 0 else " (of other users' programs only root can tell)"
        return ok(f"no other program has it open{unseen}")

    def _speech(self) -> Answer:
        try:
            baud, heard, sent = _listened(self._console)
        except BenchFault as fault:
            return blocks(str(fault), "Check console.url and who else uses the port")
        if not heard:
            return note(
                f"opens; it said nothing for {2 * _LISTEN_S:g} s and did not answer a carriage "
                "return",
                "Is the sample powered, ground connected, and do TX and RX cross? A hardened "
                "device may well be silent until it boots",
            )
        shown = neutralise(to_latin(heard), _SHOWN)
        how = "answers a carriage return" if sent else "talks by itself"
        if is_text(heard) or not rate_matters(self._console.url):
            speed = f" at {baud} baud" if rate_matters(self._console.url) else ""
            return ok(f"{how}{speed}: {shown}")
        better = self._better_baud()
        if better and better != self._console.baud:
            return blocks(
                f"noise at {baud} baud, text at {better}",
                f"Write console.baud = {better}, or leave it out",
            )
        return note(
            f"{how}, but not in text at {baud} baud: {shown}",
            "Check ground and voltage level (1.8, 3.3 or 5 V); try another console.baud",
        )

    def _better_baud(self) -> int:
        """A speed at which it reads as text; 0 where none was found."""
        try:
            return listened_baud(self._console.url)[0]
        except BenchFault:
            return 0


def _holders(path: Path) -> list[tuple[int, str]]:
    """Processes that have the device open, but for this one and those that it started."""
    wanted = path.stat().st_rdev
    running = (entry for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return sorted(
        (int(entry.name), _command(entry))
        for entry in islice(running, _MAX_PROCESSES)
        if _has_open(entry, wanted) and not _is_ours(int(entry.name))
    )


def _has_open(process: Path, device: int) -> bool:
    try:
        for handle in (process / "fd").iterdir():
            with contextlib.suppress(OSError):
                status = handle.stat()
                if stat.S_ISCHR(status.st_mode) and status.st_rdev == device:
                    return True
    except OSError:
        return False
    return False


def _is_ours(pid: int) -> bool:
    """This process, or one that it started: a reference device holds its own console."""
    own = os.getpid()
    for _ in range(_PARENTS):
        if pid == own:
            return True
        try:
            # The name, in parentheses, may hold anything; the parent is the second word after it.
            after = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2]
            pid = int(after.split()[1])
        except (OSError, ValueError, IndexError):
            return False
        if pid <= 1:
            return False
    return False


def _command(process: Path) -> str:
    try:
        return neutralise((process / "comm").read_text(errors="replace").strip(), 40)
    except OSError:
        return "a program"


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _group(number: int) -> str:
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)
