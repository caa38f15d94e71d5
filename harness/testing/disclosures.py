"""What the servers of a sample tell of products and versions, as units ask about it."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from harness.assessment import criteria
from harness.assessment.judging import all_of
from harness.facts.base import Facts
from harness.facts.disclosure import Disclosure
from harness.facts.late_ports import LatePortsFacts
from harness.facts.services import ServicesFacts
from harness.model.ixit import Intf, NetSecImpl
from harness.model.judgement import Judgement, Judgements, Outcome
from harness.testing.name_and_time import servers_asked
from harness.testing.network import LOGIN_NEEDS, NetworkView
from harness.testing.ways_in import DISCLOSING

_TOLD_BY: Final[tuple[type[Facts], ...]] = tuple(told.facts for told in DISCLOSING)
DISCLOSURE_NEEDS: Final[tuple[type[Facts], ...]] = (
    *LOGIN_NEEDS,
    *(kind for kind in dict.fromkeys(_TOLD_BY) if kind not in LOGIN_NEEDS),
)


def disclosure_judgements(network: NetworkView, interfaces: Sequence[Intf]) -> Judgements:
    """One judgement an open endpoint: nothing beyond what its interfaces declare.

    The last judgement says whether all of the DUT was looked at. Needs `DISCLOSURE_NEEDS`.
    """
    judged = [_disclosed(network, name, interfaces) for name in network.open_targets()]
    asked = servers_asked(network, "information-disclosure")
    return (*judged, asked, network.everything_examined())


def _disclosed(network: NetworkView, target: str, interfaces: Sequence[Intf]) -> Judgement:
    declared = [
        text for row in interfaces if target in row.endpoints for text in row.disclosed_information
    ]
    criterion = "information-disclosure"
    parts = [
        network.judge_service(
            criterion,
            target,
            target,
            lambda record: criteria.banner_disclosure(record, target, target, declared),
        )
    ]
    parts += [
        network.judge(
            row.facts,
            criterion,
            target,
            partial(row.criterion, item=target, target=target, declared=declared),
        )
        for row in DISCLOSING
        if network.speaks(target, row.protocol)
    ]
    return all_of(target, criterion, parts)


def implementation_judgement(network: NetworkView, row: NetSecImpl) -> Judgement:
    """No server tells another version of the row's product than the reviewed one.

    Needs `DISCLOSURE_NEEDS`.
    """
    criterion = "implementation-version"
    everything = network.open_targets()
    late = [name for name in everything if network.opened_late(name)]
    first = [name for name in everything if name not in late]
    spoken: list[tuple[type[Facts], Sequence[str]]] = [(ServicesFacts, first)]
    spoken += [(LatePortsFacts, late)]
    spoken += [
        (told.facts, [name for name in everything if network.speaks(name, told.protocol)])
        for told in DISCLOSING
    ]
    parts = [
        network.judge(
            kind,
            criterion,
            row.id,
            partial(criteria.implementation_version, item=row.id, reviewed=row, targets=names),
        )
        for kind, names in spoken
        if names or kind is ServicesFacts
    ]
    return all_of(row.id, criterion, parts)


def undeclared_product_judgements(
    network: NetworkView, reviewed: Sequence[NetSecImpl]
) -> Judgements:
    """Products that tell a version and that no row names; needs `DISCLOSURE_NEEDS`."""
    judged = [
        _reviewed(network, kind, entry, reviewed)
        for kind in _telling()
        for entry in _versions(network, kind)
    ]
    judged.append(servers_asked(network, "implementation-version"))
    return tuple(entry for entry in judged if entry.outcome is not Outcome.HELD)


def _telling() -> tuple[type[Facts], ...]:
    return (ServicesFacts, LatePortsFacts, *dict.fromkeys(_TOLD_BY))


def _versions(network: NetworkView, kind: type[Facts]) -> tuple[Disclosure, ...]:
    found = {
        (entry.product, entry.version): entry
        for record in network.facts.records(kind, network.state)
        for entry in criteria.disclosures(record.facts)
        if entry.version and entry.product
    }
    return tuple(found[key] for key in sorted(found))


def _reviewed(
    network: NetworkView, kind: type[Facts], entry: Disclosure, reviewed: Sequence[NetSecImpl]
) -> Judgement:
    return network.judge(
        kind,
        "implementation-version",
        entry.product,
        lambda record: criteria.unreviewed_product(record, entry.product, entry, reviewed),
    )
