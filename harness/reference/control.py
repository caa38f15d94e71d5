"""The control socket: what a person at the bench does with hands, as JSON lines.

One object a line in, one object a line out. It is no interface of the device: it is reached by the
path of a Unix socket in the work folder, never over the network.
"""

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from harness.errors import CertbenchError

Command = Callable[[Mapping[str, object]], None]
_LONGEST_LINE: Final = 65536
_JOIN_S: Final = 1.0


class Control:
    """Serves the control socket in threads of its own."""

    def __init__(
        self,
        path: Path,
        commands: Mapping[str, Command],
        describe: Callable[[], dict[str, object]],
    ) -> None:
        """Listen at ``path``; ``describe`` is what every good answer says."""
        self._commands = commands
        self._describe = describe
        self._clients: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._closing = False
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._path = path
        path.unlink(missing_ok=True)
        self._socket.bind(str(path))
        path.chmod(0o600)
        self._socket.listen()
        self._start(self._accept)

    def close(self) -> None:
        """Stop listening and end every client."""
        self._closing = True
        with self._lock:
            clients = list(self._clients)
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes accept on Linux
        for client in clients:
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RD)  # the answer to "stop" may still be on its way
        for thread in self._threads:
            thread.join(_JOIN_S)
        self._socket.close()
        self._path.unlink(missing_ok=True)

    def _start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, name="control")
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._closing:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            with self._lock:
                self._clients.add(client)
            self._start(lambda client=client: self._serve(client))  # type: ignore[misc]

    def _serve(self, client: socket.socket) -> None:
        with client, client.makefile("rb") as lines, contextlib.suppress(OSError):
            while line := lines.readline(_LONGEST_LINE):
                client.sendall(json.dumps(self._answer(line)).encode() + b"\n")
        with self._lock:
            self._clients.discard(client)

    def _answer(self, line: bytes) -> dict[str, object]:
        try:
            order = json.loads(line)
            command = self._commands[order["do"]]
        except (ValueError, KeyError, TypeError):
            known = ", ".join(self._commands)
            return {"ok": False, "error": f'expected {{"do": ...}} with one of: {known}'}
        try:
            command(order)
        except CertbenchError as error:
            return {"ok": False, "error": str(error)}
        return {"ok": True, **self._describe()}
