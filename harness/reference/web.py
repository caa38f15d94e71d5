"""The admin web application: routes, sessions and what each page does."""

import json
import math
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from harness.errors import UsageError
from harness.reference.accounts import Login
from harness.reference.device import Device
from harness.reference.flaws import Flaw
from harness.reference.http import MalformedError, Request, Response
from harness.reference.pages import Pages
from harness.reference.settings import read_login

_JSON: Final = "application/json"
_OPEN_BEFORE_CHANGE: Final = frozenset({"password", "about", "about-page", "logout"})
_CONFIGURATION: Final = frozenset({"settings", "api-settings"})
_MOST_SESSIONS: Final = 256
_TRACE: Final = """Traceback (most recent call last):
  File "/opt/rr/web/dispatch.py", line 118, in dispatch
    return handler(request)
  File "/opt/rr/web/forms.py", line 57, in read
    value = decode(request.body)
ValueError: {problem}
"""


@dataclass(frozen=True)
class _Session:
    epoch: int
    must_change: bool


Action = Callable[[Request, _Session | None], Response]


class WebApp:
    """Answers requests of the admin pages.

    One application serves HTTPS and, by a flaw, plain HTTP: sessions and pages are the same, the
    lock-out counter is that of the channel.
    """

    def __init__(self, device: Device) -> None:
        """Serve ``device``."""
        self._device = device
        self._pages = Pages(device.look, device.footer)
        self._sessions: dict[str, _Session] = {}
        self._names = {path: name for name, path in device.look.paths.items()}
        self._actions: Mapping[str, Mapping[str, Action]] = {
            "logout": {"GET": self._logout, "POST": self._logout},
            "status": {"GET": self._status},
            "settings": {"GET": self._settings_page, "POST": self._save_settings},
            "api-settings": {"GET": self._settings_json, "POST": self._save_settings_json},
            "password": {"GET": self._password_page, "POST": self._change_password},
            "firmware": {"GET": self._firmware_page, "POST": self._load_firmware},
            "reset": {"GET": self._reset_page, "POST": self._factory_reset},
            "about-page": {"GET": self._about_page},
            "about": {"GET": self._about_json},
        }

    def handle(self, request: Request, channel: str) -> Response:
        """The answer to one request on ``channel`` (``https`` or ``http``)."""
        try:
            return self._route(request, channel)
        except MalformedError as error:
            if Flaw.STACK_TRACE in self._device.flaws:
                trace = _TRACE.format(problem=str(error).rstrip(".").lower())
                return Response(HTTPStatus.INTERNAL_SERVER_ERROR, trace, "text/plain")
            return self._problem(request, error.status, str(error))

    def _route(self, request: Request, channel: str) -> Response:
        session = self._session(request)
        name = self._names.get(request.path, "")
        method = "GET" if request.method == "HEAD" else request.method
        if request.path == "/":
            return self._redirect("status" if session else "login", HTTPStatus.FOUND)
        if name == "login":
            return self._login(request, method, channel)
        refused = self._refuse(name, session)
        if refused is not None:
            return refused
        action = self._actions[name].get(method)
        if action is None:
            return self._problem(
                request, HTTPStatus.METHOD_NOT_ALLOWED, "No such method.", *self._actions[name]
            )
        return action(request, session)

    def _refuse(self, name: str, session: _Session | None) -> Response | None:
        """Why the page ``name`` is not for this caller; None if it is."""
        if name in _CONFIGURATION and Flaw.UNAUTHENTICATED_CONFIG in self._device.flaws:
            return None
        if session is not None:
            must_change = session.must_change and name not in _OPEN_BEFORE_CHANGE
            refused = self._redirect("password", HTTPStatus.FOUND) if must_change else None
            return refused if name or refused else self._not_found()
        return self._ask_for_login(name) if name else self._not_found()

    def _ask_for_login(self, name: str) -> Response:
        if name in {"about", "api-settings"}:
            return _json(HTTPStatus.UNAUTHORIZED, {"error": "login required"})
        return self._redirect("login", HTTPStatus.FOUND)

    def _not_found(self) -> Response:
        page = self._pages.page("Not found", "<p>No such page.</p>")
        return Response(HTTPStatus.NOT_FOUND, page)

    def _session(self, request: Request) -> _Session | None:
        session = self._sessions.get(request.cookie(self._device.look.session_cookie))
        return session if session and session.epoch == self._device.epoch else None

    def _login(self, request: Request, method: str, channel: str) -> Response:
        if method == "GET":
            return Response(HTTPStatus.OK, self._pages.login())
        if method != "POST":
            status = HTTPStatus.METHOD_NOT_ALLOWED
            return self._problem(request, status, "No such method.", "GET", "POST")
        fields = self._device.look.fields
        user, password = read_login(request, fields["username"], fields["password"])
        outcome = self._device.accounts.login(channel, user, password)
        if outcome is Login.LOCKED:
            left = self._device.accounts.locked_for(channel)
            wait = str(math.ceil(left) or 1)
            page = self._pages.login("Too many attempts. Wait and try again.")
            return Response(HTTPStatus.TOO_MANY_REQUESTS, page, headers=(("Retry-After", wait),))
        if outcome is Login.REJECTED:
            page = self._pages.login("Wrong user name or password.")
            return Response(HTTPStatus.UNAUTHORIZED, page)
        return self._open_session(channel, must_change=outcome is Login.MUST_CHANGE)

    def _open_session(self, channel: str, *, must_change: bool) -> Response:
        if len(self._sessions) >= _MOST_SESSIONS:
            self._sessions.pop(next(iter(self._sessions)))
        token = secrets.token_hex(16)
        self._sessions[token] = _Session(self._device.epoch, must_change)
        secure = "; Secure" if channel == "https" else ""
        cookie = f"{self._device.look.session_cookie}={token}; Path=/; HttpOnly; SameSite=Strict"
        target = self._device.look.paths["password" if must_change else "status"]
        headers = (("Location", target), ("Set-Cookie", cookie + secure))
        return Response(HTTPStatus.SEE_OTHER, headers=headers)

    def _logout(self, request: Request, _session: _Session | None) -> Response:
        self._sessions.pop(request.cookie(self._device.look.session_cookie), None)
        return self._redirect("login")

    def _status(self, _request: Request, _session: _Session | None) -> Response:
        rows = {"Internet": "connected", "Local network": "up", "State": "ready"}
        return Response(HTTPStatus.OK, self._pages.table("Status", rows))

    def _settings_page(self, _request: Request, _session: _Session | None) -> Response:
        return Response(HTTPStatus.OK, self._pages.settings(self._device.settings.values()))

    def _save_settings(self, request: Request, _session: _Session | None) -> Response:
        self._device.settings.update_from_form(request)
        return self._redirect("settings")

    def _settings_json(self, _request: Request, _session: _Session | None) -> Response:
        return _json(HTTPStatus.OK, self._device.settings.values())

    def _save_settings_json(self, request: Request, session: _Session | None) -> Response:
        self._device.settings.update_from_json(request)
        return self._settings_json(request, session)

    def _password_page(self, _request: Request, session: _Session | None) -> Response:
        asked = session is not None and session.must_change
        message = "You must set a new password first." if asked else ""
        return Response(HTTPStatus.OK, self._pages.change_password(message))

    def _change_password(self, request: Request, _session: _Session | None) -> Response:
        fields, form = self._device.look.fields, request.form()
        current, new = form.get(fields["current"], ""), form.get(fields["new"], "")
        problem = ""
        if not self._device.accounts.matches(current):
            problem = "The current password is wrong."
        elif new != form.get(fields["repeat"], ""):
            problem = "The new passwords differ."
        else:
            try:
                self._device.set_password(new)
            except UsageError as error:
                problem = str(error)
        if problem:
            page = self._pages.change_password(problem)
            return Response(HTTPStatus.UNPROCESSABLE_ENTITY, page)
        return self._redirect("login")

    def _firmware_page(self, _request: Request, _session: _Session | None) -> Response:
        return Response(HTTPStatus.OK, self._pages.firmware(self._device.firmware))

    def _load_firmware(self, request: Request, _session: _Session | None) -> Response:
        request.form()
        page = self._pages.firmware(self._device.firmware, "The image is not signed by the maker.")
        return Response(HTTPStatus.UNPROCESSABLE_ENTITY, page)

    def _reset_page(self, _request: Request, _session: _Session | None) -> Response:
        return Response(HTTPStatus.OK, self._pages.reset())

    def _factory_reset(self, request: Request, _session: _Session | None) -> Response:
        if request.form().get("confirm") != "yes":
            raise MalformedError(HTTPStatus.UNPROCESSABLE_ENTITY, "The reset is not confirmed.")
        self._device.reset()
        return self._redirect("login")

    def _about_page(self, _request: Request, _session: _Session | None) -> Response:
        return Response(HTTPStatus.OK, self._pages.table("About", self._device.about()))

    def _about_json(self, _request: Request, _session: _Session | None) -> Response:
        return _json(HTTPStatus.OK, self._device.about())

    def _redirect(self, name: str, status: HTTPStatus = HTTPStatus.SEE_OTHER) -> Response:
        return Response(status, headers=(("Location", self._device.look.paths[name]),))

    def _problem(self, request: Request, status: HTTPStatus, text: str, *allowed: str) -> Response:
        allow = (("Allow", ", ".join(allowed)),) if allowed else ()
        if request.is_json or self._names.get(request.path) in {"about", "api-settings"}:
            return Response(status, json.dumps({"error": text}), _JSON, allow)
        return Response(status, self._pages.page(status.phrase, f"<p>{text}</p>"), headers=allow)


def _json(status: HTTPStatus, value: Mapping[str, object]) -> Response:
    return Response(status, json.dumps(value), _JSON)
