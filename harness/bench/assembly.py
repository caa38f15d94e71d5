"""Puts a bench together from its config: links, switches, logins, operator."""

import contextlib
import importlib.metadata
import ipaddress
import platform
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final

from typing_extensions import override

from harness.bench import namespace
from harness.bench.bluetooth_hands import (
    ConfiguredBluetooth,
    OperatorHands,
    ReferenceHands,
    installed,
)
from harness.bench.bluetooth_link import BluetoothLink, Hands
from harness.bench.classic_link import ClassicLink
from harness.bench.console import SerialConsole
from harness.bench.guard import ScopeGuard
from harness.bench.network import IpLink
from harness.bench.network_link import NetworkLink
from harness.bench.power import CommandPower, CommandSwitch, OperatorPower
from harness.bench.protocols import (
    Bench,
    Console,
    Login,
    Operator,
    PowerSwitch,
    SampleLinks,
    StateControl,
)
from harness.bench.publications import WebPublications
from harness.bench.reference_control import ReferenceControl, ReferencePower, ReferenceStates
from harness.bench.runner import run_tool
from harness.bench.secrets import resolve_login
from harness.bench.states import DeclaredState, OperatorStates, SwitchedStates
from harness.bench.taps import Taps
from harness.errors import BenchFault, ConfigError
from harness.model.bench_config import BenchConfig, BenchSettings, PowerConfig, SampleConfig
from harness.model.radio import Radio
from harness.model.states import Capability

_CLOSE_S: Final = 5.0
_VERSION_S: Final = 10.0
_LIBRARIES: Final = ("paramiko", "pyserial", "requests", "urllib3", "pyroute2")
_PROGRAMS: Final = {"nmap": "--version", "ssh": "-V"}

Logins = tuple[Login | None, Login | None]
"""The label's login and the user's."""


@dataclass(frozen=True)
class AssembledLinks:
    """The links of one sample. A link that is not there is None."""

    config: SampleConfig
    network: NetworkLink | None = None
    wan: NetworkLink | None = None
    console: Console | None = None
    bluetooth: BluetoothLink | None = None
    classic: ClassicLink | None = None
    power: PowerSwitch | None = None
    states: StateControl | None = None
    label: Login | None = None
    user: Login | None = None
    publications: WebPublications | None = None
    capabilities: frozenset[Capability] = frozenset()

    def tapped(self, taps: Taps) -> SampleLinks:
        """The same links, showing what comes in over the network to ``taps`` as well."""
        return replace(
            self,
            network=self.network.tapped(taps) if self.network else None,
            wan=self.wan.tapped(taps) if self.wan else None,
            publications=self.publications.tapped(taps) if self.publications else None,
        )


class AssembledBench(Bench):
    """A bench that `assemble` made."""

    def __init__(
        self,
        settings: BenchSettings,
        kind: str,
        operator: Operator | None,
        links: tuple[AssembledLinks, ...],
        closers: tuple[Callable[[], None], ...],
    ) -> None:
        """Hold the links; ``closers`` in the order in which things were opened."""
        self._settings = settings
        self._kind = kind
        self._operator = operator
        self._links = links
        self._closers = closers

    @property
    @override
    def settings(self) -> BenchSettings:
        return self._settings

    @property
    @override
    def kind(self) -> str:
        return self._kind

    @property
    @override
    def operator(self) -> Operator | None:
        return self._operator

    @property
    @override
    def tools(self) -> Mapping[str, str]:
        return self._versions

    @cached_property
    def _versions(self) -> dict[str, str]:
        versions = {"python": platform.python_version(), "kernel": platform.release()}
        versions |= {name: importlib.metadata.version(name) for name in _LIBRARIES}
        for name, option in _PROGRAMS.items():
            if shutil.which(name):
                versions[name] = _version(name, option)
        return versions

    @override
    def samples(self) -> Iterator[SampleLinks]:
        return iter(self._links)

    @override
    def close(self) -> None:
        for closer in reversed(self._closers):
            worker = threading.Thread(target=_quietly, args=(closer,), daemon=True)
            worker.start()
            worker.join(_CLOSE_S)


def _quietly(closer: Callable[[], None]) -> None:
    with contextlib.suppress(Exception):  # tear-down: the rest must still be closed
        closer()


def _version(name: str, option: str) -> str:
    """First line of what the program says of itself; ssh says it on stderr."""
    try:
        run = run_tool([name, option], timeout_s=_VERSION_S)
    except BenchFault as fault:
        return str(fault)
    return (run.stdout or run.stderr).decode(errors="replace").partition("\n")[0].strip()


def assemble(
    config: BenchConfig,
    *,
    operator: Operator | None = None,
    controls: Mapping[str, str | Path] | None = None,
    logins: Mapping[str, Logins] | None = None,
    pages: Sequence[str] = (),
) -> AssembledBench:
    """Build every driver that ``config`` asks for. Opens no link yet.

    Args:
        config: the bench config, as `harness.config.load_bench` gives it.
        operator: who answers; None = nobody is there.
        controls: sample id -> control socket of the reference device that stands in for it.
        logins: sample id -> (label, user) in clear, in place of those of the config; either may
            be None, and then the config's counts.
        pages: addresses of the public pages that the dossier names.

    Raises:
        ConfigError: a secret is not where the config says, or a sample is not in the config.
    """
    controls, logins = controls or {}, logins or {}
    _require_known(config, {*controls, *logins})
    settings = config.bench
    guard = ScopeGuard(settings.scope, settings.interface, through_routers=settings.through_routers)
    closers: list[Callable[[], None]] = []
    publications = WebPublications(settings, pages)
    links = tuple(
        replace(
            _links(
                sample,
                guard,
                operator,
                ReferenceControl(str(controls[sample.id])) if sample.id in controls else None,
                logins.get(sample.id, (None, None)),
            ),
            publications=publications,
        )
        for sample in config.sample
    )
    closers = [link.console.close for link in links if isinstance(link.console, SerialConsole)]
    return AssembledBench(config.bench, _kind(config), operator, links, tuple(closers))


def _require_known(config: BenchConfig, named: set[str]) -> None:
    unknown = sorted(named - {sample.id for sample in config.sample})
    if unknown:
        known = ", ".join(sample.id for sample in config.sample)
        raise ConfigError("bench config", f"sample[{unknown[0]}]", "no such sample", f"Has {known}")


def _kind(config: BenchConfig) -> str:
    if config.bench.namespace == "private" and namespace.inside():
        return "private"
    addresses = [sample.network.address for sample in config.sample if sample.network]
    if addresses and all(ipaddress.ip_address(address).is_loopback for address in addresses):
        return "loopback"
    radios = [sample.bluetooth.radio for sample in config.sample if sample.bluetooth]
    if not addresses and radios and not {Radio.REAL, Radio.OTHER} & set(radios):
        return "loopback"
    return "physical"


def _links(
    sample: SampleConfig,
    guard: ScopeGuard,
    operator: Operator | None,
    control: ReferenceControl | None,
    given: Logins,
) -> AssembledLinks:
    label, user = given
    if label is None and sample.label is not None:
        label = resolve_login(sample.label, f"sample[{sample.id}].label")
    if user is None and sample.user is not None:
        user = resolve_login(sample.user, f"sample[{sample.id}].user")
    network = IpLink(sample.network.address, guard) if sample.network else None
    outside = sample.network.wan_address if sample.network else ""
    console = SerialConsole(sample.console) if sample.console else None
    power = _power(sample, operator, control)
    bluetooth = _bluetooth(sample, operator, control)
    classic = bluetooth if sample.bluetooth and sample.bluetooth.speaks_classic else None
    offered = {
        Capability.BLUETOOTH: bluetooth,
        Capability.BLUETOOTH_CLASSIC: classic,
        Capability.NETWORK: network,
        Capability.CONSOLE: console,
        Capability.POWER: power,
        Capability.OPERATOR: operator,
        Capability.LABEL: label,
    }
    return AssembledLinks(
        config=sample,
        network=network,
        wan=IpLink(outside, guard) if outside else None,
        console=console,
        bluetooth=bluetooth,
        classic=classic,
        power=power,
        states=_states(sample, operator, control, user, power),
        label=label,
        user=user,
        capabilities=frozenset(name for name, link in offered.items() if link is not None),
    )


def _bluetooth(
    sample: SampleConfig, operator: Operator | None, control: ReferenceControl | None
) -> ConfiguredBluetooth | None:
    if sample.bluetooth is None or not installed():
        return None
    hands: Hands | None = None
    if control is not None:
        hands = ReferenceHands(control)
    elif operator is not None:
        hands = OperatorHands(operator, sample.id)
    return ConfiguredBluetooth(sample.bluetooth, hands)


def _power(
    sample: SampleConfig, operator: Operator | None, control: ReferenceControl | None
) -> PowerSwitch | None:
    if control is not None:
        return ReferencePower(control)
    power = sample.power or PowerConfig()
    if power.kind == "command":
        return CommandPower(power.off, power.on)
    return OperatorPower(operator, sample.id) if operator and sample.power else None


def _states(
    sample: SampleConfig,
    operator: Operator | None,
    control: ReferenceControl | None,
    user: Login | None,
    power: PowerSwitch | None,
) -> StateControl:
    if control is not None:
        return ReferenceStates(control, user)
    rest: StateControl = (
        OperatorStates(operator, sample.id) if operator else DeclaredState(sample.id, sample.state)
    )
    switched = sample.power is not None and sample.power.kind == "command"
    wired = sample.link
    link = CommandSwitch(wired.off, wired.on, "sample.link") if wired else None
    return SwitchedStates(rest, power if switched else None, link) if switched or link else rest
