"""Documents of the UPnP Device Architecture: descriptions and SOAP; pure, without entities."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urljoin
from xml.etree.ElementTree import ParseError
from xml.sax.saxutils import escape

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

MAX_ELEMENTS: Final = 5000
MAX_DEPTH: Final = 40
MAX_SERVICES: Final = 32
MAX_ACTIONS: Final = 100
MAX_TEXT: Final = 500
WAN_CONNECTIONS: Final = (
    "urn:schemas-upnp-org:service:WANIPConnection:",
    "urn:schemas-upnp-org:service:WANPPPConnection:",
)
_TELLING: Final = frozenset(
    {
        "friendlyName",
        "manufacturer",
        "manufacturerURL",
        "modelDescription",
        "modelName",
        "modelNumber",
        "modelURL",
        "presentationURL",
        "serialNumber",
        "UDN",
        "UPC",
    }
)
_TYPE_NAME: Final = re.compile(r"[!-~]{1,200}")
_PLACEHOLDERS: Final = frozenset({"", "0", "none", "n/a", "null", "unknown"})


@dataclass(frozen=True)
class Service:
    """A service as described; URLs absolute, not yet admitted by anybody.

    ``type`` is ``""`` where the description names none that could be one.
    """

    type: str
    control: str
    scpd: str


@dataclass
class Description:
    """A device description.

    Attributes:
        texts: what the fields for people tell, each with its name.
    """

    device_types: list[str] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Reply:
    """The answer to an action. ``fault``: UPnP error code, ``""`` if it was carried out."""

    action: str
    values: dict[str, str]
    fault: str = ""


def _elements(body: bytes) -> Iterator[tuple[tuple[str, ...], str]]:
    """Path (local names) and text of each element, as it ends.

    Raises:
        ValueError: not well-formed, with entities, too deep or too large.
    """
    path: list[str] = []
    count = 0
    try:
        for event, element in iterparse(io.BytesIO(body), events=("start", "end"), forbid_dtd=True):
            if event == "start":
                path.append(_local(element))
                count += 1
                if len(path) > MAX_DEPTH or count > MAX_ELEMENTS:
                    raise ValueError("a document that is too deep or too large")
                continue
            yield tuple(path), (element.text or "").strip()[:MAX_TEXT]
            path.pop()
            element.clear()
    except (ParseError, DefusedXmlException) as error:
        raise ValueError(f"not a usable XML document: {error}") from error


def _local(element: Any) -> str:  # noqa: ANN401  (an element of the untyped parser)
    return str(element.tag).rpartition("}")[2]


def read_description(body: bytes, url: str) -> Description | None:
    """The device description at ``url``; None if the body is none."""
    reader = _DescriptionReader(url)
    try:
        for path, text in _elements(body):
            if path[0] != "root":
                return None
            reader.take(path, text)
    except ValueError:
        return None
    return reader.found if reader.found.device_types else None


class _DescriptionReader:
    """Takes the elements of a description as they end: members before what holds them."""

    def __init__(self, url: str) -> None:
        self.found = Description()
        self._base = url
        self._service: dict[str, str] = {}

    def take(self, path: tuple[str, ...], text: str) -> None:
        name = path[-1]
        if name == "URLBase" and text:
            self._base = text
        elif name == "deviceType":
            self.found.device_types.append(text)
        elif name == "service":
            self._add_service()
        elif path[-2:-1] == ("service",):
            self._service[name] = text
        elif name in _TELLING and text.casefold() not in _PLACEHOLDERS:
            self.found.texts.append((name, text))

    def _add_service(self) -> None:
        parts, self._service = self._service, {}
        if len(self.found.services) >= MAX_SERVICES or not parts.get("controlURL"):
            return
        try:
            control = urljoin(self._base, parts["controlURL"])
            scpd = urljoin(self._base, parts.get("SCPDURL", ""))
        except ValueError:
            return
        kind = parts.get("serviceType", "")
        # The type goes back to the device in a header: what is no such name is not repeated.
        named = kind if _TYPE_NAME.fullmatch(kind) else ""
        self.found.services.append(Service(named, control, scpd))


def read_actions(body: bytes) -> tuple[str, ...]:
    """Names of the actions in a service description; empty if the body is none."""
    try:
        named = [text for path, text in _elements(body) if path[-2:] == ("action", "name") and text]
    except ValueError:
        return ()
    return tuple(named[:MAX_ACTIONS])


def read_reply(body: bytes) -> Reply | None:
    """The answer to an action; None if the body is no SOAP envelope with one (UDA 2.0, 3)."""
    action, fault, values = "", "", dict[str, str]()
    try:
        for path, text in _elements(body):
            if path[0] != "Envelope":
                return None
            if path[1:3] == ("Body", "Fault"):
                action = "Fault"
                fault = text if path[-1] == "errorCode" else fault
            elif len(path) > 2 and path[1] == "Body" and path[2].endswith("Response"):  # noqa: PLR2004  (envelope, body, answer)
                action = path[2].removesuffix("Response")
                values |= {path[3]: text} if len(path) > 3 else {}  # noqa: PLR2004  (and a value)
    except ValueError:
        return None
    if not action:
        return None
    return Reply("" if action == "Fault" else action, values, fault or "?" * (action == "Fault"))


def call(service: str, action: str, arguments: dict[str, str]) -> tuple[bytes, dict[str, str]]:
    """Body and headers of a call of ``action``."""
    members = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in arguments.items())
    kind = escape(service, {'"': "&quot;"})
    body = (
        '<?xml version="1.0"?>\r\n'
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" '
        's:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body>'
        f'<u:{action} xmlns:u="{kind}">{members}</u:{action}>'
        "</s:Body></s:Envelope>\r\n"
    )
    headers = {"Content-Type": 'text/xml; charset="utf-8"', "SOAPAction": f'"{service}#{action}"'}
    return body.encode(), headers


def is_wan_connection(service: str) -> bool:
    """Whether a service is one that maps ports inwards."""
    return service.startswith(WAN_CONNECTIONS)
