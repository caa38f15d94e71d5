"""File servers of a sample as units ask about them: what anybody may read and write."""

from functools import partial
from typing import Final, Protocol

from harness.assessment import criteria
from harness.facts.base import Facts
from harness.facts.files import FilesFacts
from harness.facts.services import FTP, TFTP, ServicesFacts
from harness.facts.store import FactRecord
from harness.model.judgement import Judgement, Judgements
from harness.testing.exposure import EXPOSURE_NEEDS
from harness.testing.network import NetworkView

FILE_NEEDS: Final[tuple[type[Facts], ...]] = (*EXPOSURE_NEEDS, FilesFacts)


class FileCriterion(Protocol):
    """A criterion about one file server."""

    def __call__(self, record: FactRecord[FilesFacts], item: str, target: str) -> Judgement:
        """What it says of ``target``."""
        ...


def files_taken(network: NetworkView) -> Judgements:
    """Servers that take a file from anybody, and one judgement on the DUT; needs `FILE_NEEDS`."""
    return _at_each(network, "anonymous-file-write", criteria.anonymous_file_write)


def files_given(network: NetworkView) -> Judgements:
    """Servers that give a file to anybody, and one judgement on the DUT; needs `FILE_NEEDS`."""
    return _at_each(network, "anonymous-file-read", criteria.anonymous_file_read)


def file_servers_asked(network: NetworkView, criterion: str) -> Judgement:
    """Every file server was asked, without which "none of them" means nothing; needs services."""
    spoken = {
        service.endpoint.name
        for record in network.facts.records(ServicesFacts, network.state)
        for service in record.facts.services
        if service.protocol in {FTP, TFTP}
    }
    return network.judge(
        FilesFacts,
        criterion,
        "DUT",
        lambda record: criteria.every_file_server_asked(record, criterion, "DUT", spoken),
    )


def _at_each(network: NetworkView, criterion: str, look: FileCriterion) -> Judgements:
    found = {
        server.endpoint.name
        for record in network.facts.records(FilesFacts, network.state)
        for server in record.facts.servers
    }
    judged = [
        network.judge(FilesFacts, criterion, name, partial(look, item=name, target=name))
        for name in sorted(found)
    ]
    return (*judged, file_servers_asked(network, criterion))
