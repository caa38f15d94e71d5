"""A process that amends a bundle until it is killed: `amender.py BUNDLE NUMBER`.

It says what it is about to do and what is done, so that whoever kills it knows what may be there.
"""

import sys
from pathlib import Path

from harness.evidence.amending import amend
from harness.model.layout import DECISION, TEST_RESULT


def main():
    bundle, number = Path(sys.argv[1]), int(sys.argv[2])
    while True:
        number += 1
        say(f"begin {number}")
        amend(bundle, {DECISION: b"%d" % number, TEST_RESULT: b"%d" % number})
        say(f"done {number}")


def say(line):
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


main()
