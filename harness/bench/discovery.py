"""What this machine has to reach a device with: interfaces, neighbours, serial ports, Bluetooth.

Reads the kernel's tables and sends nothing. Everything is bounded: a hostile network can fill the
neighbour table.
"""

import ipaddress
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from pyroute2 import IPRoute
from pyroute2.netlink.exceptions import NetlinkError
from serial.tools import list_ports

from harness.errors import BenchFault

_IFF_UP: Final = 0x1
_IFF_LOOPBACK: Final = 0x8
_IFF_NOARP: Final = 0x80
_NO_ANSWER: Final = 0x01 | 0x20
"""NUD_INCOMPLETE and NUD_FAILED (linux/neighbour.h)."""
_MAX_ENTRIES: Final = 4096
_BY_ID: Final = Path("/dev/serial/by-id")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
AddressInNetwork = ipaddress.IPv4Interface | ipaddress.IPv6Interface


@dataclass(frozen=True)
class Interface:
    """A network interface.

    Attributes:
        carrier: a cable is in and the other side is there, where the driver can tell.
        resolves: neighbours are found by ARP or neighbour discovery (RFC 826, RFC 4861).
        default_route: it leads to the rest of the world; a bench interface should not.
    """

    index: int
    name: str
    up: bool
    carrier: bool
    loopback: bool
    resolves: bool
    mac: str
    addresses: tuple[AddressInNetwork, ...]
    default_route: bool

    def holds(self, address: Address) -> AddressInNetwork | None:
        """Its own address in whose network ``address`` lies, the narrowest first."""
        found = [entry for entry in self.addresses if address in entry.network]
        return max(found, key=lambda entry: entry.network.prefixlen, default=None)


@dataclass(frozen=True)
class Neighbour:
    """What the kernel knows of one address on a link.

    Attributes:
        mac: lower case; ``""`` while nobody has answered for the address.
        router: a route leads through it, so it is hardly the device under test.
    """

    address: str
    mac: str
    interface: str
    router: bool


@dataclass(frozen=True)
class SerialPort:
    """A serial port. ``plugged`` tells an adapter from a port that is part of the machine."""

    device: str
    description: str
    plugged: bool


def interfaces() -> tuple[Interface, ...]:
    """Every network interface, loopbacks last.

    Raises:
        BenchFault: the kernel cannot be asked.
    """
    try:
        with IPRoute() as netlink:
            addresses = _addresses(netlink)
            routes = list(islice(netlink.get_default_routes(), _MAX_ENTRIES))
            leading = {route.get_attr("RTA_OIF") for route in routes}
            found = [_interface(link, addresses, leading) for link in netlink.get_links()]
    except (NetlinkError, OSError) as error:
        raise BenchFault(f"cannot ask the kernel for its interfaces: {error}") from error
    return tuple(sorted(found, key=lambda entry: (entry.loopback, entry.index)))


def _addresses(netlink: Any) -> dict[int, list[AddressInNetwork]]:  # noqa: ANN401  (not typed)
    found: dict[int, list[AddressInNetwork]] = {}
    for entry in islice(netlink.get_addr(), _MAX_ENTRIES):
        own = entry.get_attr("IFA_LOCAL") or entry.get_attr("IFA_ADDRESS")
        with_prefix = ipaddress.ip_interface(f"{own}/{entry['prefixlen']}")
        found.setdefault(int(entry["index"]), []).append(with_prefix)
    return found


def _interface(
    link: Any,  # noqa: ANN401  (pyroute2 is not typed)
    addresses: dict[int, list[AddressInNetwork]],
    leading: set[int],
) -> Interface:
    flags, index = int(link["flags"]), int(link["index"])
    return Interface(
        index=index,
        name=str(link.get_attr("IFLA_IFNAME")),
        up=bool(flags & _IFF_UP),
        carrier=bool(flags & _IFF_UP) and link.get_attr("IFLA_CARRIER") != 0,
        loopback=bool(flags & _IFF_LOOPBACK),
        resolves=not flags & (_IFF_NOARP | _IFF_LOOPBACK),
        mac=str(link.get_attr("IFLA_ADDRESS") or "").lower(),
        addresses=tuple(addresses.get(index, ())),
        default_route=index in leading,
    )


def neighbours() -> tuple[Neighbour, ...]:
    """Whom the kernel has heard of, or asks for, on any link.

    Raises:
        BenchFault: the kernel cannot be asked.
    """
    try:
        with IPRoute() as netlink:
            names = {
                int(link["index"]): str(link.get_attr("IFLA_IFNAME"))
                for link in netlink.get_links()
            }
            routers = {
                str(route.get_attr("RTA_GATEWAY"))
                for route in islice(netlink.get_default_routes(), _MAX_ENTRIES)
            }
            families = (socket.AF_INET, socket.AF_INET6)
            entries = [
                entry
                for family in families
                for entry in islice(netlink.get_neighbours(family=family), _MAX_ENTRIES)
            ]
    except (NetlinkError, OSError) as error:
        raise BenchFault(f"cannot ask the kernel for its neighbours: {error}") from error
    return tuple(
        Neighbour(
            address=address,
            mac="" if int(entry["state"]) & _NO_ANSWER else _mac(entry),
            interface=names.get(int(entry["ifindex"]), ""),
            router=address in routers,
        )
        for entry in entries
        if not _is_multicast(address := str(entry.get_attr("NDA_DST")))
    )


def _mac(entry: Any) -> str:  # noqa: ANN401  (pyroute2 is not typed)
    return str(entry.get_attr("NDA_LLADDR") or "").lower()


def _is_multicast(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_multicast
    except ValueError:
        return True


def mac_of(address: str, interface: str) -> str:
    """The hardware address that answers for ``address``; ``""`` if none has. Sends nothing."""
    target = ipaddress.ip_address(address)
    for entry in neighbours():
        if entry.interface == interface and ipaddress.ip_address(entry.address) == target:
            return entry.mac
    return ""


def serial_ports() -> tuple[SerialPort, ...]:
    """Serial ports, adapters first, by the name that stays the same when they are plugged anew."""
    stable = dict(_stable_names())
    ports = [
        SerialPort(
            device=stable.get(Path(port.device).name, port.device),
            description=str(port.description or "")[:80],
            plugged=port.vid is not None or Path(port.device).name in stable,
        )
        for port in islice(list_ports.comports(), _MAX_ENTRIES)
    ]
    return tuple(sorted(ports, key=lambda port: (not port.plugged, port.device)))


def _stable_names() -> Iterator[tuple[str, str]]:
    """``ttyUSB0`` -> ``/dev/serial/by-id/...``."""
    try:
        for entry in sorted(_BY_ID.iterdir()):
            yield entry.readlink().name, str(entry)
    except OSError:
        return
