"""Values as OSCAL wants them: tokens, lines, markup, ids, properties, documents.

Ids are UUIDs of version 5 over what they stand for, so that the same record gives the same bytes.
Text of a device is neutralised everywhere; where OSCAL means Markdown (titles, descriptions,
remarks), what would begin markup, HTML or an insertion is escaped.
"""

import hashlib
import json
import re
import uuid
from typing import Any, Final
from urllib.parse import quote

from harness.encoding.clock import format_utc, parse_utc
from harness.encoding.text import neutralise
from harness.model.ids import FrameworkRef
from harness.model.observation import EvidenceRef

Json = dict[str, Any]
OSCAL_VERSION: Final = "1.2.1"
NAMESPACE: Final = "https://certbench.dev/oscal/v1"
"""Of our properties: a verdict has five values, an OSCAL state has two."""
_IDS: Final = uuid.uuid5(uuid.NAMESPACE_URL, NAMESPACE)
_TOKEN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*", re.ASCII)
_NOT_IN_TOKEN: Final = re.compile(r"[^A-Za-z0-9_.-]", re.ASCII)
_MARKUP: Final = re.compile(r"[\\`\[\]<>{}*]")
_LONGEST: Final = 2000


def identifier(*parts: str) -> str:
    """A UUID that depends on ``parts`` alone."""
    return str(uuid.uuid5(_IDS, json.dumps(parts)))


def token(*parts: str) -> str:
    """``parts`` as one OSCAL token; what has no place in one is replaced, and told apart."""
    text = "_".join(parts)
    if _TOKEN.fullmatch(text):
        return text
    digest = hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:12]
    return f"_{_NOT_IN_TOKEN.sub('-', text)[:80]}-{digest}"


def control(framework: FrameworkRef, provision: str) -> str:
    """The control id of a provision: ``etsi-en-303-645_2.1.1_5.1-1``."""
    return token(framework.slug, framework.version, provision)


def objective(framework: FrameworkRef, provision: str) -> str:
    """The id of what is assessed of a control."""
    return f"{control(framework, provision)}_obj"


def line(text: str) -> str:
    """A plain string: one harmless line; OSCAL knows no empty one."""
    return neutralise(text, _LONGEST).strip() or "none"


def markup(text: str) -> str:
    """A harmless line where OSCAL reads Markdown."""
    return _MARKUP.sub(r"\\\g<0>", line(text))


def properties(**values: str | bool | int) -> list[Json]:
    """Properties of our namespace, ``_`` in a name read as ``-``; empty ones are left out."""
    return [
        {"name": name.replace("_", "-"), "ns": NAMESPACE, "value": line(_shown(value))}
        for name, value in values.items()
        if value != ""
    ]


def moment(time: str, otherwise: str) -> str:
    """``time`` as OSCAL wants it, or ``otherwise`` if it is none.

    Raises:
        ValueError: ``otherwise`` is needed and is no time either.
    """
    try:
        return format_utc(parse_utc(time))
    except ValueError:
        return format_utc(parse_utc(otherwise))


def evidence(ref: EvidenceRef, names: frozenset[str], data: str) -> Json:
    """A place in a capture, with a link to it where this edition has the file."""
    entry: Json = {"description": markup(f"{ref.path}, {ref.where}")}
    if ref.path in names:
        entry["href"] = from_bundle(f"survey/{ref.path}", data)
    return entry


def from_bundle(path: str, data: str) -> str:
    """Link from ``oscal/`` to a file below ``data/``; ``data`` as in `ReportSource`."""
    return f"../{data}/" + quote(path, safe="/@")


def resource(key: str, title: str, path: str, content: bytes | None, data: str) -> Json:
    """A document of the bundle, to refer to as ``#uuid``."""
    link: Json = {"href": from_bundle(path, data)}
    if content is not None:
        digest = hashlib.sha256(content).hexdigest()
        link["hashes"] = [{"algorithm": "SHA-256", "value": digest}]
    return {"uuid": identifier("resource", key), "title": markup(title), "rlinks": [link]}


def _shown(value: str | bool | int) -> str:  # noqa: FBT001  (a value among others)
    return str(value).lower() if isinstance(value, bool) else str(value)
