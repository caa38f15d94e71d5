"""A gateway made of nothing but sockets: mDNS, SSDP, a description and port mappings.

Every way in which real ones differ is a word in ``ways``; it shares no code with the product.
"""

import re
import socket
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

WAN_SERVICE = "urn:schemas-upnp-org:service:WANIPConnection:1"
SERIAL, MAC = "RR1004711815", "02:aa:bb:cc:dd:ee"
DESCRIPTION = """<?xml version="1.0"?>
<root xmlns="urn:schemas-upnp-org:device-1-0"><device>
<deviceType>urn:schemas-upnp-org:device:InternetGatewayDevice:1</deviceType>
<friendlyName>Gateway</friendlyName><modelName>G</modelName>
<serialNumber>{serial}</serialNumber><UDN>uuid:1-2-3-4-{mac}</UDN>
<deviceList><device><deviceType>urn:schemas-upnp-org:device:WANDevice:1</deviceType>
<serviceList><service><serviceType>{service}</serviceType>
<controlURL>{control}</controlURL><SCPDURL>/scpd.xml</SCPDURL></service></serviceList>
</device></deviceList></device></root>"""
SCPD = """<?xml version="1.0"?><scpd xmlns="urn:schemas-upnp-org:service-1-0"><actionList>
<action><name>AddPortMapping</name></action><action><name>GetStatusInfo</name></action>
</actionList></scpd>"""
ENVELOPE = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{}</s:Body></s:Envelope>'
BOMB = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaa">]><root><device>&a;</device></root>'


class Gateway:
    """Serves until the process ends."""

    def __init__(self, address, ways=(), wan=""):
        self.address, self.ways, self.wan = address, set(ways), wan
        self.mappings = {}
        self.log = []

    def start(self):
        self._serve_http(self.address)
        if "silent" not in self.ways:
            self._serve_ssdp(self.address)
        if "mdns" in self.ways:
            self._datagrams(self.address, 5353, self._mdns)
        if "wan" in self.ways:
            self._serve_http(self.wan)
            self._datagrams(self.wan, 1900, lambda data: self._ssdp(self.wan, data))

    def _serve_http(self, address):
        server = ThreadingHTTPServer((address, 5000), _handler(self))
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def _serve_ssdp(self, address):
        if "group-only" not in self.ways:
            self._datagrams(address, 1900, lambda data: self._ssdp(address, data))
        if "unicast-only" not in self.ways:
            self._datagrams(
                address, 1900, lambda data: self._ssdp(address, data), "239.255.255.250"
            )

    def _ssdp(self, address, data):
        if not data.startswith(b"M-SEARCH"):
            return []
        location = f"http://{address}:5000/root.xml"
        if "foreign" in self.ways:
            location = "http://198.51.100.77/root.xml"
        if "neighbour" in self.ways:
            location = "http://127.0.10.9:5000/root.xml"
        lines = ["HTTP/1.1 200 OK", "ST: upnp:rootdevice", "USN: uuid:1", f"LOCATION: {location}"]
        server = "Linux/3.14 UPnP/1.0 MiniUPnPd/1.8" if "versions" in self.ways else "box UPnP/1.1"
        return [("\r\n".join([*lines, f"SERVER: {server}"]) + "\r\n\r\n").encode()]

    def _mdns(self, data):
        if "flood" in self.ways:
            record = b"\x04abcd\x05local\0" + struct.pack(">HHIH", 16, 1, 9, 2) + b"\1x"
            body = struct.pack(">HHHHHH", 0, 0x8400, 0, 2000, 0, 0) + record * 2000
            return [body] * 5
        local = b"\x05local\0"
        serial = f"serial={SERIAL}".encode()
        name = b"\x07gateway\x06_https\x04_tcp" + local
        text = struct.pack(">HHIH", 16, 0x8001, 9, len(serial) + 1) + bytes([len(serial)]) + serial
        return [data[:2] + struct.pack(">HHHHH", 0x8400, 0, 1, 0, 0) + name + text]

    def _datagrams(self, address, port, answer, group=""):
        own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        own.bind((group or address, port))
        if group:
            own.setsockopt(
                socket.IPPROTO_IP,
                socket.IP_ADD_MEMBERSHIP,
                socket.inet_aton(group) + socket.inet_aton(address),
            )
        out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        out.bind((address, 0))

        def run():
            while True:
                data, sender = own.recvfrom(65535)
                for reply in answer(data):
                    out.sendto(reply, sender)

        threading.Thread(target=run, daemon=True).start()

    def call(self, action, body):
        """Status and body of an answer to an action."""
        self.log.append(action)
        if "unauthorised" in self.ways:
            return 401, ""
        port = (re.search("<NewExternalPort>([0-9]+)<", body) or [0, "0"])[1]
        if action == "AddPortMapping":
            if "refuses" in self.ways:
                return _fault("606")
            if "permanent" in self.ways and "<NewLeaseDuration>0<" not in body:
                return _fault("725")
            if "lies" not in self.ways:
                self.mappings[port] = body
        elif action == "DeletePortMapping":
            if "keeps" in self.ways:
                return _fault("501")
            if self.mappings.pop(port, None) is None:
                return _fault("714")
        elif action == "GetSpecificPortMappingEntry" and port not in self.mappings:
            return _fault("714")
        elif action == "GetGenericPortMappingEntry":
            return _fault("713")
        return 200, ENVELOPE.format(f'<u:{action}Response xmlns:u="{WAN_SERVICE}"/>')


def _fault(code):
    detail = f"<detail><UPnPError><errorCode>{code}</errorCode></UPnPError></detail>"
    return 500, ENVELOPE.format(f"<s:Fault>{detail}</s:Fault>")


def _handler(gateway):
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def _answer(self, status, text):
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self):
            gateway.log.append(self.path)
            if self.path == "/scpd.xml":
                return self._answer(200, SCPD)
            if self.path != "/root.xml":
                return self._answer(404, "")
            if "bomb" in gateway.ways:
                return self._answer(200, BOMB)
            leaks = "leaks" in gateway.ways
            away = "http://203.0.113.9/ctl" if "away" in gateway.ways else "/ctl"
            text = DESCRIPTION.format(
                serial=SERIAL if leaks else "",
                mac=MAC.replace(":", "") if leaks else "0",
                service=WAN_SERVICE,
                control=away,
            )
            return self._answer(200, text)

        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            action = self.headers.get("SOAPAction", "").strip('"').partition("#")[2]
            self._answer(*gateway.call(action, body))

    return Handler
