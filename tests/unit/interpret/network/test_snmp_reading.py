"""Captures of the SNMP probes, made by hand: what a trial shows, and what it does not."""

from collections.abc import Callable
from typing import Any

import pytest

from harness.errors import CaptureError
from harness.facts.snmp import SnmpFacts, SnmpWriteFacts
from harness.interpret import ber, snmp, snmp_write
from harness.interpret import snmp_messages as messages
from harness.interpret.base import Upstream
from harness.interpret.snmp_messages import GET, GET_NEXT, RESPONSE, SET, SYS_CONTACT, SYS_DESCR
from harness.model.observation import Absent, Present, Unknown

COMMUNITIES = ("public", "private")
DISCOVERY = messages.user_request("", messages.Engine(), GET, 9, ())
REPORT = DISCOVERY.replace(b"\xa0\x0b", b"\xa8\x0b")


def record(step: str, trial: int, sent: bytes, reply: bytes = b"", **more: Any) -> dict[str, Any]:
    return {
        "kind": "datagram",
        "step": step,
        "trial": trial,
        "version": "v2c",
        "name": "",
        "source": "none",
        "sent": sent,
        "received": reply,
        "outcome": "open" if reply else "timeout",
    } | more


def value(text: bytes, name: str = SYS_DESCR) -> messages.Binding:
    return messages.Binding(name, ber.OCTETS, text)


def trial(
    number: int, name: str, *, version: str = "v2c", source: str = "published", **how: Any
) -> list[dict[str, Any]]:
    """The question, its confirmation and its control.

    ``how``: reads, confirmed (default: as reads), error, control (default: True), garbage.
    """
    reads, garbage = how.get("reads", False), how.get("garbage", b"")
    confirmed, control = how.get("confirmed", reads), how.get("control", True)
    said = {"version": version, "name": name, "source": source}

    def exchange(pdu: int, *, answered: bool) -> tuple[bytes, bytes]:
        sent = messages.community_request(version, name, pdu, 5, messages.empty(SYS_DESCR))
        reply = messages.community_request(version, name, RESPONSE, 5, (value(b"Box OS 4.2"),))
        return sent, reply if answered else garbage

    found = [record("name", number, *exchange(GET, answered=reads), **said)]
    if reads:
        found.append(record("confirm", number, *exchange(GET_NEXT, answered=confirmed), **said))
    if control:
        found.append(record("control", number, DISCOVERY, REPORT, version="v3"))
    return found


def all_trials(**special: dict[str, Any]) -> list[dict[str, Any]]:
    """Every community in both versions, and the made-up one, refused but for ``special``."""
    found: list[dict[str, Any]] = []
    names = [*((name, "published") for name in COMMUNITIES), ("cb1234", "random")]
    for place, (name, source) in enumerate(names):
        for version in ("v2c", "v1"):
            how = special.get(f"{name}_{version}", {})
            found += trial(len(found) + place + 1, name, version=version, source=source, **how)
    return found


@pytest.fixture
def read(captured: Any, journal: Any) -> Callable[..., Any]:
    def interpret(records: list[dict[str, Any]], **inputs: Any) -> Any:
        given = {"kind": "inputs", "address": "192.0.2.7", "ports": [161], "walk_limit": 48}
        files = {
            "inputs.jsonl": journal([given | inputs]),
            "udp-161.jsonl": journal(records),
        }
        facts = snmp.interpret(captured(files, probe="snmp"), Upstream({}))
        assert SnmpFacts.from_bytes(facts.to_bytes()) == facts
        return facts

    return interpret


def discovered() -> dict[str, Any]:
    return record("discovery", 0, DISCOVERY, REPORT, version="v3")


def test_the_discovery_made_here_is_one() -> None:
    message = messages.answers(DISCOVERY, REPORT)
    assert message is not None
    assert message.pdu == messages.REPORT


def test_refusals_beside_controls_are_absences(read: Any) -> None:
    agent = read([discovered(), *all_trials()]).servers[0]
    assert isinstance(agent.published_community, Absent)
    assert isinstance(agent.any_name, Absent)
    assert isinstance(agent.in_clear, Unknown)


def test_a_refusal_without_its_control_is_none(read: Any) -> None:
    lost = {"private_v2c": {"control": False}}
    agent = read([discovered(), *all_trials(**lost)]).servers[0]
    assert isinstance(agent.published_community, Unknown)
    assert "private" in agent.published_community.reason


def lost(trials: list[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    """The same, with the first try of so many controls lost."""
    found: list[dict[str, Any]] = []
    for entry in trials:
        if entry["step"] == "control" and most > 0:
            most -= 1
            found.append(entry | {"received": b"", "outcome": "timeout"})
        found.append(entry)
    return found


@pytest.mark.parametrize(("controls", "kind"), [(0, Absent), (2, Unknown), (6, Unknown)])
def test_silence_refuses_nothing_where_other_answers_are_lost(
    read: Any, controls: int, kind: type
) -> None:
    agent = read([discovered(), *lost(all_trials(), controls)]).servers[0]
    assert isinstance(agent.published_community, kind)
    assert isinstance(agent.any_name, kind)


@pytest.mark.parametrize(("controls", "kind"), [(0, Absent), (2, Unknown)])
def test_a_discovery_that_may_have_been_lost_shows_no_version(
    read: Any, controls: int, kind: type
) -> None:
    trials = lost(all_trials(public_v2c={"reads": True}), controls)
    sent = messages.community_request("v2c", "public", GET, 5, messages.empty(SYS_DESCR))
    reply = messages.community_request("v2c", "public", RESPONSE, 5, (value(b"Box"),))
    known = {"sent": sent, "version": "v2c"}
    for entry in trials:
        if entry["step"] == "control":
            entry.update(known | ({"received": reply} if entry["received"] else {}))
    agent = read([record("discovery", 0, DISCOVERY), *trials]).servers[0]
    assert isinstance(agent.published_user, kind)


def test_a_community_that_reads_twice_is_found(read: Any) -> None:
    agent = read([discovered(), *all_trials(public_v2c={"reads": True})]).servers[0]
    assert isinstance(agent.published_community, Present)
    assert isinstance(agent.in_clear, Present)
    assert [(d.product, d.version) for d in agent.disclosures] == [("Box", "4.2")]
    assert agent.system == {"sysDescr": "Box OS 4.2"}


def test_one_datagram_alone_finds_nothing(read: Any) -> None:
    once = {"public_v2c": {"reads": True, "confirmed": False}}
    agent = read([discovered(), *all_trials(**once)]).servers[0]
    assert isinstance(agent.published_community, Unknown)
    assert isinstance(agent.in_clear, Unknown)


def test_where_a_made_up_community_reads_no_other_means_anything(read: Any) -> None:
    both = {"public_v2c": {"reads": True}, "cb1234_v2c": {"reads": True}}
    agent = read([discovered(), *all_trials(**both)]).servers[0]
    assert isinstance(agent.any_name, Present)
    assert isinstance(agent.published_community, Unknown)


def test_garbage_is_neither_reading_nor_refusing(read: Any) -> None:
    garbage = {"public_v1": {"garbage": b"\x30\x03abc"}}
    agent = read([discovered(), *all_trials(**garbage)]).servers[0]
    assert isinstance(agent.published_community, Unknown)


def test_silence_is_not_examined(read: Any) -> None:
    quiet = [record("discovery", 0, DISCOVERY)]
    facts = read(quiet)
    assert facts.examined == ()
    assert [gap.target for gap in facts.not_examined] == ["udp/161"]
    assert isinstance(facts.servers[0].published_community, Unknown)


def test_a_host_that_says_that_nothing_listens_is_believed(read: Any) -> None:
    facts = read([record("discovery", 0, DISCOVERY, outcome="refused")])
    assert facts.examined == ("udp/161",)
    assert isinstance(facts.servers[0].published_community, Absent)


def test_a_text_of_the_device_is_harmless(read: Any) -> None:
    sent = messages.community_request("v2c", "public", GET, 5, messages.empty(SYS_DESCR))
    evil = messages.community_request(
        "v2c", "public", RESPONSE, 5, (value(b"\x1b[2J" + b"A" * 5000),)
    )
    agent = read([discovered(), *all_trials(), record("system", 0, sent, evil)]).servers[0]
    assert "\x1b" not in agent.system["sysDescr"]
    assert len(agent.system["sysDescr"]) < 300


def test_an_endpoint_that_the_attempt_never_reached_is_not_examined(
    captured: Any, journal: Any
) -> None:
    given = {"kind": "inputs", "address": "192.0.2.7", "ports": [161, 162], "not_asked": [163]}
    files = {"inputs.jsonl": journal([given]), "udp-161.jsonl": journal([discovered()])}
    facts = snmp.interpret(captured(files, probe="snmp"), Upstream({}))
    assert not facts.complete
    assert {gap.target for gap in facts.not_examined} == {"udp/162", "udp/163"}


@pytest.mark.parametrize("ports", [[0], ["161"], [161, 161], {}, [70000]])
def test_inputs_that_name_no_ports_are_an_error(read: Any, ports: Any) -> None:
    with pytest.raises(CaptureError):
        read([discovered()], ports=ports)


def test_a_trial_of_no_known_source_is_an_error(read: Any) -> None:
    with pytest.raises(CaptureError, match="source"):
        read([discovered(), *trial(1, "public", source="guess")])


# --- writing


def written(
    step: str, pdu: int, text: bytes, reply: bytes | None, error: int = 0
) -> dict[str, Any]:
    asked = value(text, SYS_CONTACT) if pdu == SET else messages.empty(SYS_CONTACT)[0]
    sent = messages.community_request("v2c", "private", pdu, 5, (asked,))
    answer = b""
    if reply is not None:
        answer = messages.community_request(
            "v2c", "private", RESPONSE, 5, (value(reply, SYS_CONTACT),)
        )
        answer = answer.replace(
            b"\x02\x01\x05\x02\x01\x00", b"\x02\x01\x05\x02\x01" + bytes([error])
        )
    return record(step, 1, sent, answer, name="private", source="published")


TAKEN = [
    written("before", GET, b"", b"me"),
    written("same", SET, b"me", b"me"),
    written("still", GET, b"", b"me"),
    written("marker", SET, b"certbench-1", b"certbench-1"),
    written("marked", GET, b"", b"certbench-1"),
    written("restore", SET, b"me", b"me"),
    written("after", GET, b"", b"me"),
]


@pytest.fixture
def write(captured: Any, journal: Any, read: Any) -> Callable[..., Any]:
    def interpret(records: list[dict[str, Any]]) -> Any:
        seen = read([discovered(), *all_trials(private_v2c={"reads": True})])
        inputs = {"kind": "inputs", "address": "192.0.2.7", "ports": [161]}
        files = {"inputs.jsonl": journal([inputs]), "udp-161.jsonl": journal(records)}
        reader = captured(files, probe="snmp-write")
        facts = snmp_write.interpret(reader, Upstream({"snmp": seen}))
        assert SnmpWriteFacts.from_bytes(facts.to_bytes()) == facts
        return facts.servers[0]

    return interpret


def test_a_value_that_was_written_and_put_back_is_found(write: Any) -> None:
    writer = write(TAKEN)
    assert isinstance(writer.writable, Present)
    assert isinstance(writer.trials[0].restored, Present)


def test_a_value_that_was_not_put_back_is_said(write: Any) -> None:
    writer = write([*TAKEN[:-1], written("after", GET, b"", b"certbench-1")])
    assert isinstance(writer.writable, Present)
    assert isinstance(writer.trials[0].restored, Absent)


def test_an_agent_that_says_yes_and_keeps_nothing_decides_nothing(write: Any) -> None:
    kept = [*TAKEN[:4], written("marked", GET, b"", b"me"), *TAKEN[5:]]
    assert isinstance(write(kept).writable, Unknown)


@pytest.mark.parametrize(
    ("error", "kind"), [(6, Absent), (16, Absent), (17, Unknown), (2, Unknown), (5, Unknown)]
)
def test_only_an_error_about_access_refuses_the_community(
    write: Any, error: int, kind: Any
) -> None:
    refused = [TAKEN[0], written("same", SET, b"me", b"me", error), TAKEN[2]]
    assert isinstance(write(refused).writable, kind)


def test_silence_between_two_readings_refuses(write: Any) -> None:
    silent = [TAKEN[0], written("same", SET, b"me", None), TAKEN[2]]
    assert isinstance(write(silent).writable, Absent)
    assert isinstance(write(silent[:2]).writable, Unknown)


def test_a_community_that_reads_and_was_not_tried_decides_nothing(write: Any) -> None:
    assert isinstance(write([]).writable, Unknown)
