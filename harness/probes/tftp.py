"""What a TFTP server hands out and takes (RFC 1350), with nothing written but an empty name."""

from typing import Final

from harness.bench.network_link import Connected, Datagram, NetworkLink
from harness.interpret import tftp_packets
from harness.interpret.tftp_packets import ACK, DATA, ERROR, OACK, READ, WRITE, Packet
from harness.probes.base import CaptureJournal, ProbeContext

USUAL_NAMES: Final = (
    "boot.scr",
    "config.txt",
    "config.bin",
    "firmware.bin",
    "pxelinux.0",
    "startup-config",
    "uImage",
)
"""Names that devices and boot loaders use; a few, since each is a packet that may be logged."""
ANSWER_S: Final = 1.0
TRIES: Final = 2


class TftpTalk:
    """Asks one port. Each request is a transfer of its own, ended by an error packet."""

    def __init__(
        self, context: ProbeContext, link: NetworkLink, journal: CaptureJournal, port: int
    ) -> None:
        """Ask ``port`` of ``link``, and write everything to ``journal``."""
        self._context = context
        self._link = link
        self._journal = journal
        self._port = port

    def run(self, name: str) -> None:
        """Ask for the throw-away ``name`` and usual ones; try to write ``name``; look what stayed.

        A write that the server accepts is ended before any data: what stays is nothing, or an
        empty file that TFTP gives no means to delete.
        """
        if self._ask("absent", READ, name).kind not in {ERROR, DATA}:
            return
        for usual in USUAL_NAMES:
            if self._ask("read", READ, usual).kind == DATA:
                self._ask("read-again", READ, usual)
        for step in ("write", "write-again"):
            if self._ask(step, WRITE, name).kind not in {ACK, OACK}:
                return
        self._ask("left", READ, name)

    def _ask(self, step: str, kind: int, name: str) -> Packet:
        """Send a request up to `TRIES` times; the first answer."""
        sent = tftp_packets.request(kind, name)
        for _ in range(TRIES):
            self._context.check_time()
            with self._link.datagrams() as datagrams:
                datagrams.send(self._port, sent)
                found = datagrams.receive(ANSWER_S)
                self._record(step, name, sent, found)
                packet = tftp_packets.parse(found.data)
                if packet.kind in {DATA, ACK, OACK}:
                    datagrams.send(found.port, tftp_packets.abort())
            if found.outcome is not Connected.TIMEOUT:
                return packet
        return Packet(0)

    def _record(self, step: str, name: str, sent: bytes, found: Datagram) -> None:
        self._journal.record(
            "exchange",
            step=step,
            name=name,
            port=self._port,
            sent=sent,
            outcome=found.outcome.value,
            answered_from=found.port,
            received=found.data,
        )
