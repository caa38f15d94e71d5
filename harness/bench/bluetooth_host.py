"""What both radios of the bench, LE and Classic, have in common: loop, adapter and recording.

bumble runs on an event loop in a thread of its own. bumble ends whatever awaits a link with
``CancelledError`` when that link ends; here that is turned into an error of its own.
"""

import asyncio
import contextlib
import logging
import socket
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from typing import Any, Final, TypeVar

from bumble.device import Connection, Device
from bumble.snoop import Snooper
from bumble.transport import open_transport
from bumble.transport.common import (
    SnoopingTransport,
    StreamPacketSink,
    StreamPacketSource,
    Transport,
)
from typing_extensions import override

from harness.bench.bluetooth_link import Recorder
from harness.errors import BenchFault

# bumble warns of what a DUT does, which stands in the captures: no news for a terminal.
logging.getLogger("bumble").propagate = False
logging.getLogger("bumble").addHandler(logging.NullHandler())

T = TypeVar("T")
SLACK_S: Final = 5.0
"""How much longer a caller waits than the work may take."""
_OPEN_S: Final = 15.0
_CLOSE_S: Final = 3.0
_TCP: Final = "tcp-client:"


class LostError(Exception):
    """The link ended while something was awaited."""


async def bounded(work: Awaitable[T], timeout_s: float) -> T:
    """Await ``work``.

    Raises:
        TimeoutError: it did not end in time.
        LostError: the link ended first.
    """
    try:
        return await asyncio.wait_for(work, timeout_s)
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        raise LostError from error


class Loop:
    """An event loop in a thread."""

    def __init__(self) -> None:
        """Start it."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="bluetooth")
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T], timeout_s: float) -> T:
        """Run ``work`` and wait for it. Raises BenchFault if it hangs."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(timeout_s + SLACK_S)
        except TimeoutError as error:
            future.cancel()
            raise BenchFault("the Bluetooth adapter stopped answering") from error

    def close(self) -> None:
        """End the loop; whatever still runs on it is cancelled."""
        with contextlib.suppress(BenchFault):
            self.run(_cancel_all(), _CLOSE_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_CLOSE_S)
        if not self._thread.is_alive():
            self._loop.close()


async def _cancel_all() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


class Recording(Snooper):
    """Gives every packet to a recorder."""

    def __init__(self, recorder: Recorder) -> None:
        """Record with ``recorder``."""
        self._recorder = recorder

    @override
    def snoop(self, hci_packet: bytes, direction: Snooper.Direction) -> None:
        self._recorder(hci_packet, direction is Snooper.Direction.HOST_TO_CONTROLLER)


class _Prompt(StreamPacketSource):
    """Acknowledges at once; a controller that gathers small packets would wait 40 ms for it."""

    def __init__(self) -> None:
        super().__init__()
        self._socket: socket.socket | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The adapter is there."""
        self._socket = transport.get_extra_info("socket")
        self._acknowledge()

    @override
    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._acknowledge()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """The adapter is gone."""
        self.on_transport_lost()

    def _acknowledge(self) -> None:
        if self._socket is not None and hasattr(socket, "TCP_QUICKACK"):
            with contextlib.suppress(OSError):  # it may be closed already
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)


async def open_adapter(transport: str) -> Transport:
    """Open the adapter that bumble calls ``transport``; raises whatever that transport does."""
    if not transport.startswith(_TCP):
        return await open_transport(transport)
    host, _, port = transport.removeprefix(_TCP).rpartition(":")
    loop = asyncio.get_running_loop()
    opened, source = await loop.create_connection(_Prompt, host, int(port))
    return Transport(source, StreamPacketSink(opened))


class HeldLink:
    """A connection to somebody, which either side may end."""

    def __init__(self, loop: Loop, connection: Connection) -> None:
        """Hold ``connection``, whose host stack runs on ``loop``."""
        self._loop = loop
        self._connection = connection
        self._ended = asyncio.Event()
        connection.on(connection.EVENT_DISCONNECTION, self._on_end)

    @property
    def is_open(self) -> bool:
        """Nobody ended it yet."""
        return not self._ended.is_set()

    def close(self) -> None:
        """End it. Raises BenchFault if the adapter hangs."""
        self._loop.run(self.hang_up(), _CLOSE_S)

    async def hang_up(self) -> None:
        """End it, if it has not ended."""
        if self.is_open:
            with contextlib.suppress(Exception, asyncio.CancelledError):
                await bounded(self._connection.disconnect(), _CLOSE_S)

    def _on_end(self, reason: int) -> None:
        del reason
        self._ended.set()


class HeldAdapter:
    """An adapter with a host stack of the bench's own."""

    def __init__(self, loop: Loop, transport: Transport, device: Device) -> None:
        """Hold ``device``, which runs on ``loop`` and speaks over ``transport``."""
        self._loop = loop
        self._transport = transport
        self._device = device
        self._links: list[HeldLink] = []

    async def power_on(self) -> None:
        """Reset the adapter and set it up."""
        await self._device.power_on()

    async def power_off(self) -> None:
        """Hang up and let go of the adapter."""
        for link in self._links:
            await link.hang_up()
        with contextlib.suppress(Exception):
            await self._device.power_off()
        await self._transport.close()


A = TypeVar("A", bound=HeldAdapter)


@contextlib.contextmanager
def take_adapter(
    transport: str, recorder: Recorder, make: Callable[[Loop, Transport], A]
) -> Iterator[A]:
    """Open an adapter, give each of its packets to ``recorder``, and let go of it in the end.

    Args:
        transport: what bumble calls it.
        recorder: is given every packet.
        make: puts a host stack on it.

    Raises:
        BenchFault: it cannot be opened; the message says why as bumble told it.
    """
    loop = Loop()
    try:
        adapter = loop.run(_powered(loop, transport, recorder, make), _OPEN_S)
        try:
            yield adapter
        finally:
            with contextlib.suppress(BenchFault):
                loop.run(adapter.power_off(), _CLOSE_S)
    finally:
        loop.close()


async def _powered(
    loop: Loop, transport: str, recorder: Recorder, make: Callable[[Loop, Transport], A]
) -> A:
    try:
        opened = await bounded(open_adapter(transport), _OPEN_S)
        adapter = make(loop, SnoopingTransport(opened, Recording(recorder)))
        await bounded(adapter.power_on(), _OPEN_S)
    except Exception as error:  # each of bumble's transports raises errors of its own
        said = str(error) or type(error).__name__
        raise BenchFault(f"bluetooth adapter {transport}: {said}") from error
    return adapter
