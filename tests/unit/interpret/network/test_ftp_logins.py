"""Whether an FTP server asks strangers for a password in clear."""

import pytest

from harness.facts.base import Endpoint
from harness.interpret.ftp import read_server
from harness.model.observation import Present, Unknown

PLACE = Endpoint(address="192.0.2.7", transport="tcp", port=21)


def talk(number, step, *exchanges):
    """A connection: what the server said first, then what was sent and answered."""
    greeting, *rest = exchanges
    yield {"kind": "connect", "connection": number, "port": 21, "step": step, "outcome": "open"}
    yield {"kind": "received", "connection": number, "layer": "tcp", "data": greeting}
    for sent, received in rest:
        yield {"kind": "sent", "connection": number, "layer": "tcp", "data": sent}
        yield {"kind": "received", "connection": number, "layer": "tcp", "data": received}
    yield {"kind": "ended", "connection": number, "how": "left"}


HELLO = b"220 ready\r\n"
ANONYMOUS_REFUSED = (
    HELLO,
    (b"PWD\r\n", b"530 no\r\n"),
    (b"USER anonymous\r\n", b"331 which password\r\n"),
    (b"PASS x@\r\n", b"530 no\r\n"),
)
ASKED = (HELLO, (b"USER nobody-31\r\n", b"331 which password\r\n"), (b"PASS x\r\n", b"530 no\r\n"))
TURNED_AWAY = (HELLO, (b"USER nobody-31\r\n", b"530 not you\r\n"))


@pytest.fixture
def reading(captured, journal):
    def read(made_up, upgrade):
        records = [
            *talk(1, "anonymous", *ANONYMOUS_REFUSED),
            *talk(2, "made-up", *made_up),
            *talk(3, "anonymous-tls", HELLO, (b"AUTH TLS\r\n", upgrade)),
        ]
        captures = captured({"tcp-21.jsonl": journal(records)}, probe="files")
        return read_server(captures, "tcp-21.jsonl", PLACE, captures.journal("tcp-21.jsonl"))

    return read


def test_a_stranger_who_is_asked_shows_a_login_in_clear(reading):
    seen = reading(ASKED, b"530 log in first\r\n").asks_password
    assert isinstance(seen, Present)


@pytest.mark.parametrize("reply", [b"", b"421 busy\r\n"])
def test_a_server_that_gave_no_clear_answer_may_offer_an_upgrade(reading, reply):
    assert isinstance(reading(ASKED, reply).asks_password, Unknown)


def test_a_server_that_could_upgrade_may_insist_on_it(reading):
    seen = reading(ASKED, b"234 go on\r\n").asks_password
    assert isinstance(seen, Unknown)
    assert "upgrade" in seen.reason


def test_a_stranger_who_is_turned_away_shows_nothing(reading):
    seen = reading(TURNED_AWAY, b"530 log in first\r\n").asks_password
    assert isinstance(seen, Unknown)
    assert "made-up user" in seen.reason
