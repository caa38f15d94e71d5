"""Peripherals that behave badly, as processes: ``python peripherals.py KIND TRANSPORT [NAME]``.

They advertise the name ``Lock`` unless told another; each ends when its input does.
"""

import asyncio
import contextlib
import sys

from bumble import hci
from bumble.core import AdvertisingData
from bumble.device import Device, DeviceConfiguration
from bumble.gatt import Characteristic, Service
from bumble.hci import Address
from bumble.transport import open_transport

NAME = sys.argv[3] if len(sys.argv) > 3 else "Lock"
SERVICE = "a1b20000-5c1e-4d3f-9a7b-6f0d2c8e1b44"
VALUE = "a1b20001-5c1e-4d3f-9a7b-6f0d2c8e1b44"
SECURITY = 6
PAIRING = {"request": b"\x01", "public-key": b"\x0c\x03", "confirm": b"\x04"}
"""At which units of the bench it leaves; in legacy pairing the confirmation is what comes first."""
FLOOD = 25
INTERVAL_MS = 40
TASKS = []
ADAPTERS = 20
ADDRESSES = 25
PAYLOAD = bytes(AdvertisingData([(AdvertisingData.Type.COMPLETE_LOCAL_NAME, NAME.encode())]))


async def device(transport, number=1):
    """A bumble device with one service."""
    opened = await open_transport(transport)
    options = DeviceConfiguration(name=NAME, address=Address(f"C2:00:00:00:00:{number:02X}"))
    made = Device.from_config_with_hci(options, opened.source, opened.sink)
    readable = Characteristic(
        VALUE, Characteristic.Properties.READ, Characteristic.Permissions.READABLE, b"value"
    )
    made.add_services([Service(SERVICE, [readable])])
    await made.power_on()
    return made


async def advertise(made):
    await made.start_advertising(
        advertising_data=PAYLOAD,
        auto_restart=True,
        advertising_interval_min=INTERVAL_MS,
        advertising_interval_max=INTERVAL_MS,
    )


def intercept(made, act):
    channels = made.l2cap_channel_manager
    usual = channels.on_pdu
    channels.on_pdu = lambda connection, cid, pdu: act(usual, connection, cid, pdu)


async def hangs_up(transport):
    """Ends the link as soon as it is asked for a pairing."""
    made = await device(transport)

    def act(usual, connection, cid, pdu):
        if cid == SECURITY:
            connection.cancel_on_disconnection(connection.disconnect())
        else:
            usual(connection, cid, pdu)

    intercept(made, act)
    await advertise(made)


def leaves_after(phase):
    """One that pairs with everybody, and ends the link as soon as a pairing has come so far."""

    async def leaves(transport):
        made = await device(transport)

        def act(usual, connection, cid, pdu):
            if cid == SECURITY and pdu and pdu[0] in PAIRING.get(phase, b""):
                connection.cancel_on_disconnection(connection.disconnect())
            else:
                usual(connection, cid, pdu)

        async def no_key(handle, _random, _diversifier):
            connection = made.lookup_connection(handle)
            if connection is not None:
                await connection.disconnect()

        intercept(made, act)
        if phase == "encryption":
            made.host.long_term_key_provider = no_key
        await advertise(made)

    return leaves


async def calm(transport):
    """Does nothing bad at all."""
    await advertise(await device(transport))


async def silent(transport):
    """Takes connections and answers nothing."""
    made = await device(transport)
    intercept(made, lambda _usual, _connection, _cid, _pdu: None)
    await advertise(made)


async def floods(transport):
    """Sends notifications without end to whoever is connected."""
    made = await device(transport)

    async def flood(connection):
        with contextlib.suppress(Exception):
            while True:
                for _ in range(FLOOD):
                    connection.send_l2cap_pdu(4, bytes([0x1B, 0x03, 0x00]) + bytes(17))
                await asyncio.sleep(0.005)

    def connected(connection):
        connection.cancel_on_disconnection(flood(connection))

    made.on(made.EVENT_CONNECTION, connected)
    await advertise(made)


async def crowd(transport):
    """Is another address every few milliseconds, hundreds of them."""
    devices = [await device(transport, number + 1) for number in range(ADAPTERS)]
    TASKS.extend(asyncio.create_task(_changing(made, n)) for n, made in enumerate(devices))


async def _changing(made, number):
    turn = 0
    while True:
        address = Address(f"C3:00:00:00:{number:02X}:{turn % ADDRESSES:02X}")
        await made.send_sync_command(hci.HCI_LE_Set_Random_Address_Command(random_address=address))
        made.random_address = address
        await made.start_advertising(
            advertising_data=PAYLOAD, advertising_interval_min=20, advertising_interval_max=20
        )
        await asyncio.sleep(0.06)
        await made.stop_advertising()
        turn += 1


async def main():
    kinds = {
        "hangs-up": hangs_up, "silent": silent, "floods": floods, "crowd": crowd, "calm": calm,
    } | {f"leaves-{phase}": leaves_after(phase) for phase in (*PAIRING, "encryption")}  # fmt: skip
    await kinds[sys.argv[1]](sys.argv[2])
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.buffer.read)


if __name__ == "__main__":
    asyncio.run(main())
