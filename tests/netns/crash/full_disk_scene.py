"""A survey onto a disk that becomes full, and on once there is room again.

Run as ``python full_disk_scene.py FOLDER``: re-executes itself in a private network namespace, then
in a mount namespace of its own, where FOLDER/disk is a small tmpfs. Writes what happened as JSON.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from crash_scene import BENCH, DOSSIER, command, device

from harness.bench.namespace import enter_private_namespace

MOUNTED = "CERTBENCH_TEST_MOUNTED"
SMALL, LARGE = "300k", "64m"


def enter_mount_namespace():
    if os.environ.get(MOUNTED) == "1":
        return
    environment = {**os.environ, MOUNTED: "1"}
    argv = ["unshare", "-m", *([] if os.geteuid() == 0 else ["-Ur"]), sys.executable, *sys.argv]
    os.execvpe(argv[0], argv, environment)


def mount(disk, *options):
    subprocess.run(["mount", *options, str(disk)], check=True)


def ran(argv):
    done = subprocess.run(argv, capture_output=True, check=False)
    return [done.returncode, done.stdout.decode(), done.stderr.decode()]


def main(folder):
    enter_private_namespace()
    enter_mount_namespace()
    disk, bench = folder / "disk", folder / "bench"
    for made in (disk, bench):
        made.mkdir()
    mount(disk, "-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs")
    (bench / "bench.toml").write_text(BENCH.format(device=folder / "device"))
    (bench / "dossier.toml").write_text(DOSSIER)
    start = command("run", bench, "-f", "california-sb-327", "--purpose", "demo", "--json")
    start += ["-o", str(disk / "out"), "--key", str(folder / "key.pem")]
    again = command("run", "--resume", disk / "out", "--json")
    with device(folder) as router:
        assert router.stdout.readline(), "the router did not start"
        result = {"full": ran(start)}
        journals = disk.glob("out/run/survey/*/*/*/*/*.jsonl")
        result["torn"] = [str(path) for path in journals if not whole(path)]
        records = disk.glob("out/run/survey/**/*.json")
        result["broken"] = [str(path) for path in records if not is_json(path)]
        result["still full"] = ran(again)
        mount(disk, "-o", f"remount,size={LARGE}")
        result["room"] = ran(again)
        bundle = [str(disk / "out" / "bundle"), "--trust", str(disk / "out/signing-key.pub.pem")]
        verify = [sys.executable, "-m", "harness.verify.command", *bundle, "--purpose", "demo"]
        result["verified"] = ran(verify)
        router.stdin.close()
    sys.stdout.write(json.dumps(result) + "\n")


def whole(path):
    data = path.read_bytes()
    return not data or data.endswith(b"\n")


def is_json(path):
    try:
        json.loads(path.read_bytes())
    except ValueError:
        return False
    return True


if __name__ == "__main__":
    main(Path(sys.argv[1]))
