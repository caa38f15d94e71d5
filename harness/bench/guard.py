"""The scope guard: nothing is sent out of scope or over another interface than the bench's.

Every driver asks it before every active step. It asks the kernel (rtnetlink, what `ip route get`
shows) and sends nothing by itself. Nothing is remembered between two questions: routes change when
a cable is pulled, and a stale answer would let a packet out.
"""

import errno
import fcntl
import ipaddress
import os
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from pyroute2.netlink import NLM_F_REQUEST
from pyroute2.netlink.rtnl import RTM_GETROUTE
from pyroute2.netlink.rtnl.rtmsg import rtmsg

from harness.encoding.text import neutralise
from harness.errors import LinkDown, ScopeError

_RTN_UNICAST: Final = 1
_RTN_LOCAL: Final = 2
_SIOCGIFFLAGS: Final = 0x8913
_UP_AND_RUNNING: Final = 0x1 | 0x40
_LONGEST_NAME: Final = 15
"""``IFNAMSIZ`` less the final NUL."""
_NETLINK_ERROR: Final = struct.Struct("=4xHH8xi")
"""``struct nlmsghdr`` and what ``struct nlmsgerr`` begins with (RFC 3549, section 2.3.2.2)."""
_NLMSG_ERROR: Final = 2
_NETLINK_TIMEOUT_S: Final = 5.0
_LONGEST_ANSWER: Final = 65536
_GATEWAY_ATTRIBUTES: Final = ("RTA_GATEWAY", "RTA_VIA")
DISCOVERY_GROUPS: Final = frozenset(
    {
        ("224.0.0.251", 5353),
        ("ff02::fb", 5353),
        ("239.255.255.250", 1900),
        ("ff02::c", 1900),
    }
)
"""The only groups that are ever asked: mDNS (RFC 6762) and SSDP (UPnP Device Architecture)."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class BenchInterfaceGone(ScopeError, LinkDown):  # noqa: N818  (a state of the link, as LinkDown)
    """The step is refused because the bench interface is not there any more.

    Both at once: the guard refused, and what failed is the bench. Nothing was sent.
    """


@dataclass(frozen=True)
class Route:
    """Where the kernel would send a packet now.

    Attributes:
        interface: name of the outgoing interface.
        kind: rtnetlink route type: 1 unicast, 2 local, 3 broadcast, 5 multicast.
        gateway: it would go to a router and not straight to the target.
        running: the interface is up and has a carrier.
    """

    interface: str
    kind: int
    gateway: bool
    running: bool


class ScopeGuard:
    """Refuses every address that is out of scope, off-link, or behind another interface."""

    def __init__(
        self, scope: Sequence[str], interface: str = "", *, through_routers: bool = False
    ) -> None:
        """Allow the networks of ``scope`` over ``interface``.

        Args:
            scope: networks in CIDR notation.
            interface: the bench interface; ``""`` = the one that the kernel's route names, which
                must then lead to the target without a gateway.
            through_routers: addresses in scope may lie behind a router. Only for addresses that
                are the user's own: strangers' devices stand on the way and, mistyped, at the end.
        """
        self._scope = tuple(ipaddress.ip_network(network) for network in scope)
        self._interface = interface
        self._through_routers = through_routers

    def check(self, address: str) -> str:
        """The interface that leads to ``address``, if it may be used. Sends nothing.

        Raises:
            ScopeError: not an address, out of scope, off-link (unless through routers), or over
                another interface.
            BenchInterfaceGone: the bench interface vanished, is down or has no carrier.
        """
        target = self._in_scope(address)
        route = _route(target)
        if self._interface and route.interface != self._interface:
            self._refuse_interface(target, route)
        if target.is_loopback:
            if route.interface != "lo":
                raise ScopeError(f"{target}: a loopback address routed over {route.interface}")
            return route.interface
        _refuse_unless_reachable(target, route, through_routers=self._through_routers)
        return route.interface

    def check_url(self, url: str) -> str:
        """The address in ``url``, if it may be used: for redirects that a device names.

        Raises:
            ScopeError: the host is a name, or `check` refuses it.
        """
        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
            _ = parts.port  # raises for a port that is none
        except ValueError as error:
            raise ScopeError(f"not a usable URL: {neutralise(url, 120)}") from error
        if parts.scheme not in {"http", "https"} or not host:
            raise ScopeError(f"not an http or https URL with a host: {neutralise(url, 120)}")
        self.check(host)
        return host

    def check_group(self, address: str, group: str, port: int) -> str:
        """The interface over which a discovery group may be asked for the sample at ``address``.

        Whoever else is on that link hears the question too; nothing else than a question for
        services may be sent, with a hop limit of 1.

        Raises:
            ScopeError: not one of `DISCOVERY_GROUPS`, or `check` refuses the sample itself.
        """
        if (group, port) not in DISCOVERY_GROUPS:
            message = f"{neutralise(group, 80)}, port {port}: not a group for discovery on a link"
            raise ScopeError(f"{message}; nothing was sent")
        if (":" in group) != (":" in address):
            raise ScopeError(f"{group}: not of the address family of {neutralise(address, 80)}")
        interface = self.check(address)
        if _route(ipaddress.ip_address(address)).gateway:
            raise ScopeError(f"{address}: behind a router, where no group of this link reaches it")
        return interface

    def _in_scope(self, address: str) -> Address:
        try:
            target = ipaddress.ip_address(address)
        except ValueError as error:
            message = (
                f"{neutralise(address, 80)}: not an IP address; the bench resolves no names, "
                "since the answer could lead anywhere"
            )
            raise ScopeError(message) from error
        if not any(target in network for network in self._scope):
            allowed = ", ".join(str(network) for network in self._scope) or "nothing"
            message = f"{target}: outside the bench's scope ({allowed}); nothing was sent"
            raise ScopeError(message)
        return target

    def _refuse_interface(self, target: Address, route: Route) -> None:
        if not _is_running(self._interface):
            raise BenchInterfaceGone(
                f"{target}: bench interface {self._interface} is missing, down or unplugged; "
                "nothing was sent. Plug it in, or correct bench.interface"
            )
        raise ScopeError(
            f"{target}: the route leaves over {route.interface}, not over the bench interface "
            f"{self._interface}; nothing was sent"
        )


def _refuse_unless_reachable(target: Address, route: Route, *, through_routers: bool) -> None:
    if route.kind == _RTN_LOCAL:
        raise ScopeError(f"{target}: this is the bench's own address; nothing was sent")
    if route.kind != _RTN_UNICAST:
        raise ScopeError(f"{target}: a broadcast or multicast address; nothing was sent")
    if route.gateway and not through_routers:
        raise ScopeError(
            f"{target}: behind a router (gateway on {route.interface}), not on the bench's own "
            "link; nothing was sent. Give the bench an address in the sample's network"
        )
    if not route.running:
        raise BenchInterfaceGone(
            f"{target}: {route.interface} is down or has no carrier; nothing was sent. "
            "Check the cable to the sample"
        )


def _route(target: Address) -> Route:
    """What the kernel would do with a packet to ``target`` now."""
    try:
        answer = _asked_kernel(target)
        interface = socket.if_indextoname(answer.get_attr("RTA_OIF"))
    except OSError as error:
        raise LinkDown(f"cannot ask the kernel for its routes: {error}") from error
    return Route(
        interface=interface,
        kind=int(answer["type"]),
        gateway=any(answer.get_attr(name) is not None for name in _GATEWAY_ATTRIBUTES),
        running=_is_running(interface),
    )


def _asked_kernel(target: Address) -> Any:  # noqa: ANN401  (untyped library)
    """The kernel's answer to RTM_GETROUTE, as pyroute2 reads it.

    Over a socket of its own: pyroute2's starts an event loop for each, and every exchange with a
    sample asks several times.

    Raises:
        ScopeError: there is no route.
        OSError: the kernel gives no answer.
    """
    question = rtmsg()
    question["family"] = socket.AF_INET if target.version == 4 else socket.AF_INET6  # noqa: PLR2004  (IPv4)
    question["dst_len"] = target.max_prefixlen
    question["attrs"] = [("RTA_DST", str(target))]
    question["header"]["type"] = RTM_GETROUTE
    question["header"]["flags"] = NLM_F_REQUEST
    question.encode()
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as netlink:
        netlink.settimeout(_NETLINK_TIMEOUT_S)
        netlink.connect((0, 0))  # the kernel, and nobody else
        netlink.send(question.data)
        data = netlink.recv(_LONGEST_ANSWER)
    kind, _, code = _NETLINK_ERROR.unpack_from(data)
    if kind == _NLMSG_ERROR:
        raise _no_route(target, -code)
    answer = rtmsg(data)
    answer.decode()
    return answer


def _no_route(target: Address, code: int) -> ScopeError:
    if code in {errno.ENETUNREACH, errno.ENODEV, errno.ENETDOWN}:
        return BenchInterfaceGone(
            f"{target}: no route; nothing was sent. Is the bench interface up, and has it an "
            "address in the sample's network?"
        )
    return ScopeError(
        f"{target}: the kernel refuses the route ({os.strerror(code)}); nothing was sent"
    )


def _is_running(interface: str) -> bool:
    """Whether an interface is there, up and, where its driver can tell, has a carrier.

    One ioctl (netdevice(7)): the same answer over rtnetlink takes longer than all else here.
    """
    request = struct.pack("16sH22x", interface.encode()[:_LONGEST_NAME], 0)
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
            answer = fcntl.ioctl(any_socket, _SIOCGIFFLAGS, request)
    except OSError:
        return False
    (flags,) = struct.unpack_from("H", answer, 16)
    return bool(flags & _UP_AND_RUNNING == _UP_AND_RUNNING)
