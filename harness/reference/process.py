"""The router as one process: builds its parts, answers the control socket, ends cleanly."""

import contextlib
import ipaddress
import json
import os
import select
import signal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Final

from harness.errors import BenchFault, UsageError
from harness.reference.console import Console
from harness.reference.control import Command, Control
from harness.reference.datagrams import DatagramService
from harness.reference.device import Device
from harness.reference.flaws import Flaw, Flaws
from harness.reference.http import Request, Response
from harness.reference.identity import USER, derive_identity, following
from harness.reference.maker_site import PORT, MakerSite
from harness.reference.mdns import MdnsResponder
from harness.reference.mqtt import Broker
from harness.reference.network import Handler, Network
from harness.reference.power import BOOT_S, FAST_BOOT_S, Power
from harness.reference.shuffle import default_look, move_ports, shuffled_look
from harness.reference.silent import serve_nothing
from harness.reference.snmp import SnmpAgent
from harness.reference.ssh import SshServer
from harness.reference.starting import READY_SCHEMA, control_folder, keep
from harness.reference.telnet import serve_either, serve_telnet
from harness.reference.tftp import TftpServer
from harness.reference.tls import make_certificate, make_server
from harness.reference.truth import TruthLog
from harness.reference.upnp import SsdpResponder, UpnpPages
from harness.reference.web import WebApp
from harness.reference.webserver import (
    serve_answer,
    serve_https,
    serve_page,
    serve_plain,
    serve_redirect,
)

if TYPE_CHECKING:
    from harness.reference.bluetooth.router import RouterBluetooth

_BOOT_PATIENCE_S: Final = 10.0


@dataclass(frozen=True)
class RouterOptions:
    """How to start a router.

    Attributes:
        sample: name of the sample.
        address: IP address to listen on.
        work: folder for its control socket, certificate and truth log.
        seed: shuffles everything that is a matter of taste; None for the default look.
        port_offset: added to the ports, for users who may not bind low ones.
        surface: ports by service name, before all else.
        maker_site: address on which the maker's web site is served too; ``""`` = nowhere.
        transport: bumble's name of its Bluetooth adapter; ``""`` = it has none.
        rotation_s: seconds after which it takes another Bluetooth address.
    """

    sample: str
    address: str
    work: Path
    flaws: Flaws
    firmware: str
    seed: int | None = None
    fast: bool = False
    port_offset: int = 0
    surface: Mapping[str, int] | None = None
    maker_site: str = ""
    transport: str = ""
    rotation_s: float = 900.0

    @property
    def wan_address(self) -> str:
        """The address that plays the WAN: 100 above that of the LAN, where benches have room."""
        return str(ipaddress.ip_address(self.address) + 100)


class Router:
    """A running reference router. Use `running_router`."""

    def __init__(self, options: RouterOptions, folder: Path) -> None:
        """Build every part, powered off; ``folder`` holds the control socket."""
        look = default_look() if options.seed is None else shuffled_look(options.seed)
        surface = move_ports(look.surface, options.port_offset) | dict(options.surface or {})
        look = replace(look, surface=surface)
        identity = derive_identity(options.sample, options.seed, options.flaws)
        self._options = options
        self._log = options.work / "truth.jsonl"
        self._truth = TruthLog(self._log)
        self._device = Device(identity, look, options.flaws, self._truth, options.firmware)
        self._ssh = SshServer(self._device)
        datagrams = {
            "snmp": SnmpAgent(self._device).service,
            "tftp": TftpServer().service,
            **self._discovery(surface),
        }
        self._network = Network(options.address, surface, self._handlers(), self._truth, datagrams)
        self._network.elsewhere = {"upnp-wan": options.wan_address}
        self._network.served = self._device.count_connection
        self._network.want(self._device.services())
        self._device.changed = self._settle
        self._console = Console(self._truth)
        boot_s = FAST_BOOT_S if options.fast else BOOT_S
        self._bluetooth = self._with_bluetooth()
        radio = self._bluetooth.power if self._bluetooth else None
        self._power = Power(self._device, self._network, self._console, boot_s, radio)
        self._site = _maker_site(options)
        self._stop_read, self._stop_write = os.pipe()
        self._control_path = folder / "control.sock"
        self._control = Control(self._control_path, self._commands(), self._describe)

    def start(self) -> None:
        """Switch on and wait until it is up.

        Raises:
            BenchFault: it did not come up; most likely a port is taken.
        """
        self._power.cycle()
        if not self._power.wait_until_on(_BOOT_PATIENCE_S):
            why = self._power.fault or "no reason given"
            raise BenchFault(f"sample {self._options.sample} did not come up: {why}")

    def ready(self) -> dict[str, object]:
        """What the one who started the process needs to know."""
        look, identity = self._device.look, self._device.identity
        return {
            "schema": READY_SCHEMA,
            "device": "router",
            "sample": identity.sample,
            "address": self._options.address,
            "wan": self._options.wan_address,
            "mac": identity.mac,
            "serial": identity.serial,
            "console": self._console.path,
            "control": str(self._control_path),
            "label": {"user": USER, "password": identity.label_password},
            "surface": dict(look.surface),
            "paths": dict(look.paths),
            "fields": dict(look.fields),
            "log": str(self._log),
            "maker": self._site.ready() if self._site else None,
            "bluetooth": self._bluetooth.ready() if self._bluetooth else None,
        }

    def request_stop(self) -> None:
        """Make `wait` return. Safe in a signal handler."""
        os.write(self._stop_write, b"x")

    def wait(self, stdin: int) -> None:
        """Until `request_stop`, or the end of ``stdin``."""
        while True:
            ready, _, _ = select.select([stdin, self._stop_read], [], [])
            if self._stop_read in ready or not os.read(stdin, 4096):
                return

    def close(self) -> None:
        """Power off, end every thread, close every file."""
        self._control.close()
        if self._site:
            self._site.close()
        self._power.off()
        if self._bluetooth:
            self._bluetooth.close()
        self._network.close()
        self._ssh.close()
        self._console.close()
        self._truth.close()
        os.close(self._stop_read)
        os.close(self._stop_write)

    def _handlers(self) -> dict[str, Handler]:
        device, flaws = self._device, self._device.flaws
        app = WebApp(device)
        files = make_certificate(
            device.identity, device.look.hostname, self._options.address, flaws, self._options.work
        )
        in_clear = Flaw.PLAINTEXT_HTTP_ADMIN in flaws
        return {
            "http": serve_plain(device, app)
            if in_clear
            else serve_redirect(device, self._options.address),
            "https": serve_https(
                device,
                UpnpPages(device, reads=False).before(lambda request: app.handle(request, "https")),
                make_server(*files, flaws),
            ),
            "upnp-wan": serve_answer(device, UpnpPages(device, reads=True).before(_nothing)),
            "ssh": self._ssh.handle,
            "mqtt": Broker(device).handler(make_server(*files, frozenset())),
            "telnet": _telnet_port(device),
            "maintenance": serve_nothing(b"maintenance\r\n"),
            "undeclared": serve_nothing(),
            "late": serve_nothing(),
            "hidden-http": serve_page(device, "Signal 92 %, noise 11 %."),
        }

    def _discovery(self, surface: Mapping[str, int]) -> dict[str, DatagramService]:
        device, options = self._device, self._options
        page = f"{device.look.upnp_path}/root.xml"
        inside = f"https://{options.address}:{surface['https']}{page}"
        outside = f"http://{options.wan_address}:{surface['upnp-wan']}{page}"
        mdns = MdnsResponder(device, options.address)
        ssdp = SsdpResponder(device, options.address, inside)
        return {
            "mdns": mdns.direct,
            "mdns-group": mdns.grouped,
            "ssdp": ssdp.direct,
            "ssdp-group": ssdp.grouped,
            "ssdp-wan": SsdpResponder(device, options.wan_address, outside).alone,
        }

    def _with_bluetooth(self) -> "RouterBluetooth | None":
        """Its Bluetooth, where an adapter is named; bumble is imported then and not before."""
        if not self._options.transport:
            return None
        from harness.reference.bluetooth.router import RouterBluetooth

        return RouterBluetooth(self._device, self._options.transport, self._options.rotation_s)

    def _settle(self) -> None:
        self._network.want(self._device.services())

    def _commands(self) -> dict[str, Command]:
        return {
            "state": lambda _order: None,
            "initialise": lambda order: self._device.set_password(_text(order, "password")),
            "power-cycle": lambda _order: self._power.cycle(),
            "reset": lambda _order: self._reset(),
            "firmware": lambda order: self._install(_text(order, "version")),
            "maker": lambda order: self._maker(there=_text(order, "there") == "yes"),
            "unplug": lambda _order: self._network.plug(in_=False),
            "plug": lambda _order: self._network.plug(in_=True),
            "stop": lambda _order: self.request_stop(),
            **(self._bluetooth.commands() if self._bluetooth else {}),
        }

    def _reset(self) -> None:
        self._device.reset()
        if self._bluetooth:
            self._bluetooth.forget()
        self._network.restart()
        self._power.restart_login()

    def _install(self, version: str) -> None:
        self._device.firmware = version
        self._truth.record("firmware", version=version)

    def _maker(self, *, there: bool) -> None:
        if self._site is None:
            raise UsageError("no site of the maker is served beside this device")
        if there:
            self._site.come()
        else:
            self._site.close()
        self._truth.record("maker", there=there)

    def _describe(self) -> dict[str, object]:
        site = {"maker": self._site.there} if self._site else {}
        radio = self._bluetooth.describe() if self._bluetooth else {}
        return {
            **site,
            **radio,
            "state": self._device.accounts.state.value,
            "power": self._power.state.value,
            "plugged": self._network.plugged,
            "firmware": self._device.firmware,
            "delivered": self._options.firmware,
            "next": following(self._options.firmware),
        }


@contextlib.contextmanager
def running_router(options: RouterOptions) -> Iterator[Router]:
    """A router that is up, and closed afterwards.

    Raises:
        BenchFault: it cannot listen or did not come up.
    """
    options.work.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        router = Router(options, stack.enter_context(control_folder(options.work)))
        stack.callback(router.close)
        router.start()
        yield router


def serve(options: RouterOptions, stdin: int, stdout: int) -> None:
    """Run a router until ``stdin`` ends, SIGTERM, SIGINT or the control command ``stop``."""
    with running_router(options) as router:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: router.request_stop())
        said = json.dumps(router.ready()).encode() + b"\n"
        keep(options.work / "ready.json", said)
        os.write(stdout, said)
        router.wait(stdin)


def _maker_site(options: RouterOptions) -> MakerSite | None:
    if not options.maker_site:
        return None
    port = PORT + options.port_offset
    return MakerSite(options.maker_site, port, options.flaws, options.work)


def _nothing(_request: Request) -> Response:
    return Response(HTTPStatus.NOT_FOUND)


def _telnet_port(device: Device) -> Handler:
    page = serve_page(device, "Nothing to see here.")
    if Flaw.HTTP_ON_TELNET_PORT not in device.flaws:
        return serve_telnet(device)
    if Flaw.TELNET_LOGIN not in device.flaws:
        return page
    return serve_either(serve_telnet(device), page)


def _text(order: Mapping[str, object], key: str) -> str:
    value = order.get(key)
    if not isinstance(value, str) or not value:
        raise UsageError(f'"{key}" is missing or no text')
    return value
