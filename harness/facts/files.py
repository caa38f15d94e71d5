"""File servers: what FTP and TFTP give to anybody and take from anybody (probe ``files``)."""

from typing import ClassVar, Literal

from harness.facts.base import OnEndpoint, ServersFacts
from harness.model.observation import EvidenceRef, Observation, Unknown

Left = Literal["", "nothing", "empty-file", "file", "unknown"]
"""What the write test left behind; ``""`` if nothing was accepted."""


class FileServer(OnEndpoint):
    """One FTP (RFC 959) or TFTP (RFC 1350) server.

    Attributes:
        protocol: ``ftp`` or ``tftp``.
        answered: Absent never occurs.
        anonymous: FTP: the login ``anonymous`` is accepted, confirmed by a command that works only
            after a login. TFTP knows no login: Unknown.
        any_login: FTP: a made-up user with a made-up password is accepted.
        asks_password: FTP: a made-up user is asked for a password in clear, and no upgrade to TLS
            was offered. Never Absent: who turns strangers away may still ask its users.
        readable: a file or listing is handed out without credentials; Absent: what was asked for
            was refused, which says nothing of other names.
        readable_names: which, neutralised; at most 20.
        writable: a file is taken without credentials.
        left: what the test file came to; TFTP cannot delete.
        foreign: the address of another host that the server named for data; never used.
    """

    protocol: Literal["ftp", "tftp"]
    answered: Observation
    anonymous: Observation
    any_login: Observation
    asks_password: Observation = Unknown(reason="nobody was asked")
    readable: Observation
    readable_names: tuple[str, ...] = ()
    writable: Observation
    left: Left = ""
    foreign: str = ""


class FilesFacts(ServersFacts[FileServer]):
    """File servers of one address; ``examined`` names their endpoints, and ``udp/69`` always.

    Attributes:
        asked: where the captures show that each endpoint was asked.
    """

    SCHEMA: ClassVar[str] = "certbench/facts-files/1"
    PROBE: ClassVar[str] = "files"

    asked: tuple[EvidenceRef, ...] = ()
