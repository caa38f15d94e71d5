"""A Bluetooth LE radio without hardware: every TCP client is one adapter in the same air.

bumble's `LocalLink` is the air and its `Controller` the adapter. Some things are put right here,
since each of them once made a verdict wrong: data goes out under the address that the connection
was made with; a scan response carries what the advertiser put there; an adapter whose host is gone
leaves the air as one that lost power does; an attempt to connect can be taken back.

What this radio fakes is told in `harness.model.radio`.
"""

import asyncio
import contextlib
import itertools
from typing import Final, cast

from bumble import hci, ll
from bumble.controller import Controller
from bumble.core import PhysicalTransport
from bumble.link import LocalLink
from bumble.transport.common import StreamPacketSource
from typing_extensions import override

_RSSI_DBM: Final = -50
_SUPERVISION_TIMEOUT: Final = 0x08
"""Why a link ended whose other side fell silent (Core, Vol 1, Part F, 2)."""
_ACTIVE_SCAN: Final = 1
_PUBLIC_PREFIX: Final = "02:1B:DC:00:00"
_MOST_ADAPTERS: Final = 200


class Air(LocalLink):
    """The link between adapters."""

    def __init__(self) -> None:
        """Nobody is there yet."""
        super().__init__()  # type: ignore[no-untyped-call]  # bumble leaves it without types

    @override
    def send_acl_data(
        self,
        sender_controller: Controller,
        destination_address: hci.Address,
        transport: PhysicalTransport,
        data: bytes,
    ) -> None:
        """Deliver ``data`` under the address of the connection, not the present random one."""
        connection = sender_controller.le_connections.get(destination_address)
        receiver = self.find_le_controller(destination_address)
        if transport is not PhysicalTransport.LE or connection is None or receiver is None:
            return  # the connection ended while data was under way
        source = connection.self_address
        asyncio.get_running_loop().call_soon(receiver.on_link_acl_data, source, transport, data)

    def scan_response_of(self, address: hci.Address) -> bytes | None:
        """What the advertiser at ``address`` answers to a scan request; None if nobody is there."""
        for adapter in self.controllers:
            advertiser = adapter.le_legacy_advertiser
            if advertiser.enabled and advertiser.address == address:
                return advertiser.scan_response_data
        return None


class Adapter(Controller):
    """One adapter; its host is at the other end of a TCP connection."""

    def __init__(self, air: Air, number: int, source: StreamPacketSource, sink: "_Sink") -> None:
        """Join ``air`` with a public address made of ``number``."""
        self._air = air
        address = hci.Address(f"{_PUBLIC_PREFIX}:{number:02X}", hci.Address.PUBLIC_DEVICE_ADDRESS)
        super().__init__(
            f"adapter-{number}",
            host_source=source,
            host_sink=sink,
            link=air,
            public_address=address,
        )
        # Its extended reports have no scan responses of their own; the older ones do.
        self.le_features &= ~hci.LeFeatureMask.LE_EXTENDED_ADVERTISING

    @override
    def on_advertising_pdu(self, pdu: ll.AdvInd | ll.AdvExtInd) -> None:
        """Report it as it was sent, ask for the scan response, connect if that is wanted."""
        scanning, self.le_scan_enable = self.le_scan_enable, False
        try:
            super().on_advertising_pdu(pdu)  # connects; its reports repeat the data as response
        finally:
            self.le_scan_enable = scanning
        if not scanning:
            return
        kinds = hci.HCI_LE_Advertising_Report_Event.EventType
        self._report(pdu.advertiser_address, kinds.ADV_IND, pdu.data)
        response = self._air.scan_response_of(pdu.advertiser_address)
        if self.le_scan_type == _ACTIVE_SCAN and response is not None:
            self._report(pdu.advertiser_address, kinds.SCAN_RSP, response)

    @override
    def on_hci_le_create_connection_cancel_command(
        self, _command: hci.HCI_LE_Create_Connection_Cancel_Command
    ) -> hci.HCI_StatusReturnParameters:
        """Give the attempt up and say so (Core, Vol 4, Part E, 7.8.13)."""
        pending, self.pending_le_connection = self.pending_le_connection, None
        if pending is None:
            return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.COMMAND_DISALLOWED_ERROR)
        asyncio.get_running_loop().call_soon(self._tell_of_no_connection, pending.peer_address)
        return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.SUCCESS)

    def _tell_of_no_connection(self, peer: hci.Address) -> None:
        event = hci.HCI_LE_Connection_Complete_Event(
            status=hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR,
            connection_handle=0,
            role=hci.Role.CENTRAL,
            peer_address_type=peer.address_type,
            peer_address=peer,
            connection_interval=0,
            peripheral_latency=0,
            supervision_timeout=0,
            central_clock_accuracy=0,
        )
        self.send_hci_packet(event)

    def leave(self) -> None:
        """Fall silent, as an adapter does that lost its power."""
        self.le_legacy_advertiser.stop()
        for each in self.advertising_sets.values():
            each.stop()
        for connection in list(self.le_connections.values()):
            with contextlib.suppress(Exception):  # its peer may have left just before
                connection.send_ll_control_pdu(ll.TerminateInd(_SUPERVISION_TIMEOUT))
        self._air.remove_controller(self)

    def _report(
        self,
        address: hci.Address,
        kind: hci.HCI_LE_Advertising_Report_Event.EventType,
        data: bytes,
    ) -> None:
        report = hci.HCI_LE_Advertising_Report_Event.Report(
            event_type=kind,
            address_type=address.address_type,
            address=address,
            data=data,
            rssi=_RSSI_DBM,
        )
        self.send_hci_packet(hci.HCI_LE_Advertising_Report_Event([report]))


class _Sink:
    """Writes the adapter's packets to its host."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def on_packet(self, packet: bytes) -> None:
        self._transport.write(packet)


class _Host(asyncio.Protocol):
    """One client: an adapter as long as it is connected."""

    def __init__(self, air: Air, number: int) -> None:
        self._air = air
        self._number = number
        self._source = StreamPacketSource()
        self._adapter: Adapter | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        sink = _Sink(cast("asyncio.Transport", transport))
        self._adapter = Adapter(self._air, self._number, self._source, sink)

    @override
    def data_received(self, data: bytes) -> None:
        self._source.data_received(data)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if self._adapter is not None:
            self._adapter.leave()


async def open_air(host: str, port: int) -> asyncio.Server:
    """Serve the air at ``host:port``; port 0 takes a free one.

    Raises:
        OSError: the port is taken.
    """
    air, numbers = Air(), itertools.cycle(range(1, _MOST_ADAPTERS + 1))
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: _Host(air, next(numbers)), host, port)
