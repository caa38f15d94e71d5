"""HTTP through the guard, on requests: bounded in time, headers and body.

requests bounds only the wait for each piece. A device that sends one byte a second would hold it
for ever, so a watchdog cuts the connection when the time of the whole exchange is up.
"""

import http.client
import io
import socket
import threading
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth
from typing_extensions import override
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from harness.bench.network_link import HttpExchange, HttpSession
from harness.bench.taps import NoTap, NoTaps, Tap, Taps
from harness.bench.tls import permissive_context
from harness.encoding.text import neutralise, to_latin
from harness.errors import BenchFault, ScopeError

MAX_BODY_BYTES: Final = 2 * 1024 * 1024
MAX_HEADER_BYTES: Final = 64 * 1024
_CHUNK: Final = 16384
_ERROR_LENGTH: Final = 300
_GZIP_OR_ZLIB: Final = 47
"""zlib's window bits for "read either header"."""
_DEFAULT_HEADERS: Final = {
    "User-Agent": "certbench",
    "Accept": "*/*",
    "Accept-Encoding": "identity",
    "Connection": "close",
}

SocketOptions = tuple[tuple[int, int, bytes], ...]


class _Watchdog:
    """Cuts the connections of one exchange when its time is up."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: list[socket.socket] = []
        self._timer: threading.Timer | None = None
        self.expired = False

    def start(self, timeout_s: float) -> None:
        self.expired = False
        self._timer = threading.Timer(timeout_s, self._cut)
        self._timer.daemon = True
        self._timer.start()

    def hold(self, connection: socket.socket) -> None:
        """Watch a connection through a descriptor of its own, which outlives a wrap in TLS."""
        with self._lock:
            self._held.append(connection.dup())

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        with self._lock:
            for connection in self._held:
                connection.close()
            self._held.clear()

    def _cut(self) -> None:
        with self._lock:
            self.expired = True
            for connection in self._held:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:  # already gone: what the watchdog wants
                    continue


class _Door:
    """What every connection of a session must pass: the guard, then the watchdog."""

    def __init__(self, check_url: Callable[[str], str], bind: Callable[[], SocketOptions]) -> None:
        self.check_url = check_url
        self._bind = bind
        self.watchdog = _Watchdog()
        self.tap: Tap = NoTap()

    def admit(self, connection: HTTPConnection) -> None:
        host = f"[{connection.host}]" if ":" in connection.host else connection.host
        self.check_url(f"http://{host}/")
        connection.socket_options = [*(connection.socket_options or ()), *self._bind()]


class _TappedReader(io.RawIOBase):
    """What a response is read from; every piece passes the tap first."""

    def __init__(self, raw: io.RawIOBase, door: _Door) -> None:
        self._raw = raw
        self._door = door

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: Any) -> int | None:  # (any writable buffer)
        count = self._raw.readinto(buffer)
        if count:
            self._door.tap.took(bytes(memoryview(buffer)[:count]))
        return count

    @override
    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *arguments: Any, door: _Door, **options: Any) -> None:  # noqa: ANN401  (http.client's)
        super().__init__(sock, *arguments, **options)
        self.fp = io.BufferedReader(_TappedReader(self.fp.detach(), door))


class _Connection(HTTPConnection):
    def __init__(self, *arguments: Any, door: _Door, **options: Any) -> None:  # noqa: ANN401  (urllib3's)
        super().__init__(*arguments, **options)
        self.response_class = partial(_Response, door=door)  # type: ignore[assignment]
        self._door = door

    @override
    def _new_conn(self) -> socket.socket:
        self._door.admit(self)
        connection = super()._new_conn()
        self._door.watchdog.hold(connection)
        return connection


class _TlsConnection(HTTPSConnection):
    def __init__(self, *arguments: Any, door: _Door, **options: Any) -> None:  # noqa: ANN401  (urllib3's)
        super().__init__(*arguments, **options)
        self.response_class = partial(_Response, door=door)  # type: ignore[assignment]
        self._door = door

    @override
    def _new_conn(self) -> socket.socket:
        self._door.admit(self)
        connection = super()._new_conn()
        self._door.watchdog.hold(connection)
        return connection


class _Pool(HTTPConnectionPool):
    def __init__(self, *arguments: Any, door: _Door, **options: Any) -> None:  # noqa: ANN401  (urllib3's)
        self.ConnectionCls = partial(_Connection, door=door)  # type: ignore[assignment]
        super().__init__(*arguments, **options)


class _TlsPool(HTTPSConnectionPool):
    def __init__(self, *arguments: Any, door: _Door, **options: Any) -> None:  # noqa: ANN401  (urllib3's)
        self.ConnectionCls = partial(_TlsConnection, door=door)  # type: ignore[assignment]
        super().__init__(*arguments, **options)

    @override
    def _validate_conn(self, conn: Any) -> None:
        """Connect without urllib3's warning: that nothing is validated is meant here."""
        if conn.is_closed:
            conn.connect()


@dataclass(frozen=True)
class ServerName:
    """A server that must prove its name (RFC 9110, section 4.3.4), asked at a known address.

    Attributes:
        name: the name that its certificate must hold.
        ca: PEM file of the authority that signed it; ``""`` = those that are publicly trusted.
    """

    name: str
    ca: str = ""


class _Adapter(HTTPAdapter):
    """Hands urllib3 the session's door, and a TLS that trusts anybody or one name only."""

    def __init__(self, door: _Door, server: ServerName | None) -> None:
        self._door = door
        self._server = server
        super().__init__(max_retries=urllib3.Retry(0, read=False, redirect=False))

    @override
    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        if self._server is None:
            options["ssl_context"] = permissive_context()
        else:
            options["server_hostname"] = self._server.name
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = {
            "http": partial(_Pool, door=self._door),
            "https": partial(_TlsPool, door=self._door),
        }


class BoundedHttpSession(HttpSession):
    """One session: cookies live as long as it does. Not for several threads at once."""

    def __init__(
        self,
        check_url: Callable[[str], str],
        bind: Callable[[], SocketOptions],
        timeout_s: float,
        taps: Taps | None = None,
        server: ServerName | None = None,
    ) -> None:
        """Talk to hosts that ``check_url`` admits.

        Args:
            check_url: the scope guard.
            bind: socket options that tie a connection to the bench interface.
            timeout_s: bound on a whole exchange, connection and drip-fed body included.
            taps: see what comes in, out of TLS and before anything is decoded.
            server: who must prove to be there; None = anybody, as samples certify themselves.
        """
        self._verify: bool | str = False if server is None else server.ca or True
        self._door = _Door(check_url, bind)
        self._timeout_s = timeout_s
        self._taps = taps or NoTaps()
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = self._verify
        self._session.headers.clear()
        self._session.headers.update(_DEFAULT_HEADERS)
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, _Adapter(self._door, server))

    @override
    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        basic: tuple[str, str] | None = None,
    ) -> HttpExchange:
        prepared = self._prepare(method, url, headers or {}, body, basic)
        self._door.check_url(prepared.url or "")  # as it will be sent, not as it was written
        started = time.monotonic()
        self._door.watchdog.start(self._timeout_s)
        self._door.tap = self._taps.tap(f"{method} {prepared.url}")
        answer = _Answer()
        try:
            self._receive(prepared, answer)
        except (ScopeError, BenchFault):
            raise
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            answer.error = self._why(error)
        except (ValueError, AttributeError) as error:
            # What http.client and OpenSSL raise for garbage, or for a socket cut under them.
            answer.error = self._why(error)
        finally:
            self._door.watchdog.stop()
            self._door.tap.done()
        return HttpExchange(
            method=method,
            url=prepared.url or url,
            request_headers=tuple((str(k), _text(v)) for k, v in prepared.headers.items()),
            request_body=body,
            status=answer.status,
            reason=answer.reason,
            headers=answer.headers,
            body=answer.body,
            error=answer.error,
            truncated=answer.truncated,
            duration_ms=round((time.monotonic() - started) * 1000),
        )

    @override
    def close(self) -> None:
        self._session.cookies.clear()
        self._session.close()

    def _prepare(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        basic: tuple[str, str] | None,
    ) -> requests.PreparedRequest:
        auth = HTTPBasicAuth(basic[0].encode(), basic[1].encode()) if basic else None
        request = requests.Request(method, url, headers=dict(headers), data=body or None, auth=auth)
        try:
            prepared = self._session.prepare_request(request)
        except (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema) as error:
            raise ScopeError(f"not a usable URL: {neutralise(url, 120)}") from error
        except (requests.RequestException, UnicodeError) as error:
            raise BenchFault(f"not a request that can be sent: {error}") from error
        host = urllib3.util.parse_url(prepared.url or "").netloc or ""
        prepared.headers.setdefault("Host", host)
        return prepared

    def _receive(self, prepared: requests.PreparedRequest, answer: "_Answer") -> None:
        response = self._session.send(
            prepared,
            stream=True,
            allow_redirects=False,
            timeout=self._timeout_s,
            verify=self._verify,  # of samples, the tls probe looks at certificates
        )
        with response:
            if self._door.watchdog.expired:
                # http.client takes the cut for the end of the headers.
                raise TimeoutError
            answer.start(response)
            answer.read_body(response, self._door.watchdog)

    def _why(self, error: Exception) -> str:
        if self._door.watchdog.expired:
            return f"no complete answer within {self._timeout_s:g} s"
        root: BaseException = error
        while (cause := root.__cause__ or root.__context__) is not None:
            root = cause
        return neutralise(f"{type(root).__name__}: {root}", _ERROR_LENGTH)


class _Answer:
    """What came back so far."""

    def __init__(self) -> None:
        self.status = 0
        self.reason = ""
        self.headers: tuple[tuple[str, str], ...] = ()
        self.body = b""
        self.error = ""
        self.truncated = False

    def start(self, response: requests.Response) -> None:
        """Take status line and headers, each as sent, up to the bound."""
        headers = tuple((str(k), _text(v)) for k, v in response.raw.headers.iteritems())
        if sum(len(k) + len(v) for k, v in headers) > MAX_HEADER_BYTES:
            message = f"the answer has more than {MAX_HEADER_BYTES} bytes of headers"
            raise requests.exceptions.InvalidHeader(message)
        self.status = response.status_code
        self.reason = response.reason or ""
        self.headers = headers

    def read_body(self, response: requests.Response, watchdog: _Watchdog) -> None:
        """Take the body up to the bound, undoing gzip and deflate within it."""
        collected = bytearray()
        try:
            while len(collected) <= MAX_BODY_BYTES:
                chunk = response.raw.read(_CHUNK, decode_content=False)
                if not chunk:
                    break
                collected += chunk
        finally:
            self.truncated = len(collected) > MAX_BODY_BYTES or watchdog.expired
            self.body = bytes(collected[:MAX_BODY_BYTES])
            self._decompress(response.headers.get("Content-Encoding", ""))
        if watchdog.expired:
            self.error = "the body did not end in time"

    def _decompress(self, encoding: str) -> None:
        if encoding.strip().lower() not in {"gzip", "x-gzip", "deflate"}:
            return
        decoder = zlib.decompressobj(_GZIP_OR_ZLIB)
        try:
            plain = decoder.decompress(self.body, MAX_BODY_BYTES)
        except zlib.error:
            return  # not what the header says: kept as it came
        self.truncated = self.truncated or bool(decoder.unconsumed_tail)
        self.body = plain


def _text(value: str | bytes) -> str:
    return to_latin(value) if isinstance(value, bytes) else value
