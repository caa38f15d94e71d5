"""What the files interpreter reads out of conversations and datagrams, hostile ones too."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.facts.files import FileServer
from harness.interpret import tftp_packets
from harness.interpret.base import Upstream
from harness.interpret.files import interpret
from harness.interpret.ftp import CONTENT
from harness.interpret.replies import final_codes, passive_place
from harness.model.observation import Absent, Present, Unknown

NAME = "certbench-x"
REFUSED = b"\0\5\0\2no\0"
NOT_FOUND = b"\0\5\0\1no\0"
DISK_FULL = b"\0\5\0\3no\0"
BLOCK = b"\0\3\0\1data"
ACK = b"\0\4\0\0"
SILENCE = b""


def tftp(*answers: tuple[str, bytes]) -> list[dict[str, Any]]:
    return [
        {
            "kind": "exchange",
            "step": step,
            "name": NAME if step in {"absent", "write", "left"} else "boot.scr",
            "port": 69,
            "sent": b"x",
            "outcome": "open" if answer else "timeout",
            "answered_from": 4000,
            "received": answer,
        }
        for step, answer in answers
    ]


@pytest.fixture
def read(captured: Any, journal: Any) -> Any:
    def run(name: str, records: list[dict[str, Any]]) -> Any:
        target = name.removesuffix(".jsonl").replace("-", "/")
        inputs = {"kind": "inputs", "address": "127.0.0.1", "targets": [target]}
        files = {"inputs.jsonl": journal([inputs]), name: journal(records)}
        return interpret(captured(files, probe="files"), Upstream({}))

    return run


@pytest.fixture
def read_tftp(read: Any) -> Any:
    return lambda *answers: read("udp-69.jsonl", tftp(*answers)).servers


WRITES = (("write", ACK), ("write-again", ACK))


@pytest.mark.parametrize(
    ("answers", "kind", "left"),
    [
        ((*WRITES, ("left", NOT_FOUND)), Present, "nothing"),
        ((*WRITES, ("left", b"\0\3\0\1")), Present, "empty-file"),
        ((*WRITES, ("left", BLOCK)), Present, "file"),
        ((*WRITES, ("left", SILENCE)), Present, "unknown"),
        ((("write", ACK), ("write-again", SILENCE)), Unknown, "unknown"),
        ((("write", REFUSED),), Absent, ""),
        ((("write", NOT_FOUND),), Unknown, ""),  # takes perhaps only names that exist
        ((("write", DISK_FULL),), Unknown, ""),
        ((("write", SILENCE),), Unknown, ""),
        ((), Unknown, ""),
    ],
)
def test_a_write_counts_when_it_was_accepted_twice(read_tftp, answers, kind, left) -> None:
    (server,) = read_tftp(("absent", NOT_FOUND), *answers)
    assert isinstance(server.writable, kind)
    assert server.left == left


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ((("read", BLOCK), ("read-again", BLOCK)), Present),
        ((("read", BLOCK), ("read-again", SILENCE)), Unknown),
        ((("read", NOT_FOUND),), Absent),
        ((("read", SILENCE),), Unknown),
    ],
)
def test_a_file_counts_when_it_was_handed_out_twice(read_tftp, answers, kind) -> None:
    (server,) = read_tftp(("absent", NOT_FOUND), *answers)
    assert isinstance(server.readable, kind)


def test_one_refused_name_says_nothing_of_another_that_got_no_answer(read) -> None:
    asked = [
        {**entry, "name": name}
        for name, answers in (("boot.scr", (SILENCE, SILENCE)), ("config.txt", (NOT_FOUND,)))
        for entry in tftp(*(("read", answer) for answer in answers))
    ]
    (server,) = read("udp-69.jsonl", [*tftp(("absent", NOT_FOUND)), *asked]).servers
    assert isinstance(server.readable, Unknown)


def test_a_silent_port_is_no_server(read_tftp) -> None:
    assert read_tftp(("absent", SILENCE), ("absent", SILENCE)) == ()


@given(st.binary(max_size=600))
@settings(max_examples=200)
def test_no_packet_breaks_the_reader(data: bytes) -> None:
    packet = tftp_packets.parse(data)
    assert packet.kind in {0, *range(3, 7)}
    assert len(packet.content) <= 600


def ftp(*turns: tuple[str, bytes], step: str = "anonymous", number: int = 1) -> list[Any]:
    """A control connection: greeting first, then commands with their replies."""
    records: list[dict[str, Any]] = [
        {"kind": "connect", "connection": number, "port": 21, "step": step, "outcome": "open"}
    ]
    for command, reply in turns:
        if command:
            sent = f"{command}\r\n".encode()
            records.append({"kind": "sent", "connection": number, "layer": "tcp", "data": sent})
        records.append({"kind": "received", "connection": number, "layer": "tcp", "data": reply})
    return records


def data(command: str, content: bytes, number: int) -> list[dict[str, Any]]:
    return ftp(("", content), step=f"data {command}", number=number)


HELLO = (("", b"220 hi\r\n"), ("PWD", b"530 no\r\n"))
ENTER = (("USER anonymous", b"331 ?\r\n"), ("PASS x@", b"230 in\r\n"), ("PWD", b'257 "/"\r\n'))


@pytest.fixture
def read_ftp(read: Any) -> Any:
    def run(*records: Any) -> FileServer:
        (server,) = read("tcp-21.jsonl", [entry for group in records for entry in group]).servers
        return server

    return run


def test_a_login_counts_when_a_command_confirms_it(read_ftp) -> None:
    assert isinstance(read_ftp(ftp(*HELLO, *ENTER)).anonymous, Present)
    assert isinstance(read_ftp(ftp(*HELLO, *ENTER[:2])).anonymous, Unknown)
    open_to_all = (("", b"220 hi\r\n"), ("PWD", b'257 "/"\r\n'))
    assert isinstance(read_ftp(ftp(*open_to_all, *ENTER)).anonymous, Unknown)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [(b"530 no\r\n", Absent), (b"421 busy\r\n", Unknown), (b"", Unknown), (b"\xff\0", Unknown)],
)
def test_only_a_clear_refusal_shows_that_nobody_gets_in(read_ftp, reply, kind) -> None:
    server = read_ftp(ftp(*HELLO, ("USER anonymous", b"331 ?\r\n"), ("PASS x@", reply)))
    assert isinstance(server.anonymous, kind)
    assert isinstance(server.writable, kind)


STORED = (f"STOR {NAME}", b"150 go\r\n226 done\r\n")


@pytest.mark.parametrize(
    ("after", "kind", "left"),
    [
        (((f"SIZE {NAME}", b"213 22\r\n"),), Present, "unknown"),
        (((f"SIZE {NAME}", b"550 no\r\n"),), Unknown, "unknown"),
        (
            (
                (f"RETR {NAME}", b"150 go\r\n226 done\r\n"),
                (f"DELE {NAME}", b"250 gone\r\n"),
                (f"SIZE {NAME}", b"550 no\r\n"),
            ),
            Present,
            "nothing",
        ),
        (((f"SIZE {NAME}", b"213 22\r\n"), (f"DELE {NAME}", b"550 no\r\n")), Present, "file"),
    ],
)
def test_a_file_counts_as_written_when_it_is_seen_again(read_ftp, after, kind, left) -> None:
    control = ftp(*HELLO, *ENTER, STORED, *after)
    server = read_ftp(control, data(f"RETR {NAME}", CONTENT, 1001) if len(after) == 3 else ())
    assert isinstance(server.writable, kind)
    assert server.left == left


@pytest.mark.parametrize(
    ("reply", "kind"),
    [(b"550 no\r\n", Absent), (b"425 no data\r\n", Unknown), (b"", Unknown)],
)
def test_only_a_clear_refusal_shows_that_nothing_is_taken(read_ftp, reply, kind) -> None:
    server = read_ftp(ftp(*HELLO, *ENTER, (f"STOR {NAME}", reply)))
    assert isinstance(server.writable, kind)


ENTRY = b"%srwxr-xr-x 1 ftp ftp 5 Jan 1 2026 %s\r\n"
LISTED = ("LIST", b"150 go\r\n226 done\r\n")


@pytest.mark.parametrize(("folders", "kind"), [(("a",), Absent), (("a", "b"), Unknown)])
def test_a_folder_that_was_not_tried_may_take_files(read_ftp, folders, kind) -> None:
    content = b"".join(ENTRY % (b"d", name.encode()) for name in (".", "..", *folders))
    refused = [(f"STOR {path}", b"550 no\r\n") for path in (NAME, f"a/{NAME}")]
    server = read_ftp(ftp(*HELLO, *ENTER, LISTED, *refused), data("LIST", content, 1001))
    assert isinstance(server.writable, kind)


def test_a_full_disk_refuses_nobody(read_ftp) -> None:
    server = read_ftp(ftp(*HELLO, *ENTER, (f"STOR {NAME}", b"552 full\r\n")))
    assert isinstance(server.writable, Unknown)


def test_a_folder_names_itself_and_holds_nothing(read_ftp) -> None:
    content = ENTRY % (b"d", b".") + ENTRY % (b"d", b"..")
    server = read_ftp(ftp(*HELLO, *ENTER, LISTED), data("LIST", content, 1001))
    assert isinstance(server.readable, Unknown)
    assert server.readable_names == ()


@pytest.mark.parametrize(
    ("inside_tls", "kind"),
    [
        ((), Unknown),
        ((("USER anonymous", b""),), Unknown),
        ((("USER anonymous", b"530 no\r\n"),), Absent),
    ],
)
def test_a_refusal_in_clear_says_nothing_of_a_login_inside_tls(read_ftp, inside_tls, kind) -> None:
    clear = ftp(*HELLO, ("USER anonymous", b"530 use TLS\r\n"))
    upgraded = (("", b"220 hi\r\n"), ("AUTH TLS", b"234 go on\r\n"), *inside_tls)
    server = read_ftp(clear, ftp(*upgraded, step="anonymous-tls", number=2))
    assert isinstance(server.anonymous, kind)


def test_a_data_address_of_somebody_else_is_noted(read_ftp) -> None:
    elsewhere = ("PASV", b"227 ok (192,0,2,7,4,1)\r\n")
    assert read_ftp(ftp(*HELLO, *ENTER, elsewhere)).foreign == "192.0.2.7"
    here = ("PASV", b"227 ok (127,0,0,1,4,1)\r\n")
    assert read_ftp(ftp(*HELLO, *ENTER, here)).foreign == ""


def test_names_of_a_listing_are_bounded_and_harmless(read_ftp) -> None:
    line = b"-rw-r--r-- 1 ftp ftp 5 Jan 1 2026 %s\r\n"
    content = line % b"\x1b[31mred" + b"".join(line % str(n).encode() for n in range(500))
    listed = ("LIST", b"150 go\r\n226 done\r\n")
    server = read_ftp(ftp(*HELLO, *ENTER, listed), data("LIST", content, 1001))
    assert isinstance(server.readable, Present)
    assert len(server.readable_names) == 20
    assert server.readable_names[0] == "\\x1b[31mred"


@given(st.binary(max_size=200), st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_no_reply_breaks_the_reader(read_ftp, greeting: bytes, reply: bytes) -> None:
    turns = (("", b"220 hi\r\n" + greeting), ("PWD", reply), ("USER anonymous", reply))
    server = read_ftp(ftp(*turns, ("EPSV", reply), STORED, ("DELE x", reply)))
    assert server.protocol == "ftp"


@pytest.mark.parametrize(
    ("reply", "place"),
    [
        (b"229 ok (|||4000|)\r\n", ("", 4000)),
        (b"229 ok (|||0|)\r\n", ("", 0)),
        (b"229 ok (|||70000|)\r\n", ("", 0)),
        (b"227 ok (10,0,0,1,1,2)\r\n", ("10.0.0.1", 258)),
        (b"227 ok (300,0,0,1,1,2)\r\n", ("", 0)),
        (b"500 no (|||4000|)\r\n", ("", 0)),
        (b"", ("", 0)),
    ],
)
def test_places_for_data(reply: bytes, place: tuple[str, int]) -> None:
    assert passive_place(reply) == place


def test_every_reply_of_a_transfer_is_seen() -> None:
    assert final_codes(b"150-a\r\n150 b\r\n226 c\r\n550") == (150, 226)
