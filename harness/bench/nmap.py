"""Runs nmap on one address, over one interface, with options that cannot leave it.

nmap takes anything that is not an option as one more target, resolves names through whatever
resolver the machine has, and has options that involve third parties (decoys, idle scan, bounce,
scripts that ask registries). So options are admitted by a list, and only the guard's address is
ever a target.
"""

import os
import re
import socket
from collections.abc import Sequence
from typing import Final

from harness.bench.network_link import ToolRun
from harness.bench.runner import find_program, run_tool
from harness.bench.taps import Tap
from harness.errors import BenchFault, ScopeError

_MEND: Final = "apt-get install nmap"
_PORTS: Final = re.compile(r"-|[TU0-9][TU0-9:,-]*")
_PLAIN_OPTION: Final = re.compile(
    r"-s[STUVNFXMAW]+|-T[0-5]|-Pn|-n|-v{1,3}|-r|-F|-6|--open|--reason|--version-light|--version-all|"
    r"--defeat-rst-ratelimit|--defeat-icmp-ratelimit|--disable-arp-ping|--noninteractive|"
    r"--privileged|--unprivileged|--packet-trace"
)
_VALUE_OPTION: Final = re.compile(
    r"--(max-retries|m(in|ax)-rate|m(in|ax)-parallelism|m(in|ax)-rtt-timeout|initial-rtt-timeout|"
    r"host-timeout|(max-)?scan-delay|version-intensity|stats-every|source-port)"
)
_VALUE: Final = re.compile(r"[0-9]+(\.[0-9]+)?(ms|s|m)?")


def raw_sockets_work() -> bool:
    """Whether this process may send raw packets: as root, or in a user namespace of its own."""
    try:
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP).close()
    except OSError:
        return False
    return True


def run_nmap(
    address: str,
    interface: str,
    arguments: Sequence[str],
    ports: str,
    timeout_s: float,
    tap: Tap | None = None,
) -> ToolRun:
    """Scan ``address``, which the guard has admitted over ``interface``; XML on stdout.

    ``tap`` sees the XML as nmap writes it. What nmap has found and not yet written (it keeps the
    ports of a host until it is done with the host) is lost with this process.

    Raises:
        ScopeError: an argument is not on the list of options that stay with the target.
        BenchFault: nmap is not installed or cannot be run.
    """
    _admit(arguments)
    if not _PORTS.fullmatch(ports):
        raise BenchFault(f"not a port list for nmap: {ports!r}")
    argv = [find_program("nmap", _MEND), "-n", "-Pn", "-oX", "-", *arguments, "-p", ports]
    if interface != "lo":
        argv += ["-e", interface]
    if ":" in address and "-6" not in arguments:
        argv.append("-6")
    environment = {}
    if raw_sockets_work():
        environment["NMAP_PRIVILEGED"] = "1"
    elif os.environ.get("NMAP_PRIVILEGED"):
        environment["NMAP_PRIVILEGED"] = ""
    return run_tool([*argv, address], timeout_s=timeout_s, environment=environment, tap=tap)


def _admit(arguments: Sequence[str]) -> None:
    """Raise ScopeError for anything that could make nmap talk to somebody else."""
    rest = iter(arguments)
    for argument in rest:
        name, equals, value = argument.partition("=")
        if _PLAIN_OPTION.fullmatch(argument):
            continue
        if _VALUE_OPTION.fullmatch(name):
            given = value if equals else next(rest, "")
            if _VALUE.fullmatch(given):
                continue
        raise ScopeError(f"nmap argument {argument!r} is not among those that the bench allows")
