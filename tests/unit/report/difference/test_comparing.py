"""Which differences there are, how bad they are, and what is no difference."""

import pytest

from harness.errors import UsageError
from harness.facts.base import NotExamined
from harness.facts.credentials import (
    CandidateSource,
    Trial,
    TrialOutcome,
)
from harness.facts.mqtt import MqttFacts, MqttServer
from harness.facts.ports import Port, PortsFacts, PortState
from harness.facts.services import Service, ServicesFacts
from harness.facts.ssh import HostKey, SshFacts, SshServer
from harness.facts.store import MissingFact
from harness.model.dossier import Dossier, DutIdentification
from harness.model.record import AttemptOutcome, SampleRecord
from harness.model.states import DeviceState


def services(made, *names, protocol="http", **changes):
    found = tuple(
        Service(endpoint=made.endpoint(name), protocol=protocol, evidence=(made.ref(),))
        for name in names
    )
    given = {"services": found, "examined": names, "complete": True}
    return ServicesFacts(**(given | changes))


def broker(made, anonymous, **changes):
    server = MqttServer(
        endpoint=made.endpoint("tcp/1883"),
        tls=False,
        answered=made.present,
        tries=(),
        control=made.present,
        anonymous=anonymous,
        any_credentials=made.absent,
        login=made.present,
        subscription=made.unknown,
        publishing=made.unknown,
    )
    given = {"servers": (server,), "examined": ("tcp/1883",), "complete": True}
    return MqttFacts(**(given | changes))


def logins(made, *trials, hindered=None):
    """Trials as (source, outcome)."""
    tried = tuple(
        Trial(
            number=number,
            source=source,
            user="admin",
            secret=f"pw-{number}",
            outcome=outcome,
            duration_ms=1,
            evidence=made.ref(),
        )
        for number, (source, outcome) in enumerate(trials, 1)
    )
    return made.logins(*tried, hindered=hindered)


def ssh(made, key, **changes):
    host_key = HostKey(type="ssh-ed25519", bits=256, sha256=key, evidence=made.ref())
    server = SshServer(
        endpoint=made.endpoint("tcp/22"),
        answered=made.present,
        host_keys=(host_key,),
        evidence=(made.ref(),),
    )
    return SshFacts(servers=(server.model_copy(update=changes),), complete=True)


def test_equal_surveys_do_not_differ(made, compared):
    found = compared(made.side(services(made, "tcp/80")), made.side(services(made, "tcp/80")))
    assert found.differences == ()
    assert found.same


def test_a_new_service_is_worse_and_a_closed_one_better(made, told):
    one, two = services(made, "tcp/80"), services(made, "tcp/80", "tcp/23", protocol="telnet")
    two = two.model_copy(update={"services": (one.services[0], two.services[1])})
    opened = told(made.side(one), made.side(two))
    assert opened == [("worse", "exposure", "services tcp/23", "", "telnet")]
    closed = told(made.side(two), made.side(one))
    assert closed == [("better", "exposure", "services tcp/23", "telnet", "")]


@pytest.mark.parametrize(
    "changes",
    [
        {"complete": False},
        {"not_examined": (NotExamined(target="tcp/23", reason="time-out"),)},
    ],
)
def test_what_may_still_be_there_is_not_called_better(made, told, changes):
    before = made.side(services(made, "tcp/80", "tcp/23"))
    after = made.side(services(made, "tcp/80", **changes))
    weights = {one[0] for one in told(before, after)}
    assert weights == {"unknown"}


def test_another_protocol_on_a_port_is_a_change(made, told):
    before = made.side(services(made, "tcp/80"))
    after = made.side(services(made, "tcp/80", protocol="telnet"))
    assert told(before, after) == [("changed", "exposure", "services tcp/80", "http", "telnet")]


@pytest.mark.parametrize(
    ("before", "after", "weight"),
    [
        ("absent", "present", "worse"),
        ("unknown", "present", "worse"),
        ("present", "absent", "better"),
        ("present", "unknown", "unknown"),
        ("absent", "unknown", "unknown"),
        ("unknown", "absent", "changed"),
    ],
)
def test_a_way_in(made, told, before, after, weight):
    sides = [made.side(broker(made, getattr(made, name))) for name in (before, after)]
    assert told(*sides) == [(weight, "access", "mqtt tcp/1883 anonymous", before, after)]


@pytest.mark.parametrize(
    ("before", "after", "weight"),
    [
        ("present", "absent", "worse"),
        ("absent", "present", "better"),
        ("present", "unknown", "unknown"),
        ("unknown", "absent", "changed"),
    ],
)
def test_a_protection_is_the_other_way_round(made, told, before, after, weight):
    trial = (CandidateSource.USER, TrialOutcome.ACCEPTED)
    sides = [
        made.side(logins(made, trial, hindered=getattr(made, name))) for name in (before, after)
    ]
    assert told(*sides) == [(weight, "access", "credentials tcp/22 ssh limit hindered",
                             before, after)]  # fmt: skip


def test_a_way_in_at_something_new_has_a_line_of_its_own(made, told):
    bare = MqttFacts(servers=(), complete=True)
    found = told(made.side(bare), made.side(broker(made, made.present)))
    assert ("worse", "access", "mqtt tcp/1883 anonymous", "", "present") in found
    assert ("changed", "fact", "mqtt tcp/1883", "", "there") in found
    assert len(found) == 2


def test_a_published_login_that_is_accepted_is_worse(made, told):
    rejected = (CandidateSource.PUBLISHED, TrialOutcome.REJECTED)
    accepted = (CandidateSource.PUBLISHED, TrialOutcome.ACCEPTED)
    found = told(made.side(logins(made, rejected)), made.side(logins(made, accepted)))
    assert found == [
        ("worse", "access", "credentials tcp/22 ssh trials published admin", "rejected", "accepted")
    ]


def test_a_login_that_was_not_tried_again_is_not_called_better(made, told):
    own = (CandidateSource.USER, TrialOutcome.ACCEPTED)
    accepted = (CandidateSource.PUBLISHED, TrialOutcome.ACCEPTED)
    found = told(made.side(logins(made, own, accepted)), made.side(logins(made, own)))
    assert [one[0] for one in found] == ["unknown"]


def test_keys_and_versions_are_identity(made, told):
    before = made.side(made.firmware("1.0"), ssh(made, "aaa"))
    after = made.side(made.firmware("1.1"), ssh(made, "bbb"))
    assert told(before, after) == [
        ("changed", "identity", "identity firmware", "1.0", "1.1"),
        ("changed", "identity", "ssh tcp/22 host_keys ssh-ed25519 sha256", "aaa", "bbb"),
    ]


def test_another_unit_and_another_declaration_are_identity(made, told):
    other = SampleRecord(id="A", origin="market", address="192.0.2.9", serial="2")
    dossier = Dossier(dut=DutIdentification(supplier="S", model="M", firmware="2"))
    found = told(
        made.side(made.firmware()), made.side(made.firmware(), samples=(other,), dossier=dossier)
    )
    assert [(one[1], one[2]) for one in found] == [
        ("identity", "declared firmware"),
        ("identity", "dossier sha256"),
        ("identity", "sample origin"),
        ("identity", "sample serial"),
    ]


def test_what_only_the_earlier_survey_looked_at_is_not_the_same(made, compared):
    found = compared(made.side(made.firmware(), ssh(made, "a")), made.side(made.firmware()))
    assert [(one.weight.value, one.area.value, one.subject) for one in found.differences] == [
        ("unknown", "coverage", "ssh")
    ]
    assert not found.same


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (AttemptOutcome.COMPLETED, "no facts that can be read here"),
        (AttemptOutcome.NOT_ALLOWED, "not-allowed"),
        (None, "not looked at"),
    ],
)
def test_why_something_was_not_looked_at(made, told, outcome, said):
    record = made.record(ssh(made, "a"))
    absent = [MissingFact(record.key, record.state, outcome, "why")] if outcome else []
    later = made.side(made.firmware(), missing=absent)
    assert told(made.side(made.firmware(), record), later) == [
        ("unknown", "coverage", "ssh", "facts", said)
    ]


def test_what_only_the_later_one_looked_at_is_a_note(made, compared):
    found = compared(made.side(made.firmware()), made.side(made.firmware(), ssh(made, "a")))
    assert [one.weight.value for one in found.differences] == ["note"]
    assert found.same


def test_a_smaller_scan_is_not_the_same(made, compared):
    def ports(examined):
        port = Port(endpoint=made.endpoint("tcp/80"), state=PortState.OPEN, evidence=(made.ref(),))
        return PortsFacts(
            address="192.0.2.1", alive=made.present, ports=(port,), examined=(examined,),
            complete=True,
        )  # fmt: skip

    found = compared(made.side(ports("tcp/1-65535")), made.side(ports("tcp/1-1024")))
    assert [(one.weight.value, one.subject) for one in found.differences] == [
        ("unknown", "ports tcp/1-65535")
    ]


def test_attempts_that_disagree_are_no_difference_if_they_disagree_alike(made, told):
    def twice(*versions):
        return made.side(
            *(made.record(made.firmware(v), attempt=n) for n, v in enumerate(versions, 1))
        )

    assert told(twice("1", "2"), twice("2", "1")) == []
    assert told(twice("1", "1"), twice("1", "2")) == [
        ("changed", "identity", "identity firmware", "1", "1, 2")
    ]


def test_the_same_difference_in_two_states_is_one(made, compared):
    def both(version):
        return made.side(
            made.record(made.firmware(version), state=DeviceState.AS_RECEIVED),
            made.record(made.firmware(version), state=DeviceState.INITIALISED),
        )

    (one,) = compared(both("1"), both("2")).differences
    assert one.places == ("A as-received", "A initialised")


def test_samples_of_other_names_are_compared_in_their_order(made, told):
    other = SampleRecord(id="unit-7", origin="supplier", address="192.0.2.1", serial="1")
    later = made.side(made.record(made.firmware("2"), sample="unit-7"), samples=(other,))
    assert told(made.side(made.firmware("1")), later) == [
        ("changed", "identity", "identity firmware", "1", "2")
    ]


def test_a_sample_that_is_gone_is_not_the_same(made, told):
    pair = [SampleRecord(id=name, origin="supplier", address="", serial="1") for name in "AB"]
    before = made.side(
        made.record(made.firmware()), made.record(made.firmware(), sample="B"), samples=tuple(pair)
    )
    after = made.side(made.firmware(), samples=(pair[0],))
    assert told(before, after) == [("unknown", "coverage", "sample", "surveyed", "not surveyed")]


def test_tools_bench_and_run_are_notes(made, compared):
    found = compared(
        made.side(made.firmware(), tools={"nmap": "7.93"}, bench="one", run_id="1"),
        made.side(made.firmware(), tools={"nmap": "7.94"}, bench="two", run_id="2"),
    )
    assert [one.subject for one in found.differences] == ["bench", "tool nmap"]
    assert found.same


def test_the_worst_comes_first(made, told):
    before = made.side(made.firmware("1"), services(made, "tcp/80", "tcp/81"),
                       broker(made, made.absent))  # fmt: skip
    after = made.side(made.firmware("2"), services(made, "tcp/80", "tcp/82"),
                      broker(made, made.present))  # fmt: skip
    assert [one[:3] for one in told(before, after)] == [
        ("worse", "access", "mqtt tcp/1883 anonymous"),
        ("worse", "exposure", "services tcp/82"),
        ("changed", "identity", "identity firmware"),
        ("better", "exposure", "services tcp/81"),
    ]


def test_secrets_of_a_run_directory_are_not_shown(made, told):
    before = made.side(made.firmware("1"), secrets=("hunter2hunter2", "abc"))
    after = made.side(made.firmware("2 hunter2hunter2 abc"))
    assert told(before, after)[0][4] == "2 [secret] abc"


def test_there_must_be_something_to_compare(made, compared):
    with pytest.raises(UsageError, match="no facts"):
        compared(made.side(), made.side(made.firmware()))
