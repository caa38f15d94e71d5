"""A device with twelve plain Debian services, and one with none, each in a namespace of its own."""

import os
import shutil
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from harness.errors import BenchFault
from tests.netns.debian.lan import Lan

DEVICES: Final = Path(__file__).with_name("devices")
TWELVE: Final = "twelve"
SILENT: Final = "silent"
LOGIN: Final = ("operator", "k7-Vexing-Quorum-31")
"""The one login of the device with twelve services."""
SPEAKS: Final = {
    21: "ftp",
    22: "ssh",
    53: "dns",
    80: "http",
    443: "http",
    1883: "mqtt",
    2222: "ssh",
    8080: "http",
    8883: "mqtt",
}
"""What its TCP ports speak: 443 and 8883 inside TLS. UDP: 53 DNS, 69 TFTP, 161 SNMP, 5353 mDNS."""


@contextmanager
def plain_devices() -> Iterator[Lan]:
    """Both devices on one bridge; nothing on it can reach anything else.

    Raises:
        BenchFault: a program is missing, or this user may not make such devices.
    """
    if os.geteuid() != 0:
        raise BenchFault("needs root: devices with files and accounts of their own")
    wanted = {
        program
        for path in DEVICES.glob("*/device.toml")
        for program in tomllib.loads(path.read_text())["needs"]
    }
    missing = sorted(name for name in {*wanted, "ip", "nsenter"} if shutil.which(name) is None)
    if missing:
        raise BenchFault(f"not installed: {', '.join(missing)}")
    lan = Lan(programs=DEVICES)
    try:
        yield lan
    finally:
        lan.close()


def on_the_bench(lan: Lan, argv: Sequence[str]) -> list[str]:
    """The same command in the network of the bench; no process more."""
    return ["nsenter", "-t", str(lan.pid), "-n", "--", *argv]
