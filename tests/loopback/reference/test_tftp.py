"""The rescue loader's TFTP server, asked with a client written from RFC 1350."""

import socket

import pytest

pytestmark = pytest.mark.loopback
READ, WRITE, DATA, ACK, ERROR = (number.to_bytes(2, "big") for number in (1, 2, 3, 4, 5))


@pytest.fixture
def ask(start):
    """A client of a router with the flaw: what comes back, and a way to go on."""
    sample = start("tftp-writable")
    place = (sample.address, sample.port("tftp"))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(3)

        def exchange(packet, to=None):
            client.sendto(packet, to or place)
            return client.recvfrom(600)

        exchange.client, exchange.place = client, place
        yield exchange


def request(kind, name):
    return kind + name + b"\0octet\0"


def test_a_file_is_read_from_a_port_of_its_own(ask):
    packet, transfer = ask(request(READ, b"rescue.itb"))
    assert packet.startswith(DATA + b"\0\1")
    assert b"rescue" in packet
    assert transfer[1] != ask.place[1]
    ask.client.sendto(ACK + b"\0\1", transfer)


def test_a_missing_file_is_an_error(ask):
    packet, _ = ask(request(READ, b"nothing"))
    assert packet.startswith(ERROR + b"\0\1")


@pytest.mark.parametrize("size", [0, 5, 512, 700])
def test_what_is_written_can_be_read(ask, size):
    content = bytes(range(256)) * 3
    answer, transfer = ask(request(WRITE, b"mine"))
    assert answer == ACK + b"\0\0"
    for block in range(size // 512 + 1):
        piece = content[block * 512 : min(size, (block + 1) * 512)]
        number = (block + 1).to_bytes(2, "big")
        assert ask(DATA + number + piece, transfer)[0] == ACK + number
    packet, transfer = ask(request(READ, b"mine"))
    assert packet == DATA + b"\0\1" + content[: min(size, 512)]
    ask.client.sendto(ERROR + b"\0\0enough\0", transfer)


def test_a_write_that_is_ended_leaves_nothing(ask):
    _, transfer = ask(request(WRITE, b"ended"))
    ask.client.sendto(ERROR + b"\0\0enough\0", transfer)
    assert ask(request(READ, b"ended"))[0].startswith(ERROR + b"\0\1")
