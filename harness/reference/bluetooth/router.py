"""The router's Bluetooth: a service for setting its Wi-Fi up, for whoever paired properly.

It has none of the flaws: it lets network, serial line and Bluetooth meet in one device.
"""

import asyncio
import hashlib
import threading
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

from bumble import att
from bumble.device import Connection
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.profiles.device_information_service import DeviceInformationService

from harness.reference.bluetooth.advertising import Said
from harness.reference.bluetooth.pairable import Pairable
from harness.reference.bluetooth.peripheral import Make, Peripheral
from harness.reference.bluetooth.services import MAKER, Guard, guard_of, guarded
from harness.reference.control import Command
from harness.reference.device import Device
from harness.reference.http import MalformedError
from harness.reference.identity import MODEL

T = TypeVar("T")
NAME: Final = "Router"
WIFI_SERVICE: Final = "a1b30000-5c1e-4d3f-9a7b-6f0d2c8e1b44"
NETWORK_NAME: Final = "a1b30001-5c1e-4d3f-9a7b-6f0d2c8e1b44"
CHANNEL: Final = "a1b30002-5c1e-4d3f-9a7b-6f0d2c8e1b44"
_ON_S: Final = 10.0
_JOIN_S: Final = 3.0
_Properties = Characteristic.Properties


class RouterBluetooth:
    """The router's Bluetooth, on an event loop in a thread of its own."""

    def __init__(self, device: Device, transport: str, rotation_s: float) -> None:
        """Powered off."""
        self._device = device
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="bluetooth")
        self._thread.start()
        self._pairable = Pairable(frozenset(), device.truth)
        serial = device.identity.serial
        said = Said(NAME, WIFI_SERVICE, serial, frozenset(), rotation_s)
        seed = hashlib.sha256(f"certbench reference router\0bluetooth\0{serial}".encode()).digest()
        self._make = Make(transport, said, seed, self._services)
        self._peripheral = self._run(self._built())

    def power(self, on: bool) -> None:  # noqa: FBT001  (a callback's shape)
        """Into the air, or out of it.

        Raises:
            BenchFault: its adapter is not there.
        """
        self._run(self._peripheral.power_on() if on else self._peripheral.power_off())

    def forget(self) -> None:
        """Forget everybody who paired."""
        self._run(self._peripheral.forget())

    def close(self) -> None:
        """End the thread; it is powered off."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_JOIN_S)
        if not self._thread.is_alive():
            self._loop.close()

    def ready(self) -> dict[str, str]:
        """By what it is known in the air."""
        return {"name": NAME, "service": WIFI_SERVICE}

    def commands(self) -> dict[str, Command]:
        """What somebody's hands can do with it."""
        return self._peripheral.commands()

    def describe(self) -> dict[str, object]:
        """What somebody's eyes can see of it."""
        return self._peripheral.describe()

    async def _built(self) -> Peripheral:
        return Peripheral(self._make, self._pairable)

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_ON_S)

    def _services(self) -> list[Service]:
        information = DeviceInformationService(
            manufacturer_name=MAKER, model_number=MODEL, firmware_revision=self._device.firmware
        )
        guard = guard_of(self._pairable)
        wifi = Service(
            WIFI_SERVICE,
            [
                self._setting(NETWORK_NAME, "ssid", guard),
                self._setting(CHANNEL, "wifi_channel", guard),
            ],
        )
        return [information, wifi]

    def _setting(self, uuid: str, name: str, guard: Guard) -> Characteristic[bytes]:
        settings = self._device.settings

        def read(connection: Connection) -> bytes:
            guard(connection)
            return str(settings.values()[name]).encode()

        def write(connection: Connection, value: bytes) -> None:
            guard(connection)
            text = value.decode("utf-8", "replace")
            number = isinstance(settings.values()[name], int) and text.isascii() and text.isdigit()
            try:
                settings.update({name: int(text) if number else text})
            except MalformedError as error:
                raise att.ATT_Error(att.ErrorCode.VALUE_NOT_ALLOWED) from error
            self._device.truth.record("setting", name=name, channel="bluetooth")

        properties = _Properties.READ | _Properties.WRITE
        return guarded(uuid, properties, CharacteristicValue(read=read, write=write))
