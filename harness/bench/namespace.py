"""A network namespace of its own for the whole command, so that no packet can leave the machine.

The command re-executes itself once under unshare(1): as root with ``-n``, as a user inside a user
namespace that keeps capabilities, which is enough for raw sockets, low ports and nmap's scans.
"""

import os
import shutil
import sys
from collections.abc import Sequence
from typing import Final, NoReturn

from pyroute2 import IPRoute
from pyroute2.netlink.exceptions import NetlinkError

from harness.bench.runner import run_tool
from harness.errors import BenchFault

MARKER: Final = "CERTBENCH_NAMESPACE"
_PRIVATE: Final = "private"
_PROBE_S: Final = 10.0


def available() -> str:
    """Why no private namespace can be had here; ``""`` if one can."""
    if sys.platform != "linux":
        return "network namespaces exist on Linux only"
    if shutil.which("unshare") is None:
        return "unshare is not installed: apt-get install util-linux"
    run = run_tool([*_unshare(), "true"], timeout_s=_PROBE_S)
    if run.returncode == 0:
        return ""
    said = run.stderr.decode(errors="replace").strip() or f"unshare ended with {run.returncode}"
    return (
        f"this machine lets neither root nor users make a network namespace ({said}). "
        "Run as root, or allow user namespaces (sysctl kernel.apparmor_restrict_unprivileged_userns"
        "=0 on Ubuntu)"
    )


def inside() -> bool:
    """Whether this process runs in the private namespace that `enter_private_namespace` made.

    The mark in the environment is not believed alone: in a private namespace there is no interface
    but the loopback.
    """
    return os.environ.get(MARKER) == _PRIVATE and _interfaces() == ["lo"]


def enter_private_namespace(command: Sequence[str] | None = None) -> None:
    """Make sure that the command runs in a private namespace, with its loopback up.

    Outside, re-executes ``command`` (default: this very command) inside one and does not return;
    inside, brings the loopback up and returns.

    Raises:
        BenchFault: no namespace can be had here; the message says why.
    """
    if os.environ.get(MARKER) == _PRIVATE:
        _settle()
        return
    reason = available()
    if reason:
        raise BenchFault(reason)
    _execute(command or [sys.executable, *sys.orig_argv[1:]])


def _execute(command: Sequence[str]) -> NoReturn:
    sys.stdout.flush()
    sys.stderr.flush()
    environment = {**os.environ, MARKER: _PRIVATE, "NMAP_PRIVILEGED": "1"}
    argv = [*_unshare(), *command]
    os.execvpe(argv[0], argv, environment)  # noqa: S606  (an argument list, no shell)


def _unshare() -> list[str]:
    if os.geteuid() == 0:
        return ["unshare", "-n", "--"]
    return ["unshare", "-Un", "--map-current-user", "--keep-caps", "--"]


def _settle() -> None:
    """Bring the loopback up, after a check that this really is a namespace of our own."""
    found = _interfaces()
    if found != ["lo"]:
        message = (
            f"{MARKER} is set, but this namespace has the interfaces {', '.join(found)}: it is "
            f"not private. Unset {MARKER} and start again"
        )
        raise BenchFault(message)
    try:
        with IPRoute() as netlink:
            netlink.link("set", index=1, state="up")
    except (NetlinkError, OSError) as error:
        raise BenchFault(f"cannot bring the loopback up: {error}") from error


def _interfaces() -> list[str]:
    with IPRoute() as netlink:
        return sorted(str(link.get_attr("IFLA_IFNAME")) for link in netlink.get_links())
