"""``python -m harness.reference router|lock|radio``: one reference device, in this process."""

import argparse
import asyncio
import importlib.util
import ipaddress
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from harness.errors import CertbenchError, UsageError
from harness.reference.flaws import parse_flaws
from harness.reference.identity import FIRMWARE
from harness.reference.process import RouterOptions, serve
from harness.reference.shuffle import DEFAULT_SURFACE

_HIGHEST_PORT: Final = 65535


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until told to stop; the exit code."""
    try:
        parsed = _parser().parse_args(arguments)
        _DEVICES[parsed.device](parsed, sys.stdin.fileno(), sys.stdout.fileno())
    except CertbenchError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


def _router(parsed: argparse.Namespace, stdin: int, stdout: int) -> None:
    options = RouterOptions(
        sample=parsed.sample,
        address=_address(parsed.address),
        work=parsed.work,
        flaws=parse_flaws(parsed.flaw),
        firmware=parsed.firmware or FIRMWARE,
        seed=parsed.seed,
        fast=parsed.fast,
        port_offset=parsed.port_offset,
        surface=_surface(parsed.surface),
        maker_site=_address(parsed.maker_site) if parsed.maker_site else "",
        transport=_usable(parsed.transport) if parsed.transport else "",
        rotation_s=parsed.rotation,
    )
    serve(options, stdin, stdout)


def _lock(parsed: argparse.Namespace, stdin: int, stdout: int) -> None:
    transport = _usable(parsed.transport)
    from harness.reference.bluetooth.flaws import parse_lock_flaws
    from harness.reference.bluetooth.process import FIRMWARE as DELIVERED
    from harness.reference.bluetooth.process import LockOptions, serve_lock

    options = LockOptions(
        sample=parsed.sample,
        transport=transport,
        work=parsed.work,
        flaws=parse_lock_flaws(parsed.flaw),
        firmware=parsed.firmware or DELIVERED,
        rotation_s=parsed.rotation,
        classic=parsed.classic,
    )
    asyncio.run(serve_lock(options, stdin, stdout))


def _radio(parsed: argparse.Namespace, stdin: int, stdout: int) -> None:
    _require_bumble()
    from harness.reference.bluetooth.process import serve_air

    asyncio.run(serve_air(parsed.port, stdin, stdout))


_DEVICES: Final[Mapping[str, Callable[[argparse.Namespace, int, int], None]]] = {
    "router": _router,
    "lock": _lock,
    "radio": _radio,
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m harness.reference", description=__doc__)
    devices = parser.add_subparsers(dest="device", required=True)
    router = devices.add_parser("router", help="a home router")
    router.add_argument("--address", required=True, help="IP address to listen on")
    router.add_argument("--seed", type=int, help="shuffle ports, paths, names and prompts")
    router.add_argument("--fast", action="store_true", help="boot in half the time")
    router.add_argument("--port-offset", type=int, default=0, help="added to ports below 32768")
    router.add_argument("--surface", default="{}", help='ports by service: {"https": 8443}')
    router.add_argument("--maker-site", default="", help="IP address of the maker's web site")
    router.add_argument("--transport", default="", help="its Bluetooth adapter; none if left out")
    lock = devices.add_parser("lock", help="a door lock with Bluetooth LE")
    lock.add_argument("--transport", required=True, help="its Bluetooth adapter")
    lock.add_argument("--classic", action="store_true", help="speak Bluetooth Classic, too")
    for device in (router, lock):
        device.add_argument("--sample", required=True, help="name of the sample; its identity")
        device.add_argument("--work", required=True, type=Path, help="folder for log and control")
        device.add_argument("--flaw", action="append", default=[], help="switch on; repeatable")
        device.add_argument("--firmware", default="", help="firmware version installed")
        device.add_argument(
            "--rotation", type=float, default=900.0, help="seconds to another Bluetooth address"
        )
    radio = devices.add_parser("radio", help="the air between virtual Bluetooth LE adapters")
    radio.add_argument("--port", type=int, default=0, help="TCP port on 127.0.0.1; 0 = a free one")
    return parser


def _usable(transport: str) -> str:
    _require_bumble()
    return transport


def _require_bumble() -> None:
    if importlib.util.find_spec("bumble") is None:
        raise UsageError("Bluetooth needs an optional part: pip install 'certbench[bluetooth]'")


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError as error:
        raise UsageError(f"--address, --maker-site: {error}") from error


def _surface(text: str) -> Mapping[str, int]:
    try:
        surface = json.loads(text)
    except ValueError as error:
        raise UsageError(f"--surface is not JSON: {error}") from error
    if not isinstance(surface, dict) or not set(surface) <= set(DEFAULT_SURFACE):
        raise UsageError(f"--surface is an object with: {', '.join(DEFAULT_SURFACE)}")
    if not all(type(port) is int and 0 < port <= _HIGHEST_PORT for port in surface.values()):
        raise UsageError("--surface: a port is a number from 1 to 65535")
    return surface


if __name__ == "__main__":
    sys.exit(main())
