"""Whether a sample can be reached over IP, from the configured scope up to an answer.

The order is that of the packet: what the config allows, which interface, its cable, its address,
the kernel's route (the scope guard), the neighbour that answers, a TCP answer. Nothing is sent
before the guard has agreed, and then no more than a few TCP connections that are closed at once.
"""

import ipaddress
import time
from collections.abc import Iterator
from typing import Final

from harness.bench.checks import Answer, Check, Step, blocks, in_order, note, ok
from harness.bench.discovery import Interface, interfaces, mac_of, neighbours
from harness.bench.guard import ScopeGuard
from harness.bench.network import IpLink
from harness.bench.network_link import Connected
from harness.errors import BenchFault, ScopeError
from harness.model.bench_config import BenchSettings, NetworkLinkConfig

_PORTS: Final = (80, 443, 22, 23, 8080, 49)
"""Usual ones, and one that nothing uses: a reset is as good an answer as a server."""
_CONNECT_S: Final = 1.0
_NEIGHBOUR_S: Final = 4.0
"""Linux asks three times, a second apart, before it gives up (RFC 1122 leaves this open)."""
_POLL_S: Final = 0.1
_LISTED: Final = 8


def network_checks(
    subject: str, network: NetworkLinkConfig, settings: BenchSettings
) -> Iterator[Check]:
    """Each step towards the address of ``network``, then its WAN side, until one blocks."""
    yield from in_order(subject, "network", _Steps(network, settings).steps())
    if network.wan_address:
        outside = NetworkLinkConfig(address=network.wan_address)
        steps = (each for each in _Steps(outside, settings).steps() if each[0] != "mac")
        yield from in_order(subject, "wan", steps)


class _Steps:
    def __init__(self, network: NetworkLinkConfig, settings: BenchSettings) -> None:
        self._network = network
        self._settings = settings
        self._target = ipaddress.ip_address(network.address)
        self._guard = ScopeGuard(
            settings.scope, settings.interface, through_routers=settings.through_routers
        )
        self._link = IpLink(network.address, self._guard)
        self._interface: Interface | None = None
        self._route = ""

    def steps(self) -> tuple[Step, ...]:
        return (
            ("scope", self._scope),
            ("interface", self._find_interface),
            ("carrier", self._carrier),
            ("own-address", self._own_address),
            ("route", self._ask_guard),
            ("neighbour", self._neighbour),
            ("mac", self._mac),
            ("answer", self._answer),
        )

    def _scope(self) -> Answer:
        if any(self._target in ipaddress.ip_network(each) for each in self._settings.scope):
            return ok(f"{self._target} is in bench.scope")
        allowed = ", ".join(self._settings.scope) or "nothing"
        return blocks(
            f"{self._target} is outside bench.scope ({allowed})",
            "Correct network.address, or add its network to bench.scope if it is yours",
        )

    def _find_interface(self) -> Answer:
        there = interfaces()
        wanted = self._settings.interface
        if wanted:
            self._interface = next((each for each in there if each.name == wanted), None)
            if self._interface is None:
                return blocks(
                    f"there is no interface {wanted}; there is {_names(there)}",
                    "Plug the adapter in, or write one of these as bench.interface",
                )
            return ok(f"{wanted} is there")
        holding = [each for each in there if each.holds(self._target)]
        # A link-local network lies on every interface: only the guard knows which one counts.
        self._interface = next((each for each in holding if each.up), next(iter(holding), None))
        if self._interface is None and self._settings.through_routers:
            return self._find_way_out(there)
        if self._interface is None:
            return blocks(
                f"no interface has an address in a network with {self._target}; there is "
                f"{_names(there)}",
                "Give the interface behind which the sample lies an address in the sample's "
                f"network (ip address add ADDRESS/LENGTH dev NAME){_foreign(there)}",
            )
        return ok(f"{self._interface.name} holds the network; bench.interface names none")

    def _find_way_out(self, there: tuple[Interface, ...]) -> Answer:
        """The interface towards the router behind which the sample may lie."""
        try:
            name = self._guard.check(self._network.address)
        except ScopeError as error:
            return blocks(str(error), "Give the bench a route to the sample's network")
        self._interface = next((each for each in there if each.name == name), None)
        return ok(f"{name} leads to it; bench.interface names none")

    @property
    def _is_routed(self) -> bool:
        """The sample lies behind a router, as the config allows."""
        return self._settings.through_routers and self._there().holds(self._target) is None

    def _carrier(self) -> Answer:
        found = self._there()
        if not found.up:
            return blocks(
                f"{found.name} is switched off", f"Switch it on: ip link set {found.name} up"
            )
        if not found.carrier:
            return blocks(
                f"{found.name} has no carrier",
                "Is the cable in at both ends, and the sample (or the switch) powered?",
            )
        return ok(f"{found.name} is up and has a carrier")

    def _own_address(self) -> Answer:
        found = self._there()
        if self._is_routed:
            return ok(f"{self._target} lies behind a router, which bench.through_routers allows")
        own = found.holds(self._target)
        if own is None:
            listed = ", ".join(str(entry) for entry in found.addresses[:_LISTED]) or "none"
            return note(
                f"{found.name} has no address in a network with {self._target} (it has {listed})",
                f"Give it one: ip address add ADDRESS/LENGTH dev {found.name}",
            )
        if own.ip == self._target and not found.loopback:
            return blocks(
                f"{self._target} is the bench's own address on {found.name}",
                "Give bench and sample different addresses, or correct network.address",
            )
        return ok(f"{found.name} has {own}")

    def _ask_guard(self) -> Answer:
        try:
            self._route = self._guard.check(self._network.address)
        except ScopeError as error:
            return blocks(
                str(error),
                "The sample must be on the bench's own link, and the kernel's route must leave "
                f"over the bench interface: ip route get {self._target} shows where it leaves",
            )
        found = self._there()
        if found.name != self._route:
            self._interface = next(
                (each for each in interfaces() if each.name == self._route), found
            )
        how = "through a router" if self._is_routed else "without a router"
        return ok(f"the route leaves over {self._route}, {how}")

    def _neighbour(self) -> Answer:
        found = self._there()
        if self._is_routed:
            return ok("not asked: the router answers for what lies behind it")
        if not found.resolves:
            return ok(f"{found.name} needs no address resolution")
        self._try(_PORTS[0])
        mac = self._awaited()
        if mac:
            return ok(f"{mac} answers for {self._target}")
        others = [each for each in neighbours() if each.interface == found.name and each.mac]
        heard = ", ".join(f"{each.address} ({each.mac})" for each in others[:_LISTED])
        return blocks(
            f"nobody answers for {self._target} on {found.name} (no ARP or neighbour discovery)",
            "Is the sample on, plugged in and at this address? "
            + (
                f"Heard of on this link: {heard}" if heard else "Nobody else was heard on this link"
            ),
        )

    def _awaited(self) -> str:
        deadline = time.monotonic() + _NEIGHBOUR_S
        while not (mac := mac_of(self._network.address, self._route)):
            if time.monotonic() >= deadline:
                break
            time.sleep(_POLL_S)
        return mac

    def _mac(self) -> Answer:
        configured = self._network.mac.lower().replace("-", ":")
        if self._is_routed or not self._there().resolves:
            return ok("not compared: no hardware address is seen on this interface")
        seen = mac_of(self._network.address, self._route)
        if not seen:
            return note("the hardware address is not known any more", "Run doctor once more")
        if not configured:
            return note(
                f"network.mac is not given; {seen} was seen",
                f'Compare it with the label and write network.mac = "{seen}": passwords computed '
                "from it are then tried, and another device is noticed",
            )
        if configured != seen:
            return blocks(
                f"another device answers: {seen}, and network.mac says {configured}",
                "Is the right sample plugged in, and does no other device hold its address? Else "
                "correct network.mac",
            )
        return ok(f"{seen}, as configured")

    def _answer(self) -> Answer:
        for port in _PORTS:
            try:
                outcome = self._try(port)
            except BenchFault as fault:
                return blocks(str(fault), "Check the link, then run doctor once more")
            if outcome is Connected.OPEN:
                return ok(f"tcp/{port} accepts connections")
            if outcome is Connected.REFUSED:
                return ok(f"tcp/{port} answers with a reset: the host is alive")
        tried = ", ".join(str(port) for port in _PORTS)
        return note(
            f"no answer to a TCP connection (ports {tried})",
            "A device may drop everything and be well; but a dead one looks the same, so closed "
            "ports stay INCONCLUSIVE, and a scan takes longer. Is it up, and is no filter between?",
        )

    def _try(self, port: int) -> Connected:
        """One connection, closed at once. The guard in the link is asked again."""
        outcome, stream = self._link.connect(port, _CONNECT_S)
        if stream is not None:
            stream.close()
        return outcome

    def _there(self) -> Interface:
        if self._interface is None:
            raise BenchFault("no interface was found")
        return self._interface


def _names(there: tuple[Interface, ...]) -> str:
    return ", ".join(each.name for each in there[:_LISTED]) or "none"


def _foreign(there: tuple[Interface, ...]) -> str:
    free = [
        each.name for each in there if each.carrier and not each.loopback and not each.addresses
    ]
    return f". {', '.join(free[:_LISTED])} has a carrier and no address yet" if free else ""
