"""Encoding and decoding of SNMP, on bytes that a hostile device could send."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.interpret import ber, snmp_messages
from harness.interpret.snmp_messages import (
    GET,
    RESPONSE,
    SYS_DESCR,
    UNKNOWN_USER,
    V1,
    V2C,
    Binding,
    Engine,
    answers,
    community_request,
    empty,
    mac_of_engine,
    parse,
    user_request,
)

REQUEST = community_request(V2C, "public", GET, 77, empty(SYS_DESCR))


def response(number: int = 77, version: str = V2C, *values: Binding) -> bytes:
    return community_request(version, "public", RESPONSE, number, values)


@given(st.integers(-(2**63), 2**63 - 1))
def test_numbers_come_back(value: int) -> None:
    assert ber.BerReader(ber.integer(value)).integer() == value


@pytest.mark.parametrize(
    "dotted", ["1.3.6.1.2.1.1.1.0", "2.999.4294967295", "0.0", "1.39.128.16384"]
)
def test_object_identifiers_come_back(dotted: str) -> None:
    assert ber.read_oid(ber.BerReader(ber.oid(dotted)).one(ber.OID)) == dotted


@pytest.mark.parametrize("count", [0, 127, 128, 255, 256, 65535])
def test_long_contents_come_back(count: int) -> None:
    assert ber.BerReader(ber.octets(bytes(count))).one(ber.OCTETS) == bytes(count)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x30",
        b"\x30\x80\x00\x00",  # indefinite length
        b"\x30\x85\x01\x01\x01\x01\x01",  # a length in five bytes
        b"\x30\x84\xff\xff\xff\xff",  # four gigabytes
        b"\x04\x05abcd",
    ],
)
def test_a_broken_element_is_an_error(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  (the message tells what)
        ber.BerReader(data).any()


@pytest.mark.parametrize(
    "content", [b"", b"\x81", b"\x2b\x86", b"\x2b" + b"\x01" * 200, b"\xff" * 5 + b"\x7f"]
)
def test_a_broken_object_identifier_is_an_error(content: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        ber.read_oid(content)


def test_a_number_longer_than_any_of_snmp_is_an_error() -> None:
    with pytest.raises(ValueError, match="12 bytes"):
        ber.read_integer(bytes(12))


def test_a_request_comes_back() -> None:
    message = parse(REQUEST)
    assert message is not None
    assert (message.version, message.pdu, message.request_id) == (V2C, GET, 77)
    assert message.community == b"public"
    assert message.bindings == empty(SYS_DESCR)


def test_a_request_of_version_3_comes_back() -> None:
    engine = Engine(b"\x80\x00\x1f\x88\x03abcdef", 4, 99)
    message = parse(user_request("initial", engine, GET, 5, (SYS_DESCR,)))
    assert message is not None
    assert (message.engine_id, message.boots, message.time_s) == (engine.id, 4, 99)
    assert (message.user, message.request_id) == (b"initial", 5)


@given(st.binary(max_size=300))
def test_any_bytes_can_be_read(data: bytes) -> None:
    message = parse(data)
    assert message is None or message.version


@given(st.integers(0, len(REQUEST) - 1), st.integers(0, 255))
def test_a_damaged_message_can_be_read(place: int, byte: int) -> None:
    damaged = REQUEST[:place] + bytes([byte]) + REQUEST[place + 1 :]
    message = parse(damaged)
    assert message is None or len(message.bindings) <= snmp_messages.MAX_BINDINGS


def test_a_message_that_nests_without_end_is_none() -> None:
    data = b""
    for _ in range(5000):
        data = ber.sequence(data)
    assert parse(data) is None


def test_too_many_bindings_are_no_message() -> None:
    many = tuple(Binding(SYS_DESCR, ber.OCTETS, b"x") for _ in range(200))
    assert parse(response(77, V2C, *many)) is None


def test_an_answer_has_the_version_and_number_of_its_question() -> None:
    assert answers(REQUEST, response()) is not None
    assert answers(REQUEST, response(78)) is None
    assert answers(REQUEST, response(77, V1)) is None
    assert answers(REQUEST, REQUEST) is None
    assert answers(REQUEST, b"") is None


def test_an_exception_is_no_value() -> None:
    missing = Binding(SYS_DESCR, 0x80, b"")
    message = parse(response(77, V2C, missing, Binding(SYS_DESCR, ber.OCTETS, b"x")))
    assert message is not None
    assert [entry.content for entry in message.values] == [b"x"]


@pytest.mark.parametrize(
    ("tag", "content", "text"),
    [
        (ber.OCTETS, b"a\xffb", "a�b"),
        (ber.OID, b"\x2b\x06", "1.3.6"),
        (ber.OID, b"\x81", ""),
        (ber.INTEGER, b"\xff", "-1"),
        (0x43, b"\xff", "255"),
        (0x41, bytes(20), ""),
        (0x99, b"x", ""),
    ],
)
def test_values_have_a_text(tag: int, content: bytes, text: str) -> None:
    assert Binding(SYS_DESCR, tag, content).text == text


def test_a_report_names_its_counter() -> None:
    report = snmp_messages.Message("v3", snmp_messages.REPORT, 1, 0, empty(UNKNOWN_USER))
    assert report.reports(UNKNOWN_USER)
    assert not report.reports(SYS_DESCR)
    assert report.values == ()


def test_only_an_engine_id_of_the_mac_form_tells_a_mac() -> None:
    assert mac_of_engine(b"\x80\x00\x1f\x88\x03\x02\x00\x5e\x00\x53\x01") == "02:00:5e:00:53:01"
    assert mac_of_engine(b"\x80\x00\x1f\x88\x04\x02\x00\x5e\x00\x53\x01") == ""
    assert mac_of_engine(b"") == ""
