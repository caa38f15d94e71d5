"""The ports and services probes as a program: ``python -m benchmarks.scan_probe ADDRESS OUT``."""

import json
import sys
import tempfile
from pathlib import Path

from benchmarks.alone import collect
from harness.facts.services import UNCONFIRMED, ServicesFacts
from harness.probes import ports, services


def main() -> None:
    """Scan the address and write what each open port was seen to speak."""
    address, out = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        found = collect(ports.PROBE, address, Path(folder), {})
        named = collect(services.PROBE, address, Path(folder), {"ports": found})
    if not isinstance(named, ServicesFacts):
        raise TypeError(f"not facts of the services probe: {type(named).__name__}")
    seen = {
        entry.endpoint.name: "" if entry.protocol == UNCONFIRMED else entry.protocol
        for entry in named.services
    }
    Path(out).write_text(json.dumps(seen))


if __name__ == "__main__":
    main()
