"""The MQTT broker of the router: telemetry for a home hub, inside TLS and with a login.

It speaks MQTT 3.1.1. The router's own values are retained; what clients publish goes to whoever is
subscribed at that moment.
"""

import queue
import threading
import time
from collections.abc import Callable
from typing import Final

from harness.reference.accounts import Login
from harness.reference.device import Device
from harness.reference.flaws import Flaw
from harness.reference.mqtt_wire import (
    LEVEL,
    Fields,
    MalformedError,
    Packet,
    PacketReader,
    matches,
    message,
    packet,
    read_connect,
)
from harness.reference.network import Handler
from harness.reference.stream import IDLE_S, ByteStream, TcpStream
from harness.reference.tls import TlsServer

_CONNECT, _PUBLISH, _PUBREL, _SUBSCRIBE, _UNSUBSCRIBE, _PING, _DISCONNECT = 1, 3, 6, 8, 10, 12, 14
_ACCEPTED, _OTHER_VERSION, _UNAVAILABLE, _BAD_LOGIN, _NO_LOGIN = 0, 1, 3, 4, 5
_POLL_S: Final = 0.1
"""How long a message of another client may wait."""
_MOST_FILTERS: Final = 32
_MOST_WAITING: Final = 256
_CHUNK: Final = 16384


class Broker:
    """Who is connected, and what they are subscribed to."""

    def __init__(self, device: Device) -> None:
        """A broker without clients."""
        self._device = device
        self._sessions: set[_Session] = set()
        self._lock = threading.Lock()

    def handler(self, tls: TlsServer) -> Handler:
        """Serve one connection inside TLS."""

        def handle(stream: TcpStream) -> None:
            secured = tls(stream)
            stream.settimeout(_POLL_S)
            session = _Session(self, self._device, secured)
            try:
                session.run()
            finally:
                self.leave(session)
                secured.finish()

        return handle

    def enter(self, session: "_Session") -> None:
        """A client was let in."""
        with self._lock:
            self._sessions.add(session)

    def leave(self, session: "_Session") -> None:
        """A client has gone."""
        with self._lock:
            self._sessions.discard(session)

    def spread(self, topic: str, payload: bytes) -> None:
        """Hand a message to every client that wants it."""
        with self._lock:
            sessions = list(self._sessions)
        for session in sessions:
            session.offer(topic, payload)

    def retained(self) -> dict[str, bytes]:
        """The router's own values, by topic."""
        values = ("up", "18", "3", "41")
        return {
            topic: value.encode()
            for topic, value in zip(self._device.look.topics, values, strict=True)
        }


class _Session:
    """One connection."""

    def __init__(self, broker: Broker, device: Device, stream: ByteStream) -> None:
        self._broker = broker
        self._device = device
        self._stream = stream
        self._filters: list[str] = []
        self._waiting: queue.Queue[bytes] = queue.Queue(_MOST_WAITING)
        self._epoch = device.epoch
        self._let_in = False
        self._over = False

    def run(self) -> None:
        """Until the client leaves, breaks the rules, says nothing, or must log in anew."""
        reader, heard = PacketReader(), time.monotonic()
        while not self._over and self._epoch == self._device.epoch:
            self._deliver()
            try:
                data = self._stream.recv(_CHUNK)
            except TimeoutError:
                if time.monotonic() - heard > IDLE_S:
                    return
                continue
            if not data:
                return
            heard = time.monotonic()
            try:
                for each in reader.feed(data):
                    self._take(each)
            except MalformedError:
                return

    def offer(self, topic: str, payload: bytes) -> None:
        """Keep a message for this client, if it wants it; a slow client loses some."""
        if any(matches(wanted, topic) for wanted in list(self._filters)):
            try:
                self._waiting.put_nowait(message(topic, payload))
            except queue.Full:
                return

    def _deliver(self) -> None:
        while not self._waiting.empty():
            self._stream.sendall(self._waiting.get_nowait())

    def _take(self, each: Packet) -> None:
        if self._over:
            return
        if not self._let_in:
            self._connect(each)
            return
        actions: dict[int, Callable[[Packet], None]] = {
            _PUBLISH: self._publish,
            _PUBREL: lambda held: self._stream.sendall(packet(0x70, Fields(held.body).take(2))),
            _SUBSCRIBE: self._subscribe,
            _UNSUBSCRIBE: self._unsubscribe,
            _PING: lambda _: self._stream.sendall(packet(0xD0)),
        }
        if each.kind == _DISCONNECT:
            self._over = True
        elif each.kind in actions:
            actions[each.kind](each)
        else:
            raise MalformedError("a packet that no client sends here")
        self._deliver()

    def _connect(self, each: Packet) -> None:
        if each.kind != _CONNECT:
            raise MalformedError("no CONNECT")
        code = self._judge(each)
        self._stream.sendall(packet(0x20, bytes([0, code])))
        self._let_in, self._over = code == _ACCEPTED, code != _ACCEPTED
        if self._let_in:
            self._broker.enter(self)

    def _judge(self, each: Packet) -> int:
        """The return code of a CONNECT (section 3.2.2.3)."""
        client = read_connect(each)
        if client.level != LEVEL:
            return _OTHER_VERSION
        if client.user is None:
            return _ACCEPTED if Flaw.ANONYMOUS_MQTT in self._device.flaws else _NO_LOGIN
        outcome = self._device.accounts.login("mqtt", client.user, client.password)
        if outcome is Login.LOCKED:
            return _UNAVAILABLE
        return _ACCEPTED if outcome is Login.ACCEPTED else _BAD_LOGIN

    def _publish(self, each: Packet) -> None:
        fields, quality = Fields(each.body), each.flags >> 1 & 0x03
        topic = fields.text()
        if not topic or "#" in topic or "+" in topic:
            raise MalformedError("a topic with wildcards")
        if quality:
            self._stream.sendall(packet(0x40 if quality == 1 else 0x50, fields.take(2)))
        if not topic.startswith("$"):
            self._broker.spread(topic, fields.rest)

    def _subscribe(self, each: Packet) -> None:
        fields = Fields(each.body)
        number, codes, wanted = fields.take(2), bytearray(), list[str]()
        while fields.rest:
            topic = fields.text()
            fields.take(1)
            room = len(self._filters) + len(wanted) < _MOST_FILTERS
            codes.append(0 if topic and room else 0x80)
            wanted += [topic] if topic and room else []
        self._filters += wanted
        self._stream.sendall(packet(0x90, number + bytes(codes)))
        for topic, value in self._broker.retained().items():
            if any(matches(entry, topic) for entry in wanted):
                self._stream.sendall(message(topic, value, retained=True))

    def _unsubscribe(self, each: Packet) -> None:
        fields = Fields(each.body)
        number = fields.take(2)
        while fields.rest:
            topic = fields.text()
            self._filters = [entry for entry in self._filters if entry != topic]
        self._stream.sendall(packet(0xB0, number))
