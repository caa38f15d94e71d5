"""Interpreter of the ``files`` probe: what file servers give to and take from anybody (pure)."""

import re
from typing import Final, Literal

from harness.encoding.journal import JournalRecord
from harness.errors import CaptureError
from harness.facts.base import Endpoint, NotExamined
from harness.facts.files import FileServer, FilesFacts
from harness.facts.services import FTP, TFTP, ServicesFacts
from harness.interpret import ftp, tftp
from harness.interpret.base import INPUTS, CaptureReader, Interpreter, Upstream
from harness.model.ids import ProbeName

_ENDPOINT: Final = re.compile(r"(tcp|udp)/([1-9][0-9]{0,4})")
_LAST_PORT: Final = 65535
_SPOKEN: Final = frozenset({FTP, TFTP})


def interpret(captures: CaptureReader, upstream: Upstream) -> FilesFacts:
    """One server for each endpoint that spoke FTP or TFTP.

    An endpoint of which the services probe confirmed that, and which says nothing here, was not
    examined.

    Raises:
        CaptureError: the inputs or a journal cannot be read.
    """
    known = upstream.find(ServicesFacts)
    record = captures.journal(INPUTS).first("inputs")
    targets = [_endpoint(record.text("address"), name) for name in _names(record, "targets")]
    reasons = [
        NotExamined(target=name, reason="more file servers than the probe asks")
        for name in _names(record, "not_examined")
    ]
    servers: list[FileServer] = []
    asked = []
    whole = captures.complete
    for endpoint in targets:
        name = f"{endpoint.transport}-{endpoint.port}.jsonl"
        if not captures.has(name):
            reasons.append(NotExamined(target=endpoint.name, reason="it was not asked"))
            continue
        journal = captures.journal(name)
        whole = whole and journal.whole
        read = tftp.read_server if endpoint.transport == "udp" else ftp.read_server
        server = read(captures, name, endpoint, journal)
        asked.append(captures.ref(name, "line 2"))
        if server is not None:
            servers.append(server)
        elif known is not None and (was := known.on(endpoint.name)) and was.protocol in _SPOKEN:
            reasons.append(NotExamined(target=endpoint.name, reason="it answers no more"))
    missed = {gap.target for gap in reasons}
    return FilesFacts(
        servers=tuple(servers),
        asked=tuple(asked),
        examined=tuple(entry.name for entry in targets if entry.name not in missed),
        not_examined=tuple(reasons),
        complete=whole,
    )


def _names(record: JournalRecord, key: str) -> list[str]:
    listed = record.listed(key)
    return [name for name in listed if isinstance(name, str) and _ENDPOINT.fullmatch(name)]


def _endpoint(address: str, name: str) -> Endpoint:
    transport, _, port = name.partition("/")
    if int(port) > _LAST_PORT:
        raise CaptureError(f"{INPUTS}: {name} is no endpoint")
    kind: Literal["tcp", "udp"] = "tcp" if transport == "tcp" else "udp"
    return Endpoint(address=address, transport=kind, port=int(port))


INTERPRETER = Interpreter(ProbeName("files"), 1, FilesFacts, interpret)
