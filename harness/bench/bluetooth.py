"""The Bluetooth adapter of the bench, real or virtual, through bumble's host stack.

The host stack is ours to the last byte, so that any pairing can be offered and any unit be sent; an
operating system's stack would hide both. bumble runs on an event loop in a thread of its own.
bumble ends whatever awaits a link with ``CancelledError`` when that link ends; here that is turned
into a result.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Final, TypeVar

from bumble import core, hci, pairing, smp
from bumble import device as bumble_device
from bumble.device import Advertisement, Device, DeviceConfiguration
from bumble.keys import PairingKeys
from bumble.transport.common import Transport
from typing_extensions import override

from harness.bench.bluetooth_delegate import OfferDelegate
from harness.bench.bluetooth_host import (
    SLACK_S,
    HeldAdapter,
    HeldLink,
    Loop,
    LostError,
    bounded,
    take_adapter,
)
from harness.bench.bluetooth_link import (
    Bond,
    Connection,
    Hands,
    Heard,
    Offer,
    PairingEnd,
    Radio,
    Recorder,
)

T = TypeVar("T")
_OPEN_S: Final = 15.0
_ANSWER_S: Final = 2.0
_PAIRING_S: Final = 35.0
_ENCRYPT_S: Final = 6.0
_CLOSE_S: Final = 3.0
_ATT: Final = 0x0004
_SMP: Final = 0x0006
_SECURITY_REQUEST: Final = b"\x0b"
"""What a peripheral may send at any time; no answer to a request (Core, Vol 3, Part H, 2.4.6)."""
_UNASKED: Final = frozenset({0x1B, 0x1D, 0x23})
"""Notifications and indications: no answer to anything."""
_MOST_ADDRESSES: Final = 1000
_MOST_PAYLOADS: Final = 20
_KEY_BYTES: Final = 16


@contextlib.contextmanager
def open_radio(transport: str, recorder: Recorder) -> Iterator[Radio]:
    """Take the adapter that bumble calls ``transport``, and let go of it in the end.

    Raises:
        BenchFault: it cannot be opened; the message says why as bumble told it.
    """
    with take_adapter(transport, recorder, _Radio) as radio:
        yield radio


class _Radio(HeldAdapter, Radio):
    def __init__(self, loop: Loop, transport: Transport) -> None:
        first = bytes([secrets.randbits(6) | 0xC0])
        address = hci.Address((first + secrets.token_bytes(5))[::-1])
        options = DeviceConfiguration(
            name="certbench", address=address, irk=secrets.token_bytes(16)
        )
        device = Device.from_config_with_hci(options, transport.source, transport.sink)
        super().__init__(loop, transport, device)
        self._device.smp_session_proxy = _Session
        self._connections: dict[int, _Connection] = {}
        self._heard: dict[str, Heard] = {}
        self._woken = asyncio.Event()
        # bumble's own event tells of the last report only, be it advertisement or scan response.
        self._device.host.on("advertising_report", self._hear)
        channels = self._device.l2cap_channel_manager
        self._usual = channels.on_pdu
        channels.on_pdu = self._on_pdu  # type: ignore[method-assign]

    @override
    def listen(self, seconds: float) -> Sequence[Heard]:
        async def scan() -> None:
            await self._scanning(asyncio.sleep(seconds))

        self._loop.run(scan(), seconds)
        return tuple(self._heard.values())

    @override
    def find(self, wanted: Callable[[Heard], bool], timeout_s: float) -> Heard | None:
        async def search() -> Heard | None:
            while True:
                self._woken.clear()
                for heard in self._heard.values():
                    if heard.connectable and wanted(heard):
                        return heard
                await self._woken.wait()

        async def scan() -> Heard | None:
            try:
                return await self._scanning(bounded(search(), timeout_s))
            except TimeoutError:
                return None

        return self._loop.run(scan(), timeout_s)

    @override
    def connect(self, address: str, timeout_s: float) -> Connection | None:
        return self._loop.run(self._connect(address, timeout_s), timeout_s)

    async def _connect(self, address: str, timeout_s: float) -> Connection | None:
        try:
            # The inner limit lets bumble take the attempt back; the outer is for a dead adapter.
            made = await bounded(
                self._device.connect_le(hci.Address(address), timeout=timeout_s),
                timeout_s + SLACK_S / 2,
            )
        except (TimeoutError, LostError, hci.HCI_Error, core.BaseBumbleError):
            return None
        connection = _Connection(self._loop, self._device, made)
        self._connections[made.handle] = connection
        self._links.append(connection)
        return connection

    async def _scanning(self, work: Awaitable[T]) -> T:
        self._heard.clear()
        await self._device.start_scanning(active=True, filter_duplicates=False)
        try:
            return await work
        finally:
            await self._device.stop_scanning()

    def _hear(self, report: hci.HCI_LE_Advertising_Report_Event.Report) -> None:
        said = Advertisement.from_advertising_report(report)
        if said is None:
            return
        text = said.address.to_string()
        known = self._heard.get(text)
        if known is None and len(self._heard) >= _MOST_ADDRESSES:
            del self._heard[next(iter(self._heard))]  # or a crowd would hide whoever comes later
        payloads = known.payloads if known else ()
        data = bytes(said.data_bytes)
        if data not in payloads and len(payloads) < _MOST_PAYLOADS:
            payloads = (*payloads, data)
        connectable = said.is_connectable or bool(known and known.connectable)
        self._heard[text] = Heard(text, connectable, payloads)
        self._woken.set()

    def _on_pdu(self, connection: bumble_device.Connection, cid: int, pdu: bytes) -> None:
        known = self._connections.get(connection.handle)
        if known is None or not known.takes(cid, pdu):
            with contextlib.suppress(Exception):  # what a DUT sends must not end the host
                self._usual(connection, cid, pdu)


class _Connection(HeldLink, Connection):
    def __init__(self, loop: Loop, device: Device, connection: bumble_device.Connection) -> None:
        super().__init__(loop, connection)
        self._device = device
        self._waiting: dict[int, asyncio.Future[bytes]] = {}

    def takes(self, channel: int, pdu: bytes) -> bool:
        """Whether the bench, and not bumble, waits for this unit."""
        if channel == _ATT and pdu and pdu[0] & 1 and pdu[0] not in _UNASKED:
            self._give(channel, pdu)
            return True
        if channel == _SMP and channel in self._waiting:
            if pdu[:1] != _SECURITY_REQUEST:
                self._give(channel, pdu)
            return True
        return False

    @override
    def request(self, pdu: bytes) -> bytes | None:
        return self._loop.run(self._ask(_ATT, pdu), _ANSWER_S)

    @override
    def ask_security(self, pdu: bytes) -> bytes | None:
        return self._loop.run(self._ask(_SMP, pdu), _ANSWER_S)

    @override
    def send(self, channel: int, pdu: bytes) -> bool:
        async def send() -> bool:
            return self._send(channel, pdu)

        return self._loop.run(send(), _ANSWER_S)

    @override
    def pair(self, offer: Offer, hands: Hands, *, wrong: bool = False) -> PairingEnd:
        return self._loop.run(self._pair(offer, hands, wrong=wrong), _PAIRING_S)

    @override
    def encrypt(self, bond: Bond) -> bool:
        return self._loop.run(self._encrypt(bond), _ENCRYPT_S)

    async def _ask(self, channel: int, pdu: bytes) -> bytes | None:
        future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting[channel] = future
        try:
            if not self._send(channel, pdu):
                return None
            return await asyncio.wait_for(future, _ANSWER_S)
        except (TimeoutError, LostError):
            return None
        finally:
            del self._waiting[channel]

    def _send(self, channel: int, pdu: bytes) -> bool:
        if self.is_open:
            self._connection.send_l2cap_pdu(channel, pdu)
        return self.is_open

    def _give(self, channel: int, pdu: bytes) -> None:
        future = self._waiting.get(channel)
        if future is not None and not future.done():
            future.set_result(pdu)

    @override
    def _on_end(self, reason: int) -> None:
        super()._on_end(reason)
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(LostError())

    async def _pair(self, offer: Offer, hands: Hands, *, wrong: bool) -> PairingEnd:
        delegate = OfferDelegate(offer, hands, self.hang_up, wrong=wrong)
        self._device.pairing_config_factory = lambda _connection: _config(offer, delegate)
        made: list[PairingKeys] = []
        self._connection.on(self._connection.EVENT_PAIRING, made.append)
        try:
            await bounded(self._connection.pair(), _PAIRING_S)
        except TimeoutError:
            return PairingEnd(None, "no end in time")
        except LostError:
            return PairingEnd(None, delegate.fault or "the link ended")
        except Exception as error:  # noqa: BLE001  (whatever a DUT can make bumble raise)
            code = error.error_code if isinstance(error, core.ProtocolError) else None
            return PairingEnd(None, delegate.fault or str(error)[:200], code)
        finally:
            await delegate.finish()
            self._connection.remove_listener(self._connection.EVENT_PAIRING, made.append)
        return PairingEnd(_bond(made[0]) if made else None, "completed")

    async def _encrypt(self, bond: Bond) -> bool:
        changed: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        def on_change() -> None:
            if not changed.done():
                changed.set_result(self._connection.is_encrypted)

        def on_failure(_code: int) -> None:
            if not changed.done():
                changed.set_result(False)

        link = self._connection
        link.on(link.EVENT_CONNECTION_ENCRYPTION_CHANGE, on_change)
        link.on(link.EVENT_CONNECTION_ENCRYPTION_FAILURE, on_failure)
        link.on(link.EVENT_DISCONNECTION, on_failure)
        command = hci.HCI_LE_Enable_Encryption_Command(
            connection_handle=link.handle,
            random_number=bond.random,
            encrypted_diversifier=bond.diversifier,
            long_term_key=bond.key,
        )
        try:
            await self._device.send_async_command(command)
            return await bounded(changed, _ENCRYPT_S)
        except (TimeoutError, LostError, hci.HCI_Error):
            return False


def _config(offer: Offer, delegate: OfferDelegate) -> pairing.PairingConfig:
    tag = None
    if offer.tag is not None:
        confirmation, number = offer.tag
        shared = smp.OobSharedData(c=confirmation, r=number)
        tag = pairing.PairingConfig.OobConfig(smp.OobContext(), shared, None)
    return pairing.PairingConfig(
        sc=offer.secure_connections,
        mitm=offer.mitm,
        bonding=True,
        delegate=delegate,
        identity_address_type=pairing.PairingConfig.AddressType.RANDOM,
        oob=tag,
    )


def _bond(keys: PairingKeys) -> Bond | None:
    if keys.ltk is not None:
        return Bond(keys.ltk.value)
    key = keys.ltk_central
    return Bond(key.value, key.rand or bytes(8), key.ediv or 0) if key else None


class _Session(smp.Session):
    """bumble's session, with the key cut to the size that was agreed on (Part H, 2.3.4)."""

    @override
    def start_encryption(self, key: bytes) -> None:
        super().start_encryption(self._cut(key))

    @override
    async def on_pairing(self) -> None:
        self.ltk = self._cut(self.ltk)
        await super().on_pairing()

    def _cut(self, key: bytes) -> bytes:
        size = min(self.preq[4], self.pres[4])
        return key[:size] + bytes(_KEY_BYTES - size)
