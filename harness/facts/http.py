"""What HTTP servers show to anyone (probe ``http``) and do with bad input (``http-input``)."""

from enum import StrEnum
from typing import ClassVar, Literal

from harness.facts.base import OnEndpoint, ServersFacts
from harness.facts.disclosure import TellingFacts, TellingServer
from harness.model.base import Frozen
from harness.model.observation import EvidenceRef, Observation


class LoginPoint(Frozen):
    """A place where HTTP asks for credentials.

    Attributes:
        method: ``form`` or ``basic``.
        path: of the page with the form, or of the protected page.
        action: where a form is sent; empty for basic.
        user_field, password_field: names of a form's fields; user_field may be empty.
    """

    method: Literal["form", "basic"]
    path: str
    action: str = ""
    user_field: str = ""
    password_field: str = ""
    evidence: EvidenceRef


class Redirect(Frozen):
    """A Location that the device named; ``followed`` only if the scope guard let it."""

    path: str
    location: str
    followed: bool
    reason: str = ""
    evidence: EvidenceRef


class HttpServer(TellingServer):
    """One HTTP endpoint as seen without logging in.

    Attributes:
        logins: places that ask for credentials.
        open_configuration: whether a settings page or API can be read without login. Its control is
            the login point that refused: a server without one is Unknown.
        open_pages: paths answered 200 with neither login nor redirect.
        redirects_to_tls: every page asked for leads to https on the same host.
        unread: why a page could not be read whole, so that a login may stand in it unseen; ``""``
            if all of them were.
    """

    tls: bool
    answered: Observation
    status: int = 0
    title: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    logins: tuple[LoginPoint, ...] = ()
    redirects: tuple[Redirect, ...] = ()
    redirects_to_tls: Observation
    open_pages: tuple[str, ...] = ()
    open_configuration: Observation
    unread: str = ""


class HttpFacts(TellingFacts[HttpServer]):
    """HTTP servers of one address; ``examined`` names their endpoints."""

    SCHEMA: ClassVar[str] = "certbench/facts-http/1"
    PROBE: ClassVar[str] = "http"


class InputOutcome(StrEnum):
    """What a server did with one unexpected input."""

    REJECTED = "rejected"
    """A 4xx answer, or the connection closed without one, the server alive after."""
    IGNORED = "ignored"
    """Answered as if the odd part had not been there."""
    SERVER_ERROR = "server-error"
    """A 5xx answer."""
    INTERNALS_SHOWN = "internals-shown"
    """A stack trace, a query or a path of the implementation came back."""
    NO_ANSWER = "no-answer"
    DIED = "died"
    """The known-good request after it failed, and the one before it had not."""


class InputCase(Frozen):
    """One unexpected input and its outcome."""

    name: str
    outcome: InputOutcome
    evidence: EvidenceRef


class HttpInputServer(OnEndpoint):
    """All cases of one endpoint. ``control``: a well-formed request accepted before and after."""

    control: Observation
    cases: tuple[InputCase, ...]


class HttpInputFacts(ServersFacts[HttpInputServer]):
    """Handling of unexpected input; ``examined`` names the endpoints."""

    SCHEMA: ClassVar[str] = "certbench/facts-http-input/1"
    PROBE: ClassVar[str] = "http-input"
