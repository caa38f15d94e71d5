"""Where a sample asks for a login, from what the services and http probes found."""

from harness.facts.http import HttpFacts, HttpServer, LoginPoint
from harness.facts.services import MQTT as MQTT_PROTOCOL
from harness.facts.services import SSH as SSH_PROTOCOL
from harness.facts.services import TELNET as TELNET_PROTOCOL
from harness.facts.services import ServicesFacts
from harness.interpret.login_page import local_path
from harness.interpret.login_transcript import BASIC, FORM, MQTT, SERIAL, SSH, TELNET, Point
from harness.probes.base import ProbeContext

Skipped = tuple[str, str]
_METHODS = {SSH_PROTOCOL: SSH, TELNET_PROTOCOL: TELNET, MQTT_PROTOCOL: MQTT}
_INSIDE_TLS = frozenset({MQTT_PROTOCOL})


def find_points(context: ProbeContext) -> tuple[list[Point], list[Skipped]]:
    """Login points, each once, and what is left out with the reason."""
    points: list[Point] = []
    skipped: list[Skipped] = []
    http = context.upstream(HttpFacts)
    for server in http.servers if http else ():
        found, left_out = _of_server(server)
        points += found
        skipped += left_out
    services = context.upstream(ServicesFacts)
    for service in services.services if services else ():
        if service.protocol not in _METHODS:
            continue
        if service.tls and service.protocol not in _INSIDE_TLS:
            why = f"the bench does not log in to {service.protocol} inside TLS"
            skipped.append((service.endpoint.name, why))
            continue
        method, endpoint = _METHODS[service.protocol], service.endpoint
        points.append(
            Point(
                endpoint.name,
                method,
                port=endpoint.port,
                tls=service.tls,
                host=endpoint.address,
            )
        )
    if context.sample.console is not None:
        points.append(Point("console", SERIAL))
    return points, skipped


def _of_server(server: HttpServer) -> tuple[list[Point], list[Skipped]]:
    points: dict[tuple[str, str, str], Point] = {}
    skipped: list[Skipped] = []
    for login in server.logins:
        point = _point(server, login)
        if point is None:
            skipped.append((server.endpoint.name, "its login form leads to another host"))
            continue
        points.setdefault((point.method, point.action, point.password_field), point)
    return list(points.values()), skipped


def _point(server: HttpServer, login: LoginPoint) -> Point | None:
    host = server.endpoint.address
    if login.method == "basic":
        # One user data base stands behind every protected page: the first one is enough.
        return _http_point(server, BASIC, login.path)
    action = local_path(login.action or login.path, login.path, host)
    if not action:
        return None
    return _http_point(
        server,
        FORM,
        login.path,
        action=action,
        user_field=login.user_field,
        password_field=login.password_field,
    )


def _http_point(
    server: HttpServer,
    method: str,
    path: str,
    *,
    action: str = "",
    user_field: str = "",
    password_field: str = "",
) -> Point:
    return Point(
        target=server.endpoint.name,
        method=method,
        port=server.endpoint.port,
        tls=server.tls,
        host=server.endpoint.address,
        path=path,
        action=action,
        user_field=user_field,
        password_field=password_field,
    )


def page_paths(context: ProbeContext, point: Point, well_known: tuple[str, ...]) -> tuple[str, ...]:
    """Pages worth asking for with and without login: seen to redirect, configured, well known."""
    http = context.upstream(HttpFacts)
    server = http.on(point.target) if http else None
    seen = [redirect.path for redirect in server.redirects] if server else []
    configured = context.sample.config.identity.path
    paths = dict.fromkeys(
        path
        for path in ("/", *seen[:6], *well_known, configured)
        if path.startswith("/") and path != point.action
    )
    if point.method == FORM:
        paths.setdefault(point.path, None)
    return tuple(paths)[:14]
