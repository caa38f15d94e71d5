"""SSH logins by the OpenSSH client, for servers too old for paramiko.

The password goes through SSH_ASKPASS and the environment, never through the command line. What
the client concludes is read from its own log file: its stderr also carries the server's banner,
with which a device could write any outcome that it liked.
"""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from harness.bench.network_link import SshResult
from harness.bench.runner import run_tool
from harness.bench.taps import Tap

MAX_OUTPUT_BYTES: Final = 64 * 1024
_ASKPASS: Final = "#!/bin/sh\nprintf '%s\\n' \"$CERTBENCH_SSH_PASSWORD\"\n"
_QUERY_S: Final = 5.0
_ALGORITHMS: Final = {
    "kex": "KexAlgorithms",
    "cipher": "Ciphers",
    "mac": "MACs",
    "key-sig": "HostKeyAlgorithms",
}
_OPTIONS: Final = (
    "StrictHostKeyChecking=no",
    "UserKnownHostsFile=/dev/null",
    "GlobalKnownHostsFile=/dev/null",
    "UpdateHostKeys=no",
    "PubkeyAuthentication=no",
    "GSSAPIAuthentication=no",
    "HostbasedAuthentication=no",
    "PreferredAuthentications=password,keyboard-interactive",
    "NumberOfPasswordPrompts=1",
    "IdentitiesOnly=yes",
    "ControlMaster=no",
    "ControlPath=none",
    "ProxyCommand=none",
    "ForwardAgent=no",
    "LogLevel=VERBOSE",
)


@dataclass(frozen=True)
class LoginTarget:
    """Where and with what to log in; ``timeout_s`` bounds the whole attempt."""

    address: str
    port: int
    interface: str
    user: str
    password: str
    timeout_s: float


def openssh_login(
    target: LoginTarget, command: str, timeout_s: float, why: str, tap: Tap | None = None
) -> tuple[SshResult, str, bytes]:
    """Try the login with the OpenSSH client; ``why`` paramiko could not is kept in the detail.

    Raises:
        BenchFault: the client cannot be run.
    """
    program = shutil.which("ssh")
    if program is None:
        detail = f"incompatible with paramiko ({why}); install openssh-client for a second try"
        return SshResult.UNANSWERED, detail, b""
    with tempfile.TemporaryDirectory(prefix="certbench-ssh-") as folder:
        askpass = Path(folder, "askpass")
        askpass.write_text(_ASKPASS)
        askpass.chmod(0o700)
        log = Path(folder, "log")
        environment = {
            "SSH_ASKPASS": str(askpass),
            "SSH_ASKPASS_REQUIRE": "force",
            "CERTBENCH_SSH_PASSWORD": target.password,
        }
        argv = [program, *_arguments(program, target, log, timeout_s), target.address, command]
        run = run_tool(
            argv, timeout_s=timeout_s, environment=environment, limit=MAX_OUTPUT_BYTES, tap=tap
        )
        said = log.read_text(errors="replace") if log.exists() else ""
    return (*_outcome(said, target.address), run.stdout[:MAX_OUTPUT_BYTES])


def _arguments(program: str, target: LoginTarget, log: Path, timeout_s: float) -> list[str]:
    options = [*_OPTIONS, f"ConnectTimeout={max(1, round(timeout_s))}"]
    for query, option in _ALGORITHMS.items():
        known = run_tool([program, "-Q", query], timeout_s=_QUERY_S).stdout.decode().split()
        if known:
            options.append(f"{option}={','.join(known)}")
    if target.interface not in {"", "lo"}:
        options.append(f"BindInterface={target.interface}")
    arguments = ["-F", "none", "-T", "-E", str(log), "-p", str(target.port), "-l", target.user]
    for option in options:
        arguments += ["-o", option]
    return arguments


def _outcome(said: str, address: str) -> tuple[SshResult, str]:
    """What the client's log says, line by line; the last thing it says counts."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    if any(line.startswith(f"Authenticated to {address} ") for line in lines):
        return SshResult.ACCEPTED, "by the OpenSSH client"
    if any(": Permission denied (" in line for line in lines):
        return SshResult.REJECTED, "by the OpenSSH client"
    last = lines[-1] if lines else "no answer in time"
    return SshResult.UNANSWERED, f"OpenSSH client: {last}"
