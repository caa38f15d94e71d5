"""The inside of one plain device: first process of its own network, mount, host name and process
namespace.

Reads its description as one JSON line from standard input, starts the programs, says ``{"ready":
true}``, and then answers requests, one JSON line each: ``{"run": argv}`` runs a command beside the
programs, ``{"state": {}}`` digests every file that the device could remember something in. The
end of standard input ends it, and with the first process everything else in the namespace.
"""

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

COPIED = ("/etc", "/var/lib/mosquitto", "/var/lib/snmp")
EMPTY = ("/srv", "/home", "/run", "/tmp", "/var/log")
FORGETFUL = ("/run", "/tmp", "/var/log", "/etc/mtab")
"""Not part of the state: what a reboot empties, and logs, which grow by being asked."""
START_S = 30


def private_files(root):
    """Files of the machine as copies in memory, so that nothing of the machine is touched."""
    call("mount", "--make-rprivate", "/")
    call("mount", "-t", "tmpfs", "device", root)
    for folder in (*COPIED, *EMPTY):
        copy = f"{root}{folder}"
        if folder in EMPTY:
            Path(copy).mkdir(parents=True)
            Path(copy).chmod(0o1777 if folder == "/tmp" else 0o755)
        elif Path(folder).is_dir():
            Path(copy).parent.mkdir(parents=True, exist_ok=True)
            call("cp", "-a", folder, copy)
        else:
            continue
        call("mount", "--bind", copy, folder)


def call(*argv):
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)


def own_files(folder):
    """What the device has other than Debian's packages: the tree under ``files``."""
    sources = sorted(path for path in Path(folder).rglob("*") if path.is_file())
    return {Path("/") / path.relative_to(folder): path.read_bytes() for path in sources}


def put(files):
    for target, content in files.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def hash_of(password):
    argv = ["openssl", "passwd", "-6", "-stdin"]
    done = subprocess.run(argv, input=password, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def add_accounts(accounts):
    """Users who may log in with a password; those of the machine can't."""
    hashed = {name: hash_of(word) for name, word in accounts.items()}
    lines = Path("/etc/shadow").read_text().splitlines()
    kept = [line for line in lines if line.split(":")[0] not in accounts]
    locked = [":".join([line.split(":")[0], "*", *line.split(":")[2:]]) for line in kept]
    added = [f"{name}:{word}:20000:0:99999:7:::" for name, word in hashed.items()]
    Path("/etc/shadow").write_text("\n".join([*locked, *added]) + "\n")
    known = {line.split(":")[0] for line in Path("/etc/passwd").read_text().splitlines()}
    with Path("/etc/passwd").open("a") as passwd:
        for number, name in enumerate(sorted(set(accounts) - known), 2000):
            passwd.write(f"{name}:x:{number}:{number}::/home/{name}:/bin/sh\n")
            Path(f"/home/{name}").mkdir()
            os.chown(f"/home/{name}", number, number)


def listening():
    """Ports that something is bound to: ``tcp/22``, ``udp/53``."""
    found = set()
    for name in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]:
            local, state = line.split()[1], line.split()[3]
            if name.startswith("udp") or state == "0A":
                found.add(f"{name[:3]}/{int(local.rsplit(':', 1)[1], 16)}")
    return found


def start(description):
    with Path("/var/log/certbench-programs").open("ab") as log:
        for command in description.get("start", []):
            subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    wanted = set(description.get("ready", []))
    deadline = time.monotonic() + START_S
    while not wanted <= listening():
        if time.monotonic() > deadline:
            said = Path("/var/log/certbench-programs").read_text()
            raise SystemExit(f"not listening: {sorted(wanted - listening())}; {said[-2000:]}")
        time.sleep(0.05)


def state(bookkeeping):
    """Every remembered file with its digest, mode and owner.

    Lines that match the pattern of their file in ``bookkeeping`` are left out: a device.toml says
    which notes a program makes of being used at all.
    """
    result = {}
    for folder in (*COPIED, *EMPTY):
        for path in sorted(Path(folder).rglob("*")) if folder not in FORGETFUL else ():
            if path.is_file() and str(path) not in FORGETFUL:
                about = path.stat()
                content = path.read_text(errors="surrogateescape")
                if str(path) in bookkeeping:
                    content = re.sub(f"(?m){bookkeeping[str(path)]}\\n", "", content)
                digest = hashlib.sha256(content.encode(errors="surrogateescape")).hexdigest()
                result[str(path)] = f"{about.st_mode:o} {about.st_uid} {digest}"
    return result


def answer(request):
    if "state" in request:
        return state(request["state"])
    done = subprocess.run(
        request["run"], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False,
        timeout=30,
    )  # fmt: skip
    return {"returncode": done.returncode, "output": done.stdout + done.stderr}


def say(document):
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()


def main():
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the test run, not the device, is interrupted
    description = json.loads(sys.stdin.readline())
    files = own_files(description["files"])  # now: they may lie where the device has its own /tmp
    private_files("/mnt")
    call("hostname", description["hostname"])
    Path("/etc/hostname").write_text(description["hostname"] + "\n")
    Path("/etc/hosts").write_text(f"127.0.0.1 localhost\n127.0.1.1 {description['hostname']}\n")
    Path("/etc/resolv.conf").write_text("")
    put(files)
    add_accounts(description.get("accounts", {}))
    if description.get("setup"):
        call("sh", "-euc", description["setup"])
    start(description)
    if description.get("after"):
        call("sh", "-euc", description["after"])
    say({"ready": True})
    for line in sys.stdin:
        say(answer(json.loads(line)))


if __name__ == "__main__":
    main()
