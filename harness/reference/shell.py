"""The command line behind console, Telnet and SSH, and the login dialogue in front of it."""

from collections.abc import Callable
from enum import Enum, auto
from typing import Final

from harness.reference.accounts import LOCKOUT_S, Login
from harness.reference.device import Device
from harness.reference.identity import USER

_LONGEST_LINE: Final = 256
_CTRL_C: Final = 0x03
_CTRL_D: Final = 0x04
_ERASE: Final = frozenset({0x08, 0x7F})
_PRINTABLE: Final = range(0x20, 0x7F)
CHANGE_FIRST: Final = "You must set a new password first.\r\n"
NOT_FOUND: Final = 127


class Shell:
    """Runs the few commands that the router knows, as ``user``."""

    def __init__(self, device: Device, user: str) -> None:
        """``user`` is ``admin`` or ``root``."""
        self._device = device
        self.user = user

    @property
    def prompt(self) -> str:
        """The prompt of this user."""
        mark = "#" if self.user == "root" else "$"
        look = self._device.look
        return look.shell_prompt.format(user=self.user, host=look.hostname, mark=mark)

    def run(self, line: str) -> tuple[str, int]:
        """Output, with line feeds, and exit code of one command line."""
        command, _, rest = line.strip().partition(" ")
        host, version = self._device.look.hostname, self._device.firmware
        known: dict[str, Callable[[], str]] = {
            "": lambda: "",
            "id": lambda: _identity_of(self.user),
            "whoami": lambda: f"{self.user}\n",
            "echo": lambda: f"{rest}\n",
            "uname": lambda: f"Linux {host} armv7l GNU/Linux\n" if rest else "Linux\n",
            "hostname": lambda: f"{host}\n",
            "true": lambda: "",
        }
        if command in known:
            return known[command](), 0
        if command == "cat" and rest.strip() == "/etc/version":
            return f"{version}\n", 0
        if command == "cat":
            return f"cat: can't open '{rest}': No such file or directory\n", 1
        return f"sh: {command}: not found\n", NOT_FOUND


class _Stage(Enum):
    USER = auto()
    PASSWORD = auto()
    SHELL = auto()


class Dialogue:
    """One terminal session: takes typed bytes, gives what the terminal shows.

    Attributes:
        ended: the user has left; a console starts anew, a connection is closed.
    """

    def __init__(self, device: Device, channel: str, shell: Shell | None = None) -> None:
        """Ask for a login on ``channel``, or start in ``shell`` at once."""
        self._device = device
        self._channel = channel
        self._shell = shell
        self._stage = _Stage.SHELL if shell else _Stage.USER
        self._must_change = False
        self._user = ""
        self._line = bytearray()
        self._after_return = False
        self.ended = False

    def start(self) -> bytes:
        """The first prompt."""
        return self._prompt().encode()

    def feed(self, data: bytes) -> bytes:
        """What the terminal shows for typed ``data``, echo included."""
        shown = bytearray()
        for byte in data:
            if self.ended:
                break
            shown += self._typed(byte)
        return bytes(shown)

    def _typed(self, byte: int) -> bytes:
        after_return, self._after_return = self._after_return, byte == ord("\r")
        if byte in b"\r\n":
            # A terminal sends CR, CR LF or (Telnet) CR NUL for one press of Enter.
            return b"" if byte == ord("\n") and after_return else b"\r\n" + self._entered()
        if byte in _ERASE and self._line:
            self._line.pop()
            return b"" if self._stage is _Stage.PASSWORD else b"\b \b"
        if byte == _CTRL_C or (byte == _CTRL_D and not self._line):
            return self._interrupted(leave=byte == _CTRL_D)
        if byte not in _PRINTABLE or len(self._line) >= _LONGEST_LINE:
            return b""
        self._line.append(byte)
        return b"" if self._stage is _Stage.PASSWORD else bytes([byte])

    def _interrupted(self, *, leave: bool) -> bytes:
        self._line.clear()
        if self._stage is _Stage.PASSWORD:
            self._stage = _Stage.USER
        elif leave:
            self.ended = True
            return b"\r\n"
        return b"\r\n" + self._prompt().encode()

    def _entered(self) -> bytes:
        line = self._line.decode("ascii")
        self._line.clear()
        step = {
            _Stage.USER: self._take_user,
            _Stage.PASSWORD: self._take_password,
            _Stage.SHELL: self._take_command,
        }[self._stage]
        said = step(line)
        return (said + ("" if self.ended else self._prompt())).encode()

    def _take_user(self, line: str) -> str:
        if line.strip():
            self._user = line.strip()
            self._stage = _Stage.PASSWORD
        return ""

    def _take_password(self, line: str) -> str:
        self._stage = _Stage.USER
        outcome = self._device.accounts.login(self._channel, self._user, line)
        if outcome is Login.REJECTED:
            return "Login incorrect\r\n"
        if outcome is Login.LOCKED:
            return f"Too many attempts, wait {LOCKOUT_S:.0f} s\r\n"
        self._stage = _Stage.SHELL
        self._shell = Shell(self._device, USER)
        self._must_change = outcome is Login.MUST_CHANGE
        return CHANGE_FIRST if self._must_change else ""

    def _take_command(self, line: str) -> str:
        if line.strip() in {"exit", "logout"}:
            self.ended = True
            return ""
        if self._must_change:
            return CHANGE_FIRST if line.strip() else ""
        output = self._shell.run(line)[0] if self._shell else ""
        return output.replace("\n", "\r\n")

    def _prompt(self) -> str:
        if self._stage is _Stage.SHELL and self._shell:
            return self._shell.prompt
        look = self._device.look
        return look.login_prompt if self._stage is _Stage.USER else look.password_prompt


def _identity_of(user: str) -> str:
    number = 0 if user == "root" else 1000
    return f"uid={number}({user}) gid={number}({user})\n"
