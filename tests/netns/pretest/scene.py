"""A desk with one device, each in a network namespace of its own: runs commands at the desk.

::

    desk0 192.168.7.1/24 ---- dut0 192.168.7.20/24   (the device: a reference router or nothing)
    default route via 192.168.7.20

Run as ``unshare -n python scene.py [--flaw NAME ...] [--silent] [--dead] -- COMMAND...``; ends with
the status of the command. ``--silent``: the device answers and nothing listens; ``--dead``: there
is none. Nothing gets out: what is sent elsewhere ends at the device, which forwards nothing. It
also has the address 203.0.113.9, which to the desk lies behind a router.
"""

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ADDRESS, DESK, BEYOND = "192.168.7.20", "192.168.7.1", "203.0.113.9"
STARTED_S = 30


def ip(*arguments, pid=None):
    enter = ["nsenter", "-t", str(pid), "-n"] if pid else []
    subprocess.run([*enter, "ip", *arguments], check=True)


@contextlib.contextmanager
def wire():
    """The link, with its far end in a namespace of its own; the process that holds that."""
    other = subprocess.Popen(["unshare", "-n", "sleep", "900"])
    try:
        own = Path("/proc/self/ns/net").readlink()
        while Path(f"/proc/{other.pid}/ns/net").readlink() == own:
            time.sleep(0.01)
        ip("link", "set", "lo", "up")
        peer = ["peer", "name", "dut0", "netns", str(other.pid)]
        ip("link", "add", "desk0", "type", "veth", *peer)
        ip("addr", "add", f"{DESK}/24", "dev", "desk0")
        ip("link", "set", "desk0", "up")
        ip("route", "add", "default", "via", ADDRESS)
        ip("link", "set", "lo", "up", pid=other.pid)
        ip("link", "set", "dut0", "up", pid=other.pid)
        yield other.pid
    finally:
        other.kill()
        other.wait()


@contextlib.contextmanager
def router(pid, flaws):
    """The reference router at the far end."""
    with tempfile.TemporaryDirectory() as work:
        options = [part for name in flaws for part in ("--flaw", name)]
        process = subprocess.Popen(
            [
                *("nsenter", "-t", str(pid), "-n", sys.executable, "-m", "harness.reference"),
                *("router", "--sample", "A", "--address", ADDRESS, "--work", work, *options),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            ready = json.loads(process.stdout.readline())
            yield ready
        finally:
            process.terminate()
            process.wait(10)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--flaw", action="append", default=[])
    parser.add_argument("--silent", action="store_true")
    parser.add_argument("--dead", action="store_true")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    wanted = parser.parse_args()
    with wire() as pid, contextlib.ExitStack() as stack:
        if not wanted.dead:
            ip("addr", "add", f"{ADDRESS}/24", "dev", "dut0", pid=pid)
            ip("addr", "add", f"{BEYOND}/32", "dev", "lo", pid=pid)
        if not (wanted.dead or wanted.silent):
            stack.enter_context(router(pid, wanted.flaw))
        command = wanted.command[1:] if wanted.command[:1] == ["--"] else wanted.command
        return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
