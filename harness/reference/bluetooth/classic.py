"""The Classic (BR/EDR) side of a device that pairs: its policy, a serial port, its service record.

It can be discovered and paired with only while its pairing window is open; its serial port asks for
an authenticated link. bumble's host agrees to every pairing and guards no channel; a device has to
do both.
"""

import asyncio
import contextlib
from typing import Final

from bumble import hci, l2cap, pairing, rfcomm
from bumble.core import UUID, PhysicalTransport
from bumble.device import Connection, Device, DeviceConfiguration
from bumble.host import Host
from bumble.keys import MemoryKeyStore
from typing_extensions import override

from harness.reference.bluetooth.flaws import LockFlaw
from harness.reference.bluetooth.pairable import Level, Pairable

CHANNEL: Final = 3
"""RFCOMM server channel of the serial port."""
CLASS_OF_DEVICE: Final = 0x000704
"""Wearable, wrist watch: no class is made for locks (Assigned Numbers, 2.8)."""
_RECORD: Final = 0x00010001
_SERIAL_PORT: Final = UUID("00001101-0000-1000-8000-00805F9B34FB")
_LOOK_S: Final = 0.1
_Keys = hci.LinkKeyType
_LEVELS: Final[dict[int, Level]] = {
    _Keys.UNAUTHENTICATED_COMBINATION_KEY_GENERATED_FROM_P_192: Level.ENCRYPTED,
    _Keys.UNAUTHENTICATED_COMBINATION_KEY_GENERATED_FROM_P_256: Level.ENCRYPTED,
    _Keys.AUTHENTICATED_COMBINATION_KEY_GENERATED_FROM_P_192: Level.AUTHENTICATED,
    _Keys.AUTHENTICATED_COMBINATION_KEY_GENERATED_FROM_P_256: Level.SECURE_CONNECTIONS,
}


class ClassicDelegate(pairing.PairingDelegate):
    """The device's display and buttons, as a pairing of Classic asks for them."""

    def __init__(self, pairable: Pairable) -> None:
        """A display and two buttons, or neither by a flaw."""
        capability = pairing.PairingDelegate.IoCapability
        self._silent = LockFlaw.UNAUTHENTICATED_KEY in pairable.flaws
        super().__init__(
            io_capability=capability.NO_OUTPUT_NO_INPUT
            if self._silent
            else capability.DISPLAY_OUTPUT_AND_YES_NO_INPUT
        )
        self._pairable = pairable

    @override
    async def confirm(self, auto: bool = False) -> bool:
        """Just Works: only by a flaw."""
        return self._silent

    @override
    async def compare_numbers(self, number: int, digits: int) -> bool:
        self._pairable.shown = f"{number:0{digits}}"
        return await self._pairable.read_answer()


class ClassicDevice(Device):
    """bumble's device, which refuses to pair unless somebody allowed it.

    Attributes:
        pairable: who decides; set before the power is on.
    """

    pairable: Pairable

    def __init__(self, config: DeviceConfiguration, host: Host) -> None:
        """A device as ``config`` says, behind ``host``."""
        super().__init__(config=config, host=host)
        self._refusals: set[asyncio.Task[None]] = set()

    @override
    def on_authentication_io_capability_request(self, connection: hci.Address) -> None:
        """Refuse a pairing outside the window (Core, Vol 4, Part E, 7.1.36)."""
        if self.pairable.may_pair():
            super().on_authentication_io_capability_request(connection)
            return
        refusal = hci.HCI_IO_Capability_Request_Negative_Reply_Command(
            bd_addr=connection, reason=hci.HCI_ErrorCode.PAIRING_NOT_ALLOWED_ERROR
        )
        link = self.find_connection_by_bd_addr(connection, transport=PhysicalTransport.BR_EDR)

        async def refuse() -> None:
            # Not every controller tells the other side why; hanging up tells it at once.
            await self.send_sync_command(refusal)
            if link is not None:
                await link.disconnect(hci.HCI_ErrorCode.AUTHENTICATION_FAILURE_ERROR)

        self._refusals.add(task := asyncio.create_task(refuse()))
        task.add_done_callback(self._refused)

    def _refused(self, task: asyncio.Task[None]) -> None:
        self._refusals.discard(task)
        if not task.cancelled():
            task.exception()  # the other side may have hung up first


class ClassicSide:
    """What a powered device does over Classic."""

    def __init__(self, pairable: Pairable, device: ClassicDevice, bonds: MemoryKeyStore) -> None:
        """Make ``device`` pair as ``pairable`` says, and serve."""
        self._bonds = bonds
        self._kinds: dict[str, int] = {}
        self._pairable = pairable
        self._device = device
        self._levels: dict[int, Level] = {}
        device.pairable = pairable
        usual = device.pairing_config_factory

        def config(connection: Connection) -> pairing.PairingConfig:
            if connection.transport is not PhysicalTransport.BR_EDR:
                return usual(connection)
            mitm = LockFlaw.UNAUTHENTICATED_KEY not in pairable.flaws
            return pairing.PairingConfig(mitm=mitm, delegate=ClassicDelegate(pairable))

        device.pairing_config_factory = config
        device.sdp_service_records = {
            _RECORD: rfcomm.make_service_sdp_records(_RECORD, CHANNEL, _SERIAL_PORT)
        }
        device.on(device.EVENT_CONNECTION, self._connected)
        device.host.on("link_key", self._paired)
        rfcomm.Server(device).listen(self._serve, channel=CHANNEL)
        channels = device.l2cap_channel_manager
        self._usual = channels.on_l2cap_connection_request
        channels.on_l2cap_connection_request = self._asked  # type: ignore[method-assign]

    async def watch(self) -> None:
        """Be discoverable as long as the window is open. Never returns."""
        always = LockFlaw.ALWAYS_DISCOVERABLE in self._pairable.flaws
        await self._device.set_connectable(True)
        while True:
            wanted = always or self._pairable.is_open()
            if wanted != self._device.discoverable:
                await self._device.set_discoverable(wanted)
            await asyncio.sleep(_LOOK_S)

    def _connected(self, connection: Connection) -> None:
        if connection.transport is not PhysicalTransport.BR_EDR:
            return

        def secured() -> None:
            # At once: the first request may stand in the same packet of the transport.
            if connection.is_encrypted:
                self._levels[connection.handle] = self._level_of(str(connection.peer_address))

        def left(_reason: int) -> None:
            self._levels.pop(connection.handle, None)

        connection.on(connection.EVENT_CONNECTION_ENCRYPTION_CHANGE, secured)
        connection.on(connection.EVENT_DISCONNECTION, left)

    def _level_of(self, address: str) -> Level:
        """How the key was made that is shared with ``address``."""
        kept = self._bonds.all_keys.get(address)
        kind = self._kinds.get(address, kept.link_key_type if kept else None)
        return Level.ENCRYPTED if kind is None else _LEVELS.get(kind, Level.ENCRYPTED)

    def _paired(self, address: hci.Address, _key: bytes, kind: int) -> None:
        self._kinds[str(address)] = kind
        self._pairable.paired(_LEVELS.get(kind, Level.ENCRYPTED))

    def _asked(
        self, connection: Connection, cid: int, request: l2cap.L2CAP_Connection_Request
    ) -> None:
        """Somebody wants a channel: the serial port is the owner's (Core, Vol 3, Part A, 4.3)."""
        if request.psm != rfcomm.RFCOMM_PSM or self._obeys(connection):
            self._usual(connection, cid, request)
            return
        refusal = l2cap.L2CAP_Connection_Response(
            identifier=request.identifier,
            destination_cid=0,
            source_cid=request.source_cid,
            result=l2cap.L2CAP_Connection_Response.Result.CONNECTION_REFUSED_SECURITY_BLOCK,
            status=0,
        )
        self._device.l2cap_channel_manager.send_control_frame(connection, cid, refusal)

    def _obeys(self, connection: Connection) -> bool:
        if LockFlaw.OPEN_SERIAL_PORT in self._pairable.flaws:
            return True
        requires = Level.SECURE_CONNECTIONS
        if LockFlaw.NO_SECURE_CONNECTIONS in self._pairable.flaws:
            requires = Level.AUTHENTICATED
        if LockFlaw.UNAUTHENTICATED_KEY in self._pairable.flaws:
            requires = Level.ENCRYPTED
        return self._levels.get(connection.handle, Level.NONE) >= requires

    def _serve(self, channel: rfcomm.DLC) -> None:
        self._pairable.truth.record("serial-port", state="open")

        def answer(_data: bytes) -> None:
            with contextlib.suppress(Exception):  # it may be closed by now
                channel.write(b"lock> ")

        channel.sink = answer
        answer(b"")
