"""Whether a page is the login page, a demand for a new password, or neither; pure and bounded."""

from urllib.parse import urljoin, urlsplit

from harness.interpret.html_forms import parse_page
from harness.interpret.http_exchanges import same_host


def local_path(location: str, base: str, host: str) -> str:
    """Path and query that ``location``, met on page ``base``, names on the same host; else empty.

    Another host than ``host`` is never followed, whatever the device says.
    """
    try:
        parts = urlsplit(urljoin(f"http://device{base}", location.strip()))
        named = parts.hostname or ""
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"}:
        return ""
    if named != "device" and not same_host(named, host.strip("[]")):
        return ""
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def has_login_form(body: bytes, user_field: str, password_field: str) -> bool:
    """The page holds a form with this user field and this one password field."""
    return any(
        [entry.name for entry in form.passwords] == [password_field]
        and (not user_field or any(entry.name == user_field for entry in form.fields))
        for form in parse_page(body).forms
    )


def has_password_form(body: bytes) -> bool:
    """The page asks for a password of some kind."""
    return any(form.passwords for form in parse_page(body).forms)


def has_posting_form(body: bytes) -> bool:
    """The page holds a form that changes something."""
    return any(form.method == "post" for form in parse_page(body).forms)
