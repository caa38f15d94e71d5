"""What a device tells anyone who connects: products, versions (EN 303 645 5.6-2, 5.5-2)."""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

from harness.assessment.criteria.looking import Look, proof
from harness.assessment.judging import all_of
from harness.encoding.text import neutralise
from harness.facts.base import Facts
from harness.facts.disclosure import Disclosure, Telling
from harness.facts.http import HttpFacts
from harness.facts.late_ports import LatePortsFacts
from harness.facts.services import HTTP, SSH, Service, ServicesFacts
from harness.facts.ssh import SshFacts
from harness.facts.store import FactRecord
from harness.model.ixit import NetSecImpl
from harness.model.judgement import Judgement, Outcome
from harness.model.observation import EvidenceRef, Present

GENERIC: Final = frozenset(
    {
        "ftp",
        "ftpd",
        "http",
        "httpd",
        "https",
        "login",
        "router",
        "server",
        "ssh",
        "sshd",
        "telnet",
        "telnetd",
        "web",
        "webserver",
    }
)
"""Names that tell no more than the protocol does."""
UNNAMED: Final = frozenset(
    {"build", "firmware", "fw", "hardware", "release", "software", "sw", "version"}
)
"""Words that announce a version of the device as a whole, which is no reviewed implementation."""
_BANNER: Final = re.compile(
    r"\b([A-Za-z][A-Za-z0-9+]{1,30})[ /_-]{1,2}v?([0-9]+\.[0-9][0-9A-Za-z.]*)"
)
_SYSTEM: Final = re.compile(
    r"\b((?:[A-Z][A-Za-z]{1,20} )?GNU/Linux|Linux|Debian|Ubuntu|Fedora|Alpine|OpenWrt|FreeBSD)"
    r"[ /]{1,2}v?([0-9]+(?:\.[0-9A-Za-z]+)*)"
)
"""Systems whose releases are often told by one whole number, which other words' numbers are not."""
_PROTOCOLS: Final = frozenset(
    {"esmtp", "ftp", "http", "https", "mqtt", "rfb", "rtsp", "sip", "smtp", "ssh", "ssl", "tls"}
)
"""Greetings give the version of a protocol (``SSH-2.0``, ``RFB 003.008``): that is no product."""
_OWN_PROBE: Final = frozenset({HTTP, SSH})
"""Protocols whose own probe reads the disclosures, better than from the first bytes."""


def http_disclosure(
    record: FactRecord[HttpFacts], item: str, target: str, declared: Sequence[str] = ()
) -> Judgement:
    """An HTTP server names no version beyond ``declared`` (EN 303 645 5.6-2).

    A name without a version does not contradict: it leads nobody to the flaws of a version, and
    protocols demand one (RFC 4253, section 4.2).

    Args:
        record: the fact to look at.
        item: what the judgement speaks of.
        target: ``tcp/443``.
        declared: texts of 15-Intf, Disclosed Information; one covers a disclosure when it contains
            its product and its version.
    """
    look = Look("information-disclosure", item, target, record)
    server = record.facts.on(target)
    if server is None or record.facts.gap(target) is not None:
        return look.unexamined()
    if not isinstance(server.answered, Present):
        return look.undecided("no-answer")
    judged = undeclared_disclosure(look, server.disclosures, declared, proof(server.answered))
    if server.unread and judged.outcome is Outcome.HELD:
        return look.undecided("page-unread", why=server.unread)
    return judged


def ssh_disclosure(
    record: FactRecord[SshFacts], item: str, target: str, declared: Sequence[str] = ()
) -> Judgement:
    """An SSH identification names no version beyond ``declared`` (RFC 4253, section 4.2)."""
    look = Look("information-disclosure", item, target, record)
    server = record.facts.on(target)
    if server is None or record.facts.gap(target) is not None:
        return look.unexamined()
    if not isinstance(server.answered, Present) or not server.identification:
        return look.undecided("no-answer")
    said = () if server.disclosure is None else (server.disclosure,)
    return undeclared_disclosure(look, said, declared, (*proof(server.answered), *server.evidence))


def banner_disclosure(
    record: FactRecord[ServicesFacts | LatePortsFacts],
    item: str,
    target: str,
    declared: Sequence[str] = (),
) -> Judgement:
    """The first bytes of any other service name no product version beyond ``declared``."""
    look = Look("information-disclosure", item, target, record)
    service = record.facts.on(target)
    if service is None:
        return look.unexamined()
    judged = undeclared_disclosure(look, tuple(in_banner(service)), declared, service.evidence)
    gap = record.facts.gap(target) is not None
    # What was told stays told, though nobody can say what else would have come.
    return look.unexamined() if gap and judged.outcome is Outcome.HELD else judged


def in_banner(service: Service) -> Iterator[Disclosure]:
    """Products with a version in the first bytes of a service that no probe of its own reads."""
    if service.protocol in _OWN_PROBE or not service.evidence:
        return
    found = [*_SYSTEM.finditer(service.banner), *_BANNER.finditer(service.banner)]
    told = {
        (match.group(1), match.group(2).rstrip(".")): match.group(0)
        for match in found
        if match.group(1).casefold() not in _PROTOCOLS
    }
    for (product, version), text in told.items():
        yield Disclosure(
            where=f"banner {service.endpoint.name}",
            text=neutralise(text),
            product=product,
            version=version,
            evidence=service.evidence[0],
        )


def undeclared_disclosure(
    look: Look,
    said: Sequence[Disclosure],
    declared: Sequence[str],
    evidence: Sequence[EvidenceRef],
) -> Judgement:
    """None of what was ``said`` goes beyond ``declared`` (as in `http_disclosure`).

    ``evidence`` is what the judgement rests on where nothing is told.
    """
    undeclared = [
        look.contradicted(
            "discloses-undeclared",
            (entry.evidence,),
            where=entry.where,
            product=entry.product,
            version=entry.version,
        )
        for entry in said
        if entry.version and not _is_declared(entry, declared)
    ]
    if undeclared:
        return all_of(look.item, look.criterion, undeclared)
    return look.held("nothing-undeclared-disclosed", evidence, disclosures=len(said))


def _is_declared(entry: Disclosure, declared: Sequence[str]) -> bool:
    product, version = entry.product.casefold(), entry.version.casefold()
    return any(product in text.casefold() and version in text.casefold() for text in declared)


def disclosures(facts: Facts) -> tuple[Disclosure, ...]:
    """Everything that one fact says of products and versions."""
    if isinstance(facts, ServicesFacts | LatePortsFacts):
        return tuple(entry for service in facts.services for entry in in_banner(service))
    return facts.disclosed if isinstance(facts, Telling) else ()


Speaking = FactRecord[Any]
"""A fact of any probe that sees what a server tells."""


def implementation_version(
    record: Speaking, item: str, reviewed: NetSecImpl, targets: Collection[str]
) -> Judgement:
    """No disclosed version of a product differs from the reviewed one (EN 303 645 5.5-2).

    A version that cannot be had from outside passes (TS 103 701 5.5-2-2 allows it); the judgement
    then rests on every server that was asked.

    Args:
        record: the fact to look at.
        item: what the judgement speaks of.
        reviewed: the row, with product and version.
        targets: the endpoints that the fact must cover before nothing found means anything.
    """
    look = Look("implementation-version", item, reviewed.product or item, record)
    if not reviewed.product:
        return look.undecided("row-names-no-product")
    said = [
        entry
        for entry in disclosures(record.facts)
        if entry.version and same_product(entry.product, reviewed.product)
    ]
    other = [entry for entry in said if not _same_version(entry.version, reviewed.version)]
    if other and not reviewed.version:
        return look.undecided("row-names-no-version", observed=other[0].version)
    if other:
        return look.contradicted(
            "other-version-than-reviewed",
            tuple(entry.evidence for entry in other),
            observed=other[0].version,
            reviewed=reviewed.version,
        )
    if said:
        places = tuple(entry.evidence for entry in said)
        return look.held("reviewed-version-observed", places, version=reviewed.version)
    return _not_obtainable(look, record, targets)


def unreviewed_product(
    record: Speaking, item: str, entry: Disclosure, reviewed: Sequence[NetSecImpl]
) -> Judgement:
    """A product that names its version to anyone stands in 12-NetSecImpl."""
    look = Look("implementation-version", item, entry.product, record)
    if entry not in disclosures(record.facts):
        return look.undecided("not-observed", why="not disclosed in this attempt")
    place = (entry.evidence,)
    if any(same_product(entry.product, row.product) for row in reviewed):
        return look.held("product-reviewed", place)
    if entry.product.casefold() in {"", *GENERIC, *UNNAMED}:
        return look.held("no-product-named", place)
    return look.contradicted("product-not-reviewed", place, version=entry.version)


def same_product(observed: str, declared: str) -> bool:
    """Whether two names mean one product: ``Dropbear`` and ``dropbear sshd``."""
    one, other = observed.casefold(), declared.casefold()
    if one in {"", *GENERIC, *UNNAMED} or not other:
        return False
    return one in other or other in one


def _same_version(observed: str, reviewed: str) -> bool:
    return observed.casefold().removeprefix("v") == reviewed.casefold().removeprefix("v")


def _not_obtainable(look: Look, record: Speaking, targets: Collection[str]) -> Judgement:
    facts = record.facts
    gaps = [gap.target for gap in facts.not_examined if not gap.target.startswith("udp/")]
    for target in sorted({*targets, *gaps}):
        why = facts.gap(target)
        if why is not None:
            return look.undecided("not-examined", target=target, why=why)
    if isinstance(facts, ServicesFacts | LatePortsFacts):
        places = [place for service in facts.services for place in service.evidence]
        silent = not facts.services
    else:
        places = [place for server in facts.servers for place in proof(server.answered)]
        silent = not all(isinstance(server.answered, Present) for server in facts.servers)
    if silent or not places:
        return look.undecided("nothing-answered")
    return look.held("version-not-obtainable", places)
