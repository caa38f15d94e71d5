"""Login attempts at MQTT brokers, in clear or inside TLS."""

from contextlib import closing
from time import monotonic
from typing import Final

from harness.bench.network_link import Connected, NetworkLink, Stream, StreamClosed
from harness.encoding.canonical import sha256_hex
from harness.facts.mqtt import MqttAnswer
from harness.interpret.login_transcript import Point
from harness.interpret.mqtt_packets import (
    DISCONNECT,
    PINGREQ,
    PINGRESP,
    V3_1_1,
    V5,
    answer_of,
    connect,
    packets,
)
from harness.probes.base import ProbeContext
from harness.probes.login_candidates import Candidate
from harness.probes.login_log import LoginLog

_MAX_BYTES: Final = 16 * 1024


class MqttLogin:
    """Tries logins at one broker, each on a connection of its own."""

    def __init__(self, context: ProbeContext, link: NetworkLink, point: Point) -> None:
        """Log in at ``point``."""
        self._context = context
        self._link = link
        self._point = point
        self._level = V3_1_1

    def attempt(self, candidate: Candidate, log: LoginLog) -> None:
        """One CONNECT, and a ping if it was accepted."""
        self._context.check_time()
        outcome, stream = self._link.connect(self._point.port)
        if outcome is not Connected.OPEN or stream is None:
            log.record("closed", detail=f"no connection: {outcome.value}")
            return
        with closing(stream):
            try:
                if self._point.tls:
                    stream.start_tls()
                self._talk(stream, candidate, log)
            except (StreamClosed, TimeoutError) as error:
                log.record("closed", detail=str(error)[:500])

    def _talk(self, stream: Stream, candidate: Candidate, log: LoginLog) -> None:
        client = f"certbench-{sha256_hex(f'login {self._context.seed}'.encode())[:8]}"
        self._send(stream, connect(client, self._level, candidate.user, candidate.password), log)
        received = self._until(stream, b"", 1, log)
        first = next(packets(received), None)
        answer = answer_of(first, self._level) if first else None
        if answer is None:
            return
        if answer[0] is MqttAnswer.OTHER_VERSION:
            self._level = V5  # for the attempts that follow
        if answer[0] is MqttAnswer.ACCEPTED:
            self._send(stream, PINGREQ, log)
            self._until(stream, received, 0, log)
            self._send(stream, DISCONNECT, log)

    @staticmethod
    def _send(stream: Stream, data: bytes, log: LoginLog) -> None:
        log.record("sent", data=data)
        stream.send(data)

    def _until(self, stream: Stream, received: bytes, count: int, log: LoginLog) -> bytes:
        """Read until there are ``count`` whole packets, or a PINGRESP for a count of 0."""
        deadline = monotonic() + self._context.settings.credentials.timeout_s
        while (left := deadline - monotonic()) > 0 and len(received) < _MAX_BYTES:
            whole = [packet for packet in packets(received) if packet.whole]
            if (count and len(whole) >= count) or (
                not count and any(packet.kind == PINGRESP for packet in whole)
            ):
                break
            data = stream.receive(timeout_s=left)
            if not data:
                break
            log.record("received", data=data)
            received += data
        return received
