"""The lock and the air as processes; each ends when its input does."""

import asyncio
import contextlib
import hashlib
import json
import os
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bumble.device import Connection, Device, DeviceConfiguration
from bumble.hci import Address
from bumble.keys import MemoryKeyStore
from bumble.transport import open_transport
from bumble.transport.common import Transport

from harness.errors import BenchFault, UsageError
from harness.reference.bluetooth.advertising import NAME, Advertising
from harness.reference.bluetooth.flaws import LockFlaw, LockFlaws
from harness.reference.bluetooth.lock import Lock
from harness.reference.bluetooth.pairing import Pairing
from harness.reference.bluetooth.radio import open_air
from harness.reference.bluetooth.services import LOCK_SERVICE, MODEL, services_of
from harness.reference.control import Command, Control
from harness.reference.process import READY_SCHEMA
from harness.reference.truth import TruthLog

FIRMWARE: Final = "1.3.0"
_COMMAND_S: Final = 10.0
_SHORTEST_ATT_READ: Final = 3
"""Opcode and handle (Core, Vol 3, Part F, 3.4.4.3)."""
_ATT_READ: Final = 0x0A
_ATT_CHANNEL: Final = 4


@dataclass(frozen=True)
class LockOptions:
    """How to start a lock.

    Attributes:
        sample: name of the sample; its identity follows from it.
        transport: bumble's name of its adapter, for example ``tcp-client:127.0.0.1:6402``.
        work: folder for its control socket and truth log.
        rotation_s: seconds after which it takes another address.
    """

    sample: str
    transport: str
    work: Path
    flaws: LockFlaws
    firmware: str = FIRMWARE
    rotation_s: float = 900.0


class LockProcess:
    """A running lock. Use `running_lock`."""

    def __init__(self, options: LockOptions) -> None:
        """Make the lock, powered off."""
        self._options = options
        self._truth = TruthLog(options.work / "truth.jsonl")
        digest = hashlib.sha256(f"certbench reference lock\0{options.sample}".encode()).digest()
        serial = "RL1" + "".join(str(byte % 10) for byte in digest[:9])
        self._irk = digest[16:]
        self._address = "C2:" + ":".join(f"{byte:02X}" for byte in digest[9:14])
        self._lock = Lock(options.flaws, self._truth, options.firmware, serial)
        self._bonds = MemoryKeyStore()
        self._loop = asyncio.get_running_loop()
        self._stopped = asyncio.Event()
        self._pairing: Pairing | None = None
        self._power: contextlib.AsyncExitStack | None = None
        self._control_path = options.work / "control.sock"
        self._control = Control(self._control_path, self._commands(), self._describe)

    async def power_on(self) -> None:
        """Take the adapter and begin to advertise.

        Raises:
            BenchFault: the adapter is not there.
        """
        async with contextlib.AsyncExitStack() as stack:
            transport = await stack.enter_async_context(_adapter(self._options.transport))
            device = self._device(transport)
            await device.power_on()
            advertising = Advertising(self._lock, device, self._options.rotation_s)
            await advertising.start()
            rotation = asyncio.create_task(advertising.rotate())
            stack.callback(rotation.cancel)
            self._power = stack.pop_all()
        self._truth.record("power", state="on")

    async def power_off(self) -> None:
        """Leave the air at once."""
        if self._power is not None:
            power, self._power = self._power, None
            self._lock.levels.clear()
            self._lock.close_window()
            self._truth.record("power", state="off")
            await power.aclose()

    def ready(self) -> dict[str, object]:
        """What the one who started the process needs to know."""
        return {
            "schema": READY_SCHEMA,
            "device": "lock",
            "sample": self._options.sample,
            "name": NAME,
            "service": LOCK_SERVICE,
            "model": MODEL,
            "serial": self._lock.serial,
            "control": str(self._control_path),
            "log": str(self._options.work / "truth.jsonl"),
        }

    async def wait(self, stdin: int) -> None:
        """Until a command or a signal says stop, or ``stdin`` ends."""

        def readable() -> None:
            if not os.read(stdin, 4096):
                self._stopped.set()

        self._loop.add_reader(stdin, readable)
        for number in (signal.SIGTERM, signal.SIGINT):
            self._loop.add_signal_handler(number, self._stopped.set)
        await self._stopped.wait()
        self._loop.remove_reader(stdin)

    async def close(self) -> None:
        """Power off, end the control socket, close the log."""
        await asyncio.to_thread(self._control.close)
        await self.power_off()
        self._truth.close()

    def _device(self, transport: Transport) -> Device:
        options = DeviceConfiguration(
            name=NAME, address=Address(self._address), irk=self._irk, le_privacy_enabled=False
        )
        device = Device.from_config_with_hci(options, transport.source, transport.sink)
        device.keystore = self._bonds
        device.add_services(services_of(self._lock))
        self._pairing = pairing = Pairing(self._lock, device)

        def connected(connection: Connection) -> None:
            def left(_reason: int) -> None:
                self._lock.levels.pop(connection.handle, None)

            def secured() -> None:
                if connection.is_encrypted:
                    connection.cancel_on_disconnection(pairing.secured(connection))

            connection.on(connection.EVENT_DISCONNECTION, left)
            connection.on(connection.EVENT_CONNECTION_ENCRYPTION_CHANGE, secured)

        device.on(device.EVENT_CONNECTION, connected)
        if LockFlaw.CRASHES in self._lock.flaws:
            self._crash_on_short_reads(device)
        return device

    def _crash_on_short_reads(self, device: Device) -> None:
        channels = device.l2cap_channel_manager
        usual = channels.on_pdu

        def on_pdu(connection: Connection, cid: int, pdu: bytes) -> None:
            short = len(pdu) < _SHORTEST_ATT_READ
            if cid == _ATT_CHANNEL and pdu[:1] == bytes([_ATT_READ]) and short:
                self._truth.record("crash")
                self._loop.create_task(self.power_off())
            else:
                usual(connection, cid, pdu)

        channels.on_pdu = on_pdu  # type: ignore[method-assign]

    def _commands(self) -> dict[str, Command]:
        lock = self._lock
        return {
            "state": lambda _order: None,
            "button": self._soon(lambda _order: lock.press_button()),
            "close-window": self._soon(lambda _order: lock.close_window()),
            "enter": self._soon(lambda order: lock.entered.put_nowait(_number(order))),
            "confirm": self._soon(lambda order: lock.confirmed.put_nowait(_yes(order))),
            "reset": self._later(self._reset),
            "power-cycle": self._later(self._cycle),
            "firmware": lambda order: self._install(str(order.get("version", ""))),
            "stop": self._soon(lambda _order: self._stopped.set()),
        }

    def _soon(self, act: Callable[[Mapping[str, object]], None]) -> Command:
        """``act`` in the loop's thread, and done when the command is answered."""

        async def run(order: Mapping[str, object]) -> None:
            act(order)

        return lambda order: self._wait_for(run(order))

    def _later(self, act: Callable[[], Coroutine[Any, Any, None]]) -> Command:
        return lambda _order: self._wait_for(act())

    def _wait_for(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(_COMMAND_S)

    async def _reset(self) -> None:
        await self._bonds.delete_all()
        self._lock.reset()

    async def _cycle(self) -> None:
        await self.power_off()
        await self.power_on()

    def _install(self, version: str) -> None:
        if not version:
            raise UsageError('"version" is missing or no text')
        self._lock.firmware = version
        self._truth.record("firmware", version=version)

    def _describe(self) -> dict[str, object]:
        lock = self._lock
        return {
            "state": "initialised" if lock.bonded else "as-received",
            "power": "on" if self._power is not None else "off",
            "firmware": lock.firmware,
            "bolted": lock.bolted,
            "shown": lock.shown,
            "tag": self._pairing.tag() if self._pairing else None,
        }


@contextlib.asynccontextmanager
async def running_lock(options: LockOptions) -> AsyncIterator[LockProcess]:
    """A lock that advertises, and is closed afterwards.

    Raises:
        BenchFault: its adapter is not there.
    """
    options.work.mkdir(parents=True, exist_ok=True)
    process = LockProcess(options)
    try:
        await process.power_on()
        yield process
    finally:
        await process.close()


async def serve_lock(options: LockOptions, stdin: int, stdout: int) -> None:
    """Run a lock until ``stdin`` ends, a signal, or the control command ``stop``."""
    async with running_lock(options) as process:
        os.write(stdout, json.dumps(process.ready()).encode() + b"\n")
        await process.wait(stdin)


async def serve_air(port: int, stdin: int, stdout: int) -> None:
    """Run the air on loopback until ``stdin`` ends.

    Raises:
        BenchFault: the port is taken.
    """
    try:
        server = await open_air("127.0.0.1", port)
    except OSError as error:
        raise BenchFault(f"the virtual radio cannot listen on port {port}: {error}") from error
    async with server:
        taken = server.sockets[0].getsockname()[1]
        said = {"schema": READY_SCHEMA, "device": "radio", "port": taken}
        os.write(stdout, json.dumps(said).encode() + b"\n")
        await _end_of(stdin)


async def _end_of(stdin: int) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()

    def readable() -> None:
        if not os.read(stdin, 4096):
            ended.set()

    loop.add_reader(stdin, readable)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    await ended.wait()
    loop.remove_reader(stdin)


@contextlib.asynccontextmanager
async def _adapter(transport: str) -> AsyncIterator[Transport]:
    try:
        opened = await open_transport(transport)
    except Exception as error:  # each of bumble's transports raises errors of its own
        raise BenchFault(f"the lock's adapter {transport} cannot be opened: {error}") from error
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
