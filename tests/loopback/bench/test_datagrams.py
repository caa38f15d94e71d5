"""Datagrams over an unconnected socket: answers from other ports count, those of others do not."""

import socket
from collections.abc import Callable, Iterator

import pytest

from harness.bench.guard import ScopeGuard
from harness.bench.network import IpLink
from harness.bench.network_link import Connected
from harness.errors import ScopeError

pytestmark = pytest.mark.loopback

DUT = "127.0.0.1"


@pytest.fixture
def link() -> IpLink:
    return IpLink(DUT, ScopeGuard(("127.0.0.1/32",)))


@pytest.fixture
def sockets() -> Iterator[Callable[[str], socket.socket]]:
    made: list[socket.socket] = []

    def bind(address: str) -> socket.socket:
        made.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        made[-1].bind((address, 0))
        made[-1].settimeout(2)
        return made[-1]

    yield bind
    for one in made:
        one.close()


def test_an_answer_from_another_port_of_the_sample_is_taken(link, sockets) -> None:
    well_known, transfer = sockets(DUT), sockets(DUT)
    with link.datagrams() as datagrams:
        datagrams.send(well_known.getsockname()[1], b"question")
        data, bench = well_known.recvfrom(100)
        transfer.sendto(b"answer", bench)
        found = datagrams.receive(1)
    assert data == b"question"
    assert (found.outcome, found.data) == (Connected.OPEN, b"answer")
    assert found.port == transfer.getsockname()[1]


def test_datagrams_of_other_hosts_are_counted_and_not_kept(link, sockets) -> None:
    dut, stranger = sockets(DUT), sockets("127.0.0.2")
    with link.datagrams() as datagrams:
        datagrams.send(dut.getsockname()[1], b"question")
        _, bench = dut.recvfrom(100)
        # The bench's socket has no address of its own yet, so that anybody may write to it.
        stranger.sendto(b"noise", ("127.0.0.1", bench[1]))
        dut.sendto(b"answer", bench)
        assert datagrams.receive(1).data == b"answer"
        assert datagrams.strangers == 1


def test_a_closed_port_refuses_and_is_named(link, sockets) -> None:
    closed = sockets(DUT)
    port = closed.getsockname()[1]
    closed.close()
    with link.datagrams() as datagrams:
        datagrams.send(port, b"question")
        found = datagrams.receive(1)
        assert (found.outcome, found.port) == (Connected.REFUSED, port)
        datagrams.send(port, b"again")  # the refusal before is no fault of this one
        assert datagrams.receive(1).outcome is Connected.REFUSED


def test_silence_is_a_time_out(link, sockets) -> None:
    with link.datagrams() as datagrams:
        datagrams.send(sockets(DUT).getsockname()[1], b"question")
        assert datagrams.receive(0.1).outcome is Connected.TIMEOUT


def test_nothing_is_sent_out_of_scope() -> None:
    outside = IpLink("127.0.0.9", ScopeGuard(("127.0.0.1/32",)))
    with pytest.raises(ScopeError), outside.datagrams() as datagrams:
        datagrams.send(9, b"x")
