"""The Bluetooth adapter of the bench for Classic (BR/EDR), through bumble's host stack.

The bench asks, connects and pairs; it is neither discoverable nor connectable itself. Beside what
it was told to pair it agrees to no pairing, so that a DUT that asks for one on its own opens
nothing.
"""

import asyncio
import contextlib
import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from bumble import core, hci, l2cap, pairing, rfcomm, sdp
from bumble import device as bumble_device
from bumble.core import AdvertisingData
from bumble.device import Device, DeviceConfiguration
from bumble.keys import MemoryKeyStore
from bumble.transport.common import Transport
from typing_extensions import override

from harness.bench.bluetooth_host import (
    SLACK_S,
    HeldAdapter,
    HeldLink,
    Loop,
    LostError,
    bounded,
    take_adapter,
)
from harness.bench.bluetooth_link import Hands, Recorder
from harness.bench.classic_link import ClassicConnection, ClassicOffer, ClassicRadio, Services
from harness.errors import BenchFault

_OPEN_S: Final = 15.0
_CLOSE_S: Final = 3.0
_NAME_S: Final = 5.0
_SERVICES_S: Final = 8.0
_CHANNEL_S: Final = 3.0
_HOLD_S: Final = 0.3
_PAIRING_S: Final = 35.0
_UNATTENDED_S: Final = 10.0
"""For a pairing that nobody at the DUT would confirm."""
_ENCRYPT_S: Final = 6.0
_MOST_HEARD: Final = 200
_MOST_NAMES: Final = 10
_MOST_SERVICES: Final = 60
_HIGHEST_CHANNEL: Final = 30
_LOCAL_PROTOCOLS: Final = frozenset({sdp.SDP_PSM, rfcomm.RFCOMM_PSM})
_NAMES: Final = (
    AdvertisingData.Type.COMPLETE_LOCAL_NAME,
    AdvertisingData.Type.SHORTENED_LOCAL_NAME,
)


@contextlib.contextmanager
def open_classic_radio(
    transport: str, recorder: Recorder, *, simple_pairing: bool = True
) -> Iterator[ClassicRadio]:
    """Take the adapter that bumble calls ``transport``, and let go of it in the end.

    Args:
        transport: the adapter.
        recorder: is given every packet.
        simple_pairing: False makes the bench a device of before Bluetooth 2.1, with PINs only.

    Raises:
        BenchFault: it cannot be opened; the message says why as bumble told it.
    """
    make = functools.partial(_Radio, simple_pairing=simple_pairing)
    with take_adapter(transport, recorder, make) as radio:
        yield radio


class _Radio(HeldAdapter, ClassicRadio):
    def __init__(self, loop: Loop, transport: Transport, *, simple_pairing: bool) -> None:
        options = DeviceConfiguration(
            name="certbench",
            le_enabled=False,
            classic_enabled=True,
            classic_ssp_enabled=simple_pairing,
            classic_accept_any=False,
            connectable=False,
            discoverable=False,
        )
        device = Device.from_config_with_hci(options, transport.source, transport.sink)
        super().__init__(loop, transport, device)
        self._device.pairing_config_factory = _refusing
        self._heard: dict[str, str] = {}
        self._woken = asyncio.Event()
        self._device.on(Device.EVENT_INQUIRY_RESULT, self._hear)

    @override
    def inquire(self, wanted: Callable[[str, str], bool], seconds: float) -> str | None:
        longest = seconds + _MOST_NAMES * _NAME_S
        return self._loop.run(self._inquire(wanted, seconds), longest)

    async def _inquire(self, wanted: Callable[[str, str], bool], seconds: float) -> str | None:
        def fitting() -> str | None:
            return next((each for each, name in self._heard.items() if wanted(each, name)), None)

        async def search() -> str:
            while True:
                self._woken.clear()
                found = fitting()
                if found is not None:
                    return found
                await self._woken.wait()

        self._heard.clear()
        try:
            await self._device.start_discovery(auto_restart=False)
            return await bounded(search(), seconds)
        except (TimeoutError, LostError):
            pass
        except hci.HCI_Error as error:
            raise BenchFault(f"the adapter refuses an inquiry: {error}") from error
        finally:
            with contextlib.suppress(hci.HCI_Error):  # it ended by itself
                await self._device.stop_discovery()
        nameless = [address for address, name in self._heard.items() if not name]
        for address in nameless[:_MOST_NAMES]:
            self._heard[address] = await self._name_of(address)
        return fitting()

    async def _name_of(self, address: str) -> str:
        asked = hci.Address(address, hci.Address.PUBLIC_DEVICE_ADDRESS)
        try:
            return await bounded(self._device.request_remote_name(asked), _NAME_S)
        except (TimeoutError, LostError, hci.HCI_Error):
            return ""

    def _hear(
        self, address: hci.Address, _class: int, data: AdvertisingData, _strength: int
    ) -> None:
        text = address.to_string(with_type_qualifier=False)
        if text not in self._heard and len(self._heard) >= _MOST_HEARD:
            return
        told = {kind: value for kind, value in data.ad_structures if kind in _NAMES}
        name = next((told[kind].decode("utf-8", "replace") for kind in _NAMES if kind in told), "")
        self._heard[text] = name or self._heard.get(text, "")
        self._woken.set()

    @override
    def connect(self, address: str, timeout_s: float) -> ClassicConnection | None:
        return self._loop.run(self._connect(address, timeout_s), timeout_s)

    async def _connect(self, address: str, timeout_s: float) -> ClassicConnection | None:
        asked = hci.Address(address, hci.Address.PUBLIC_DEVICE_ADDRESS)
        try:
            # The inner limit lets bumble take the attempt back; the outer is for a dead adapter.
            made = await bounded(
                self._device.connect_classic(asked, timeout_s), timeout_s + SLACK_S / 2
            )
        except (TimeoutError, LostError, hci.HCI_Error, core.BaseBumbleError):
            return None
        connection = _Connection(self._loop, self._device, made)
        self._links.append(connection)
        return connection


class _Connection(HeldLink, ClassicConnection):
    def __init__(self, loop: Loop, device: Device, connection: bumble_device.Connection) -> None:
        super().__init__(loop, connection)
        self._device = device

    @override
    def services(self) -> Services:
        return self._loop.run(self._services(), _SERVICES_S)

    @override
    def open_channels(self, channels: Sequence[int]) -> None:
        self._loop.run(self._open_channels(channels), (len(channels) + 2) * _CHANNEL_S)

    @override
    def open_psm(self, psm: int) -> None:
        self._loop.run(self._open_psm(psm), 3 * _CHANNEL_S)

    @override
    def pair(self, offer: ClassicOffer, hands: Hands | None) -> bool:
        return self._loop.run(self._pair(offer, hands), _PAIRING_S + 2 * _ENCRYPT_S)

    async def _services(self) -> Services:
        client = sdp.Client(self._connection)
        try:
            await bounded(client.connect(), _CHANNEL_S)
            search = client.search_attributes(
                [core.BT_L2CAP_PROTOCOL_ID], [sdp.SDP_ALL_ATTRIBUTES_RANGE]
            )
            records = await bounded(search, _SERVICES_S - _CHANNEL_S)
            services = _places(records)
            await bounded(client.disconnect(), _CHANNEL_S)
        except Exception:  # noqa: BLE001  (whatever a DUT can make bumble raise)
            return Services()
        return services

    async def _open_channels(self, channels: Sequence[int]) -> None:
        spec = l2cap.ClassicChannelSpec(psm=rfcomm.RFCOMM_PSM)
        with contextlib.suppress(Exception):  # refused, or the link ended
            carrier = await bounded(self._connection.create_l2cap_channel(spec=spec), _CHANNEL_S)
            multiplexer = rfcomm.Multiplexer(carrier, rfcomm.Multiplexer.Role.INITIATOR)
            await bounded(multiplexer.connect(), _CHANNEL_S)
            for channel in channels:
                await _open_channel(multiplexer, channel)
            await bounded(multiplexer.disconnect(), _CHANNEL_S)
            await bounded(carrier.disconnect(), _CHANNEL_S)

    async def _open_psm(self, psm: int) -> None:
        spec = l2cap.ClassicChannelSpec(psm=psm)
        with contextlib.suppress(Exception):  # refused, or the link ended
            channel = await bounded(self._connection.create_l2cap_channel(spec=spec), _CHANNEL_S)
            await asyncio.sleep(_HOLD_S)
            await bounded(channel.disconnect(), _CHANNEL_S)

    async def _pair(self, offer: ClassicOffer, hands: Hands | None) -> bool:
        self._device.keystore = MemoryKeyStore()
        self._device.pairing_config_factory = functools.partial(_config, offer, hands)
        try:
            limit_s = _PAIRING_S if hands is not None else _UNATTENDED_S
            await bounded(self._connection.authenticate(), limit_s)
            await bounded(self._connection.encrypt(), _ENCRYPT_S)
            command = hci.HCI_Read_Encryption_Key_Size_Command(
                connection_handle=self._connection.handle
            )
            await bounded(self._device.send_sync_command(command), _ENCRYPT_S)
        except Exception:  # noqa: BLE001  (whatever a DUT can make bumble raise)
            return False
        finally:
            self._device.pairing_config_factory = _refusing
        return True


async def _open_channel(multiplexer: rfcomm.Multiplexer, channel: int) -> None:
    """Open it, hold it, close it; an error if nothing more can be asked on this multiplexer."""
    try:
        opened = await bounded(multiplexer.open_dlc(channel), _CHANNEL_S)
    except core.ConnectionError:
        return  # refused: another one may be there
    await asyncio.sleep(_HOLD_S)
    await bounded(opened.disconnect(), _CHANNEL_S)


def _config(
    offer: ClassicOffer, hands: Hands | None, _connection: bumble_device.Connection
) -> pairing.PairingConfig:
    return pairing.PairingConfig(mitm=offer.mitm, bonding=True, delegate=_Delegate(offer, hands))


def _refusing(_connection: bumble_device.Connection) -> pairing.PairingConfig:
    delegate = _Delegate(ClassicOffer(hci.IoCapability.DISPLAY_YES_NO), None, agrees=False)
    return pairing.PairingConfig(mitm=True, bonding=False, delegate=delegate)


class _Delegate(pairing.PairingDelegate):
    """The bench's side of a pairing, and the hands at the DUT's."""

    def __init__(self, offer: ClassicOffer, hands: Hands | None, *, agrees: bool = True) -> None:
        super().__init__(io_capability=pairing.PairingDelegate.IoCapability(offer.capability))
        self._pin = offer.pin
        self._hands = hands
        self._agrees = agrees

    @override
    async def confirm(self, auto: bool = False) -> bool:
        return self._agrees

    @override
    async def compare_numbers(self, number: int, digits: int) -> bool:
        if self._hands is None or not self._agrees:
            return self._agrees
        shown = await asyncio.to_thread(self._hands.read_display, _PAIRING_S / 4)
        same = shown == f"{number:0{digits}}"
        await asyncio.to_thread(lambda hands: hands.confirm(same=same), self._hands)
        return same

    @override
    async def display_number(self, number: int, digits: int = 6) -> None:
        if self._hands is not None:
            await asyncio.to_thread(self._hands.type_digits, f"{number:0{digits}}")

    @override
    async def get_string(self, max_length: int) -> str | None:
        return self._pin or None


def _places(records: Sequence[Sequence[sdp.ServiceAttribute]]) -> Services:
    """Server channels and PSMs out of the protocol lists of service records."""
    channels: dict[int, None] = {}
    psms: dict[int, None] = {}
    for record in records:
        listed = sdp.ServiceAttribute.find_attribute_in_list(
            record, sdp.SDP_PROTOCOL_DESCRIPTOR_LIST_ATTRIBUTE_ID
        )
        protocols = listed.value if listed is not None else ()
        for descriptor in protocols:
            uuid, *parameters = (element.value for element in descriptor.value)
            number = parameters[0] if parameters and isinstance(parameters[0], int) else 0
            if uuid == core.BT_RFCOMM_PROTOCOL_ID and 0 < number <= _HIGHEST_CHANNEL:
                channels[number] = None
            elif uuid == core.BT_L2CAP_PROTOCOL_ID and number and number not in _LOCAL_PROTOCOLS:
                psms[number] = None
    return Services(tuple(channels)[:_MOST_SERVICES], tuple(psms)[:_MOST_SERVICES])
