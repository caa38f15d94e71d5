"""SNMP agents: communities and users that everybody knows, and versions without cryptography.

A community is all the authentication that versions 1 and 2c have (RFC 3584, section 5.2), so one
that is published is a default password of every unit. An endpoint where nothing listens holds.
"""

from collections.abc import Collection, Sequence

from harness.assessment.criteria.disclosure import undeclared_disclosure
from harness.assessment.criteria.looking import Look, proof
from harness.assessment.judging import all_of
from harness.facts.services import SNMP
from harness.facts.snmp import SnmpAgent, SnmpFacts, SnmpWriteFacts, TrialResult
from harness.facts.store import FactRecord
from harness.model.judgement import Judgement
from harness.model.observation import Absent, Present, Unknown

Record = FactRecord[SnmpFacts]


def snmp_default_community(record: Record, item: str, target: str) -> Judgement:
    """No published community reads where a made-up one is refused (EN 303 645 5.1-1; CWE-1392)."""
    look = Look("snmp-default-community", item, target, record)
    agent = _agent(look)
    if isinstance(agent, Judgement):
        return agent
    names = sorted({t.name for t in agent.trials if t.name and t.result is TrialResult.READS})
    match agent.published_community:
        case Present(evidence=evidence):
            return look.contradicted(
                "published-community-reads",
                evidence,
                names=", ".join(names),
                objects=agent.readable,
            )
        case Absent(control=control):
            return look.held("published-community-refused", (control,), tried=len(agent.trials))
        case Unknown(reason=why):
            return look.undecided("not-observed", why=why)


def snmp_default_community_write(
    record: FactRecord[SnmpWriteFacts], item: str, target: str
) -> Judgement:
    """No published community writes (EN 303 645 5.1-1, 5.5-5; CWE-1392)."""
    look = Look("snmp-default-community-write", item, target, record)
    writer = record.facts.on(target)
    if writer is None or record.facts.gap(target) is not None:
        return look.unexamined()
    names = {t.community for t in writer.trials if isinstance(t.written, Present)}
    match writer.writable:
        case Present(evidence=evidence):
            return look.contradicted(
                "published-community-writes", evidence, names=", ".join(sorted(names))
            )
        case Absent(control=control):
            return look.held("no-published-community-writes", (control,))
        case Unknown(reason=why):
            return look.undecided("not-observed", why=why)


def weak_snmp_version(record: Record, item: str, target: str) -> Judgement:
    """No data is served under a community, which crosses the network in clear (RFC 3584, 11).

    Where an agent answers and no community that the bench knows reads, nobody can say.
    """
    look = Look("weak-snmp-version", item, target, record)
    agent = _agent(look)
    if isinstance(agent, Judgement):
        return agent
    versions = {
        trial.version
        for trial in agent.trials
        if trial.version != "v3" and trial.result is TrialResult.READS
    }
    match agent.in_clear:
        case Present(evidence=evidence):
            return look.contradicted(
                "community-in-clear", evidence, versions=", ".join(sorted(versions))
            )
        case Absent(control=control):
            return look.held("no-agent", (control,))
        case Unknown(reason=why):
            return look.undecided("not-observed", why=why)


def anonymous_snmp_access(record: Record, item: str, target: str) -> Judgement:
    """Neither made-up names nor published users without a key read (EN 303 645 5.5-4; CWE-306)."""
    look = Look("anonymous-access", item, target, record)
    agent = _agent(look)
    if isinstance(agent, Judgement):
        return agent
    parts = [
        look.must_be_absent(
            agent.any_name, absent="made-up-name-refused", present="any-name-reads"
        ),
        look.must_be_absent(
            agent.published_user,
            absent="user-without-key-refused",
            present="user-without-key-reads",
        ),
    ]
    return all_of(item, look.criterion, parts)


def undeclared_snmp_login(
    record: Record, item: str, target: str, declared: Collection[str]
) -> Judgement:
    """An agent stands at a declared endpoint: each request of SNMP carries a credential.

    Of version 1 and 2c that is the community, of version 3 a user (RFC 3584, section 5; RFC 3414).
    """
    look = Look("undeclared-login", item, target, record)
    agent = _agent(look)
    if isinstance(agent, Judgement):
        return agent
    places = proof(agent.answered)
    if isinstance(agent.answered, Absent):
        return look.held("no-agent", places)
    if target in declared:
        return look.held("login-declared", places, protocol=SNMP)
    return look.contradicted("login-undeclared", places, protocol=SNMP)


def snmp_disclosure(
    record: Record, item: str, target: str, declared: Sequence[str] = ()
) -> Judgement:
    """The text sysDescr names no version beyond ``declared`` to whoever asks (EN 303 645 5.6-2)."""
    look = Look("information-disclosure", item, target, record)
    agent = _agent(look)
    if isinstance(agent, Judgement):
        return agent
    ways = (agent.any_name, agent.published_community, agent.published_user)
    if not agent.disclosures and not any(isinstance(way, Present) for way in ways):
        unknown = next((way for way in ways if isinstance(way, Unknown)), None)
        if unknown is not None:
            return look.undecided("not-observed", why=unknown.reason)
    places = (*proof(agent.answered), *proof(*ways))
    return undeclared_disclosure(look, agent.disclosures, declared, places)


def agents(facts: SnmpFacts) -> frozenset[str]:
    """Endpoints where an agent answered."""
    return frozenset(
        agent.endpoint.name for agent in facts.servers if isinstance(agent.answered, Present)
    )


def every_agent_asked(record: Record, criterion: str, item: str) -> Judgement:
    """HELD, in the name of another criterion, where the probe asked every endpoint it knew of.

    Silence is no gap here, as it is none of other UDP ports: many give nothing else, ever.
    """
    look = Look(criterion, item, "DUT", record)
    asked = {agent.endpoint.name for agent in record.facts.servers}
    gaps = [gap for gap in record.facts.not_examined if gap.target not in asked]
    if gaps:
        return look.undecided("not-examined", target=gaps[0].target, why=gaps[0].reason)
    for agent in record.facts.servers:
        said = agent.answered
        if isinstance(said, Unknown) and record.facts.gap(agent.endpoint.name) is None:
            return look.undecided("not-observed", why=said.reason)
    places = tuple(place for agent in record.facts.servers for place in agent.evidence)
    return look.held("agents-asked", places, endpoints=", ".join(sorted(asked)))


def _agent(look: Look) -> SnmpAgent | Judgement:
    facts = look.record.facts
    agent = facts.on(look.subject) if isinstance(facts, SnmpFacts) else None
    if agent is None or facts.gap(look.subject) is not None:
        return look.unexamined()
    return agent
