"""Questions to the discovery groups of the sample's own link, and what the sample answers.

Two sockets listen at once: the one that asked, for answers to the asker alone (SSDP, and mDNS
towards an asker that is not on port 5353: RFC 6762, 6.7), and one that joined the group, for what
responders tell everybody. Datagrams of other hosts are counted and thrown away.

On a loopback the kernel gives a group datagram no source address (0.0.0.0): the asking socket is
bound to one there. No flag and no route is needed on it.
"""

import contextlib
import errno
import ipaddress
import select
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

from harness.bench.datagrams import MAX_DATAGRAM
from harness.bench.network_link import Connected, Datagram, GroupAnswers
from harness.errors import BenchFault, LinkDown

MAX_DATAGRAMS: Final = 256
MAX_BYTES: Final = 2 * 1024 * 1024
MAX_OTHERS: Final = 100_000
"""Datagrams of a sample, their bytes, and datagrams of other hosts taken from one question."""
HOPS: Final = 1
_LINK_DOWN: Final = frozenset({errno.ENETDOWN, errno.ENODEV, errno.ENETUNREACH, errno.ENXIO})


@dataclass(frozen=True)
class Group:
    """A discovery group on one interface.

    Attributes:
        options: socket options that tie a socket to the interface (`network.bind_options`).
    """

    address: str
    port: int
    interface: str
    options: Sequence[tuple[int, int, bytes]] = ()

    @property
    def family(self) -> socket.AddressFamily:
        """IPv4 or IPv6."""
        return socket.AF_INET6 if ":" in self.address else socket.AF_INET


@dataclass
class _Heard:
    """What came in so far, within the bounds."""

    sample: str
    found: list[Datagram] = field(default_factory=list)
    size: int = 0
    others: int = 0
    dropped: int = 0

    def take(self, data: bytes, sender: tuple[str, int]) -> None:
        """Keep a datagram of the sample; count one of another host."""
        if not _same_host(sender[0], self.sample):
            self.others += 1
        elif len(self.found) >= MAX_DATAGRAMS or self.size + len(data) > MAX_BYTES:
            self.dropped += 1
        else:
            self.found.append(Datagram(Connected.OPEN, sender[1], data))
            self.size += len(data)


def ask_group(
    group: Group, sample: str, payloads: Sequence[bytes], listen_s: float
) -> GroupAnswers:
    """Send ``payloads`` to ``group`` once, and listen for ``listen_s``.

    The caller has asked the scope guard (`ScopeGuard.check_group`).

    Raises:
        LinkDown: the interface is gone or down.
        BenchFault: the group cannot be joined or asked here.
    """
    with contextlib.ExitStack() as stack:
        try:
            asking = stack.enter_context(socket.socket(group.family, socket.SOCK_DGRAM))
            listening = stack.enter_context(socket.socket(group.family, socket.SOCK_DGRAM))
            _prepare_asking(asking, group, sample)
            _prepare_listening(listening, group)
            for payload in payloads:
                asking.sendto(payload, (group.address, group.port))
        except OSError as error:
            kind = LinkDown if error.errno in _LINK_DOWN else BenchFault
            raise kind(f"cannot ask {group.address} on {group.interface}: {error}") from error
        own = asking.getsockname()[:2]
        return _listen((asking, listening), own, _Heard(sample), listen_s)


def _listen(
    sockets: Sequence[socket.socket], own: tuple[str, int], heard: _Heard, listen_s: float
) -> GroupAnswers:
    deadline = monotonic() + listen_s
    while (left := deadline - monotonic()) > 0 and heard.others + heard.dropped < MAX_OTHERS:
        readable, _, _ = select.select(sockets, [], [], left)
        for ready in readable:
            with contextlib.suppress(OSError):  # an ICMP error about what was sent
                data, sender = ready.recvfrom(MAX_DATAGRAM, socket.MSG_DONTWAIT)
                if tuple(sender[:2]) != own:
                    heard.take(data, sender[:2])
    return GroupAnswers(tuple(heard.found), heard.others, heard.dropped)


def _prepare_asking(asking: socket.socket, group: Group, sample: str) -> None:
    """Its group datagrams leave over the interface, reach the link and go no further."""
    index = socket.if_nametoindex(group.interface)
    _apply(asking, group)
    if group.family == socket.AF_INET6:
        asking.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
        asking.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, HOPS)
        asking.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_LOOP, 0)
        return
    asking.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, _request(index))
    asking.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, HOPS)
    asking.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
    if ipaddress.ip_address(sample).is_loopback:
        asking.bind(("127.0.0.1", 0))


def _prepare_listening(listening: socket.socket, group: Group) -> None:
    """It hears what is sent to the group over the interface."""
    index = socket.if_nametoindex(group.interface)
    _apply(listening, group)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    packed = socket.inet_pton(group.family, group.address)
    if group.family == socket.AF_INET6:
        listening.bind((group.address, group.port, 0, index))
        request = packed + struct.pack("@I", index)
        listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, request)
    else:
        listening.bind((group.address, group.port))
        request = _request(index, packed)
        listening.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, request)


def _request(index: int, group: bytes = bytes(4)) -> bytes:
    """``struct ip_mreqn`` (ip(7)): the group, any local address, the interface."""
    return group + bytes(4) + struct.pack("@i", index)


def _apply(connection: socket.socket, group: Group) -> None:
    for option in group.options:
        connection.setsockopt(*option)


def _same_host(one: str, other: str) -> bool:
    """Whether two addresses are one; a link-local IPv6 sender comes with its interface."""
    return ipaddress.ip_address(one.partition("%")[0]) == ipaddress.ip_address(
        other.partition("%")[0]
    )
