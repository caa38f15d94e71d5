"""The bench config: which samples are wired how, and what may be done to them."""

import ipaddress
import re
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field, field_validator, model_validator

from harness.model.base import Document, Frozen
from harness.model.radio import FAKED, Faked, Radio, adapter_problem, radio_at
from harness.model.states import DeviceState, Impact

_WHOLE_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class NetworkLinkConfig(Frozen):
    """How a sample is reached over IP.

    Attributes:
        wan_address: of a gateway: the address of its WAN side, in scope like the other one.
    """

    address: str
    mac: str = ""
    wan_address: str = ""

    @field_validator("address")
    @classmethod
    def _is_address(cls, value: str) -> str:
        return str(ipaddress.ip_address(value))

    @field_validator("wan_address")
    @classmethod
    def _is_address_or_nothing(cls, value: str) -> str:
        return str(ipaddress.ip_address(value)) if value else ""


class ConsoleConfig(Frozen):
    """A serial console: any pyserial URL (device, ``socket://``, ``rfc2217://``).

    Attributes:
        baud: 0 = find it.
    """

    url: str
    baud: int = 0


class LoginConfig(Frozen):
    """A login of one sample. Secrets are given by reference: ``env:NAME`` or ``file:PATH``."""

    user: str
    password: Annotated[str, Field(pattern=r"^(env|file):.+$")]


class PowerConfig(Frozen):
    """How the sample is switched off and on: commands, run without a shell, or a person."""

    kind: Literal["operator", "command"] = "operator"
    off: tuple[str, ...] = ()
    on: tuple[str, ...] = ()


class BluetoothConfig(Frozen):
    """How a sample is reached over Bluetooth.

    Attributes:
        transport: the bench's adapter as bumble calls it: ``usb:0``, ``usb:VID:PID/SERIAL``,
            ``serial:/dev/ttyACM0,1000000``, ``hci-socket:0``, ``tcp-client:HOST:PORT``.
        radio: what that adapter is; decides what can be tested. Behind a socket it is unknown
            unless this says so, and what a virtual radio might pretend is not judged.
        name: local name that the sample advertises.
        service: UUID in full of a service that it advertises.
        window_s: how long a private address of the sample may last; the bench listens to
            advertisements a little longer.
        listen_s: how long it listens instead, where there is no time for all of the window; then
            nothing is decided about addresses that did not change. 0 = the window.
        safe_writes: characteristic -> value in hex that may be written to it.
        classic: the sample speaks Classic (BR/EDR), too.
        classic_address: its address there, which never changes; needed where it cannot be
            discovered unless somebody brings it into pairing mode.
    """

    transport: Annotated[str, Field(min_length=1)]
    radio: Radio = Radio.REAL
    name: str = ""
    service: Annotated[str, Field(pattern=r"^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?$")] = ""
    window_s: Annotated[float, Field(gt=0, le=3600)] = 900.0
    listen_s: Annotated[float, Field(ge=0, le=3600)] = 0.0
    safe_writes: dict[str, Annotated[str, Field(pattern=r"^([0-9a-f]{2}){0,20}$")]] = {}
    classic: bool = False
    classic_address: Annotated[str, Field(pattern=r"^([0-9A-F]{2}(:[0-9A-F]{2}){5})?$")] = ""

    @model_validator(mode="before")
    @classmethod
    def _radio_behind_a_socket(cls, data: Any) -> Any:  # noqa: ANN401  (whatever was written)
        if isinstance(data, dict) and "radio" not in data:
            return {**data, "radio": radio_at(str(data.get("transport", "")))}
        return data

    @field_validator("transport")
    @classmethod
    def _names_an_adapter(cls, value: str) -> str:
        if problem := adapter_problem(value):
            raise ValueError(problem)
        return value

    @field_validator("safe_writes")
    @classmethod
    def _names_characteristics(cls, value: dict[str, str]) -> dict[str, str]:
        """A consent that names nothing would go unnoticed until the report."""
        for uuid in value:
            if not _WHOLE_UUID.fullmatch(uuid):
                raise ValueError(f"{uuid!r} is no UUID in full and in small letters")
        return value

    @property
    def speaks_classic(self) -> bool:
        """The sample speaks Classic, and the bench's radio does more than pretend to."""
        return self.classic and Faked.CLASSIC not in FAKED[self.radio]

    @model_validator(mode="after")
    def _can_be_recognised(self) -> "BluetoothConfig":
        if not self.name and not self.service:
            raise ValueError("name or service is needed: an address may change at any time")
        return self


class LinkSwitchConfig(Frozen):
    """How the sample's network link is cut and restored: commands, run without a shell."""

    off: Annotated[tuple[str, ...], Field(min_length=1)]
    on: Annotated[tuple[str, ...], Field(min_length=1)]


class ReferenceConfig(Frozen):
    """A reference device that the command starts in place of a physical sample.

    One whose sample has Bluetooth on the virtual radio gets an adapter there; the radio is started
    too, on the TCP port of ``bluetooth.transport`` or, if that is 0, on a free one.

    Attributes:
        device: the lock has nothing but Bluetooth.
        attach: work folder of one that runs already (``certbench reference serve --work``): it is
            not started, and it outlives the command; its flaws are its own.
        maker_site: address on which its maker's web site is served too; ``""`` = nowhere.
    """

    device: Literal["router", "lock"]
    flaws: tuple[str, ...] = ()
    seed: int | None = None
    attach: str = ""
    maker_site: str = ""

    @field_validator("maker_site")
    @classmethod
    def _is_address_or_nothing(cls, value: str) -> str:
        return str(ipaddress.ip_address(value)) if value else ""


class IdentityConfig(Frozen):
    """Where this kind of device states its firmware version.

    Attributes:
        path: page or API that a logged-in user can read: ``/api/about``.
        port: TCP port of its web server; 0 = try the usual ones.
        tls: whether that port talks TLS; only read where ``port`` is given.
        pattern: regular expression with one group, over that page or over the console's boot log.
    """

    path: str = ""
    port: Annotated[int, Field(ge=0, le=65535)] = 0
    tls: bool = True
    pattern: str = r"(?i)firmware[^0-9]{0,20}([0-9][0-9A-Za-z.\-]*)"


class SampleConfig(Frozen):
    """One physical unit on the bench.

    Attributes:
        lot: the lot or delivery that it comes from, as printed or told.
        firmware: the revision that it was handed in with, as printed or told. What the device says
            of itself is read, whatever stands here.
        state: the state that somebody left the sample in, for a bench with nobody at it: the only
            state that is surveyed then, and recorded as not confirmed.
    """

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$")]
    origin: Literal["supplier", "lab-drawn", "market"] = "supplier"
    lot: str = ""
    serial: str = ""
    hardware: str = ""
    firmware: str = ""
    state: DeviceState | None = None
    network: NetworkLinkConfig | None = None
    console: ConsoleConfig | None = None
    bluetooth: BluetoothConfig | None = None
    power: PowerConfig | None = None
    link: LinkSwitchConfig | None = None
    label: LoginConfig | None = None
    user: LoginConfig | None = None
    identity: IdentityConfig = IdentityConfig()
    reference: ReferenceConfig | None = None


class CredentialLimits(Frozen):
    """Bounds on login attempts, per login point and visit."""

    max_attempts: Annotated[int, Field(ge=1)] = 40
    guessing_attempts: Annotated[int, Field(ge=1)] = 12
    timeout_s: float = 10.0


class PublicationsConfig(Frozen):
    """The maker's web sites: the only hosts outside the scope that are ever asked for anything.

    Attributes:
        hosts: names or addresses of hosts whose public pages may be fetched; empty = none are.
        addresses: host -> its IP address, for benches that cannot look names up.
        ca: PEM file with the authority that signed their certificates; ``""`` = those that are
            publicly trusted.
    """

    hosts: tuple[str, ...] = ()
    addresses: dict[str, str] = {}
    ca: str = ""

    @field_validator("hosts")
    @classmethod
    def _are_hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if any(not re.fullmatch(r"[A-Za-z0-9_.:-]+", host) for host in value):
            raise ValueError("a host is a name or an address, without scheme, port and path")
        return tuple(host.lower().rstrip(".") for host in value)

    @field_validator("addresses")
    @classmethod
    def _are_addresses(cls, value: dict[str, str]) -> dict[str, str]:
        return {
            host.lower().rstrip("."): str(ipaddress.ip_address(address))
            for host, address in value.items()
        }


class BenchSettings(Frozen):
    """The bench itself.

    Attributes:
        scope: the only networks that anything is ever sent to.
        interface: the only interface that anything is ever sent over; ``""`` = the one that holds
            the route to the samples, which must be on-link.
        through_routers: the samples are the user's own devices and may lie behind a router.
        namespace: ``private`` runs the whole survey in a network namespace of its own.
        max_impact: the highest impact of a probe that may run.
        consents: ids of destructive steps that the supplier agreed to.
        udp_ports: UDP ports to ask; a full sweep takes hours against an ICMP rate limit.
        encrypt: where the secret is with which a run's raw captures are encrypted once it is
            sealed: ``env:NAME`` or ``file:PATH``; ``""`` leaves them as they are.
        publications: the maker's web sites, beside the scope.
    """

    name: str
    scope: tuple[str, ...]
    interface: str = ""
    through_routers: bool = False
    namespace: Literal["", "private"] = ""
    max_impact: Impact = Impact.INTRUSIVE
    consents: tuple[str, ...] = ()
    credentials: CredentialLimits = CredentialLimits()
    udp_ports: tuple[int, ...] = (53, 67, 69, 123, 161, 500, 1900, 5353, 5683)
    equipment: tuple[str, ...] = ()
    encrypt: Annotated[str, Field(pattern=r"^((env|file):.+)?$")] = ""
    publications: PublicationsConfig = PublicationsConfig()

    @field_validator("scope")
    @classmethod
    def _are_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(str(ipaddress.ip_network(network)) for network in value)


class BenchConfig(Document):
    """A bench.toml."""

    SCHEMA: ClassVar[str] = "certbench/bench/1"

    bench: BenchSettings
    sample: Annotated[tuple[SampleConfig, ...], Field(min_length=1)]
