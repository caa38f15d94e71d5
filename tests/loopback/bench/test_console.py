"""Consoles on pseudo-terminals and sockets: transcript, ownership, floods, pulled cables."""

import contextlib
import os
import socket
import threading
import time

import pytest
import serial
import serial.rfc2217

from harness.bench import console as serial_console
from harness.bench.console import SerialConsole
from harness.errors import BenchFault, LinkDown
from harness.model.bench_config import ConsoleConfig

pytestmark = pytest.mark.loopback


@pytest.fixture
def console(pty):
    return SerialConsole(ConsoleConfig(url=pty[1], baud=115200))


def test_every_byte_both_ways_is_in_the_transcript(console, pty, transcript):
    with console.take(transcript) as session:
        session.send(b"id\r")
        assert os.read(pty[0], 100) == b"id\r"
        os.write(pty[0], b"\x1b[31muid=0\xff\r\n")
        assert session.read(0.3) == b"\x1b[31muid=0\xff\r\n"
        assert session.baud == 115200
    assert transcript.of("sent") == b"id\r"
    assert transcript.of("received") == b"\x1b[31muid=0\xff\r\n"


def test_silence_reads_as_nothing_in_time(console, transcript):
    with console.take(transcript) as session:
        started = time.monotonic()
        assert session.read(0.3) == b""
        assert 0.25 < time.monotonic() - started < 0.8
    assert transcript.records == []


def test_expect_says_which_pattern_came_first_and_keeps_what_follows(console, pty, transcript):
    with console.take(transcript) as session:
        os.write(pty[0], b"boot...\r\nlogin: more")
        assert session.expect([rb"Password: ", rb"login: "], 20) == (1, b"boot...\r\nlogin: ")
        assert session.read(0.2) == b"more"
        assert session.expect([rb"never"], 0.2) == (-1, b"")


def test_expect_finds_a_match_that_arrives_in_pieces(console, pty, transcript):
    def write():
        for piece in (b"log", b"in", b": "):
            time.sleep(0.15)
            os.write(pty[0], piece)

    thread = threading.Thread(target=write)
    with console.take(transcript) as session:
        thread.start()
        assert session.expect([rb"login: $"], 20) == (0, b"login: ")
        thread.join()


def test_a_flood_ends_at_the_bound(console, flood, transcript, monkeypatch):
    monkeypatch.setattr(serial_console, "MAX_EXPECT_BYTES", 20_000)
    with flood(b"A" * 4096), console.take(transcript) as session:
        assert len(session.read(5, limit=1000)) == 1000
        index, data = session.expect([rb"B"], 20)
        assert index == -1
        assert 20_000 <= len(data) < 30_000


def test_two_owners_are_a_fault_and_an_earlier_session_is_dead(console, transcript):
    with console.take(transcript) as first:
        with pytest.raises(BenchFault, match="somebody else holds the console"):
            console.take(transcript).__enter__()
        first.send(b"x")
    with console.take(transcript) as second:
        second.send(b"y")
        with pytest.raises(BenchFault, match="session is over"):
            first.send(b"z")
        with pytest.raises(BenchFault, match="session is over"):
            first.read(0.1)
    assert transcript.of("sent") == b"xy"


def test_another_console_object_cannot_open_the_same_port(console, pty, transcript):
    other = SerialConsole(ConsoleConfig(url=pty[1], baud=9600))
    with (
        console.take(transcript),
        pytest.raises(BenchFault, match="open in another program"),
        other.take(transcript),
    ):
        pass


def test_a_port_that_is_not_there_says_how_to_mend_it(transcript):
    console = SerialConsole(ConsoleConfig(url="/dev/ttyNotThere0"))
    with pytest.raises(BenchFault, match="Plug in the adapter"), console.take(transcript):
        pass


def test_a_fault_in_the_block_frees_the_console(console, transcript):
    with pytest.raises(ZeroDivisionError), console.take(transcript):
        1 / 0  # noqa: B018
    with console.take(transcript) as session:
        session.send(b"x")


def test_a_closed_bench_ends_the_session(console, transcript):
    with console.take(transcript) as session:
        console.close()
        with pytest.raises(BenchFault):
            session.read(0.1)


def test_a_pseudo_terminal_needs_no_search_for_its_rate(pty, transcript):
    console = SerialConsole(ConsoleConfig(url=pty[1]))
    with console.take(transcript) as session:
        assert session.baud == 115200
    assert transcript.records == []


def test_a_socket_console_works_and_its_end_is_a_lost_link(serve, transcript):
    def device(connection):
        connection.sendall(b"U-Boot 2023.01\r\n")
        assert connection.recv(10) == b"\r"
        connection.sendall(b"=> " + b"x" * 5000)
        time.sleep(0.3)

    console = SerialConsole(ConsoleConfig(url=f"socket://127.0.0.1:{serve(device)}"))
    with console.take(transcript) as session:
        assert session.expect([rb"U-Boot [0-9.]+"], 20)[0] == 0
        session.send(b"\r")
        assert session.expect([rb"=> x{5000}"], 20)[0] == 0
        with pytest.raises(LinkDown, match="went away"):
            session.read(20)
    assert len([kind for kind, _ in transcript.records if kind == "received"]) < 20


def test_a_socket_console_that_floods_opens_and_loses_nothing(serve, transcript):
    def device(connection):
        while True:
            connection.sendall(b"first" + b"\0" * 60000)

    console = SerialConsole(ConsoleConfig(url=f"socket://127.0.0.1:{serve(device)}"))
    with console.take(transcript) as session:
        assert session.expect([rb"first"], 20) == (0, b"first")


def test_a_console_server_that_is_off_is_a_fault(transcript):
    console = SerialConsole(ConsoleConfig(url="socket://127.0.0.1:9"))
    with pytest.raises(BenchFault, match="console server"), console.take(transcript):
        pass


def test_a_pulled_adapter_is_a_lost_link(transcript):
    device, bench = os.openpty()
    console = SerialConsole(ConsoleConfig(url=os.ttyname(bench), baud=115200))
    os.close(bench)
    with console.take(transcript) as session:
        os.close(device)
        with pytest.raises(LinkDown):
            session.read(0.5)


class Deaf(serial.rfc2217.PortManager):
    """Cannot set control lines and never answers the wish, as ser2net on a pseudo-terminal."""

    def _telnet_process_subnegotiation(self, suboption):
        if suboption[1:2] != serial.rfc2217.SET_CONTROL:
            super()._telnet_process_subnegotiation(suboption)


def serve_line(connection, line, manager_class, stop):
    """Pass bytes between a client and a serial line until the client leaves."""
    with connection, connection.makefile("wb", buffering=0) as out:
        manager = manager_class(line, out)
        while not stop.is_set():
            try:
                data = connection.recv(1024)
            except TimeoutError:
                data = None
            if data == b"":
                return
            if data:
                line.write(b"".join(manager.filter(data)))
            if echoed := line.read(line.in_waiting or 1):
                out.write(b"".join(manager.escape(echoed)))


@pytest.fixture(params=[serial.rfc2217.PortManager, Deaf])
def rfc2217_server(request):
    """A console server (RFC 2217) whose line is a loop; its port."""
    line = serial.serial_for_url("loop://", timeout=0.05)
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    stop = threading.Event()

    def run():
        while not stop.is_set():
            with contextlib.suppress(TimeoutError, ConnectionError):
                connection, _ = listener.accept()
                connection.settimeout(0.05)
                serve_line(connection, line, request.param, stop)

    thread = threading.Thread(target=run)
    thread.start()
    yield listener.getsockname()[1]
    stop.set()
    thread.join(5)
    listener.close()
    line.close()


@pytest.mark.filterwarnings("ignore:set(Daemon|Name):DeprecationWarning")  # in pyserial
def test_a_console_server_is_driven_over_rfc_2217(rfc2217_server, transcript):
    url = f"rfc2217://127.0.0.1:{rfc2217_server}"
    with SerialConsole(ConsoleConfig(url=url, baud=57600)).take(transcript) as session:
        assert session.baud == 57600
        session.send(b"echo\xff\r")
        assert session.expect([rb"echo\xff\r"], 20)[0] == 0
    assert transcript.of("received") == b"echo\xff\r"
