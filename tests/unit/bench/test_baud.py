"""The search for a baud rate."""

import pytest

from harness.bench.baud import CANDIDATES, FALLBACK_BAUD, find_baud, is_text, rate_matters


class Uart:
    """A console that reads as text at one rate only."""

    def __init__(self, right, *, talkative):
        self._right = right
        self._talkative = talkative
        self.baud = 0
        self.sent = []

    def set_baud(self, baud):
        self.baud = baud

    def send(self, data):
        self.sent.append(data)

    def read(self, timeout_s, limit=65536):
        if not self._talkative and not self.sent:
            return b""
        return b"router login: " if self.baud == self._right else b"\x80\xf8\x00\x1e\xe6" * 4


@pytest.mark.parametrize("right", CANDIDATES)
def test_the_rate_at_which_it_reads_as_text_is_found(right):
    assert find_baud(Uart(right, talkative=True), "/dev/ttyUSB0") == right


def test_a_console_that_talks_is_not_sent_anything():
    uart = Uart(9600, talkative=True)
    find_baud(uart, "/dev/ttyUSB0")
    assert uart.sent == []


def test_a_silent_console_is_woken_with_a_carriage_return():
    uart = Uart(9600, talkative=False)
    assert find_baud(uart, "/dev/ttyUSB0") == 9600
    assert uart.sent == [b"\r"]


def test_a_console_that_never_makes_sense_falls_back():
    uart = Uart(300, talkative=True)
    assert find_baud(uart, "/dev/ttyUSB0") == FALLBACK_BAUD == uart.baud


@pytest.mark.parametrize(
    ("url", "matters"),
    [
        ("/dev/ttyUSB0", True),
        ("rfc2217://127.0.0.1:2217", True),
        ("socket://127.0.0.1:2000", False),
        ("/dev/pts/3", False),
    ],
)
def test_only_a_real_line_has_a_rate(url, matters):
    assert rate_matters(url) is matters


def test_few_bytes_are_no_text():
    assert not is_text(b"ok")
    assert is_text(b"\x1b[1mlogin: ")
