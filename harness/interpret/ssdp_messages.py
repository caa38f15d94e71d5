"""SSDP messages (UPnP Device Architecture 2.0, clause 1): questions out, answers in; pure."""

from dataclasses import dataclass
from typing import Final

from harness.encoding.text import to_latin

MAX_MESSAGE: Final = 16 * 1024
MAX_HEADERS: Final = 64
GROUPS: Final = {4: "239.255.255.250", 6: "ff02::c"}
PORT: Final = 1900
TARGETS: Final = ("ssdp:all", "upnp:rootdevice")


@dataclass(frozen=True)
class Message:
    """An answer to a search or an announcement; header names in lower case, values as sent."""

    announcement: bool
    headers: tuple[tuple[str, str], ...]

    def header(self, name: str) -> str:
        """The first header of this name; ``""`` if there is none."""
        return next((value for key, value in self.headers if key == name), "")


def search(host: str, target: str, wait_s: int) -> bytes:
    """An M-SEARCH for ``target`` to ``host``, to be answered within ``wait_s`` (1 to 5)."""
    place = f"[{host}]" if ":" in host else host
    lines = [
        "M-SEARCH * HTTP/1.1",
        f"HOST: {place}:{PORT}",
        'MAN: "ssdp:discover"',
        f"MX: {wait_s}",
        f"ST: {target}",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def read(data: bytes) -> Message | None:
    """The message in a datagram; None if it is none, or another host's question."""
    lines = to_latin(data[:MAX_MESSAGE]).replace("\r\n", "\n").split("\n")
    start = lines[0].upper()
    announcement = start.startswith("NOTIFY * HTTP/1.")
    answer = start.startswith("HTTP/1.") and start.split(" ")[1:2] == ["200"]
    if not announcement and not answer:
        return None
    headers = []
    for line in lines[1 : MAX_HEADERS + 1]:
        name, colon, value = line.partition(":")
        if colon:
            headers.append((name.strip().lower(), value.strip()))
    message = Message(announcement, tuple(headers))
    return message if message.header("nt" if announcement else "st") else None
