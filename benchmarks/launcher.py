"""Runs one program; writes how long it took and how much memory its largest process held.

A process of its own, and a small one: at exec the kernel counts into a program's peak what the
process that started it held, so a large parent would be measured instead of its child.
"""

import json
import os
import sys
import time
from pathlib import Path


def launch(result: Path, argv: list[str]) -> int:
    """Run ``argv``; wall-clock seconds and peak KiB go to ``result``. The program's exit code."""
    began = time.monotonic()
    process = os.posix_spawnp(argv[0], argv, os.environ)
    _, status, usage = os.wait4(process, 0)
    wall_s = time.monotonic() - began
    result.write_text(json.dumps({"wall_s": wall_s, "peak_kib": usage.ru_maxrss}))
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(launch(Path(sys.argv[1]), sys.argv[2:]))
