"""Run the black-box suite on the reference lock over rootcanal; print the verdicts as JSON.

The run and its bundle stay in the folder that is given.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from scene import TRANSPORT, running, wait_for_radio

ROOT = Path(__file__).parents[3]
CASES = (
    "bluetooth-classic-discoverable",
    "bluetooth-classic-legacy-pin",
    "bluetooth-classic-no-secure-connections",
    "bluetooth-classic-open-service",
    "bluetooth-classic-pairing-without-user-action",
    "bluetooth-classic-short-key",
    "bluetooth-classic-unauthenticated-pairing",
)


def config_in(work, flaws):
    """The bench config of the reference lock, on rootcanal and with Classic."""
    folder = work / "config"
    shutil.copytree(ROOT / "bench_configs" / "reference-lock", folder)
    path = folder / "bench.toml"
    text = path.read_text("utf-8").replace('namespace = "private"\n', "")
    text = text.replace("tcp-client:127.0.0.1:0", TRANSPORT)
    text = text.replace('radio = "bumble-link"', 'radio = "rootcanal"\nclassic = true')
    named = json.dumps(list(flaws))
    text = text.replace('device = "lock"\n', f'device = "lock"\nreference.flaws = {named}\n')
    path.write_text(text, "utf-8")
    return folder


def main(work, flaws):
    command = [sys.executable, "-m", "harness.cli", "run", str(config_in(work, flaws))]
    command += ["-f", "black-box", "-o", str(work / "run"), "--json"]
    for case in CASES:
        command += ["--only", case]
    air = [sys.executable, "-m", "rootcanal"]
    with running(air, work / "rootcanal.log", subprocess.DEVNULL):
        wait_for_radio()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    units = json.loads(done.stdout)["units"]
    said = {name: unit for name, unit in units.items() if name in CASES}
    sys.stdout.write(json.dumps({"units": said, "work": str(work)}) + "\n")


main(Path(sys.argv[1]), sys.argv[2:])
