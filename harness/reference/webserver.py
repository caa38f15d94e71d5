"""HTTP servers of the router: admin pages over TLS, the redirect, and the pages of flaws."""

import re
from collections.abc import Callable
from email.utils import formatdate
from http import HTTPStatus
from typing import Final

from harness.reference.device import Device
from harness.reference.http import MalformedError, Request, RequestReader, Response
from harness.reference.network import Handler
from harness.reference.pages import Pages
from harness.reference.stream import ByteStream, TcpStream
from harness.reference.tls import TlsServer
from harness.reference.web import WebApp

Answer = Callable[[Request], Response]
_HTTPS: Final = 443
_MOST_REQUESTS: Final = 100
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9/._~!$&'()*+,;=:@%?-]")


def serve_https(device: Device, answer: Answer, tls: TlsServer) -> Handler:
    """Answers, such as the admin pages, inside TLS."""
    common = (*_common(device), ("Strict-Transport-Security", "max-age=31536000"))

    def handle(stream: TcpStream) -> None:
        _serve(tls(stream), answer, common)

    return handle


def serve_plain(device: Device, app: WebApp) -> Handler:
    """The admin pages in clear: a flaw."""
    return _plain(device, lambda request: app.handle(request, "http"))


def serve_redirect(device: Device, address: str) -> Handler:
    """Sends every request to the same path over HTTPS, and does nothing else."""
    port = device.look.surface["https"]
    host = address if port == _HTTPS else f"{address}:{port}"

    def answer(request: Request) -> Response:
        target = request.path + (f"?{request.query}" if request.query else "")
        location = f"https://{host}{_UNSAFE.sub('', target)}"
        return Response(HTTPStatus.MOVED_PERMANENTLY, headers=(("Location", location),))

    return _plain(device, answer)


def serve_page(device: Device, text: str) -> Handler:
    """One page without login at every path."""
    pages = Pages(device.look, device.footer)

    def answer(request: Request) -> Response:
        if request.method not in {"GET", "HEAD"}:
            return Response(HTTPStatus.METHOD_NOT_ALLOWED, headers=(("Allow", "GET"),))
        return Response(HTTPStatus.OK, pages.page("Status", f"<p>{text}</p>"))

    return _plain(device, answer)


def serve_answer(device: Device, answer: Answer) -> Handler:
    """Answers in clear."""
    return _plain(device, answer)


def _plain(device: Device, answer: Answer) -> Handler:
    common = _common(device)
    return lambda stream: _serve(stream, answer, common)


def _common(device: Device) -> tuple[tuple[str, str], ...]:
    return (
        ("Server", device.server_banner),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'"),
    )


def _serve(stream: ByteStream, answer: Answer, common: tuple[tuple[str, str], ...]) -> None:
    """Answer requests until the peer is done, or sends what is no request."""
    reader = RequestReader(stream)
    for number in range(_MOST_REQUESTS):
        headers = (("Date", formatdate(usegmt=True)), *common)
        try:
            request = reader.next()
        except MalformedError as error:
            clean = Response(error.status, str(error) + "\n", "text/plain")
            stream.sendall(clean.encode(headers, head_only=False, close=True))
            break
        if request is None:
            break
        close = _last(request) or number + 1 == _MOST_REQUESTS
        head_only = request.method == "HEAD"
        stream.sendall(answer(request).encode(headers, head_only=head_only, close=close))
        if close:
            break
    stream.finish()


def _last(request: Request) -> bool:
    return request.oversize or request.headers.get("connection", "").lower() == "close"
