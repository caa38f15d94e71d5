"""A UDP port where nothing listens is left alone soon."""

import socket
import time

import pytest

from harness.facts.base import Endpoint
from harness.facts.ports import Port, PortsFacts, PortState
from harness.interpret.base import Upstream
from harness.interpret.services import interpret
from harness.model.observation import EvidenceRef, Unknown
from harness.probes.services import MOST_REFUSALS, PROBE

pytestmark = pytest.mark.loopback


def test_a_port_that_refuses_is_not_asked_in_every_language(context_for):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as reserved:
        reserved.bind(("127.0.0.1", 0))
        number = reserved.getsockname()[1]
    endpoint = Endpoint(address="127.0.0.1", transport="udp", port=number)
    seen = EvidenceRef(path="ports", where="here")
    port = Port(endpoint=endpoint, state=PortState.OPEN_OR_FILTERED, evidence=(seen,))
    alive = Unknown(reason="not looked at")
    found = PortsFacts(address="127.0.0.1", alive=alive, ports=(port,), complete=True)
    began = time.monotonic()
    captures = context_for("services", found).collect(PROBE)
    assert time.monotonic() - began < 2
    asked = list(captures.journal(f"udp-{number}.jsonl").of("datagram"))
    assert [record.text("outcome") for record in asked] == ["refused"] * MOST_REFUSALS
    facts = interpret(captures, Upstream({"ports": found}))
    assert facts.on(endpoint.name) is None
    assert facts.gap(endpoint.name)
