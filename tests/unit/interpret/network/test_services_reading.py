"""Exchanges with open ports, read by the services interpreter."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.facts.base import Endpoint
from harness.facts.ports import Port, PortsFacts, PortState
from harness.facts.services import HTTP, MQTT, SSH, UNCONFIRMED, ServicesFacts
from harness.interpret.base import Upstream
from harness.interpret.services import interpret
from harness.interpret.tcp_protocols import (
    DNS_QUERY,
    EHLO,
    FEAT,
    MQTT_CONNECT,
    RTSP_OPTIONS,
    SYST,
    http_request,
    of_banner,
    of_exchange,
    offers_upgrade,
)
from harness.interpret.udp_queries import QUERIES, answers
from harness.model.observation import EvidenceRef, Unknown

HTTP_GET = http_request("192.0.2.1")


@pytest.fixture
def read(captured: Callable, journal: Callable) -> Callable[..., ServicesFacts]:
    def run(*turns: dict, outcome: str = "open", whole: bool = True) -> ServicesFacts:
        inputs = {"kind": "inputs", "address": "192.0.2.1", "tcp": [80], "udp": []}
        records = [
            {"kind": "connect", "connection": 1, "port": 80, "step": "x", "outcome": outcome},
            *({"connection": 1, **turn} for turn in turns),
        ]
        files = {"inputs.jsonl": journal([inputs]), "tcp-80.jsonl": journal(records, whole=whole)}
        return interpret(captured(files, probe="services"), Upstream({}))

    return run


def sent(data: bytes, layer: str = "tcp") -> dict:
    return {"kind": "sent", "layer": layer, "data": data}


def received(data: bytes, layer: str = "tcp") -> dict:
    return {"kind": "received", "layer": layer, "data": data}


def test_the_evidence_is_the_line_that_confirms(read) -> None:
    facts = read(sent(HTTP_GET), received(b"HTTP/1.0 404 Not Found\r\n\r\n"))
    service = facts.services[0]
    assert service.protocol == HTTP
    assert service.evidence[0].where == "line 4"
    assert facts.complete


def test_an_answer_in_several_pieces_is_put_together(read) -> None:
    facts = read(sent(HTTP_GET), received(b"HTT"), received(b"P/1.1 200 OK\r\n"))
    assert facts.services[0].protocol == HTTP


def test_bytes_inside_tls_are_not_taken_for_bytes_in_the_clear(read) -> None:
    service = read(sent(HTTP_GET, "tls"), received(b"HTTP/1.1 200 OK\r\n", "tls")).services[0]
    assert (service.protocol, service.tls, service.banner) == (HTTP, True, "")


def test_a_port_that_refused_every_connection_is_not_examined(read) -> None:
    facts = read(outcome="refused")
    assert facts.services == ()
    assert "refused" in facts.gap("tcp/80")


def test_a_banner_is_bounded(read) -> None:
    assert len(read(received(b"x" * 5000)).services[0].banner) == 1024


def test_a_journal_that_breaks_off_is_incomplete(read) -> None:
    assert not read(received(b"SSH-2.0-x\r\n"), whole=False).complete


def test_ports_that_were_left_out_are_named(captured, journal) -> None:
    endpoint = Endpoint(address="192.0.2.1", transport="tcp", port=99)
    port = Port(
        endpoint=endpoint,
        state=PortState.OPEN,
        evidence=(EvidenceRef(path="x", where="y"),),
    )
    alive = Unknown(reason="not looked at")
    ports = PortsFacts(address="192.0.2.1", alive=alive, ports=(port,), complete=True)
    inputs = {"kind": "inputs", "address": "192.0.2.1", "tcp": [], "udp": []}
    files = {"inputs.jsonl": journal([inputs])}
    facts = interpret(captured(files, probe="services"), Upstream({"ports": ports}))
    assert facts.gap("tcp/99") == "it was not asked"


@pytest.mark.parametrize(
    ("request_sent", "reply", "expected"),
    [
        (HTTP_GET, b"HTTP/1.1 301 Moved\r\n", HTTP),
        (HTTP_GET, b"HTTP/9 what", ""),
        (HTTP_GET, b"SSH-2.0-x\r\n", SSH),
        (MQTT_CONNECT, b"\x20\x02\x00\x00", MQTT),
        (MQTT_CONNECT, b"\x20\x02\x00\x09", ""),
        (MQTT_CONNECT, b"\x20\x02\x00", ""),
        (RTSP_OPTIONS, b"RTSP/1.0 200 OK\r\n", "rtsp"),
        (DNS_QUERY, DNS_QUERY, ""),
        (EHLO, b"250 ok\r\n", "smtp"),
        (FEAT, b"500 what\r\n", ""),
        (SYST, b"215 UNIX\r\n", "ftp"),
        (b"anything", b"anything", ""),
    ],
)
def test_an_exchange_is_told_by_the_shape_of_the_answer(request_sent, reply, expected) -> None:
    assert of_exchange(request_sent, reply) == expected


@pytest.mark.parametrize("echoed", [HTTP_GET, MQTT_CONNECT, RTSP_OPTIONS, DNS_QUERY, EHLO, FEAT])
def test_an_echo_confirms_nothing(echoed) -> None:
    assert of_exchange(echoed, echoed) == ""


@pytest.mark.parametrize("protocol", QUERIES)
def test_an_echoed_datagram_confirms_nothing(protocol) -> None:
    assert not answers(protocol, QUERIES[protocol])


def test_an_upgrade_is_offered_only_by_the_list_that_names_it() -> None:
    assert offers_upgrade(EHLO, b"250-x\r\n250 STARTTLS\r\n")
    assert not offers_upgrade(EHLO, b"250 NOSTARTTLS\r\n")
    assert offers_upgrade(FEAT, b"211-Features\r\n AUTH TLS\r\n211 End\r\n")


@given(st.binary(max_size=200), st.sampled_from([HTTP_GET, MQTT_CONNECT, DNS_QUERY, EHLO, SYST]))
def test_any_answer_can_be_read(reply, request_sent) -> None:
    assert isinstance(of_exchange(request_sent, reply), str)
    assert isinstance(of_banner(reply), str)
    assert all(isinstance(answers(protocol, reply), bool) for protocol in QUERIES)


def test_a_greeting_that_nothing_explains_stays_unconfirmed(read) -> None:
    service = read(received(b"\x1b[31mhello"), sent(HTTP_GET)).services[0]
    assert (service.protocol, service.banner) == (UNCONFIRMED, "\x1b[31mhello")
