"""What an administrator can set, and the checks on what comes in."""

import json
import re
import threading
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from harness.reference.http import MalformedError, Request

Value = str | int | bool
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,31}")
_HIGHEST_CHANNEL: Final = 13
LONGEST_LOGIN_FIELD: Final = 256


class Settings:
    """Host name, Wi-Fi name, Wi-Fi channel and whether the firewall answers ping."""

    def __init__(self, hostname: str) -> None:
        """Factory values."""
        self._factory: dict[str, Value] = {
            "hostname": hostname,
            "ssid": "home",
            "wifi_channel": 6,
            "answer_ping": True,
        }
        self._values = dict(self._factory)
        self._lock = threading.Lock()

    def values(self) -> dict[str, Value]:
        """The present values."""
        with self._lock:
            return dict(self._values)

    def reset(self) -> None:
        """Back to factory values."""
        with self._lock:
            self._values = dict(self._factory)

    def update_from_json(self, request: Request) -> None:
        """Take the members of a JSON object over, all or none.

        Raises:
            MalformedError: not JSON, no object, an unknown member or a value out of range.
        """
        self.update(read_json_object(request))

    def update_from_form(self, request: Request) -> None:
        """Take the fields of a form over, all or none.

        Raises:
            MalformedError: a form that cannot be read, an unknown field, a value out of range.
        """
        typed: dict[str, object] = {}
        for name, text in request.form().items():
            kind = type(self._factory.get(name, ""))
            if kind is int and text.isascii() and text.isdigit() and len(text) <= len("13"):
                typed[name] = int(text)
            elif kind is bool and text in {"true", "false"}:
                typed[name] = text == "true"
            else:
                typed[name] = text
        self.update(typed)

    def update(self, members: Mapping[str, object]) -> None:
        """Take the members over, all or none.

        Raises:
            MalformedError: an unknown member or a value out of range.
        """
        accepted = {name: self._checked(name, value) for name, value in members.items()}
        with self._lock:
            self._values.update(accepted)

    def _checked(self, name: str, value: object) -> Value:
        factory = self._factory.get(name)
        if factory is None or type(value) is not type(factory):
            raise MalformedError(HTTPStatus.UNPROCESSABLE_ENTITY, "A value cannot be accepted.")
        if isinstance(value, str) and _NAME.fullmatch(value):
            return value
        if isinstance(value, bool):
            return value
        if isinstance(value, int) and 1 <= value <= _HIGHEST_CHANNEL:
            return value
        raise MalformedError(HTTPStatus.UNPROCESSABLE_ENTITY, "A value cannot be accepted.")


def read_json_object(request: Request) -> dict[str, object]:
    """The JSON object in the body of a request.

    Raises:
        MalformedError: too large, not UTF-8, not JSON, or not an object.
    """
    if request.oversize:
        raise MalformedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The request is too large.")
    try:
        value = json.loads(request.body.decode(), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise MalformedError(HTTPStatus.BAD_REQUEST, "The request is not JSON.") from error
    if not isinstance(value, dict):
        raise MalformedError(HTTPStatus.UNPROCESSABLE_ENTITY, "An object is expected.")
    return value


def read_login(request: Request, username: str, password: str) -> tuple[str, str]:
    """User name and password of a login form, or of the same as a JSON object.

    Raises:
        MalformedError: they cannot be read, are missing, too long or no text.
    """
    fields: dict[str, object] = (
        read_json_object(request) if request.is_json else dict(request.form())
    )
    user, secret = fields.get(username), fields.get(password)
    if not isinstance(user, str) or not isinstance(secret, str):
        raise MalformedError(HTTPStatus.BAD_REQUEST, "User name and password are expected.")
    if max(len(user), len(secret)) > LONGEST_LOGIN_FIELD:
        raise MalformedError(HTTPStatus.UNPROCESSABLE_ENTITY, "A value cannot be accepted.")
    return user, secret


def _refuse(constant: str) -> Value:
    raise ValueError(constant)
