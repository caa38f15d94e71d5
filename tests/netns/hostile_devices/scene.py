"""A desk and a hostile device, each in a network namespace of its own; measures a command.

::

    desk0 192.168.7.1/24 ---- dut0 192.168.7.20/24   (one device of devices.py)

Run as ``unshare -n python scene.py DEVICE CONSOLE MEASURED -- COMMAND...``. CONSOLE is a behaviour
of consoles.py or ``none``; ``{console}`` in the command becomes its terminal. What the command took
is written to MEASURED as JSON; the scene ends with the command's status. Nothing leads out: every
packet for somebody else ends at the device, which notes for whom it was.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import consoles

ADDRESS, DESK = "192.168.7.20", "192.168.7.1"


def ip(*arguments, pid=None):
    enter = ["nsenter", "-t", str(pid), "-n"] if pid else []
    subprocess.run([*enter, "ip", *arguments], check=True)


@contextlib.contextmanager
def wire():
    """The link, with its far end in a namespace of its own; a process that holds that."""
    other = subprocess.Popen(["unshare", "-n", "sleep", "900"])
    try:
        own = Path("/proc/self/ns/net").readlink()
        while Path(f"/proc/{other.pid}/ns/net").readlink() == own:
            time.sleep(0.01)
        peer = ["peer", "name", "dut0", "netns", str(other.pid)]
        ip("link", "set", "lo", "up")
        ip("link", "add", "desk0", "type", "veth", *peer)
        ip("addr", "add", f"{DESK}/24", "dev", "desk0")
        ip("link", "set", "desk0", "up")
        ip("route", "add", "default", "via", ADDRESS)
        for link in ("lo", "dut0"):
            ip("link", "set", link, "up", pid=other.pid)
        ip("addr", "add", f"{ADDRESS}/24", "dev", "dut0", pid=other.pid)
        ip("route", "add", "default", "via", DESK, pid=other.pid)
        yield other.pid
    finally:
        other.kill()
        other.wait()


@contextlib.contextmanager
def device(pid, name):
    """The device at the far end."""
    with tempfile.TemporaryDirectory() as folder:
        program = str(Path(__file__).with_name("devices.py"))
        process = subprocess.Popen(
            ["nsenter", "-t", str(pid), "-n", sys.executable, program, name, ADDRESS, folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        try:
            assert process.stdout.readline() == b"ready\n"
            yield lambda: json.loads(process.communicate(timeout=10)[0])
        finally:
            process.kill()
            process.wait()


def measure(command):
    """Run ``command``; its status, seconds, and the largest resident set of its processes."""
    began = time.monotonic()
    pid = os.posix_spawnp(command[0], command, os.environ)
    _, status, used = os.wait4(pid, 0)
    return {
        "code": os.waitstatus_to_exitcode(status),
        "seconds": round(time.monotonic() - began, 1),
        "mebibytes": used.ru_maxrss // 1024,
    }


def main():
    name, console, measured, _, *command = sys.argv[1:]
    with contextlib.ExitStack() as stack:
        ended = stack.enter_context(device(stack.enter_context(wire()), name))
        if console != "none":
            terminal = consoles.CONSOLES[console]()
            command = [part.replace("{console}", terminal) for part in command]
        result = measure(command)
        result["strangers"] = ended()
    Path(measured).write_text(json.dumps(result))
    return result["code"]


if __name__ == "__main__":
    sys.exit(main())
