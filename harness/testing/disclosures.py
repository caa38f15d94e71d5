"""What the servers of a sample tell of products and versions, as units ask about it."""

from collections.abc import Sequence
from typing import Final

from harness.assessment import criteria
from harness.assessment.judging import all_of
from harness.facts.http import Disclosure, HttpFacts
from harness.facts.services import HTTP, SSH, ServicesFacts
from harness.facts.ssh import SshFacts
from harness.model.dossier import Intf, NetSecImpl
from harness.model.judgement import Judgement, Judgements, Outcome
from harness.testing.network import LOGIN_NEEDS, NetworkView

DISCLOSURE_NEEDS: Final = (*LOGIN_NEEDS, SshFacts)


def disclosure_judgements(network: NetworkView, interfaces: Sequence[Intf]) -> Judgements:
    """One judgement an open TCP endpoint: nothing beyond what its interfaces declare.

    The last judgement says whether all of the DUT was looked at. Needs `DISCLOSURE_NEEDS`.
    """
    judged = [_disclosed(network, name, interfaces) for name in network.open_targets("tcp/")]
    return (*judged, network.everything_examined())


def _disclosed(network: NetworkView, target: str, interfaces: Sequence[Intf]) -> Judgement:
    declared = [
        text for row in interfaces if target in row.endpoints for text in row.disclosed_information
    ]
    criterion = "information-disclosure"
    parts = [
        network.judge(
            ServicesFacts,
            criterion,
            target,
            lambda record: criteria.banner_disclosure(record, target, target, declared),
        )
    ]
    if network.speaks(target, HTTP):
        part = network.judge(
            HttpFacts,
            criterion,
            target,
            lambda record: criteria.http_disclosure(record, target, target, declared),
        )
        parts.append(part)
    if network.speaks(target, SSH):
        part = network.judge(
            SshFacts,
            criterion,
            target,
            lambda record: criteria.ssh_disclosure(record, target, target, declared),
        )
        parts.append(part)
    return all_of(target, criterion, parts)


def implementation_judgement(network: NetworkView, row: NetSecImpl) -> Judgement:
    """No server tells another version of the row's product than the reviewed one.

    Needs `DISCLOSURE_NEEDS`.
    """
    criterion = "implementation-version"
    tcp = network.open_targets("tcp/")
    parts = [
        network.judge(
            ServicesFacts,
            criterion,
            row.id,
            lambda record: criteria.implementation_version(record, row.id, row, tcp),
        )
    ]
    web = [name for name in tcp if network.speaks(name, HTTP)]
    if web:
        part = network.judge(
            HttpFacts,
            criterion,
            row.id,
            lambda record: criteria.implementation_version(record, row.id, row, web),
        )
        parts.append(part)
    shell = [name for name in tcp if network.speaks(name, SSH)]
    if shell:
        part = network.judge(
            SshFacts,
            criterion,
            row.id,
            lambda record: criteria.implementation_version(record, row.id, row, shell),
        )
        parts.append(part)
    return all_of(row.id, criterion, parts)


def undeclared_product_judgements(
    network: NetworkView, reviewed: Sequence[NetSecImpl]
) -> Judgements:
    """Products that tell a version and that no row names; needs `DISCLOSURE_NEEDS`."""
    judged = [
        *(
            _reviewed(network, HttpFacts, entry, reviewed)
            for entry in _versions(network, HttpFacts)
        ),
        *(_reviewed(network, SshFacts, entry, reviewed) for entry in _versions(network, SshFacts)),
        *(
            _reviewed(network, ServicesFacts, entry, reviewed)
            for entry in _versions(network, ServicesFacts)
        ),
    ]
    return tuple(entry for entry in judged if entry.outcome is not Outcome.HELD)


Speaking = HttpFacts | SshFacts | ServicesFacts


def _versions(network: NetworkView, kind: type[Speaking]) -> tuple[Disclosure, ...]:
    found = {
        (entry.product, entry.version): entry
        for record in network.facts.records(kind, network.state)
        for entry in criteria.disclosures(record.facts)
        if entry.version and entry.product
    }
    return tuple(found[key] for key in sorted(found))


def _reviewed(
    network: NetworkView, kind: type[Speaking], entry: Disclosure, reviewed: Sequence[NetSecImpl]
) -> Judgement:
    return network.judge(
        kind,
        "implementation-version",
        entry.product,
        lambda record: criteria.unreviewed_product(record, entry.product, entry, reviewed),
    )
