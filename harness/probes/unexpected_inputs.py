r"""The unexpected inputs of the ``http-input`` probe: a bounded set, the same for the same seed.

Requests are built byte by byte, since any HTTP library would mend what is wrong with them. None of
them can do more than a careless user with a broken client: no real command, no delete, no upload.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

from harness.encoding.canonical import digest_of
from harness.interpret.html_forms import Form, words

LONG: Final = 8192
DEEP: Final = 2000
_JSON_TYPE: Final = "application/json"
_FORM_TYPE: Final = "application/x-www-form-urlencoded"
_DELICATE: Final = (
    "ip address addr gateway netmask subnet dhcp dns mac port user username password pass key psk "
    "ssid wan lan vlan remote enable enabled mode route firewall ssh telnet url server reset reboot"
)
_DELICATE_WORDS: Final = frozenset(_DELICATE.split())


@dataclass(frozen=True)
class Case:
    """One unexpected input.

    Attributes:
        data: the request as it goes over the wire.
        login: the device may count it as a wrong login.
        writes: were it accepted, a setting would have changed.
    """

    name: str
    data: bytes
    login: bool = False
    writes: bool = False


@dataclass(frozen=True)
class Sender:
    """What every request of one session carries."""

    host: str
    headers: tuple[tuple[str, str], ...] = ()

    def request(
        self,
        method: str,
        target: str | bytes,
        body: bytes | None = None,
        kind: str = _JSON_TYPE,
        length: str | None = None,
    ) -> bytes:
        """The bytes of one request; ``length`` overrides the true Content-Length."""
        path = target if isinstance(target, bytes) else target.encode("ascii", "replace")
        lines = [("Host", self.host), ("User-Agent", "certbench"), *self.headers]
        if body is not None or length is not None:
            lines += [("Content-Type", kind), ("Content-Length", length or str(len(body or b"")))]
        lines.append(("Connection", "close"))
        head = "".join(f"{name}: {value}\r\n" for name, value in lines).encode("latin-1", "replace")
        return method.encode() + b" " + path + b" HTTP/1.1\r\n" + head + b"\r\n" + (body or b"")


def filler(seed: int, length: int) -> str:
    """``length`` harmless characters, the same for the same seed."""
    block = digest_of(["filler", seed])
    return (block * (length // len(block) + 1))[:length]


def page_cases(sender: Sender, path: str, seed: int) -> Iterator[Case]:
    """Odd requests for a page that is known to exist."""
    mark = "&" if "?" in path else "?"
    plain = f"{path}{mark}q="
    yield Case("page: broken percent-encoding", sender.request("GET", plain + "%zz%"))
    yield Case("page: NUL bytes", sender.request("GET", plain + "%00%00"))
    yield Case("page: over-long parameter", sender.request("GET", plain + filler(seed, LONG)))
    climb = "/..%2f..%2f..%2f..%2f..%2fetc%2fpasswd"
    yield Case("page: path leaving the document root", sender.request("GET", climb))
    yield Case("page: unknown method", sender.request("CERTBENCH", path))
    long_header = Sender(sender.host, (*sender.headers, ("X-Filler", filler(seed, LONG))))
    yield Case("page: over-long header", long_header.request("GET", path))
    yield Case("page: length that is no number", sender.request("POST", path, b"", length="abc"))
    yield Case("page: negative length", sender.request("POST", path, b"", length="-1"))


def api_cases(sender: Sender, path: str, sample: Mapping[str, object], seed: int) -> Iterator[Case]:
    """Odd JSON for an API; ``sample`` is its well-formed answer, from which a key is borrowed."""
    key = _harmless_key(sample)
    bodies: tuple[tuple[str, bytes], ...] = (
        ("truncated JSON", json.dumps({key: "x"}).encode()[:-3]),
        ("text that is no JSON", b"<certbench>" + filler(seed, 16).encode()),
        ("wrong JSON type", json.dumps({key: [{"a": None}, 1.5]}).encode()),
        ("JSON that is no object", b"[1, 2, 3]"),
        ("negative number", json.dumps({key: -1}).encode()),
        ("huge number", f'{{"{key}": 1{"0" * 400}}}'.encode()),
        ("over-long value", json.dumps({key: filler(seed, LONG)}).encode()),
        ("NUL in a value", json.dumps({key: "a\0b"}).encode()),
        ("invalid UTF-8", f'{{"{key}": "'.encode() + b'\xff\xfe"}'),
        ("deep nesting", b"[" * DEEP + b"]" * DEEP),
    )
    for name, body in bodies:
        yield Case(f"api: {name}", sender.request("POST", path, body), writes=True)


def _harmless_key(sample: Mapping[str, object]) -> str:
    """A key of the API under which a wrong value does least harm; a made-up one if need be."""
    keys = [
        key
        for key, value in sample.items()
        if isinstance(value, str) and key.isascii() and key.isidentifier()
    ]
    return next((key for key in keys if not words(key) & _DELICATE_WORDS), "certbench")


def login_cases(sender: Sender, action: str, form: Mapping[str, str], seed: int) -> Iterator[Case]:
    """Odd logins.

    Args:
        sender: without a session.
        action: where the form is sent.
        form: role (``user``, ``password``) -> name of the field; ``user`` may be missing.
        seed: of the made-up password.
    """
    user, secret = form.get("user", ""), form["password"]
    word = filler(seed, 16)
    quotes = "'\"`;--<{{7*7}}>${7*7}"
    fields = {user: quotes, secret: word} if user else {secret: quotes}
    body = urlencode(fields).encode()
    yield Case("login: quotes and template marks", _form(sender, action, body), login=True)
    broken = f"{quote(user or secret)}=%zz%&{quote(secret)}={word}".encode()
    yield Case("login: broken percent-encoding", _form(sender, action, broken), login=True)
    long = urlencode({user or secret: filler(seed, LONG // 2), secret: word}).encode()
    yield Case("login: over-long user name", _form(sender, action, long), login=True)


def form_cases(sender: Sender, action: str, form: Form, seed: int) -> Iterator[Case]:
    """Odd values for a settings form."""
    values = {entry.name: entry.value for entry in form.fields if entry.name}
    name = next((entry.name for entry in form.typed if entry.kind == "text" and entry.name), "")
    if not name:
        return
    others = {key: value for key, value in values.items() if key != name}
    rest = f"&{urlencode(others)}" if others else ""
    for title, value in (
        ("broken percent-encoding", "%zz%"),
        ("NUL in a value", "a%00b"),
        ("over-long value", filler(seed, LONG // 2)),
    ):
        body = f"{quote(name)}={value}{rest}".encode()
        yield Case(f"form: {title}", _form(sender, action, body), writes=True)


def _form(sender: Sender, action: str, body: bytes) -> bytes:
    return sender.request("POST", action, body, kind=_FORM_TYPE)


def spaced(cases: list[Case], logins: list[Case], limit: int) -> list[Case]:
    """All cases in order, the login-shaped ones apart from each other and at most ``limit``."""
    result = list(cases)
    kept = logins[:limit]
    step = max(1, len(result) // (len(kept) + 1))
    for number, case in enumerate(kept, 1):
        result.insert(min(len(result), number * step + number - 1), case)
    return result
