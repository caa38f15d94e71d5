"""DNS messages: what real responders send, and what hostile ones do."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.interpret import dns_messages as dns
from harness.interpret.dns_messages import DnsQuestion


def header(questions=0, answers=0, flags=0x8400):
    return b"".join(n.to_bytes(2, "big") for n in (7, flags, questions, answers, 0, 0))


def record(name, kind, data, *, klass=1, length=None):
    fields = (kind, klass, 0, 120, len(data) if length is None else length)
    return name + b"".join(n.to_bytes(2, "big") for n in fields) + data


def label(text):
    return bytes([len(text)]) + text


def test_a_query_reads_back():
    asked = (
        DnsQuestion(dns.name("_services._dns-sd._udp.local"), dns.PTR, unicast=True),
        DnsQuestion((b"Living Room v1.2", b"local"), dns.TXT, dns.CHAOS),
    )
    message = dns.read(dns.query(asked, 0xBEEF, recursion=True))
    assert message.questions == asked
    assert (message.identifier, message.response) == (0xBEEF, False)
    assert message.recursion_desired
    assert message.complete


def test_an_answer_with_compressed_names_is_read():
    local = label(b"local") + b"\0"
    service = label(b"_http") + label(b"_tcp") + local
    at_service, at_local = b"\xc0\x0c", (0xC000 | 12 + 11).to_bytes(2, "big")
    instance = label(b"Router 7") + at_service
    parts = [record(service, dns.PTR, instance)]
    at_instance = (0xC000 | 12 + len(service) + 10).to_bytes(2, "big")
    srv = bytes(4) + (8080).to_bytes(2, "big") + label(b"router") + at_local
    parts += [
        record(at_instance, dns.SRV, srv, klass=0x8001),
        record(at_instance, dns.TXT, label(b"serial=1") + label(b"x"), klass=0x8001),
        record(label(b"router") + at_local, dns.A, bytes([127, 0, 10, 1])),
        record(label(b"router") + at_local, dns.AAAA, bytes(15) + b"\1"),
    ]
    message = dns.read(header(answers=5) + b"".join(parts))
    assert message.complete
    pointer, server, text, four, six = message.answers
    assert pointer.target == (b"Router 7", b"_http", b"_tcp", b"local")
    assert (server.name, server.port, server.klass) == (pointer.target, 8080, dns.IN)
    assert server.target == (b"router", b"local")
    assert text.strings == (b"serial=1", b"x")
    assert (four.address, six.address) == ("127.0.10.1", "::1")
    assert dns.shown(pointer.target) == "Router 7._http._tcp.local"


def test_names_are_shown_without_controls_and_with_their_own_dots_marked():
    assert dns.shown((b"a.b", b"\x1b[31m\\", b"\xff")) == "a\\.b.\\x1b[31m\\\\.\\\\xff"
    assert dns.same_name((b"LOCAL",), (b"local",))
    assert not dns.same_name((b"a", b"b"), (b"a.b",))


@pytest.mark.parametrize(
    "tail",
    [
        b"\xc0\x0c" + bytes(10),  # points to itself
        b"\xc0\x0e" + bytes(10),  # points forward
        b"\xc0\x00" + bytes(10),  # points into the header
        b"\xc0",  # half a pointer
        b"\x40" + bytes(80),  # a label of a kind that does not exist
        b"\x05abc",  # a label beyond the end
        record(label(b"a") + b"\0", dns.A, b"1234", length=400),  # data beyond the end
        (label(b"x" * 63) * 4) + b"\0" + bytes(10),  # a name longer than 255
    ],
)
def test_a_malformed_record_ends_the_reading_and_is_said(tail):
    message = dns.read(header(answers=1) + tail)
    assert not message.complete
    assert message.answers == ()


def test_pointers_that_lead_to_each_other_end():
    first = record(label(b"a") + b"\xc0\x0c", dns.A, b"1234")
    assert not dns.read(header(answers=1) + first).complete


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (dns.A, b"123"),
        (dns.AAAA, b"1"),
        (dns.SRV, b"12345"),
        (dns.TXT, b"\x09x"),
        (dns.PTR, b"\x01"),
    ],
)
def test_data_that_does_not_fit_its_type_is_malformed_and_the_rest_is_read(kind, data):
    good = record(b"\0", dns.A, b"1234")
    message = dns.read(header(answers=2) + record(b"\0", kind, data) + good)
    assert message.complete
    assert [entry.malformed for entry in message.answers] == [True, False]


def test_a_name_must_not_reach_beyond_its_own_record():
    cheat = record(b"\0", dns.PTR, b"\x04x", length=2)
    message = dns.read(header(answers=2) + cheat + b"yz\0" + bytes(20))
    assert message.answers[0].malformed


def test_what_is_no_dns_is_refused():
    for data in (b"", b"HTTP/1.1 2", header(questions=1)):
        with pytest.raises(ValueError, match=r"\w"):
            dns.read(data)


def test_more_records_than_the_bound_are_not_read():
    message = dns.read(header(answers=5000) + record(b"\0", 99, b"") * 5000)
    assert len(message.answers) == dns.MAX_RECORDS
    assert not message.complete


def test_a_long_chain_of_pointers_costs_nothing():
    chain = b"\0" + b"".join(
        (0xC000 | 12 + max(0, 2 * n - 1)).to_bytes(2, "big") for n in range(4000)
    )
    data = header(answers=4000) + record(b"\0", 99, chain)
    started = time.monotonic()
    dns.read(data + record((0xC000 | 8000).to_bytes(2, "big"), 99, b"") * 3999)
    assert time.monotonic() - started < 1


def test_names_that_cannot_be_encoded_are_refused():
    for text in ("a..b", "x" * 64, ".".join(["x" * 60] * 5)):
        with pytest.raises(ValueError, match="name"):
            dns.name(text)
    assert dns.name("") == ()


@given(st.binary(max_size=300))
def test_no_bytes_break_it(data):
    try:
        message = dns.read(header(1, 3) + data)
    except ValueError:
        return
    for entry in message.records:
        assert "\x1b" not in dns.shown(entry.name)


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=6))
def test_every_name_reads_back(labels):
    question = DnsQuestion(tuple(labels), dns.TXT)
    assert dns.read(dns.query([question])).questions == (question,)
