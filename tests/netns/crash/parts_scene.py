"""Runs of a part, runs repeated in part, and a run that died sealed where it stands.

Run as ``python parts_scene.py FOLDER``: re-executes itself in a private network namespace and
writes what happened as one JSON object.
"""

import json
import subprocess
import sys
from pathlib import Path

from crash_scene import BENCH, DOSSIER, command, device, killed

from harness.bench.namespace import enter_private_namespace
from harness.bench.reference_control import ReferenceControl


def ran(argv):
    done = subprocess.run(list(map(str, argv)), capture_output=True, check=False)
    return [done.returncode, done.stdout.decode(), done.stderr.decode()]


def verified(out, *options, bundle="bundle"):
    argv = [sys.executable, "-m", "harness.verify.command", out / bundle, "--purpose", "demo"]
    return ran([*argv, "--trust", out / "signing-key.pub.pem", *options])


class Story:
    def __init__(self, folder):
        self.folder, self.bench = folder, folder / "bench"
        self.bench.mkdir()
        (self.bench / "bench.toml").write_text(BENCH.format(device=folder / "device"))
        (self.bench / "dossier.toml").write_text(DOSSIER)

    def start(self, name, *options):
        start = command("run", self.bench, "-f", "california-sb-327", "--purpose", "demo", "--json")
        return [*start, "-o", self.folder / name, "--key", self.folder / "key.pem", *options]

    def subset(self):
        out = self.folder / "subset"
        first = ran(self.start("subset", "--only", "b2"))
        again = command("run", self.bench, "--only", "b.trigger", "--into", out, "--json")
        return {
            "unknown": ran(self.start("unknown", "--only", "b9")),
            "run": first,
            "strict": verified(out),
            "lenient": verified(out, "--partial"),
            "widened": ran(again),
            "widened strict": verified(out, bundle="bundle-2"),
        }

    def repeated(self):
        out = self.folder / "whole"
        again = command("run", self.bench, "--only", "a3", "--into", out, "--json")
        told = {"too early": ran(again), "run": ran(self.start("whole")), "again": ran(again)}
        told["verified"] = [verified(out), verified(out, bundle="bundle-2")]
        told["replayed"] = ran(command("replay", out / "bundle-2", "--json"))
        file = self.bench / "bench.toml"
        text = file.read_text()
        file.write_text(text.replace("max_attempts = 6", "max_attempts = 7"))
        told["other bench"] = ran(again)
        file.write_text(text)
        return told

    def died(self):
        out = self.folder / "died"
        killed(list(map(str, self.start("died"))), out, "second visit", 1.5)
        file = self.bench / "dossier.toml"
        text = file.read_text()
        resume = command("run", "--resume", out)
        file.write_text(text.replace('supplier = "', 'supplier = "Not ', 1))
        told = {"other dossier": ran(resume)}
        file.write_text(text)
        told["sealed"] = ran(command("seal", out, "--json"))
        told["strict"], told["lenient"] = verified(out), verified(out, "--partial")
        told["resumed"], told["sealed again"] = ran(resume), ran(command("seal", out))
        return told


def main(folder):
    enter_private_namespace()
    story = Story(folder)
    with device(folder) as router:
        assert router.stdout.readline(), "the router did not start"
        control = ReferenceControl(str(folder / "device" / "control.sock"))
        result = {}
        for part in ("subset", "repeated", "died"):
            result[part] = getattr(story, part)()
            control.request("reset")
        router.stdin.close()
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
