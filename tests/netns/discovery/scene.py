"""Run inside a network namespace: a gateway with some ways, the three probes, facts as JSON.

Arguments: a folder for captures, then the gateway's ways (``igd.py``); ``serial``, ``mac``,
``no-wan`` and ``nothing`` speak of the bench.
"""

import json
import sys
import time
from pathlib import Path
from types import SimpleNamespace

from igd import MAC, SERIAL, Gateway
from recording import recording_context

from harness.bench.guard import ScopeGuard
from harness.bench.network import IpLink
from harness.interpret import discovery as discovery_reader
from harness.interpret import port_mapping as mapping_reader
from harness.interpret import upnp as upnp_reader
from harness.interpret.base import Upstream
from harness.probes import discovery, port_mapping, upnp

ADDRESS, WAN = "127.0.10.1", "127.0.10.101"


def main():
    ways = set(sys.argv[2:])
    folder = Path(sys.argv[1], "-".join(("gateway", *sys.argv[2:])))
    gateway = Gateway(ADDRESS, ways, WAN)
    if "nothing" not in ways:
        gateway.start()
    guard = ScopeGuard(("127.0.10.0/24",), "lo")
    link = IpLink(ADDRESS, guard)
    make = recording_context()
    sample = SimpleNamespace(
        network=link,
        wan=None if "no-wan" in ways else IpLink(WAN, guard),
        label=SimpleNamespace(user="admin", password="Zq7-mTk4wLb2"),
        config=SimpleNamespace(
            serial=SERIAL if "serial" in ways else "",
            network=SimpleNamespace(mac=MAC if "mac" in ways else ""),
        ),
    )
    answer, known = {}, {}
    for name, probe, reader in (
        ("discovery", discovery.PROBE, discovery_reader),
        ("upnp", upnp.PROBE, upnp_reader),
        ("port-mapping", port_mapping.PROBE, mapping_reader),
    ):
        context = make(folder / name, name, link, list(known.values()))
        context.sample = sample
        started = time.monotonic()
        captures = context.collect(probe)
        answer[f"{name}_s"] = time.monotonic() - started
        known[name] = reader.interpret(captures, Upstream(known))
        answer[name] = known[name].to_json()
    answer["log"] = gateway.log
    answer["mappings"] = len(gateway.mappings)
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
