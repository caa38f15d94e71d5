"""The router as a UPnP Internet gateway: SSDP and description for the LAN, control after a login.

The description lies on the HTTPS server. Its control refuses every action (error 606), since no
login is offered over UPnP and the product has no way to switch it on. A flaw answers SSDP, and
serves description and reading actions in clear, on the WAN address as well.
"""

import hashlib
import re
import uuid
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from typing_extensions import override

from harness.reference.datagrams import Asked, DatagramService, GroupResponder
from harness.reference.device import Device
from harness.reference.http import Request, Response

GROUP: Final = "239.255.255.250"
_XML: Final = 'text/xml; charset="utf-8"'
_GATEWAY: Final = "urn:schemas-upnp-org:device:InternetGatewayDevice:1"
_CONNECTION: Final = "urn:schemas-upnp-org:service:WANIPConnection:1"
_TARGETS: Final = ("upnp:rootdevice", _GATEWAY)
_READS: Final = {
    "GetStatusInfo": {
        "NewConnectionStatus": "Connected",
        "NewLastConnectionError": "ERROR_NONE",
        "NewUptime": "1",
    },
    "GetExternalIPAddress": {"NewExternalIPAddress": "192.0.2.1"},
}
_ACTIONS: Final = (*_READS, "AddPortMapping", "DeletePortMapping", "GetSpecificPortMappingEntry")
_NOT_AUTHORISED: Final = "606"
_INVALID_ACTION: Final = "401"

Rest = Callable[[Request], Response]


class UpnpPages:
    """Description and control, below one path of a web server."""

    def __init__(self, device: Device, *, reads: bool) -> None:
        """Serve ``device``; ``reads``: actions that only read are carried out for anybody."""
        self._device = device
        self._reads = reads
        self._root = device.look.upnp_path

    def before(self, rest: Rest) -> Rest:
        """Answer what is UPnP's, and leave everything else to ``rest``."""
        return lambda request: self.answer(request) or rest(request)

    def answer(self, request: Request) -> Response | None:
        """The answer to a request below the path; None for any other."""
        if request.method == "GET" and request.path == f"{self._root}/root.xml":
            return Response(HTTPStatus.OK, self._description(), _XML)
        if request.method == "GET" and request.path == f"{self._root}/wan.xml":
            return Response(HTTPStatus.OK, _SCPD, _XML)
        if request.method == "POST" and request.path == f"{self._root}/control":
            return self._control(request)
        return None

    def _description(self) -> str:
        return _DESCRIPTION.format(
            gateway=_GATEWAY,
            name=self._device.look.hostname,
            unit=unit_name(self._device),
            service=_CONNECTION,
            root=self._root,
        )

    def _control(self, request: Request) -> Response:
        action = request.headers.get("soapaction", "").strip('"').partition("#")[2]
        if action not in _ACTIONS:
            return _fault(_INVALID_ACTION)
        if not self._reads or action not in _READS:
            return _fault(_NOT_AUTHORISED)
        members = "".join(f"<{name}>{text}</{name}>" for name, text in _READS[action].items())
        reply = f'<u:{action}Response xmlns:u="{_CONNECTION}">{members}</u:{action}Response>'
        return Response(HTTPStatus.OK, _ENVELOPE.format(reply), _XML)


class SsdpResponder(GroupResponder):
    """Answers searches."""

    def __init__(self, device: Device, address: str, location: str) -> None:
        """Respond at ``address`` that the description lies at ``location``."""
        super().__init__(address, GROUP)
        self._unit = unit_name(device)
        self._server = f"{device.look.server} UPnP/1.1"
        self._location = location

    @property
    def alone(self) -> DatagramService:
        """The same at an address of its own, without the group."""
        return DatagramService(self._answer, address=self._address)

    def _answer(self, asked: Asked) -> None:
        for reply in self.replies(asked.data):
            asked.answer(reply)

    @override
    def replies(self, data: bytes) -> list[bytes]:
        """One answer for each target that is searched for."""
        text = data[:2048].decode("latin-1")
        if not text.startswith("M-SEARCH * HTTP/1."):
            return []
        wanted = re.search(r"(?im)^ST:[ \t]*(\S+)", text)
        searched = wanted.group(1) if wanted else ""
        targets = _TARGETS if searched == "ssdp:all" else [t for t in _TARGETS if t == searched]
        return [self._reply(target) for target in targets]

    def _reply(self, target: str) -> bytes:
        lines = (
            "HTTP/1.1 200 OK",
            "CACHE-CONTROL: max-age=1800",
            "EXT:",
            f"LOCATION: {self._location}",
            f"SERVER: {self._server}",
            f"ST: {target}",
            f"USN: {self._unit}::{target}",
        )
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


def unit_name(device: Device) -> str:
    """The unit's UDN: stable, and computed from nothing that anybody could look up."""
    key = device.identity.wifi_passphrase.encode()
    return f"uuid:{uuid.UUID(bytes=hashlib.sha256(b'udn' + key).digest()[:16], version=4)}"


def _fault(code: str) -> Response:
    body = (
        "<s:Fault><faultcode>s:Client</faultcode><faultstring>UPnPError</faultstring><detail>"
        '<UPnPError xmlns="urn:schemas-upnp-org:control-1-0">'
        f"<errorCode>{code}</errorCode></UPnPError></detail></s:Fault>"
    )
    return Response(HTTPStatus.INTERNAL_SERVER_ERROR, _ENVELOPE.format(body), _XML)


_ENVELOPE: Final = (
    '<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">'
    "<s:Body>{}</s:Body></s:Envelope>"
)
_DESCRIPTION: Final = (
    '<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0">'
    "<specVersion><major>1</major><minor>1</minor></specVersion>"
    "<device><deviceType>{gateway}</deviceType><friendlyName>{name}</friendlyName>"
    "<manufacturer>Example Networks</manufacturer><modelName>RR-1</modelName><UDN>{unit}</UDN>"
    "<serviceList><service><serviceType>{service}</serviceType>"
    "<serviceId>urn:upnp-org:serviceId:WANIPConn1</serviceId><SCPDURL>{root}/wan.xml</SCPDURL>"
    "<controlURL>{root}/control</controlURL><eventSubURL></eventSubURL></service></serviceList>"
    "</device></root>"
)
_SCPD: Final = (
    '<?xml version="1.0"?><scpd xmlns="urn:schemas-upnp-org:service-1-0"><actionList>'
    + "".join(f"<action><name>{name}</name></action>" for name in _ACTIONS)
    + "</actionList></scpd>"
)
