"""Makes an edition and says when it begins: the process that the test kills."""

import sys
from pathlib import Path

from harness.model.disclosure import DisclosureRule, Level
from harness.replay.redacting import make_edition

if __name__ == "__main__":
    bundle, target = map(Path, sys.argv[1:])
    rules = [DisclosureRule(files="**/tcp-443.jsonl", level=Level.METADATA, reason="neighbours")]
    sys.stdout.write("begins\n")
    sys.stdout.flush()
    make_edition(bundle, target, rules)
