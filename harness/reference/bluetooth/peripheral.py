"""What the reference devices have in common over Bluetooth: adapter, bonds, hands at the device."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bumble.core import PhysicalTransport
from bumble.device import Connection, Device, DeviceConfiguration
from bumble.gatt import Service
from bumble.hci import Address
from bumble.host import Host
from bumble.keys import MemoryKeyStore
from bumble.transport import open_transport
from bumble.transport.common import Transport

from harness.errors import BenchFault, UsageError
from harness.reference.bluetooth.advertising import Advertising, Said
from harness.reference.bluetooth.classic import CLASS_OF_DEVICE, ClassicDevice, ClassicSide
from harness.reference.bluetooth.flaws import LockFlaw
from harness.reference.bluetooth.pairable import Pairable
from harness.reference.bluetooth.pairing import Pairing
from harness.reference.control import Command

_COMMAND_S: Final = 10.0
_SHORTEST_ATT_READ: Final = 3
"""Opcode and handle (Core, Vol 3, Part F, 3.4.4.3)."""
_ATT_READ: Final = 0x0A
_ATT_CHANNEL: Final = 4
_ADDRESS_BYTES: Final = 5
_KEY_BYTES: Final = 16


@dataclass(frozen=True)
class Make:
    """What a peripheral is made of.

    Attributes:
        transport: bumble's name of its adapter, for example ``tcp-client:127.0.0.1:6402``.
        seed: bytes from which its address and its identity key follow, 21 or more.
        services: makes its GATT services, at each power-on.
        classic: it speaks Classic (BR/EDR), too.
    """

    transport: str
    said: Said
    seed: bytes
    services: Callable[[], Sequence[Service]]
    classic: bool = False


class Peripheral:
    """A device that advertises, pairs as its policy says and serves GATT. Lives on one loop.

    Attributes:
        classic_address: its address for Classic; ``""`` unless it speaks it.
    """

    def __init__(self, make: Make, pairable: Pairable) -> None:
        """Powered off."""
        self._make = make
        self._pairable = pairable
        self._address = "C2:" + ":".join(f"{byte:02X}" for byte in make.seed[:_ADDRESS_BYTES])
        self._irk = make.seed[_ADDRESS_BYTES : _ADDRESS_BYTES + _KEY_BYTES]
        self._bonds = MemoryKeyStore()
        self._loop = asyncio.get_running_loop()
        self._pairing: Pairing | None = None
        self._classic: ClassicSide | None = None
        self.classic_address = ""
        self._power: contextlib.AsyncExitStack | None = None

    @property
    def is_on(self) -> bool:
        """It has its adapter."""
        return self._power is not None

    async def power_on(self) -> None:
        """Take the adapter and begin to advertise.

        Raises:
            BenchFault: the adapter is not there.
        """
        async with contextlib.AsyncExitStack() as stack:
            transport = await stack.enter_async_context(_adapter(self._make.transport))
            device = self._device(transport)
            await device.power_on()
            if self._make.classic:
                self.classic_address = device.public_address.to_string(with_type_qualifier=False)
            advertising = Advertising(self._make.said, device)
            await advertising.start()
            rotation = asyncio.create_task(advertising.rotate())
            stack.callback(rotation.cancel)
            if self._classic is not None:
                watch = asyncio.create_task(self._classic.watch())
                stack.callback(watch.cancel)
            self._power = stack.pop_all()
        self._pairable.truth.record("bluetooth", state="on")

    async def power_off(self) -> None:
        """Leave the air at once."""
        if self._power is not None:
            power, self._power = self._power, None
            self._pairable.levels.clear()
            self._pairable.close_window()
            self._pairable.truth.record("bluetooth", state="off")
            await power.aclose()

    async def cycle(self) -> None:
        """Off and on again."""
        await self.power_off()
        await self.power_on()

    async def forget(self) -> None:
        """Forget everybody who paired."""
        await self._bonds.delete_all()
        self._pairable.forget()

    def commands(self) -> dict[str, Command]:
        """What somebody's hands can do with it."""
        pairable = self._pairable
        return {
            "button": self.soon(lambda _order: pairable.press_button()),
            "close-window": self.soon(lambda _order: pairable.close_window()),
            "enter": self.soon(lambda order: pairable.entered.put_nowait(_number(order))),
            "confirm": self.soon(lambda order: pairable.confirmed.put_nowait(_yes(order))),
            "forget-bonds": self.later(self.forget),
        }

    def describe(self) -> dict[str, object]:
        """What somebody's eyes can see of it."""
        tag = self._pairing.tag() if self._pairing else None
        return {"shown": self._pairable.shown, "tag": tag}

    def soon(self, act: Callable[[Mapping[str, object]], None]) -> Command:
        """``act`` in the loop's thread, and done when the command is answered."""

        async def run(order: Mapping[str, object]) -> None:
            act(order)

        return lambda order: self.wait_for(run(order))

    def later(self, act: Callable[[], Coroutine[Any, Any, None]]) -> Command:
        """A command that takes a while."""
        return lambda _order: self.wait_for(act())

    def wait_for(self, work: Coroutine[Any, Any, None]) -> None:
        """Do ``work`` on the loop, from another thread."""
        asyncio.run_coroutine_threadsafe(work, self._loop).result(_COMMAND_S)

    def _device(self, transport: Transport) -> ClassicDevice:
        options = DeviceConfiguration(
            name=self._make.said.name,
            address=Address(self._address),
            irk=self._irk,
            le_privacy_enabled=False,
            classic_enabled=self._make.classic,
            classic_ssp_enabled=LockFlaw.LEGACY_PIN not in self._pairable.flaws,
            classic_sc_enabled=LockFlaw.NO_SECURE_CONNECTIONS not in self._pairable.flaws,
            classic_smp_enabled=False,
            class_of_device=CLASS_OF_DEVICE,
            discoverable=False,
        )
        device = ClassicDevice(config=options, host=Host(transport.source, transport.sink))
        device.keystore = self._bonds
        device.add_services(list(self._make.services()))
        self._pairing = pairing = Pairing(self._pairable, device)
        if self._make.classic:
            self._classic = ClassicSide(self._pairable, device, self._bonds)
        levels = self._pairable.levels

        def connected(connection: Connection) -> None:
            if connection.transport is not PhysicalTransport.LE:
                return

            def left(_reason: int) -> None:
                levels.pop(connection.handle, None)

            def secured() -> None:
                if connection.is_encrypted:
                    connection.cancel_on_disconnection(pairing.secured(connection))

            connection.on(connection.EVENT_DISCONNECTION, left)
            connection.on(connection.EVENT_CONNECTION_ENCRYPTION_CHANGE, secured)

        device.on(device.EVENT_CONNECTION, connected)
        if LockFlaw.CRASHES in self._pairable.flaws:
            self._crash_on_short_reads(device)
        return device

    def _crash_on_short_reads(self, device: Device) -> None:
        channels = device.l2cap_channel_manager
        usual = channels.on_pdu

        def on_pdu(connection: Connection, cid: int, pdu: bytes) -> None:
            short = len(pdu) < _SHORTEST_ATT_READ
            if cid == _ATT_CHANNEL and pdu[:1] == bytes([_ATT_READ]) and short:
                self._pairable.truth.record("crash")
                self._loop.create_task(self.power_off())
            else:
                usual(connection, cid, pdu)

        channels.on_pdu = on_pdu  # type: ignore[method-assign]


@contextlib.asynccontextmanager
async def _adapter(transport: str) -> AsyncIterator[Transport]:
    try:
        opened = await open_transport(transport)
    except Exception as error:  # each of bumble's transports raises errors of its own
        raise BenchFault(f"the device's adapter {transport} cannot be opened: {error}") from error
    async with opened:
        yield opened


def _number(order: Mapping[str, object]) -> int:
    value = order.get("number")
    if not isinstance(value, str) or not value.isdecimal():
        raise UsageError('"number" is missing or not of digits')
    return int(value)


def _yes(order: Mapping[str, object]) -> bool:
    value = order.get("yes")
    if value not in {"true", "false"}:
        raise UsageError('"yes" is "true" or "false"')
    return value == "true"
