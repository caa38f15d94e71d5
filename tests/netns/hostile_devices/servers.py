"""Sockets that misbehave: small servers, each connection in a thread of its own.

They share no code with the product. A handler gets a connection and the number of connections that
the port had before; whatever it raises ends the connection, never the server.
"""

import contextlib
import socket
import ssl
import struct
import threading

PATIENCE_S = 120
"""How long a handler waits for its peer; longer than any peer of ours should wait for it."""
BACKLOG = 64


def tcp(address, port, handler):
    """Serve ``handler(connection, number)``."""
    server = socket.create_server((address, port), backlog=BACKLOG)
    threading.Thread(target=_accept, args=(server, handler), daemon=True).start()


def _accept(server, handler):
    number = 0
    while True:
        connection, _ = server.accept()
        connection.settimeout(PATIENCE_S)
        threading.Thread(target=_handle, args=(connection, handler, number), daemon=True).start()
        number += 1


def _handle(connection, handler, number):
    with contextlib.suppress(OSError, ValueError), connection:
        handler(connection, number)


def tls(certificate, key, inside):
    """A handler that speaks TLS with the files ``certificate`` and ``key``, then ``inside``."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def handler(connection, number):
        with context.wrap_socket(connection, server_side=True) as wrapped:
            inside(wrapped, number)

    return handler


def reset(connection):
    """Drop the connection with RST instead of FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def udp(address, port, answer, group=""):
    """Answer each datagram to ``address``, or to ``group`` on its link, with ``answer(data)``."""
    own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    own.bind((group or address, port))
    out = own
    if group:
        joined = socket.inet_aton(group) + socket.inet_aton(address)
        own.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, joined)
        out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        out.bind((address, 0))
    threading.Thread(target=_answer, args=(own, out, answer), daemon=True).start()


def _answer(own, out, answer):
    while True:
        data, sender = own.recvfrom(65535)
        with contextlib.suppress(OSError, ValueError, IndexError, struct.error):
            for reply in answer(data):
                out.sendto(reply, sender)


def request(connection):
    """The head of an HTTP request, and as much of its body as came with it."""
    data = b""
    while b"\r\n\r\n" not in data and len(data) < 65536:
        more = connection.recv(65536)
        if not more:
            raise ConnectionError("no request")
        data += more
    return data


def head(*lines, status="200 OK"):
    """The head of an HTTP answer whose body ends with the connection."""
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "Connection: close", "", ""])


def drip(connection, pieces, every_s=0.2):
    """Send one piece after the other, slowly, for as long as the peer takes them."""
    pause = threading.Event()
    for piece in pieces:
        connection.sendall(piece)
        pause.wait(every_s)
