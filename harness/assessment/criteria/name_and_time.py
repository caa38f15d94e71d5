"""What DNS and NTP servers of a device do for strangers."""

from collections.abc import Sequence
from typing import Final

from harness.assessment.criteria.disclosure import undeclared_disclosure
from harness.assessment.criteria.looking import Look, proof
from harness.facts.disclosure import Disclosure
from harness.facts.dns import DnsFacts, DnsServer
from harness.facts.ntp import NtpFacts, NtpServer
from harness.facts.store import FactRecord
from harness.model.judgement import Judgement
from harness.model.observation import Absent, Observation, Present, Unknown

CONTROL_QUERIES: Final = "ntp-control-queries"


def dns_disclosure(
    record: FactRecord[DnsFacts], item: str, target: str, declared: Sequence[str] = ()
) -> Judgement:
    """A DNS server names no version beyond ``declared`` in the CHAOS class (RFC 4892).

    ``declared`` is as in `http_disclosure`. A server that speaks over TCP, too, was asked over UDP.
    """
    look = Look("information-disclosure", item, target, record)
    server = record.facts.on(target) or record.facts.on(f"udp/{target.partition('/')[2]}")
    if server is None:
        return look.unexamined()
    if not isinstance(server.answered, Present):
        return look.undecided("no-answer")
    return _disclosed(look, server.disclosures, declared, server.answered, server.chaos)


def zone_transfer_allowed(record: FactRecord[DnsFacts], item: str, target: str) -> Judgement:
    """Nobody gets a whole zone, which lists the names on a network (RFC 5936, section 5)."""
    look = Look("zone-transfer-allowed", item, target, record)
    server = _server(look)
    if not isinstance(server, DnsServer):
        return look.unexamined()
    if not server.zone:
        return look.undecided("no-zone-named")
    return look.must_be_absent(
        server.transfer, absent="transfer-refused", present="zone-handed-out"
    )


def ntp_disclosure(
    record: FactRecord[NtpFacts], item: str, target: str, declared: Sequence[str] = ()
) -> Judgement:
    """An NTP server names no version beyond ``declared`` in its variables (RFC 9327)."""
    look = Look("information-disclosure", item, target, record)
    server = _server(look)
    if not isinstance(server, NtpServer):
        return look.unexamined()
    return _disclosed(look, server.disclosures, declared, server.answered, server.control)


def ntp_control_queries(record: FactRecord[NtpFacts], item: str, target: str) -> Judgement:
    """Strangers get no answer to modes 6 and 7: both tell of the device and amplify attacks.

    See RFC 9327, section 6, and CVE-2013-5211.
    """
    look = Look(CONTROL_QUERIES, item, target, record)
    server = _server(look)
    if not isinstance(server, NtpServer):
        return look.unexamined()
    seen = (server.control, server.monitor)
    answered = [entry for entry in seen if isinstance(entry, Present)]
    if answered:
        times = f"{server.amplification / 100:.1f}"
        return look.contradicted("control-query-answered", proof(*answered), times=times)
    if all(isinstance(entry, Absent) for entry in seen):
        return look.held("control-queries-ignored", proof(*seen))
    return look.undecided("not-observed", why="the server gave no time after the question")


def every_name_and_time_server_asked(
    record: FactRecord[DnsFacts | NtpFacts], criterion: str, item: str, targets: Sequence[str]
) -> Judgement:
    """HELD, in the name of another criterion, where each of ``targets`` answered its probe."""
    look = Look(criterion, item, "DUT", record)
    for target in targets:
        why = record.facts.gap(target)
        if why is not None:
            return look.undecided("not-examined", target=target, why=why)
    if record.facts.not_examined:
        gap = record.facts.not_examined[0]
        return look.undecided("not-examined", target=gap.target, why=gap.reason)
    return look.held("servers-asked", record.facts.asked, count=len(record.facts.servers))


def _disclosed(
    look: Look,
    said: Sequence[Disclosure],
    declared: Sequence[str],
    answered: Observation,
    asked: Observation,
) -> Judgement:
    """What was told; nothing told counts where the question itself was answered, or ignored."""
    if not said and isinstance(asked, Unknown):
        return look.undecided("not-observed", why=asked.reason)
    return undeclared_disclosure(look, said, declared, proof(answered, asked))


def _server(look: Look) -> DnsServer | NtpServer | None:
    facts = look.record.facts
    if not isinstance(facts, DnsFacts | NtpFacts) or facts.gap(look.subject) is not None:
        return None
    server = facts.on(look.subject)
    return server if server and isinstance(server.answered, Present) else None
