"""What file servers give to anybody and take from anybody (FTP, RFC 959; TFTP, RFC 1350)."""

from collections.abc import Collection
from typing import Final

from harness.assessment.criteria.looking import Look, proof
from harness.facts.files import FileServer, FilesFacts
from harness.facts.services import FTP
from harness.facts.store import FactRecord
from harness.model.judgement import Judgement, Outcome
from harness.model.observation import Absent, Present, Unknown

Record = FactRecord[FilesFacts]
ALWAYS_ASKED: Final = "udp/69"
"""TFTP says nothing to a port scan, so that its port is asked whatever the scan says."""


def anonymous_file_access(record: Record, item: str, target: str) -> Judgement:
    """No file server lets anybody in without credentials (EN 303 645 5.5-4; CWE-306).

    Over FTP the login ``anonymous`` counts. TFTP has no login: whatever it hands out or takes is
    open to all.
    """
    look = Look("anonymous-access", item, target, record)
    server = _server(look)
    if isinstance(server, Judgement):
        return server
    if server.protocol == "ftp":
        return look.must_be_absent(
            server.anonymous, absent="login-required", present="anonymous-login-accepted"
        )
    if isinstance(server.writable, Present):
        return look.contradicted("files-taken-from-anybody", server.writable.evidence)
    given = _given(look, server)
    if isinstance(server.writable, Absent) or given.outcome is Outcome.CONTRADICTED:
        return given
    return look.undecided("not-observed", why="not every request was clearly refused")


def made_up_file_login(record: Record, item: str, target: str) -> Judgement:
    """A made-up user with a made-up password is refused (CWE-287)."""
    look = Look("wrong-credentials-accepted", item, target, record)
    server = _server(look)
    if isinstance(server, Judgement):
        return server
    if server.protocol != "ftp":
        return anonymous_file_access(record, item, target)
    return look.must_be_absent(
        server.any_login, absent="random-password-refused", present="any-credentials-accepted"
    )


def undeclared_file_login(
    record: Record, item: str, target: str, declared: Collection[str]
) -> Judgement:
    """An FTP server, which exists to let users log in, stands at a declared endpoint."""
    look = Look("undeclared-login", item, target, record)
    server = _server(look)
    if isinstance(server, Judgement):
        return server
    if target in declared:
        return look.held("login-declared", proof(server.answered), protocol=FTP)
    return look.contradicted("login-undeclared", proof(server.answered), protocol=FTP)


def plaintext_file_login(record: Record, item: str, target: str) -> Judgement:
    """An FTP server asks nobody for a password in clear (EN 303 645 5.1-3, 5.5-7; CWE-319).

    One that serves ``anonymous`` alone and turns every other user away has no login that could be
    read; nobody can tell it from one that turns strangers away, so that it is UNDECIDED.
    """
    look = Look("plaintext-management", item, target, record)
    server = _server(look)
    if isinstance(server, Judgement):
        return server
    seen = server.asks_password
    if isinstance(seen, Present):
        return look.contradicted("login-in-clear", seen.evidence, protocol=FTP)
    why = seen.reason if isinstance(seen, Unknown) else "a made-up user was turned away"
    return look.undecided("not-observed", why=why)


def anonymous_file_write(record: Record, item: str, target: str) -> Judgement:
    """Nobody can write a file without credentials (EN 303 645 5.5-5; CWE-306)."""
    look = Look("anonymous-file-write", item, target, record)
    server = _server(look)
    if isinstance(server, Judgement):
        return server
    return look.must_be_absent(
        server.writable, absent="writing-refused", present="files-taken-from-anybody"
    )


def anonymous_file_read(record: Record, item: str, target: str) -> Judgement:
    """No file or listing is handed out without credentials (CWE-552)."""
    look = Look("anonymous-file-read", item, target, record)
    server = _server(look)
    if isinstance(server, Judgement):
        return server
    return _given(look, server)


def _given(look: Look, server: FileServer) -> Judgement:
    match server.readable:
        case Present(evidence=places):
            names = ", ".join(server.readable_names)
            return look.contradicted("files-given-to-anybody", places, files=names)
        case Absent() as refused:
            return look.held("files-refused", proof(refused))
        case Unknown(reason=why):
            return look.undecided("not-observed", why=why)


def every_file_server_asked(
    record: Record, criterion: str, item: str, targets: Collection[str]
) -> Judgement:
    """HELD, in the name of another criterion, where each of ``targets`` and UDP 69 was asked."""
    look = Look(criterion, item, "DUT", record)
    for target in (ALWAYS_ASKED, *sorted(targets)):
        why = record.facts.gap(target)
        if why is not None:
            return look.undecided("not-examined", target=target, why=why)
    if record.facts.not_examined:
        gap = record.facts.not_examined[0]
        return look.undecided("not-examined", target=gap.target, why=gap.reason)
    return look.held("file-servers-asked", record.facts.asked, count=len(record.facts.servers))


def _server(look: Look) -> FileServer | Judgement:
    facts = look.record.facts
    server = facts.on(look.subject) if isinstance(facts, FilesFacts) else None
    if server is None or facts.gap(look.subject) is not None:
        return look.unexamined()
    if not isinstance(server.answered, Present):
        return look.undecided("no-answer")
    return server
