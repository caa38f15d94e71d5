"""Responders, gateways and the WAN side that nobody could look at: no silence counts there."""

from typing import Any

import pytest

from harness.facts.base import NotExamined
from harness.facts.upnp import NotFollowed, UpnpService
from harness.interpret import discovery, port_mapping, upnp
from harness.interpret.base import Upstream
from harness.model.observation import Absent, Unknown

GIVEN = {"kind": "inputs", "address": "127.0.0.1"}
MAPS = "urn:schemas-upnp-org:service:WANIPConnection:1"


@pytest.fixture
def mapped(captured: Any, journal: Any) -> Any:
    """Facts of the port-mapping probe beside these ``upnp`` facts; two gateways are tried."""

    def read(described: Any) -> Any:
        tried = [{"kind": "try", "control": f"http://127.0.0.1:5000/{n}"} for n in (1, 2)]
        given = GIVEN | {"gateways": [entry["control"] for entry in tried]}
        files = {"inputs.jsonl": journal([given]), "exchanges.jsonl": journal(tried)}
        captures = captured(files, probe="port-mapping")
        return port_mapping.interpret(captures, Upstream({"upnp": described}))

    return read


def test_more_gateways_than_the_probe_tries_are_counted(mapped: Any, made: Any) -> None:
    services = tuple(UpnpService(type=MAPS, control=f"http://127.0.0.1/{n}") for n in range(3))
    facts = mapped(made.upnp(made.description(services=services)))
    assert (facts.gateways, len(facts.tries)) == (3, 2)


def test_a_description_that_lies_elsewhere_may_hold_a_gateway(mapped: Any, made: Any) -> None:
    away = NotFollowed(url="http://203.0.113.9/", reason="it leads to another host")
    facts = mapped(made.upnp(not_followed=(away,)))
    assert facts.not_examined == (NotExamined(target="description", reason=away.reason),)
    assert mapped(made.upnp()).not_examined == ()


FAULT = (
    "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><s:Fault>"
    "<faultcode>s:Client</faultcode><faultstring>UPnPError</faultstring><detail>"
    "<UPnPError xmlns='urn:schemas-upnp-org:control-1-0'><errorCode>{}</errorCode>"
    "<errorDescription>no</errorDescription></UPnPError></detail></s:Fault></s:Body></s:Envelope>"
)


@pytest.mark.parametrize(
    ("code", "kind"),
    [(606, Absent), (401, Absent), (603, Unknown), (718, Unknown), (728, Unknown), (733, Unknown)],
)
def test_a_full_table_is_no_refusal(captured: Any, journal: Any, code: int, kind: type) -> None:
    control = "http://127.0.0.1:5000/1"
    refused = {
        "kind": "exchange",
        "purpose": "add",
        "method": "POST",
        "url": control,
        "status": 500,
        "headers": [],
        "body": FAULT.format(code).encode(),
        "error": "",
    }
    files = {
        "inputs.jsonl": journal([GIVEN | {"gateways": [control]}]),
        "exchanges.jsonl": journal([{"kind": "try", "control": control}, refused]),
    }
    facts = port_mapping.interpret(captured(files, probe="port-mapping"), Upstream({}))
    assert isinstance(facts.tries[0].accepted, kind)
    assert facts.tries[0].fault == str(code)


@pytest.mark.parametrize("asked", [("multicast", "unicast"), ("unicast",)])
def test_a_group_that_was_not_asked_is_a_gap(
    captured: Any, journal: Any, asked: tuple[str, ...]
) -> None:
    questions = [
        record
        for way in asked
        for record in (
            {"kind": "asked", "way": way, "sent": b"?"},
            {"kind": "heard", "way": way, "outcome": "timeout", "others": 0, "dropped": 0},
        )
    ]
    files = {"inputs.jsonl": journal([GIVEN])}
    files |= dict.fromkeys(("mdns.jsonl", "ssdp.jsonl"), journal(questions))
    heard = discovery.interpret(captured(files, probe="discovery"), Upstream({}))
    gaps = [gap.target for gap in heard.not_examined]
    assert gaps == ([] if "multicast" in asked else ["udp/5353", "udp/1900"])
    files = {"inputs.jsonl": journal([GIVEN]), "exchanges.jsonl": journal([])}
    described = upnp.interpret(captured(files, probe="upnp"), Upstream({"discovery": heard}))
    assert [gap.target for gap in described.not_examined] == gaps[1:]


@pytest.mark.parametrize(
    ("status", "error", "kind"), [(404, "", Absent), (0, "timed out", Unknown)]
)
def test_an_open_port_of_the_wan_side_that_answered_nothing_is_unknown(
    captured: Any, journal: Any, status: int, error: str, kind: type
) -> None:
    asked = {
        "kind": "exchange",
        "purpose": "description",
        "method": "GET",
        "url": "http://127.0.0.9:49152/rootDesc.xml",
        "status": status,
        "headers": [],
        "body": b"",
        "error": error,
    }
    wan = [
        {"kind": "asked", "way": "unicast", "sent": b"?"},
        {"kind": "heard", "way": "unicast", "outcome": "timeout", "others": 0, "dropped": 0},
        {"kind": "connect", "port": 1900, "outcome": "refused"},
        {"kind": "connect", "port": 49152, "outcome": "open"},
        asked,
    ]
    files = {
        "inputs.jsonl": journal([GIVEN | {"wan_address": "127.0.0.9"}]),
        "exchanges.jsonl": journal([]),
        "wan.jsonl": journal(wan),
    }
    assert isinstance(upnp.interpret(captured(files, probe="upnp"), Upstream({})).wan, kind)
