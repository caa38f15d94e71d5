"""Logins that cross the network, logins nobody declared, and access without any."""

from collections.abc import Collection
from typing import Final

from harness.assessment.criteria.looking import Look, proof
from harness.facts.http import HttpFacts, HttpServer
from harness.facts.late_ports import LatePortsFacts
from harness.facts.services import (
    FTP,
    HTTP,
    MQTT,
    SMTP,
    SNMP,
    SSH,
    TELNET,
    UNCONFIRMED,
    Service,
    ServicesFacts,
)
from harness.facts.ssh import SshFacts
from harness.facts.store import FactRecord
from harness.model.judgement import Judgement
from harness.model.observation import Present

Answers = FactRecord[ServicesFacts | LatePortsFacts]
LOGIN_PROTOCOLS: Final = frozenset({SSH, TELNET, FTP})
"""Protocols that exist to let users log in."""
MAYBE_LOGIN_PROTOCOLS: Final = frozenset({MQTT, SMTP, SNMP})
"""Protocols that may ask for a login: the first exchange does not tell."""


def anonymous_access(record: FactRecord[HttpFacts], item: str, target: str) -> Judgement:
    """No settings can be read over HTTP without login (EN 303 645 5.5-4; CWE-306)."""
    look = Look("anonymous-access", item, target, record)
    server = _server(look)
    if isinstance(server, Judgement):
        return server
    if is_redirector(server):
        places = proof(server.answered, server.redirects_to_tls)
        return look.held("redirects-only", places)
    return look.must_be_absent(
        server.open_configuration, absent="login-required", present="settings-without-login"
    )


def anonymous_ssh_access(record: FactRecord[SshFacts], item: str, target: str) -> Judgement:
    """An SSH server asks for authentication: method ``none`` is refused (RFC 4252, section 5.2)."""
    look = Look("anonymous-access", item, target, record)
    server = record.facts.on(target)
    if server is None or record.facts.gap(target) is not None:
        return look.unexamined()
    places = (*proof(server.answered), *server.evidence)
    if "none" in server.auth_methods:
        return look.contradicted("session-without-login", places)
    if not server.auth_methods or not isinstance(server.answered, Present):
        return look.undecided("no-method-seen")
    return look.held("login-required", places, methods=", ".join(server.auth_methods))


def service_seen(
    record: FactRecord[ServicesFacts], criterion: str, item: str, target: str
) -> Judgement:
    """HELD, in the name of another criterion, where it is known what an endpoint speaks."""
    look = Look(criterion, item, target, record)
    service = record.facts.on(target)
    if service is None or record.facts.gap(target) is not None:
        return look.unexamined()
    return look.held("service-seen", service.evidence, protocol=service.protocol)


def undeclared_login(
    record: Answers, item: str, target: str, declared: Collection[str]
) -> Judgement:
    """A service that lets users log in stands at a declared endpoint (TS 103 701 5.1-1-2).

    HTTP is left to `undeclared_http_login`. MQTT and SMTP may ask for a login: at an endpoint that
    no mechanism names they are UNDECIDED.
    """
    look = Look("undeclared-login", item, target, record)
    service = record.facts.on(target)
    if service is None or record.facts.gap(target) is not None:
        return look.unexamined()
    if target in declared:
        return look.held("login-declared", service.evidence, protocol=service.protocol)
    if service.protocol in LOGIN_PROTOCOLS:
        return look.contradicted("login-undeclared", service.evidence, protocol=service.protocol)
    if service.protocol in MAYBE_LOGIN_PROTOCOLS:
        return look.undecided("login-not-observable", protocol=service.protocol)
    return look.held("no-login-service", service.evidence, protocol=service.protocol)


def undeclared_http_login(
    record: FactRecord[HttpFacts], item: str, target: str, declared: Collection[str]
) -> Judgement:
    """An HTTP server that asks for credentials stands at a declared endpoint."""
    look = Look("undeclared-login", item, target, record)
    server = _server(look)
    if isinstance(server, Judgement):
        return server
    if server.logins and target not in declared:
        places = tuple(login.evidence for login in server.logins)
        return look.contradicted("login-undeclared", places, protocol=HTTP)
    if server.logins:
        return look.held("login-declared", proof(server.answered), protocol=HTTP)
    if server.unread:
        return look.undecided("page-unread", why=server.unread)
    return look.held("no-login-seen", proof(server.answered), protocol=HTTP)


def plaintext_management(record: Answers, item: str, target: str) -> Judgement:
    """A service that lets users log in is encrypted (EN 303 645 5.1-3, 5.5-7; CWE-319)."""
    look = Look("plaintext-management", item, target, record)
    service = record.facts.on(target)
    if service is None or record.facts.gap(target) is not None:
        return look.unexamined()
    if service.tls or service.protocol == SSH:
        return look.held("encrypted", service.evidence, protocol=service.protocol)
    return _login_in_clear(look, service)


def _login_in_clear(look: Look, service: Service) -> Judgement:
    protocol = service.protocol
    if service.starttls and protocol in LOGIN_PROTOCOLS | MAYBE_LOGIN_PROTOCOLS:
        return look.undecided("upgrade-not-enforced", protocol=protocol)
    if protocol in LOGIN_PROTOCOLS:
        return look.contradicted("login-in-clear", service.evidence, protocol=protocol)
    if protocol in MAYBE_LOGIN_PROTOCOLS:
        return look.undecided("login-not-observable", protocol=protocol)
    return look.held("no-login-service", service.evidence, protocol=protocol)


def service_in_clear(record: FactRecord[ServicesFacts], item: str, target: str) -> Judgement:
    """A service that must be protected runs inside TLS or SSH (EN 303 645 5.5-1, 5.5-4)."""
    look = Look("plaintext-management", item, target, record)
    service = record.facts.on(target)
    if service is None or record.facts.gap(target) is not None:
        return look.unexamined()
    if service.tls or service.protocol == SSH:
        return look.held("encrypted", service.evidence, protocol=service.protocol)
    if service.starttls:
        return look.undecided("upgrade-not-enforced", protocol=service.protocol)
    if service.protocol in {UNCONFIRMED, SNMP}:
        unconfirmed = service.protocol == UNCONFIRMED
        return look.undecided("protocol-unconfirmed" if unconfirmed else "version-not-observed")
    return look.contradicted("service-in-clear", service.evidence, protocol=service.protocol)


def plaintext_http_management(record: FactRecord[HttpFacts], item: str, target: str) -> Judgement:
    """An HTTP server asks for credentials only inside TLS (RFC 9110, section 17.16.1)."""
    look = Look("plaintext-management", item, target, record)
    server = _server(look)
    if isinstance(server, Judgement):
        return server
    if server.logins and not server.tls:
        places = tuple(login.evidence for login in server.logins)
        return look.contradicted("login-in-clear", places, protocol=HTTP)
    if server.tls:
        return look.held("encrypted", proof(server.answered))
    if server.unread:
        return look.undecided("page-unread", why=server.unread)
    return look.held("no-login-seen", proof(server.answered))


def redirects_to_tls(record: FactRecord[HttpFacts], item: str, target: str) -> Judgement:
    """A server declared without cryptography does nothing but lead to TLS (EN 303 645 5.5-1).

    A login in clear contradicts. Content in clear without a login is UNDECIDED: whether it may be
    read on the wire is for a person to say.
    """
    look = Look("plaintext-management", item, target, record)
    server = _server(look)
    if isinstance(server, Judgement):
        return server
    if server.logins and not server.tls:
        return plaintext_http_management(record, item, target)
    if is_redirector(server):
        return look.held("redirects-only", proof(server.answered, server.redirects_to_tls))
    return look.undecided("serves-in-clear")


def is_redirector(server: HttpServer) -> bool:
    """Whether an HTTP server only ever leads to TLS on the same host, and asks for nothing."""
    leads = isinstance(server.redirects_to_tls, Present)
    more = server.logins or server.open_pages or server.unread
    return leads and not server.tls and not more


def _server(look: Look) -> HttpServer | Judgement:
    facts = look.record.facts
    server = facts.on(look.subject) if isinstance(facts, HttpFacts) else None
    if server is None or facts.gap(look.subject) is not None:
        return look.unexamined()
    if not isinstance(server.answered, Present):
        return look.undecided("no-answer")
    return server
