"""The firmware version of a sample that has Bluetooth alone: its Device Information service.

Nobody pairs for it: the service is meant to be read by whoever comes (Device Information Service
1.2, 2). What it says is the sample's own statement, like a page of its web server.
"""

from harness.interpret.bluetooth.attributes import READABLE, Opcode
from harness.interpret.identity import FIRMWARE_REVISION, OPEN
from harness.probes.base import ProbeContext
from harness.probes.bluetooth_pairing import discover
from harness.probes.bluetooth_recording import recorded


def read_information(context: ProbeContext) -> None:
    """Record a connection on which the firmware revision is read, if the sample has one.

    Raises:
        BenchFault: no Bluetooth, or the adapter cannot be opened.
    """
    with recorded(context) as session, session.connected(OPEN) as connection:
        if connection is None:
            return
        for each in discover(connection):
            if each.uuid == FIRMWARE_REVISION and each.properties & READABLE:
                connection.request(bytes([Opcode.READ]) + each.handle.to_bytes(2, "little"))
