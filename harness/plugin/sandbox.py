"""Refuses sockets and processes while units run, and remembers who tried."""

import sys
import threading

_REFUSED = frozenset(
    {
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "os.spawn",
        "os.startfile",
        "os.system",
        "pty.spawn",
        "socket.__new__",
        "socket.bind",
        "socket.connect",
        "socket.getaddrinfo",
        "socket.gethostbyaddr",
        "socket.gethostbyname",
        "socket.sendmsg",
        "socket.sendto",
        "subprocess.Popen",
        "ctypes.dlopen",
    }
)


class SandboxViolationError(Exception):
    """A unit tried to open a socket or start a process; it is INCONCLUSIVE whatever it did then."""


class Sandbox:
    """An audit hook (PEP 578): once armed, it can't be removed from the process."""

    def __init__(self) -> None:
        """Not armed yet."""
        self._armed = False
        self._violations: list[str] = []
        self._lock = threading.Lock()
        sys.addaudithook(self._audit)

    def arm(self) -> None:
        """Refuse from now on."""
        self._armed = True

    def taken(self) -> tuple[str, ...]:
        """The attempts since the last call."""
        with self._lock:
            found, self._violations = tuple(self._violations), []
        return found

    def _audit(self, event: str, arguments: tuple[object, ...]) -> None:
        del arguments
        if self._armed and event in _REFUSED:
            with self._lock:
                self._violations.append(event)
            raise SandboxViolationError(f"a unit may not do this: {event}")
