"""What a reference device says into the air, and under which address."""

import asyncio
import struct
from dataclasses import dataclass
from typing import Final

from bumble import hci
from bumble.core import UUID, AdvertisingData
from bumble.device import Device
from bumble.hci import Address, OwnAddressType

from harness.reference.bluetooth.flaws import LockFlaw, LockFlaws

_NO_COMPANY: Final = 0xFFFF
"""The company identifier that is set aside for tests (Assigned Numbers, 7.1)."""
_GENERAL_DISCOVERABLE: Final = 0x02
_NO_CLASSIC: Final = 0x04
_INTERVAL_MS: Final = 40.0


@dataclass(frozen=True)
class Said:
    """What is advertised.

    Attributes:
        service: UUID of the service that is named.
        serial: said too, by a flaw.
        rotation_s: seconds after which it takes another address.
    """

    name: str
    service: str
    serial: str
    flaws: LockFlaws
    rotation_s: float


class Advertising:
    """Connectable advertising; a resolvable private address is drawn anew every so often."""

    def __init__(self, said: Said, device: Device) -> None:
        """Say ``said`` with ``device``, silent until `start`."""
        self._said = said
        self._device = device

    async def start(self) -> None:
        """Draw an address and begin."""
        await self._draw_address()
        await self._advertise()

    async def rotate(self) -> None:
        """Draw a new address each time its time is up and nobody is connected. Never returns."""
        while True:
            await asyncio.sleep(self._said.rotation_s)
            fixed = {LockFlaw.NO_ROTATION, LockFlaw.STATIC_ADDRESS} & self._said.flaws
            if fixed or self._device.connections:
                continue
            await self._device.stop_advertising()
            await self._draw_address()
            await self._advertise()

    async def _draw_address(self) -> None:
        # bumble's own rotation tells the controller the address of the time before.
        address = Address.generate_private_address(self._device.irk)
        command = hci.HCI_LE_Set_Random_Address_Command(random_address=address)
        await self._device.send_sync_command(command)
        self._device.random_address = address

    async def _advertise(self) -> None:
        public = LockFlaw.STATIC_ADDRESS in self._said.flaws
        await self._device.start_advertising(
            advertising_data=self._data(),
            scan_response_data=self._response(),
            own_address_type=OwnAddressType.PUBLIC if public else OwnAddressType.RANDOM,
            auto_restart=True,
            advertising_interval_min=_INTERVAL_MS,
            advertising_interval_max=_INTERVAL_MS,
        )

    def _data(self) -> bytes:
        kinds = AdvertisingData.Type
        flags = bytes([_GENERAL_DISCOVERABLE | _NO_CLASSIC])
        service = bytes(UUID(self._said.service))
        return bytes(
            AdvertisingData(
                [
                    (kinds.FLAGS, flags),
                    (kinds.INCOMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS, service),
                ]
            )
        )

    def _response(self) -> bytes:
        kinds = AdvertisingData.Type
        parts = [(kinds.COMPLETE_LOCAL_NAME, self._said.name.encode())]
        if LockFlaw.SERIAL_ADVERTISED in self._said.flaws:
            own = struct.pack("<H", _NO_COMPANY) + self._said.serial.encode()
            parts.append((kinds.MANUFACTURER_SPECIFIC_DATA, own))
        return bytes(AdvertisingData(parts))
