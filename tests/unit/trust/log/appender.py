"""A process that appends to a log until it is killed: `appender.py FOLDER KEY NAME SEED`.

It says what it is about to do and what is done, so that whoever kills it knows what may be there.
"""

import random  # noqa: TID251  (seeded by whoever starts this)
import sys
from pathlib import Path

from harness.trust.log import store
from harness.trust.log.keys import load_ed25519
from harness.trust.log.note import KeyKind, NoteSigner


def main():
    folder, key, name, seed = sys.argv[1:5]
    many = int(sys.argv[5]) if len(sys.argv) > 5 else 10**9
    signer = NoteSigner("log.example.org/test", KeyKind.LOG, load_ed25519(key))
    drawn = random.Random(int(seed))
    number = 0
    for _ in range(many):
        count = drawn.choice([1, 2, 7, 100, 300, 600])
        leaves = [f"{name} {number + n} {'x' * 50}".encode() for n in range(count)]
        say(f"begin {number} {count}")
        store.append(Path(folder), signer, leaves)
        number += count
        say(f"done {number}")


def say(line):
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


main()
