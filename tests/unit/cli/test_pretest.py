"""A pretest's exit status, baseline, text and target, without a network."""

import datetime as dt
import io
from pathlib import Path

import pytest
from rich.console import Console

from harness.assessment.judging import reason
from harness.cli.pretest import Pretest, pretest
from harness.cli.pretest_result import Air, Found, Network, Result, Standing, network_of, result_of
from harness.cli.pretest_target import (
    Target,
    bench_for,
    black_box_dossier,
    bluetooth_of,
    need_bluetooth,
    udp_ports,
)
from harness.cli.pretest_view import LabQuestions, Next, show
from harness.config.at_a_lab import AtALab
from harness.errors import EvidenceError, MissingExtraError, ScopeError, UsageError
from harness.facts.base import Endpoint
from harness.facts.ports import Port, PortsFacts, PortState
from harness.facts.services import Service, ServicesFacts
from harness.facts.store import FactBase, FactRecord, MissingFact
from harness.model.assessment import Assessment, JudgeDigests, UnitResult
from harness.model.baseline import Accepted, Baseline
from harness.model.declaration import DecidedBy
from harness.model.ids import FactKey, FrameworkRef
from harness.model.judgement import (
    Conclusion,
    Finding,
    Judgement,
    Outcome,
    Severity,
    Verdict,
)
from harness.model.observation import EvidenceRef, Present, Unknown
from harness.model.radio import Radio
from harness.model.record import AttemptOutcome, SampleRecord, SurveyRecord
from harness.model.states import DeviceState, Impact, Purpose

REF = EvidenceRef(path="A/1-initialised/ports/1/x.xml", where="port 443")
HOSTILE = "evil\x1b[31m\u202e[bold]<script>\r\n"
LAB = AtALab(units={"weak-tls-protocol": {"etsi-en-303-645": ("5.5-1-2a",), "other": ()}})


def key(probe):
    return FactKey(probe=probe, sample="A", visit="1-initialised", attempt=1)


def record(facts):
    outcome = AttemptOutcome.COMPLETED
    return FactRecord(key(facts.PROBE), DeviceState.INITIALISED, outcome, facts)


def ports(*names, alive=True, complete=True, silent=()):
    made = [
        Port(
            endpoint=Endpoint(address="192.0.2.1", transport=kind, port=int(number)),
            state=PortState.OPEN_OR_FILTERED if name in silent else PortState.OPEN,
            evidence=(REF,),
        )
        for name in (*names, *silent)
        for kind, _, number in [name.partition("/")]
    ]
    return PortsFacts(
        examined=("tcp/1-65535", "udp/53", "udp/161"),
        complete=complete,
        address="192.0.2.1",
        alive=Present(evidence=(REF,)) if alive else Unknown(reason="no answer"),
        ports=tuple(made),
    )


def survey(*facts, missing=(), started="2026-11-22T03:00:00.000000Z"):
    about = SurveyRecord(
        run_id="r",
        purpose=Purpose.PRETEST,
        bench="b",
        bench_kind="physical",
        started=started,
        samples=(SampleRecord(id="A", origin="supplier"),),
    )
    return FactBase(about, (), tuple(record(entry) for entry in facts), tuple(missing))


def failing(criterion, severity=Severity.HIGH, subject="tcp/443", **params):
    why = reason("tls-weak-version-accepted", subject=subject, **params)
    found = Finding(
        criterion=criterion, severity=severity, subject=subject, reason=why, evidence=(REF,)
    )
    judged = Judgement(
        item=subject,
        criterion=criterion,
        outcome=Outcome.CONTRADICTED,
        reason=why,
        evidence=(REF,),
        findings=(found,),
    )
    return UnitResult(
        unit=criterion,
        case=criterion,
        provision="transport",
        decided_by=DecidedBy.AUTOMATIC,
        verdict=Verdict.FAIL,
        reason=why,
        judgements=(judged,),
    )


def undecided(criterion, why, decided_by=DecidedBy.AUTOMATIC):
    return UnitResult(
        unit=criterion,
        case=criterion,
        provision="transport",
        decided_by=decided_by,
        verdict=Verdict.INCONCLUSIVE,
        reason=why,
    )


def assessment(*units):
    return Assessment(
        framework=FrameworkRef(slug="black-box", version="1"),
        title="Black-box pretest",
        judge=JudgeDigests(harness="", suite="", criteria="", interpreters="", catalogue=""),
        dossier_revision=1,
        dossier_digest="",
        decision_rule="black-box/1",
        complete=True,
        conclusion=Conclusion.INCONCLUSIVE,
        indicative=False,
        reason=reason("no-declaration"),
        provisions=(),
        cases=(),
        units=units,
    )


def accepted(expires="2026-12-31", **changes):
    given = {"criterion": "weak-tls-protocol", "subject": "tcp/443", "reason": "known"}
    return Accepted(**{**given, "expires": dt.date.fromisoformat(expires), **changes})


def judged(*units, base=None, baseline=None, planned=("ports", "tls")):
    return result_of(assessment(*units), base or survey(ports()), planned, LAB, baseline)


def shown(result, fail_on=Severity.MEDIUM, baseline=None):
    stream = io.StringIO()
    lab = LabQuestions("EN 303 645", {"Passwords": {"operator": 2, "none": 1}})
    where = Next("192.0.2.1", Path("r.html"), Path("b.zip"), Path("k.pem"), baseline, None)
    show(Console(file=stream, width=200), result, fail_on, lab, where)
    return stream.getvalue()


# Exit status


@pytest.mark.parametrize(
    ("severity", "fail_on", "code"),
    [
        ("high", "medium", 1),
        ("medium", "medium", 1),
        ("low", "medium", 0),
        ("low", "low", 1),
        ("critical", "critical", 1),
        ("high", "critical", 0),
    ],
)
def test_a_finding_counts_from_the_severity_asked_for(severity, fail_on, code):
    result = judged(failing("weak-tls-protocol", Severity(severity)))
    assert result.exit_code(Severity(fail_on)) == code


def test_no_finding_on_a_device_that_answers_is_0():
    assert judged().exit_code(Severity.INFO) == 0


def test_a_device_that_does_not_answer_is_3():
    for base in (survey(ports(alive=False)), survey()):
        result = judged(base=base)
        assert result.exit_code(Severity.INFO) == 3
        assert "did not answer" in shown(result)


@pytest.mark.parametrize("outcome", ["failed", "not-scheduled", "completed"])
def test_a_planned_probe_without_a_fact_is_3_and_findings_still_1(outcome):
    gone = MissingFact(key("tls"), DeviceState.INITIALISED, AttemptOutcome(outcome), HOSTILE)
    base = survey(ports(), missing=[gone])
    assert judged(base=base).exit_code(Severity.MEDIUM) == 3
    assert judged(failing("weak-tls-protocol"), base=base).exit_code(Severity.MEDIUM) == 1
    assert judged(base=base, planned=("ports",)).exit_code(Severity.MEDIUM) == 0
    assert "tls: evil\\x1b" in shown(judged(base=base))


def test_captures_that_are_not_complete_are_3():
    assert judged(base=survey(ports(complete=False))).exit_code(Severity.MEDIUM) == 3


@pytest.mark.parametrize("outcome", ["not-possible", "not-allowed"])
def test_what_was_left_out_on_purpose_is_named_and_not_an_error(outcome):
    gone = MissingFact(key("tls"), DeviceState.INITIALISED, AttemptOutcome(outcome), "no console")
    result = judged(base=survey(ports(), missing=[gone]))
    assert result.exit_code(Severity.MEDIUM) == 0
    assert "tls was not run: no console" in shown(result)


# Baseline


def test_an_accepted_finding_does_not_count_and_says_why():
    result = judged(failing("weak-tls-protocol"), baseline=Baseline(accepted=(accepted(),)))
    assert result.findings[0].standing is Standing.ACCEPTED
    assert result.exit_code(Severity.INFO) == 0
    assert "accepted until 2026-12-31: known" in shown(result)
    assert result.findings_json()[0]["baseline"] == "accepted"


@pytest.mark.parametrize(
    ("expires", "standing"), [("2026-11-22", "accepted"), ("2026-11-21", "expired")]
)
def test_the_day_of_the_run_decides_about_the_end(expires, standing):
    baseline = Baseline(accepted=(accepted(expires),))
    result = judged(failing("weak-tls-protocol"), baseline=baseline)
    assert result.findings_json()[0]["baseline"] == standing
    assert result.exit_code(Severity.MEDIUM) == (0 if standing == "accepted" else 1)
    assert ("counts as new" in shown(result)) == (standing == "expired")


def test_a_finding_elsewhere_is_new():
    baseline = Baseline(accepted=(accepted(subject="tcp/8443"),))
    result = judged(failing("weak-tls-protocol"), baseline=baseline)
    assert result.findings[0].standing is Standing.NEW
    assert result.exit_code(Severity.MEDIUM) == 1


def test_an_entry_that_matches_nothing_is_mentioned():
    result = judged(baseline=Baseline(accepted=(accepted(),)))
    assert result.exit_code(Severity.INFO) == 0
    assert "weak-tls-protocol on tcp/443 is not there any more" in shown(result)


def test_without_a_baseline_no_finding_carries_a_standing():
    (found,) = judged(failing("weak-tls-protocol")).findings_json()
    assert "baseline" not in found
    assert found["at_a_lab"] == {"etsi-en-303-645": ["5.5-1-2a"]}


# Text


def test_findings_stand_worst_first_with_what_to_do_and_where():
    text = shown(
        judged(failing("information-disclosure", Severity.LOW), failing("weak-tls-protocol"))
    )
    assert text.index("weak-tls-protocol") < text.index("information-disclosure")
    assert "A/1-initialised/ports/1/x.xml, port 443" in text
    assert "Enable TLS 1.2 and 1.3 only." in text
    assert "at a laboratory  etsi-en-303-645: 5.5-1-2a" in text
    assert "nothing about conformity" in text
    assert "CONFORMANT" not in text


def test_nothing_of_a_device_is_live_in_the_terminal():
    service = Service(
        endpoint=Endpoint(address="192.0.2.1", transport="tcp", port=443),
        protocol="unconfirmed",
        guess=HOSTILE,
        evidence=(REF,),
    )
    spoken = ServicesFacts(examined=("tcp/443",), complete=True, services=(service,))
    unit = failing("weak-tls-protocol", version=HOSTILE)
    other = undecided("x", reason("not-observed", why=HOSTILE))
    text = shown(judged(unit, other, base=survey(ports("tcp/443"), spoken)))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\r" not in text
    assert text.count("[bold]<script>") == 3


def test_nothing_listens_is_said_in_numbers():
    assert "nothing listens on 65535 TCP ports and 2 asked UDP ports" in shown(judged())


def test_reasons_that_are_one_are_said_once():
    why = reason("needs-two-samples")
    units = [undecided(name, why, DecidedBy.NONE) for name in ("one", "two")]
    assert "one, two: two samples are needed to compare" in shown(judged(*units))


def test_a_port_that_only_stays_silent_is_not_open():
    network = network_of(survey(ports("tcp/80", silent=("udp/161",))))
    assert (network.open_targets, network.silent_udp) == (("tcp/80",), ("udp/161",))
    assert (network.tcp_ports, network.udp_ports) == (65535, 2)


def test_very_many_findings_do_not_flood_the_terminal():
    many = [failing("weak-tls-protocol", subject=f"tcp/{number}") for number in range(1, 500)]
    text = shown(judged(*many))
    assert "and 299 more, see the report" in text


# Target


def test_a_folder_is_used_once(tmp_path):
    survey = tmp_path / "out" / "run" / "survey"
    survey.mkdir(parents=True)
    (survey / "survey.json").write_text("{}")
    order = Pretest(Target("127.0.10.1"), tmp_path / "out", Severity.LOW, key=tmp_path / "k.pem")
    with pytest.raises(EvidenceError):
        pretest(order, Console(file=io.StringIO()))


@pytest.mark.parametrize("name", ["router.local", "192.168.7", "192.168.7.20/24", "1.2.3.4\n"])
def test_what_is_no_address_is_refused(name):
    with pytest.raises(UsageError, match="not an IP address"):
        bench_for(Target(name))


def test_the_scope_is_exactly_the_address():
    for address, scope in (("127.0.10.1", "127.0.10.1/32"), ("::1", "::1/128")):
        config = bench_for(Target(address))
        assert config.bench.scope == (scope,)
        assert config.bench.interface == "lo"
        assert not config.bench.through_routers
        (sample,) = config.sample
        assert (sample.state, sample.network.address) == (DeviceState.INITIALISED, address)


def test_what_the_user_knows_is_used():
    target = Target(
        "127.0.10.1",
        serial="socket://127.0.0.1:7000",
        mac="02-00-5E-00-53-01",
        login="ad:min:env:PASSWORD",
        udp=(53,),
        max_impact=Impact.GENTLE,
    )
    config = bench_for(target)
    (sample,) = config.sample
    assert sample.console.url == "socket://127.0.0.1:7000"
    assert sample.network.mac == "02:00:5e:00:53:01"
    assert (sample.user.user, sample.user.password) == ("ad:min", "env:PASSWORD")
    assert (config.bench.udp_ports, config.bench.max_impact) == ((53,), Impact.GENTLE)


@pytest.mark.parametrize(
    "wrong",
    [{"login": "admin:hunter2"}, {"login": "admin"}, {"mac": "02:00"}, {"address": "fe80::1%lo"}],
)
def test_a_mistake_is_refused_and_no_password_is_repeated(wrong):
    with pytest.raises(UsageError) as raised:
        bench_for(Target(**{"address": "127.0.10.1", **wrong}))
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize("text", ["0", "65536", "53;54", "dns", "-1"])
def test_a_wrong_port_is_refused(text):
    with pytest.raises(UsageError):
        udp_ports(text)
    assert udp_ports("53, 161,53") == (53, 161)


@pytest.mark.parametrize("address", ["224.0.0.1", "255.255.255.255"])
def test_whole_networks_are_never_a_target(address):
    with pytest.raises(ScopeError):
        bench_for(Target(address, mine=True))


def test_bluetooth_without_its_library_ends_before_anything_is_asked(monkeypatch):
    air = bluetooth_of("usb:0", "Lock", "", 30.0, Radio.REAL)
    monkeypatch.setattr("harness.cli.pretest_target.installed", lambda: False)
    need_bluetooth(None)
    with pytest.raises(MissingExtraError, match=r"certbench\[bluetooth\]"):
        need_bluetooth(air)
    monkeypatch.setattr("harness.cli.pretest_target.installed", lambda: True)
    need_bluetooth(air)


def test_a_device_with_bluetooth_alone_has_an_empty_scope():
    air = bluetooth_of("usb:0", "Lock", "", 30.0, Radio.REAL)
    config = bench_for(Target("", air=air))
    (sample,) = config.sample
    assert config.bench.scope == ()
    assert sample.network is None
    assert (sample.bluetooth.name, sample.bluetooth.listen_s) == ("Lock", 30.0)
    assert sample.bluetooth.window_s == 900.0


def test_a_device_with_both_has_both():
    air = bluetooth_of("usb:0", "Lock", "", 30.0, Radio.REAL)
    (sample,) = bench_for(Target("127.0.10.1", air=air)).sample
    assert (sample.network.address, sample.bluetooth.transport) == ("127.0.10.1", "usb:0")


@pytest.mark.parametrize(
    ("transport", "name", "service"),
    [("usb:0", "", ""), ("", "Lock", ""), ("usb:0", "", "180A")],
    ids=["nobody in particular", "no adapter", "a short service"],
)
def test_bluetooth_needs_an_adapter_and_somebody(transport, name, service):
    with pytest.raises(UsageError):
        bluetooth_of(transport, name, service, 30.0, Radio.REAL)


@pytest.mark.parametrize(
    ("transport", "service", "listen", "said"),
    [
        ("tcp-clinet:127.0.0.1:1", "", 30.0, "tcp-client:HOST:PORT"),
        ("usb:0", "180A", 30.0, "--service takes a UUID in full"),
        ("usb:0", "", 4000.0, "--listen takes 0 to 3600 seconds"),
    ],
)
def test_a_wrong_option_for_bluetooth_is_named(transport, service, listen, said):
    with pytest.raises(UsageError, match=said):
        bluetooth_of(transport, "Lock", service, listen, Radio.REAL)


def test_nothing_to_look_at_is_refused():
    with pytest.raises(UsageError, match="name a device"):
        bench_for(Target(""))


def test_a_device_that_was_heard_over_bluetooth_answered():
    network = Network(answered=False, tcp_ports=0, udp_ports=0, open_targets=(), services={})
    heard, silent = (
        Air(heard=True, advertisers=(), services=()),
        Air(heard=False, advertisers=(), services=()),
    )
    assert Result(network, (), (), (), air=heard).exit_code(Severity.CRITICAL) == 0
    assert Result(network, (), (), (), air=silent).exit_code(Severity.CRITICAL) == 3


@pytest.mark.parametrize(
    ("broke_off", "said"),
    [
        ((), "was not heard. Check:"),
        ((("bluetooth-advertising", "x"),), "The adapter did not listen to the end"),
    ],
)
def test_a_broken_adapter_is_not_taken_for_a_silent_device(broke_off, said):
    network = Network(answered=False, tcp_ports=0, udp_ports=0, open_targets=(), services={})
    silent = Air(heard=False, advertisers=(), services=())
    text = shown(Result(network, (), (), (), broke_off=broke_off, air=silent))
    assert said in text
    assert ("Check:" in text) is not bool(broke_off)


def test_the_dossier_declares_nothing():
    dossier = black_box_dossier(bench_for(Target("127.0.10.1")))
    assert dossier.ics == {}
    assert not any(dossier.ixit.to_json().values())


def test_a_result_with_nothing_in_it_is_no_pass():
    network = Network(answered=False, tcp_ports=0, udp_ports=0, open_targets=(), services={})
    assert Result(network, (), (), ()).exit_code(Severity.CRITICAL) == 3
    assert Found({"severity": "low"}, {}).standing is Standing.NEW
