"""Products and versions in what a server sends before login (pure).

Low false positives come first: a version counts beside a product (``Name/1.2``, ``Name v1.2``), or
after a word that announces one (``Firmware 1.2``); a bare number never does.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from harness.encoding.text import neutralise
from harness.facts.disclosure import Disclosure
from harness.interpret.html_forms import Page, words
from harness.model.observation import EvidenceRef

MAX_DISCLOSURES: Final = 20

_VERSION: Final = r"v?[0-9]+(?:[._][0-9A-Za-z]+)*(?:-[0-9A-Za-z.]+)?"
_DOTTED: Final = r"[0-9]{1,4}(?:\.[0-9]{1,6}){1,4}(?:[-+_]?[0-9A-Za-z]{1,20}){0,2}"
_TOKEN: Final = re.compile(rf"([A-Za-z][A-Za-z0-9._+-]{{0,60}}?)(?:/({_VERSION}))?(?=[\s,;(]|$)")
_SLASHED: Final = re.compile(rf"\b([A-Z][A-Za-z0-9._+-]{{1,40}})/({_DOTTED})")
_V_MARKED: Final = re.compile(rf"\b([A-Z][A-Za-z0-9+-]{{1,40}})[ ,:]{{1,2}}[vV]\.?({_DOTTED})")
_ANNOUNCED: Final = re.compile(
    r"(?i)\b(firmware|software|hardware|kernel|build|release|version|sw|fw)"
    rf"(?:[ _-](?:version|ver|rev|revision))?[ .:=]{{1,4}}(?:v|ver\.?|version )?({_DOTTED})"
)
_SSH: Final = re.compile(r"([A-Za-z][A-Za-z0-9.+]*?)[_-]v?([0-9][0-9A-Za-z.]*)")
_GENERIC: Final = frozenset(
    {"server", "web", "webserver", "http", "https", "httpd", "http-server", "web-server"}
)
_PROTOCOLS: Final = frozenset(
    {"HTTP", "HTTPS", "TLS", "SSL", "SSH", "RTSP", "SIP", "XHTML", "HTML"}
)
_NAMING_HEADERS: Final = frozenset({"server", "x-powered-by", "x-generator", "x-server"})
_PROTOCOL_HEADERS: Final = frozenset(
    {"mime-version", "sec-websocket-version", "api-version", "x-api-version", "dav"}
)
_VERSION_KEYS: Final = frozenset({"firmware", "version", "fw", "build", "software", "release"})


def in_headers(headers: tuple[tuple[str, str], ...], evidence: EvidenceRef) -> list[Disclosure]:
    """What the headers of an answer disclose (RFC 9110, section 10.2.4, for Server)."""
    found: list[Disclosure] = []
    for name, value in headers:
        lower = name.lower()
        if lower in _PROTOCOL_HEADERS:
            continue
        where = f"header {neutralise(name, 60)}"
        if lower in _NAMING_HEADERS:
            found.extend(_tokens(where, value[:300], evidence))
        elif words(lower) & {"version", "firmware", "generator"} and re.search(
            _DOTTED, value[:300]
        ):
            version = re.search(_DOTTED, value[:300])
            number = version.group(0) if version else ""
            found.append(_disclosure(where, value, neutralise(name, 60), number, evidence))
    return found[:MAX_DISCLOSURES]


def _tokens(where: str, value: str, evidence: EvidenceRef) -> Iterator[Disclosure]:
    without_comments = re.sub(r"\([^()]*\)", " ", value)
    for match in _TOKEN.finditer(without_comments):
        product, version = match.group(1), match.group(2) or ""
        if version or product.lower() not in _GENERIC:
            yield _disclosure(where, value, product, version, evidence)


def in_page(path: str, page: Page, evidence: EvidenceRef) -> list[Disclosure]:
    """What the generator mark, the title and the text of a page disclose."""
    where = f"page {neutralise(path, 100)}"
    found: list[Disclosure] = []
    if page.generator:
        product, _, rest = page.generator.strip().rpartition(" ")
        version = re.fullmatch(_VERSION, rest)
        named = product if version and product else page.generator.strip()
        number = rest if version and product else ""
        found.append(_disclosure(where, page.generator, named, number, evidence))
    found.extend(in_text(where, f"{page.title}\n{page.text}", evidence))
    return found[:MAX_DISCLOSURES]


def in_text(where: str, text: str, evidence: EvidenceRef) -> list[Disclosure]:
    """What running text discloses."""
    found: dict[tuple[str, str], Disclosure] = {}
    for pattern in (_SLASHED, _V_MARKED, _ANNOUNCED):
        for match in pattern.finditer(text[:65536]):
            product, version = match.group(1), match.group(2)
            if product.upper() in _PROTOCOLS or (product, version) in found:
                continue
            shown = text[max(0, match.start() - 20) : match.end() + 20]
            found[product, version] = _disclosure(where, shown, product, version, evidence)
    return list(found.values())[:MAX_DISCLOSURES]


def in_json(path: str, document: Any, evidence: EvidenceRef) -> list[Disclosure]:  # noqa: ANN401  (any JSON value)
    """What the top level of a JSON answer discloses: keys that name a version."""
    if not isinstance(document, dict):
        return []
    where = f"page {neutralise(path, 100)}"
    found = []
    for key, value in list(document.items())[:100]:
        match = re.search(_DOTTED, value[:200]) if isinstance(value, str) else None
        if match and words(key) & _VERSION_KEYS:
            product = neutralise(key, 60)
            found.append(_disclosure(where, f"{key}: {value}", product, match.group(0), evidence))
    return found[:MAX_DISCLOSURES]


def in_ssh_identification(identification: str, evidence: EvidenceRef) -> Disclosure | None:
    """What an SSH identification string discloses (RFC 4253, section 4.2).

    ``SSH-2.0-OpenSSH_9.2p1 Debian-2`` names OpenSSH 9.2p1; ``SSH-2.0-dropbear`` only a product.
    """
    parts = identification.split("-", 2)
    if len(parts) < 3 or parts[0] != "SSH":  # noqa: PLR2004  (SSH-protoversion-softwareversion)
        return None
    software = parts[2].split(" ")[0].strip()
    if not software or software == "-":
        return None
    match = _SSH.match(software)
    product, version = (match.group(1), match.group(2)) if match else (software, "")
    return _disclosure("ssh identification", identification, product, version, evidence)


def _disclosure(
    where: str, text: str, product: str, version: str, evidence: EvidenceRef
) -> Disclosure:
    return Disclosure(
        where=where,
        text=neutralise(text.strip(), 200),
        product=neutralise(product.strip(), 80),
        version=neutralise(version.strip(), 60),
        evidence=evidence,
    )
