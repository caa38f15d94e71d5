"""nmap's XML and UDP datagrams, read by the ports interpreter."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.errors import CaptureError
from harness.facts.ports import PortsFacts, PortState
from harness.interpret.base import Upstream
from harness.interpret.port_ranges import PortSet
from harness.interpret.ports import interpret

ADDRESS = "127.0.10.1"


def xml(
    ports: dict[int, str],
    *,
    rest: str = "closed",
    asked: str = "1-65535",
    transport: str = "tcp",
    host: str = "",
) -> bytes:
    """What nmap writes about a host whose unlisted ports are in the state ``rest``."""
    reasons = {
        "open": "syn-ack",
        "closed": "reset",
        "filtered": "no-response",
        "open|filtered": "no-response",
    }
    others = PortSet.parse(asked) - PortSet.of(ports)
    extra = (
        f'<extraports state="{rest}" count="1"><extrareasons reason="{reasons[rest]}" count="1" '
        f'proto="{transport}" ports="{",".join(others.texts())}"/></extraports>'
        if others
        else ""
    )
    listed = "".join(
        f'<port protocol="{transport}" portid="{number}"><state state="{state}" '
        f'reason="{reasons[state]}"/></port>'
        for number, state in ports.items()
    )
    return (
        '<?xml version="1.0"?><!DOCTYPE nmaprun><nmaprun scanner="nmap" version="7.93">'
        f'<scaninfo type="syn" protocol="{transport}" numservices="1" services="{asked}"/>'
        f'<host {host}><status state="up" reason="user-set"/>'
        f'<address addr="{ADDRESS}" addrtype="ipv4"/><ports>{extra}{listed}</ports></host>'
        '<runstats><finished exit="success"/></runstats></nmaprun>'
    ).encode()


@pytest.fixture
def read(captured: Callable, journal: Callable) -> Callable[..., PortsFacts]:
    def run(*scans: bytes, udp: bytes = b"", datagrams: bytes = b"") -> PortsFacts:
        asked = [53] if udp or datagrams else []
        inputs = {"kind": "inputs", "address": ADDRESS, "tcp": "1-65535", "udp": asked}
        files = {"inputs.jsonl": journal([inputs])}
        files |= {f"nmap-tcp-{number}.xml": scan for number, scan in enumerate(scans, 1)}
        if udp:
            files["nmap-udp-1.xml"] = udp
        if datagrams:
            files["udp.jsonl"] = datagrams
        return interpret(captured(files, probe="ports"), Upstream({}))

    return run


def states(facts: PortsFacts) -> dict[str, PortState]:
    return {port.endpoint.name: port.state for port in facts.ports}


def test_a_finished_scan_examines_every_port(read) -> None:
    facts = read(xml({22: "open"}), xml({22: "open", 1: "closed"}, asked="1,22"))
    assert facts.complete
    assert facts.examined == ("tcp/1-65535",)
    assert states(facts) == {"tcp/22": PortState.OPEN}
    assert len(facts.ports[0].evidence) == 2
    assert facts.alive.kind == "present"


def test_a_port_closed_at_the_second_look_vanished(read) -> None:
    facts = read(xml({22: "open"}), xml({22: "closed"}, asked="22"))
    assert states(facts) == {"tcp/22": PortState.VANISHED}


def test_an_unfinished_second_look_makes_nothing_vanish(read) -> None:
    facts = read(xml({22: "open"}), xml({22: "closed"}, asked="22")[:-60])
    assert states(facts) == {"tcp/22": PortState.OPEN}
    assert not facts.complete


def test_silence_alone_settles_nothing(read) -> None:
    facts = read(xml({}, rest="filtered"))
    assert facts.alive.kind == "unknown"
    assert facts.examined == ()
    assert facts.not_examined[0].target == "tcp/1-65535"


def test_a_cable_that_came_out_does_not_close_the_rest(read) -> None:
    """The first ports answered, the others were silent in one look only."""
    first = xml(dict.fromkeys(range(1, 4), "closed"), rest="filtered")
    facts = read(first, xml({}, rest="filtered", asked="1,4-65535"))
    assert facts.examined == ("tcp/1-3",)
    assert facts.not_examined[0].target == "tcp/4-65535"


def test_ports_silent_twice_beside_answers_are_examined(read) -> None:
    first = xml({1: "closed"}, rest="filtered")
    second = xml({1: "closed"}, rest="filtered", asked="1-65535")
    assert read(first, second).examined == ("tcp/1-65535",)


def test_a_filtered_port_open_at_the_second_look_is_open(read) -> None:
    facts = read(xml({80: "filtered"}), xml({80: "open"}, asked="80"))
    assert states(facts) == {"tcp/80": PortState.OPEN}


@pytest.mark.parametrize("host", ['timedout="true"'])
def test_a_host_that_nmap_gave_up_on_is_not_examined(read, host) -> None:
    facts = read(xml({22: "open"}, host=host))
    assert not facts.complete
    assert facts.examined == ("tcp/22",)


def test_a_scan_that_does_not_account_for_every_port_is_not_finished(read) -> None:
    text = xml({22: "open"}).replace(b' ports="', b' former="')
    assert read(text).examined == ("tcp/22",)
    assert not read(text).complete


def test_another_host_in_the_xml_is_not_believed(read) -> None:
    facts = read(xml({}).replace(ADDRESS.encode(), b"127.0.10.9"))
    assert not facts.complete
    assert facts.examined == ()


def test_entities_are_refused(read) -> None:
    bomb = b'<!DOCTYPE n [<!ENTITY a "aaaa">]><nmaprun>&a;</nmaprun>'
    facts = read(bomb)
    assert not facts.complete
    assert facts.examined == ()


def test_no_scan_at_all_is_said(read) -> None:
    facts = read()
    assert not facts.complete
    assert "no scan" in facts.not_examined[0].reason


def test_udp_silence_is_open_or_filtered(read) -> None:
    scan = xml({53: "open|filtered"}, asked="53", transport="udp")
    facts = read(xml({}), udp=scan)
    assert states(facts) == {"udp/53": PortState.OPEN_OR_FILTERED}


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ("open", {"udp/53": PortState.OPEN}),
        ("refused", {}),
        ("timeout", {"udp/53": PortState.OPEN_OR_FILTERED}),
    ],
)
def test_udp_datagrams_are_read_by_their_outcome(read, journal, outcome, expected) -> None:
    record = {"kind": "datagram", "port": 53, "sent": b"q", "outcome": outcome, "received": b""}
    facts = read(xml({}), datagrams=journal([record]))
    assert states(facts) == expected
    assert "udp/53" in facts.examined


def test_missing_inputs_are_an_error(captured, journal) -> None:
    with pytest.raises(CaptureError):
        interpret(captured({"inputs.jsonl": journal([])}), Upstream({}))


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(at=st.integers(0, 900), cut=st.integers(0, 900), noise=st.binary(max_size=8))
def test_mangled_xml_never_claims_that_a_port_is_closed(read, at, cut, noise) -> None:
    """Port 22 is open in truth: whatever is damaged, no complete fact may have lost it."""
    whole = xml({22: "open"}, asked="1-65535")
    facts = read(whole[:at] + noise + whole[at + cut :])
    claims_all = facts.complete and not facts.not_examined
    assert not claims_all or "tcp/22" in states(facts)


@given(st.sets(st.integers(0, 65535), max_size=60), st.sets(st.integers(0, 65535), max_size=60))
def test_port_sets_behave_as_sets(left, right) -> None:
    a, b = PortSet.of(left), PortSet.of(right)
    assert list(a | b) == sorted(left | right)
    assert list(a - b) == sorted(left - right)
    assert list(a & b) == sorted(left & right)
    assert PortSet.parse(",".join(a.texts())) == a
    assert all(port in a for port in left)


@pytest.mark.parametrize("text", ["5-1", "70000", "x", "1-", "-1"])
def test_what_is_no_port_list_is_an_error(text) -> None:
    with pytest.raises(ValueError, match=r"."):
        PortSet.parse(text)
