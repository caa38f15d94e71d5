"""What a pretest is aimed at: a bench config and a dossier, made from an address."""

import ipaddress
import re
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from harness.bench.bluetooth_hands import installed
from harness.bench.guard import ScopeGuard
from harness.encoding.text import neutralise
from harness.errors import MissingExtraError, ScopeError, UsageError
from harness.model.bench_config import (
    BenchConfig,
    BenchSettings,
    BluetoothConfig,
    ConsoleConfig,
    LoginConfig,
    NetworkLinkConfig,
    SampleConfig,
)
from harness.model.dossier import Dossier, DutIdentification
from harness.model.radio import Radio
from harness.model.states import DeviceState, Impact

_LOGIN = re.compile(r"(?P<user>.*?):(?P<password>(?:env|file):.+)", re.DOTALL)
_MAC = re.compile(r"[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}")
_MOST_PORT = 65535


@dataclass(frozen=True)
class Target:
    """What the user says of the device.

    Attributes:
        address: as typed; ``""`` of a device that has Bluetooth alone.
        mine: the user says that the address is the user's own, wherever it is.
        serial: pyserial URL of the console; ``""`` without one.
        mac: link-layer address, from which factory passwords are computed; ``""`` if unknown.
        login: ``USER:env:NAME`` or ``USER:file:PATH`` of a login that works; ``""`` without one.
        udp: UDP ports to ask; empty = the usual ones.
        max_impact: the highest impact of a probe that may run.
        air: where and as whom to find it over Bluetooth; None without it.
    """

    address: str
    mine: bool = False
    serial: str = ""
    mac: str = ""
    login: str = ""
    udp: tuple[int, ...] = ()
    max_impact: Impact = Impact.INTRUSIVE
    air: BluetoothConfig | None = None

    @property
    def shown(self) -> str:
        """How the device is named to people."""
        if self.address or self.air is None:
            return self.address
        return self.air.name or self.air.service


_WRONG: Final = {
    "service": "--service takes a UUID in full: 0000180a-0000-1000-8000-00805f9b34fb; certbench "
    "pretest --bluetooth TRANSPORT --scan-only lists those in the air",
    "listen_s": "--listen takes 0 to 3600 seconds",
}
"""What to say of a part of the config that an option filled wrongly."""


def bluetooth_of(
    transport: str, name: str, service: str, listen_s: float, radio: Radio
) -> BluetoothConfig | None:
    """The options for Bluetooth as a config; None if there is no transport.

    Raises:
        UsageError: they name no device, or a service that is no UUID.
    """
    if not transport:
        if name or service:
            raise UsageError("--name and --service go with --bluetooth TRANSPORT")
        return None
    if not name and not service:
        raise UsageError(
            "--bluetooth needs --name or --service: say whose air it is. certbench pretest "
            "--bluetooth TRANSPORT --scan-only lists what can be heard"
        )
    try:
        return BluetoothConfig(
            transport=transport, name=name, service=service.lower(), listen_s=listen_s, radio=radio
        )
    except ValidationError as error:
        wrong = error.errors()[0]
        said = neutralise(str(wrong["msg"]).removeprefix("Value error, "), 250)
        raise UsageError(
            _WRONG.get(str(wrong["loc"][0]), "--bluetooth: {}").format(said)
        ) from error


def need_bluetooth(air: BluetoothConfig | None) -> None:
    """Whoever asks for Bluetooth is told at once what it takes, and not that nothing was heard.

    Raises:
        MissingExtraError: bumble is not installed.
    """
    if air is not None and not installed():
        raise MissingExtraError("bluetooth", "--bluetooth")


def bench_for(target: Target) -> BenchConfig:
    """A bench with one sample, whose scope is exactly the address; none without an address.

    Raises:
        UsageError: not an address, or behind a router without the user saying that it is theirs.
        ScopeError: the machine has no usable way there.
    """
    if not target.address:
        return _air_alone(target)
    address = _address(target.address)
    scope = (str(ipaddress.ip_network(address)),)
    interface, beyond = _way(str(address), scope, mine=target.mine)
    settings = BenchSettings(
        name=f"pretest {address}",
        scope=scope,
        interface=interface,
        through_routers=beyond,
        max_impact=target.max_impact,
    )
    if target.udp:
        settings = settings.model_copy(update={"udp_ports": target.udp})
    sample = SampleConfig(
        id="A",
        origin="supplier",
        state=DeviceState.INITIALISED,
        network=NetworkLinkConfig(address=str(address), mac=_mac(target.mac)),
        console=ConsoleConfig(url=target.serial) if target.serial else None,
        bluetooth=target.air,
        user=_login(target.login),
    )
    return BenchConfig(bench=settings, sample=(sample,))


def _air_alone(target: Target) -> BenchConfig:
    if target.air is None:
        raise UsageError("name a device: an IP address, or --bluetooth TRANSPORT --name NAME")
    settings = BenchSettings(
        name=f"pretest {neutralise(target.shown, 60)}", scope=(), max_impact=target.max_impact
    )
    sample = SampleConfig(
        id="A",
        origin="supplier",
        state=DeviceState.INITIALISED,
        bluetooth=target.air,
        console=ConsoleConfig(url=target.serial) if target.serial else None,
    )
    return BenchConfig(bench=settings, sample=(sample,))


def black_box_dossier(config: BenchConfig) -> Dossier:
    """A dossier that declares nothing."""
    return Dossier(
        author="certbench pretest",
        dut=DutIdentification(
            supplier="a maker who is not declared",
            model=f"Black box ({config.bench.name})",
            description=f"black box: {config.bench.name}",
        ),
    )


def udp_ports(text: str) -> tuple[int, ...]:
    """``53,161`` as numbers.

    Raises:
        UsageError: something else.
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not all(part.isascii() and part.isdigit() and 0 < int(part) <= _MOST_PORT for part in parts):
        raise UsageError(f"--udp {neutralise(text, 80)}: write port numbers with commas: 53,161")
    return tuple(dict.fromkeys(int(part) for part in parts))


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    try:
        address = ipaddress.ip_address(text)
    except ValueError as error:
        message = (
            f"{neutralise(text, 80)}: not an IP address. A pretest resolves no names, since the "
            "answer could lead to somebody else's device; give the address, such as 192.168.7.20"
        )
        raise UsageError(message) from error
    if isinstance(address, ipaddress.IPv6Address) and address.scope_id:
        raise UsageError(f"{text}: an address with a zone is not supported; give a global address")
    return address


def _way(address: str, scope: tuple[str, ...], *, mine: bool) -> tuple[str, bool]:
    """The interface of the route to ``address``, and whether a router stands on it."""
    try:
        return ScopeGuard(scope).check(address), False
    except ScopeError as error:
        if not _behind_a_router(address, scope):
            raise
        if mine:
            return ScopeGuard(scope, through_routers=True).check(address), True
        message = (
            f"{address} is behind a router and may be somebody else's; nothing was sent. Plug the "
            "device into this machine's own network, or say with --mine that the address is yours"
        )
        raise UsageError(message) from error


def _behind_a_router(address: str, scope: tuple[str, ...]) -> bool:
    """Whether nothing but the router on the way stands against ``address``."""
    try:
        ScopeGuard(scope, through_routers=True).check(address)
    except ScopeError:
        return False
    return True


def _mac(text: str) -> str:
    if text and not _MAC.fullmatch(text):
        raise UsageError(f"--mac {neutralise(text, 80)}: write it as 02:00:5e:00:53:01")
    return text.lower().replace("-", ":")


def _login(text: str) -> LoginConfig | None:
    if not text:
        return None
    found = _LOGIN.fullmatch(text)
    if found is None:
        # The text is not repeated: it may hold a password.
        message = (
            "--login: write USER:env:NAME or USER:file:PATH; a password has no place in a command"
        )
        raise UsageError(message)
    return LoginConfig(user=found["user"], password=found["password"])
