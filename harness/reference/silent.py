"""Bare listeners: ports that are open and speak nothing that anybody knows. Flaws."""

from harness.reference.network import Handler
from harness.reference.stream import TcpStream


def serve_nothing(greeting: bytes = b"") -> Handler:
    """Say ``greeting`` and swallow what comes."""

    def handle(stream: TcpStream) -> None:
        if greeting:
            stream.sendall(greeting)
        while stream.recv(4096):
            pass

    return handle
