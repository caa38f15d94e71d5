"""``python -m harness.reference router``: start a reference device in this process."""

import argparse
import ipaddress
import json
import sys
from collections.abc import Mapping, Sequence
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
        options = _options(arguments)
        serve(options, sys.stdin.fileno(), sys.stdout.fileno())
    except CertbenchError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


def _options(arguments: Sequence[str] | None) -> RouterOptions:
    parsed = _parser().parse_args(arguments)
    return RouterOptions(
        sample=parsed.sample,
        address=_address(parsed.address),
        work=parsed.work,
        flaws=parse_flaws(parsed.flaw),
        firmware=parsed.firmware,
        seed=parsed.seed,
        fast=parsed.fast,
        port_offset=parsed.port_offset,
        surface=_surface(parsed.surface),
        maker_site=_address(parsed.maker_site) if parsed.maker_site else "",
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m harness.reference", description=__doc__)
    parser.add_argument("device", choices=["router"])
    parser.add_argument("--sample", required=True, help="name of the sample; its identity")
    parser.add_argument("--address", required=True, help="IP address to listen on")
    parser.add_argument("--work", required=True, type=Path, help="folder for log and control")
    parser.add_argument("--flaw", action="append", default=[], help="switch on a flaw; repeatable")
    parser.add_argument("--seed", type=int, help="shuffle ports, paths, names and prompts")
    parser.add_argument("--firmware", default=FIRMWARE, help="firmware version installed")
    parser.add_argument("--fast", action="store_true", help="boot in half the time")
    parser.add_argument("--port-offset", type=int, default=0, help="added to ports below 32768")
    parser.add_argument("--surface", default="{}", help='ports by service: {"https": 8443}')
    parser.add_argument("--maker-site", default="", help="IP address of the maker's web site")
    return parser


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
