"""What probes see of the bench. Concrete drivers stay behind these (design, layers, contract 2).

Every call is bounded by a time-out. A peer that refuses, resets or is silent is a *result*; only
the bench's own failure raises `BenchFault`. A target outside the scope raises `ScopeError` before
a packet leaves.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from harness.bench.bluetooth_link import BluetoothLink
from harness.bench.classic_link import ClassicLink
from harness.bench.network_link import HttpExchange, NetworkLink
from harness.bench.taps import Taps
from harness.model.bench_config import BenchSettings, SampleConfig
from harness.model.question import Question
from harness.model.states import Capability, DeviceState, Means


class ConsoleSession(Protocol):
    """Exclusive use of a serial console; every byte both ways goes to the transcript."""

    @property
    def baud(self) -> int:
        """The baud rate in use."""
        ...

    def send(self, data: bytes) -> None:
        """Write all of ``data``."""
        ...

    def read(self, timeout_s: float, limit: int = 65536) -> bytes:
        """What came in within ``timeout_s``; ``b""`` for silence."""
        ...

    def expect(self, patterns: Sequence[bytes], timeout_s: float) -> tuple[int, bytes]:
        """Read until one of the regular expressions matches; its index (-1: none) and all bytes."""
        ...


class TranscriptSink(Protocol):
    """Where a console session writes what passed."""

    def record(self, kind: str, **fields: object) -> None:
        """Append one record, flushed."""
        ...


class Console(Protocol):
    """A serial console that one owner at a time may take."""

    def take(self, transcript: TranscriptSink) -> AbstractContextManager[ConsoleSession]:
        """Own the console; an earlier session is dead from now on.

        Raises:
            BenchFault: it is taken, or the port cannot be opened.
        """
        ...


class PowerSwitch(Protocol):
    """Power of one sample."""

    def cycle(self) -> None:
        """Off, then on. Raises BenchFault if that did not happen."""
        ...


class StateControl(Protocol):
    """How to bring a sample into a state: scripted, by drivers, or asked of the operator."""

    def means(self, state: DeviceState) -> Means:
        """Who or what would bring the sample into ``state``."""
        ...

    def enter(self, state: DeviceState) -> bool:
        """Bring the sample into ``state``; whether the state was confirmed.

        Raises:
            BenchFault: it cannot be reached on this bench.
        """
        ...


class Operator(Protocol):
    """The person at the bench, or a script that stands in for one."""

    @property
    def name(self) -> str:
        """Who answers."""
        ...

    @property
    def scripted(self) -> bool:
        """Answers come from a file."""
        ...

    def ask(self, question: Question, item: str, shown: str) -> tuple[str, str] | None:
        """The answer and its reason; None if nobody answered."""
        ...

    def ask_now(
        self, question: Question, item: str, timeout_s: float, over: Callable[[], bool]
    ) -> str | None:
        """The answer to what can't wait; no reason is asked for.

        Args:
            question: what is asked.
            item: what it is about.
            timeout_s: after this long an answer is of no use any more.
            over: whether it is of no use already.
        """
        ...


@dataclass(frozen=True)
class Login:
    """A login in clear. Only drivers and login probes hold one."""

    user: str
    password: str


class Publications(Protocol):
    """The maker's public pages, on the hosts that the bench config names."""

    @property
    def hosts(self) -> tuple[str, ...]:
        """The only hosts that may be asked."""
        ...

    @property
    def pages(self) -> tuple[str, ...]:
        """Addresses of the pages that the dossier names."""
        ...

    def check(self, url: str) -> None:
        """Raise ScopeError unless ``url`` is one of the hosts'. Sends nothing."""
        ...

    def fetch(self, url: str) -> HttpExchange:
        """GET ``url`` without cookies or login, no redirect followed; a failure is an exchange.

        Raises:
            ScopeError: not a URL of one of the hosts; nothing was sent.
        """
        ...


class SampleLinks(Protocol):
    """Everything the bench has for one sample. A link that is not there is None."""

    @property
    def config(self) -> SampleConfig:
        """What the bench config says of the sample."""
        ...

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What the bench can do for this sample."""
        ...

    @property
    def network(self) -> NetworkLink | None:
        """The IP link."""
        ...

    @property
    def wan(self) -> NetworkLink | None:
        """The IP link to the address that plays the sample's WAN side."""
        ...

    @property
    def console(self) -> Console | None:
        """The serial console."""
        ...

    @property
    def bluetooth(self) -> BluetoothLink | None:
        """The way over Bluetooth."""
        ...

    @property
    def classic(self) -> ClassicLink | None:
        """The way over Bluetooth Classic."""
        ...

    @property
    def power(self) -> PowerSwitch | None:
        """The power switch."""
        ...

    @property
    def states(self) -> StateControl | None:
        """How the sample is brought into a state."""
        ...

    @property
    def label(self) -> Login | None:
        """The factory login printed on the sample."""
        ...

    @property
    def user(self) -> Login | None:
        """The login that the user sets when the device is initialised."""
        ...

    @property
    def publications(self) -> Publications | None:
        """The public pages of the sample's maker."""
        ...

    def tapped(self, taps: Taps) -> "SampleLinks":
        """The same links, showing what comes in over the network to ``taps`` as well."""
        ...


class Bench(Protocol):
    """The bench as a whole. ``close`` tears everything down in reverse order, bounded."""

    @property
    def settings(self) -> BenchSettings:
        """Scope, interface, limits and consents."""
        ...

    @property
    def kind(self) -> str:
        """``private``, ``physical``, ...: shown in records."""
        ...

    @property
    def operator(self) -> Operator | None:
        """The person at the bench, or who stands in."""
        ...

    @property
    def tools(self) -> Mapping[str, str]:
        """Versions of the programs that the bench uses."""
        ...

    def samples(self) -> Iterator[SampleLinks]:
        """Links of each sample, in the order of the config."""
        ...

    def close(self) -> None:
        """Tear everything down; never raises."""
        ...
