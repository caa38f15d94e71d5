"""A process that seals until it is killed: ``sealing_scene.py BASE TARGET``.

It seals the run that `conftest.make` left in BASE as TARGET/bundle, with zip and public key, as the
command does: what an earlier, killed sealing left is finished or made anew.
"""

import sys
from pathlib import Path

from harness.evidence.sealing import seal
from harness.model.states import Purpose
from harness.replay.sealing import SealingOrder, finish_sealing
from harness.trust.keys import load_key
from harness.trust.statement import LabSigner


def say(line):
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main():
    base, target = map(Path, sys.argv[1:])
    signer = LabSigner(load_key(str(base / "lab.pem")))
    order = SealingOrder(base / "run", target, (), signer)
    say("begin")
    if finish_sealing(order) is None:
        seal(
            base / "run",
            target / "bundle",
            twin=base / "twin",
            assessments=base / "run" / "assessments",
            report=base / "report",
            signer=signer,
            purpose=Purpose.DEMO,
        )
        say("sealed")
        finish_sealing(order)
    say("done")


main()
