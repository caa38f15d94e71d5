"""A device that tells a secret wherever a device can: console, web pages in many codings, MQTT.

No code is shared with the product. The secret comes in as an argument and leaves in every way that
a badly made device knows.
"""

import base64
import contextlib
import gzip
import html
import itertools
import json
import os
import pty
import struct
import sys
import threading
import tty
import urllib.parse
from functools import partial
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "hostile_devices"))

from servers import head, request, tcp
from wires import open_broker

HTML = "Content-Type: text/html"
BYSTANDER_MAC, BYSTANDER_NAME = "9c:b6:d0:12:34:56", "Alices-iPhone"


def bodies(secret):
    """Each page's body: the secret in one coding."""
    told = f"<p>admin:{secret}</p>"
    return {
        "/plain": told.encode(),
        "/json": json.dumps({"wifi": {"note": secret}}).encode(),
        "/twice": json.dumps(json.dumps({"note": secret})).encode(),
        "/html": html.escape(told).encode(),
        "/url": f"/login?note={urllib.parse.quote(secret, safe='')}".encode(),
        "/base64": base64.encodebytes(b"x" * 50 + secret.encode() + b" is the password" * 4),
        "/hex": secret.encode().hex(":").encode(),
        "/wide": told.encode("utf-16"),
        "/clients": f"192.168.1.77 {BYSTANDER_MAC} {BYSTANDER_NAME}".encode(),
    }


def in_chunks(body, size=5):
    """HTTP/1.1 chunks, so small that each holds a part of the secret only (RFC 9112, 7.1)."""
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def web(secret, squeezed):
    """A handler of requests; ``squeezed`` sends everything compressed and in chunks."""
    pages = bodies(secret)

    def handler(connection, _):
        path = request(connection).split(b" ")[1].decode("latin-1")
        links = "".join(f'<a href="{name}">x</a>' for name in pages)
        body = pages.get(path, f"<title>box {html.escape(secret)}</title>{links}".encode())
        lines = [HTML, "Transfer-Encoding: chunked"]
        if squeezed:
            lines.append("Content-Encoding: gzip")
            body = gzip.compress(body, mtime=0)
        connection.sendall(head(*lines).encode() + in_chunks(body))

    return handler


def console(secret):
    """A terminal that tells the secret in pieces, and what looks secret; its path."""
    terminal, other = pty.openpty()
    tty.setraw(other)
    half = len(secret) // 2

    def play():
        said = (b"\r\nbooting\r\nnote ", secret[:half].encode(), secret[half:].encode(), b"\r\n> ")
        with contextlib.suppress(OSError):
            while os.read(terminal, 1024):
                for piece in said:
                    os.write(terminal, piece)
                    threading.Event().wait(0.05)

    threading.Thread(target=play, daemon=True).start()
    return os.ttyname(other)


def switch_on(address, secret):
    """Begin to serve; the path of the console."""
    tcp(address, 80, web(secret, squeezed=False))
    tcp(address, 8080, web(secret, squeezed=True))
    tcp(address, 1883, partial(open_broker, text=secret.encode()))
    return console(secret)


def segments(secret):
    """A pcap of one TCP connection in which the secret is split over three segments."""
    told = b"POST /login HTTP/1.1\r\n\r\nnote=" + secret.encode() + b"&go=1"
    cuts = (0, len(told) - 14, len(told) - 9, len(told))
    packets = [_packet(told[a:b], 1000 + a) for a, b in itertools.pairwise(cuts)]
    packets.append(_packet(told[cuts[1] : cuts[2]], 1000 + cuts[1]))  # sent again
    packets[0], packets[2] = packets[2], packets[0]  # and out of order
    return packets


def pcap(secret):
    """The segments as a classic capture file."""
    file = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
    for packet in segments(secret):
        file += struct.pack("<IIII", 1, 0, len(packet), len(packet)) + packet
    return file


def pcapng(secret):
    """The segments as a pcapng file, with a comment and the secrets of a TLS session."""
    keys = b"CLIENT_RANDOM 0123456789abcdef " + b"k" * 13
    blocks = [
        (0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)),
        (1, struct.pack("<HHI", 1, 0, 65535)),
        (0x0A, struct.pack("<II", 0x544C534B, len(keys)) + keys),
    ]
    for packet in segments(secret):
        padded = packet + bytes(-len(packet) % 4)
        blocks.append((6, struct.pack("<IIIII", 0, 0, 1, len(packet), len(packet)) + padded))
    file = b""
    for kind, body in blocks:
        size = struct.pack("<I", 12 + len(body))
        file += struct.pack("<I", kind) + size + body + size
    return file


def _packet(payload, sequence):
    tcp_head = struct.pack(">HHIIBBHHH", 40000, 80, sequence, 0, 0x50, 0x18, 1024, 0, 0)
    hosts = bytes([192, 168, 7, 1, 192, 168, 7, 20])
    total = len(tcp_head) + len(payload)
    pseudo = hosts + struct.pack(">BBH", 0, 6, total)
    check = _checksum(pseudo + tcp_head + payload)
    tcp_head = tcp_head[:16] + struct.pack(">H", check) + tcp_head[18:]
    ip_head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + total, 1, 0, 64, 6, 0) + hosts
    ip_head = ip_head[:10] + struct.pack(">H", _checksum(ip_head)) + ip_head[12:]
    ethernet = bytes.fromhex("0200000000010200000000020800")
    return ethernet + ip_head + tcp_head + payload


def _checksum(data):
    total = sum(struct.unpack(f">{(len(data) + 1) // 2}H", data + bytes(len(data) % 2)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
