"""The lock and the air as processes; each ends when its input does."""

import asyncio
import contextlib
import hashlib
import json
import os
import signal
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from harness.errors import BenchFault, UsageError
from harness.reference.bluetooth.advertising import Said
from harness.reference.bluetooth.flaws import LockFlaws
from harness.reference.bluetooth.lock import Lock
from harness.reference.bluetooth.peripheral import Make, Peripheral
from harness.reference.bluetooth.radio import open_air
from harness.reference.bluetooth.services import LOCK_SERVICE, MODEL, NAME, services_of
from harness.reference.control import Command, Control
from harness.reference.identity import following
from harness.reference.starting import READY_SCHEMA, control_folder, keep
from harness.reference.truth import TruthLog

FIRMWARE: Final = "1.3.0"


@dataclass(frozen=True)
class LockOptions:
    """How to start a lock.

    Attributes:
        sample: name of the sample; its identity follows from it.
        transport: bumble's name of its adapter, for example ``tcp-client:127.0.0.1:6402``.
        work: folder for its control socket and truth log.
        rotation_s: seconds after which it takes another address.
        classic: it speaks Classic (BR/EDR), too.
    """

    sample: str
    transport: str
    work: Path
    flaws: LockFlaws
    firmware: str = FIRMWARE
    rotation_s: float = 900.0
    classic: bool = False


class LockProcess:
    """A running lock. Use `running_lock`."""

    def __init__(self, options: LockOptions, folder: Path) -> None:
        """Make the lock, powered off; ``folder`` holds the control socket."""
        self._options = options
        self._truth = TruthLog(options.work / "truth.jsonl")
        digest = hashlib.sha256(f"certbench reference lock\0{options.sample}".encode()).digest()
        serial = "RL1" + "".join(str(byte % 10) for byte in digest[:9])
        self._lock = Lock(options.flaws, self._truth, options.firmware, serial)
        said = Said(NAME, LOCK_SERVICE, serial, options.flaws, options.rotation_s)
        services = partial(services_of, self._lock)
        make = Make(options.transport, said, digest[9:], services, options.classic)
        self._peripheral = Peripheral(make, self._lock)
        self._loop = asyncio.get_running_loop()
        self._stopped = asyncio.Event()
        self._control_path = folder / "control.sock"
        self._control = Control(self._control_path, self._commands(), self._describe)

    async def power_on(self) -> None:
        """Take the adapter and begin to advertise.

        Raises:
            BenchFault: the adapter is not there.
        """
        await self._peripheral.power_on()

    def ready(self) -> dict[str, object]:
        """What the one who started the process needs to know."""
        return {
            "schema": READY_SCHEMA,
            "device": "lock",
            "sample": self._options.sample,
            "bluetooth": {
                "name": NAME,
                "service": LOCK_SERVICE,
                "classic_address": self._peripheral.classic_address,
            },
            "model": MODEL,
            "serial": self._lock.serial,
            "control": str(self._control_path),
            "log": str(self._options.work / "truth.jsonl"),
        }

    async def wait(self, stdin: int) -> None:
        """Until a command or a signal says stop, or ``stdin`` ends."""
        await _until(stdin, self._stopped)

    async def close(self) -> None:
        """Power off, end the control socket, close the log."""
        await asyncio.to_thread(self._control.close)
        await self._peripheral.power_off()
        self._truth.close()

    def _commands(self) -> dict[str, Command]:
        lock, peripheral = self._lock, self._peripheral
        return {
            **peripheral.commands(),
            "state": lambda _order: None,
            "initialise": peripheral.soon(lambda _order: lock.initialise()),
            "reset": peripheral.later(self._reset),
            "power-cycle": peripheral.later(peripheral.cycle),
            "firmware": peripheral.soon(self._install),
            "stop": peripheral.soon(lambda _order: self._stopped.set()),
        }

    async def _reset(self) -> None:
        await self._peripheral.forget()
        self._lock.reset()

    def _install(self, order: Mapping[str, object]) -> None:
        version = order.get("version")
        if not isinstance(version, str) or not version:
            raise UsageError('"version" is missing or no text')
        self._lock.firmware = version
        self._truth.record("firmware", version=version)

    def _describe(self) -> dict[str, object]:
        lock = self._lock
        return {
            **self._peripheral.describe(),
            "state": "initialised" if lock.initialised else "as-received",
            "power": "on" if self._peripheral.is_on else "off",
            "firmware": lock.firmware,
            "delivered": self._options.firmware,
            "next": following(self._options.firmware),
            "bolted": lock.bolted,
        }


@contextlib.asynccontextmanager
async def running_lock(options: LockOptions) -> AsyncIterator[LockProcess]:
    """A lock that advertises, and is closed afterwards.

    Raises:
        BenchFault: its adapter is not there.
    """
    options.work.mkdir(parents=True, exist_ok=True)
    with control_folder(options.work) as folder:
        process = LockProcess(options, folder)
        try:
            await process.power_on()
            yield process
        finally:
            await process.close()


async def serve_lock(options: LockOptions, stdin: int, stdout: int) -> None:
    """Run a lock until ``stdin`` ends, a signal, or the control command ``stop``."""
    async with running_lock(options) as process:
        said = json.dumps(process.ready()).encode() + b"\n"
        keep(options.work / "ready.json", said)
        os.write(stdout, said)
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
        await _until(stdin, asyncio.Event())


async def _until(stdin: int, stopped: asyncio.Event) -> None:
    """Until ``stopped``, a signal, or the end of ``stdin``."""

    def readable() -> None:
        if not os.read(stdin, 4096):
            stopped.set()

    loop = asyncio.get_running_loop()
    loop.add_reader(stdin, readable)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    await stopped.wait()
    loop.remove_reader(stdin)
