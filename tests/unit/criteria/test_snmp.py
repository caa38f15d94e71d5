"""Criteria about SNMP agents."""

from typing import Any

import pytest

from harness.assessment import criteria
from harness.facts.base import NotExamined
from harness.facts.disclosure import Disclosure
from harness.facts.snmp import NameSource, NameTrial, TrialResult
from harness.model.judgement import Outcome, Severity

TARGET = "udp/161"
READING = [
    (criteria.snmp_default_community, "published_community"),
    (criteria.weak_snmp_version, "in_clear"),
    (criteria.anonymous_snmp_access, "any_name"),
    (criteria.anonymous_snmp_access, "published_user"),
]


def judged(made: Any, criterion: Any, *more: Any, **changes: Any) -> Any:
    facts = made.snmp(made.snmp_agent(**changes))
    return criterion(made.record(facts), "row", TARGET, *more)


@pytest.mark.parametrize(("criterion", "field"), READING)
def test_an_agent_without_the_flaw_holds_with_its_control(
    criterion: Any, field: str, made: Any
) -> None:
    found = judged(made, criterion, answered=made.seen(), **{field: made.absent()})
    assert found.outcome is Outcome.HELD
    assert found.evidence


@pytest.mark.parametrize(("criterion", "field"), READING)
def test_an_agent_with_the_flaw_contradicts(criterion: Any, field: str, made: Any) -> None:
    found = judged(made, criterion, answered=made.seen(), **{field: made.seen()})
    assert found.outcome is Outcome.CONTRADICTED
    assert found.findings[0].subject == TARGET


@pytest.mark.parametrize(("criterion", "field"), READING)
def test_what_was_not_observed_decides_nothing(criterion: Any, field: str, made: Any) -> None:
    found = judged(made, criterion, answered=made.seen(), **{field: made.unknown()})
    assert found.outcome is Outcome.UNDECIDED


@pytest.mark.parametrize("criterion", dict.fromkeys(entry for entry, _ in READING))
def test_an_agent_that_was_not_examined_decides_nothing(criterion: Any, made: Any) -> None:
    gap = NotExamined(target=TARGET, reason="nothing answered")
    for facts in (made.snmp(examined=(), not_examined=(gap,)), made.snmp(examined=())):
        assert criterion(made.record(facts), "row", TARGET).outcome is Outcome.UNDECIDED
    other = made.snmp(made.snmp_agent("udp/10161"))
    assert criterion(made.record(other), "row", TARGET).outcome is Outcome.UNDECIDED


def test_a_finding_names_the_communities_that_read(made: Any) -> None:
    trial = NameTrial(
        version="v2c",
        source=NameSource.PUBLISHED,
        name="public",
        result=TrialResult.READS,
        evidence=(made.ref(),),
    )
    found = judged(
        made, criteria.snmp_default_community, published_community=made.seen(), trials=(trial,)
    )
    assert found.reason.params["names"] == "public"
    assert found.findings[0].severity is Severity.HIGH
    versions = judged(made, criteria.weak_snmp_version, in_clear=made.seen(), trials=(trial,))
    assert versions.reason.params["versions"] == "v2c"
    assert versions.findings[0].severity is Severity.MEDIUM


def test_writing_is_critical(made: Any) -> None:
    look = criteria.snmp_default_community_write
    found = look(made.record(made.snmp_write(made.seen())), "row", TARGET)
    assert found.findings[0].severity is Severity.CRITICAL
    assert look(made.record(made.snmp_write()), "row", TARGET).outcome is Outcome.HELD
    unclear = made.snmp_write(made.unknown())
    assert look(made.record(unclear), "row", TARGET).outcome is Outcome.UNDECIDED
    silent = made.snmp_write(examined=())
    assert look(made.record(silent), "row", TARGET).outcome is Outcome.UNDECIDED


def test_an_agent_must_be_a_declared_login(made: Any) -> None:
    look = criteria.undeclared_snmp_login
    assert judged(made, look, [], answered=made.seen()).outcome is Outcome.CONTRADICTED
    assert judged(made, look, [TARGET], answered=made.seen()).outcome is Outcome.HELD
    assert judged(made, look, []).outcome is Outcome.HELD


def test_a_version_that_anybody_can_read_must_be_declared(made: Any) -> None:
    told = Disclosure(
        where="sysDescr", text="Box 4.2", product="Box", version="4.2", evidence=made.ref()
    )
    open_one = {
        "answered": made.seen(),
        "published_community": made.seen(),
        "disclosures": (told,),
    }
    look = criteria.snmp_disclosure
    assert judged(made, look, **open_one).outcome is Outcome.CONTRADICTED
    assert judged(made, look, ["Box 4.2"], **open_one).outcome is Outcome.HELD
    assert judged(made, look, answered=made.seen()).outcome is Outcome.HELD
    unclear = judged(made, look, answered=made.seen(), published_user=made.unknown())
    assert unclear.outcome is Outcome.UNDECIDED


def test_looking_for_agents_needs_every_endpoint(made: Any) -> None:
    def asked(facts: Any) -> Outcome:
        return criteria.every_agent_asked(made.record(facts), "undeclared-login", "DUT").outcome

    silent = made.snmp_agent(answered=made.unknown())
    known = NotExamined(target=TARGET, reason="nothing answered")
    more = NotExamined(target="udp/999", reason="more agents than the probe asks")
    assert asked(made.snmp()) is Outcome.HELD
    assert asked(made.snmp(silent, examined=(), not_examined=(known,))) is Outcome.HELD
    assert asked(made.snmp(silent)) is Outcome.UNDECIDED
    assert asked(made.snmp(not_examined=(more,))) is Outcome.UNDECIDED
    assert asked(made.snmp(servers=())) is Outcome.UNDECIDED


def test_only_an_agent_that_answers_is_one(made: Any) -> None:
    answering = made.snmp_agent("udp/10161", answered=made.seen())
    facts = made.snmp(made.snmp_agent(), answering)
    assert criteria.agents(facts) == {"udp/10161"}


def test_the_services_alone_do_not_tell_whether_snmp_is_encrypted(made: Any) -> None:
    services = made.record(made.services(made.service(TARGET, "snmp")))
    assert criteria.service_in_clear(services, "row", TARGET).outcome is Outcome.UNDECIDED
    assert criteria.plaintext_management(services, "row", TARGET).outcome is Outcome.UNDECIDED
