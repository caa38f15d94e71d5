"""The flaw table, on facts made by hand: each flaw fails exactly the units that the table names."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.assessment.applicability import applicability, under_ics
from harness.facts.base import NotExamined
from harness.facts.console import SecretSighting
from harness.facts.credentials import (
    CandidateSource,
    CredentialsFacts,
    GuessingLimit,
    TrialOutcome,
)
from harness.facts.disclosure import Disclosure
from harness.facts.http import HttpFacts, InputOutcome
from harness.facts.late_ports import LatePortsFacts
from harness.facts.mqtt import MqttTopic
from harness.facts.ports import PortsFacts, PortState
from harness.facts.services import ServicesFacts
from harness.model.judgement import Verdict
from harness.testing.suites import suite_in

TABLE = tomllib.loads(
    (Path(__file__).parents[4] / "harness/reference/flaws.toml").read_text("utf-8")
)
ETSI = suite_in(Path(__file__).parents[4] / "test_suites" / "etsi_en_303_645")
FLAWS = {entry["name"]: entry for entry in TABLE["flaw"]}
Spoil = Callable[[Any, Any], Any]
SPOILERS: dict[str, Spoil] = {}


def flaw(name: str) -> Callable[[Spoil], Spoil]:
    def mark(function: Spoil) -> Spoil:
        SPOILERS[name] = function
        return function

    return mark


def _factory(survey: Any, make: Any, secrets: dict[str, str], *more: Any, **changes: Any) -> Any:
    for sample, secret in secrets.items():
        accepted = make.trial(CandidateSource.LABEL, secret, TrialOutcome.ACCEPTED)
        others = more or make.factory_trials(secret)[1:]
        logins = [
            make.login(name, accepted, *others, method=method, **changes)
            for name, method in (("tcp/443", "http-form"), ("console", "serial"))
        ]
        survey = survey.put(make.credentials(*logins), make.AR, samples=sample)
    return survey


@flaw("default-password")
def _(survey: Any, make: Any) -> Any:
    hit = make.trial(CandidateSource.PUBLISHED, "admin", TrialOutcome.ACCEPTED)
    return _factory(survey, make, {"A": "admin", "B": "admin"}, hit)


@flaw("shared-password-across-samples")
def _(survey: Any, make: Any) -> Any:
    return _factory(survey, make, {"A": "same", "B": "same"})


@flaw("password-derived-from-mac")
def _(survey: Any, make: Any) -> Any:
    for sample in "AB":
        hit = make.trial(
            CandidateSource.DERIVED, f"mac {sample}", TrialOutcome.ACCEPTED, rule="mac-last-8-hex"
        )
        missed = make.trial(CandidateSource.PUBLISHED, "admin")
        survey = _factory(survey, make, {sample: f"mac {sample}"}, hit, missed)
    return survey


@flaw("no-password-change-forced")
def _(survey: Any, make: Any) -> Any:
    secrets = {"A": "label A", "B": "label B"}
    return _factory(survey, make, secrets, change_forced=make.absent())


@flaw("old-password-survives")
def _(survey: Any, make: Any) -> Any:
    user = make.trial(CandidateSource.USER, "user", TrialOutcome.ACCEPTED)
    former = make.trial(CandidateSource.FORMER, "label", TrialOutcome.ACCEPTED)
    names = ("tcp/443", "tcp/22", "tcp/8883", "console")
    return survey.put(make.credentials(*(make.login(name, user, former) for name in names)))


@flaw("no-bruteforce-limit")
def _(survey: Any, make: Any) -> Any:
    limit = GuessingLimit(hindered=make.absent(), attempts=12, answered_per_s_milli=9000)
    names = ("tcp/443", "tcp/22", "tcp/8883", "console")
    logins = [make.login(name, *make.user_trials(), limit=limit) for name in names]
    return survey.put(make.credentials(*logins))


@flaw("plaintext-http-admin")
def _(survey: Any, make: Any) -> Any:
    plain = make.web("tcp/80", tls=False, redirects_to_tls=make.absent())
    tried = [make.http_input(InputOutcome.REJECTED, name=name) for name in ("tcp/80", "tcp/443")]
    both = tried[0].model_copy(
        update={
            "servers": tuple(entry.servers[0] for entry in tried),
            "examined": ("tcp/80", "tcp/443"),
        }
    )
    survey = survey.put(make.http(plain, make.web("tcp/443")), make.AR, make.IN, samples="AB")
    return survey.put(both)


def _listener(survey: Any, make: Any, name: str, protocol: str, states: Any) -> Any:
    for state in states:
        ports = survey.get(PortsFacts, state)
        more = ports.model_copy(update={"ports": (*ports.ports, make.port(name))})
        old = survey.get(ServicesFacts, state).services
        survey = survey.put(more, state).put(
            make.services(*old, make.service(name, protocol)), state
        )
    return survey


@flaw("telnet-login")
def _(survey: Any, make: Any) -> Any:
    survey = _listener(survey, make, "tcp/23", "telnet", (make.AR, make.IN))
    for sample in "AB":
        facts = survey.get(CredentialsFacts, make.AR, sample)
        extra = make.login("tcp/23", *make.factory_trials(f"label {sample}"), method="telnet")
        survey = survey.put(make.credentials(*facts.logins, extra), make.AR, samples=sample)
    facts = survey.get(CredentialsFacts)
    extra = make.login("tcp/23", *make.user_trials(), method="telnet")
    return survey.put(make.credentials(*facts.logins, extra))


def _tls(survey: Any, make: Any, **changes: Any) -> Any:
    for state in (make.AR, make.IN):
        for sample in "AB":
            server = make.tls_server(f"tls {sample}", **changes)
            broker = make.broker_tls(make.tls_server(f"tls {sample}"))
            servers = (server, broker) if state is make.IN else (server,)
            survey = survey.put(make.tls(*servers), state, samples=sample)
    return survey


@flaw("weak-tls-version")
def _(survey: Any, make: Any) -> Any:
    return _tls(survey, make, weak=("TLSv1.0", "TLSv1.1"))


@flaw("weak-tls-cipher")
def _(survey: Any, make: Any) -> Any:
    return _tls(survey, make, weak=("RC4", "3DES"))


@flaw("expired-certificate")
def _(survey: Any, make: Any) -> Any:
    return _tls(survey, make, observed_at="2046-01-01T00:00:00.000000Z")


@flaw("shared-tls-key")
def _(survey: Any, make: Any) -> Any:
    server = make.tls_server("one")
    both = make.tls(server, make.broker_tls(server))
    return survey.put(make.tls(server), make.AR, samples="AB").put(both, samples="AB")


@flaw("ssh-weak-algorithms")
def _(survey: Any, make: Any) -> Any:
    weak = ("ssh-ed25519", "ssh-rsa")
    return survey.put(make.ssh(make.ssh_server("ssh A", host_key_algorithms=weak)))


@flaw("tftp-writable")
def _(survey: Any, make: Any) -> Any:
    survey = _listener(survey, make, "udp/69", "tftp", (make.AR, make.IN))
    return survey.put(make.files(make.file_server("udp/69", "tftp", writable=make.seen())))


@flaw("service-appears-late")
def _(survey: Any, make: Any) -> Any:
    late = make.service("tcp/7681", "unconfirmed")
    for state in (make.AR, make.IN):
        facts = survey.get(LatePortsFacts, state)
        changes = {
            "ports": (*facts.ports, make.port("tcp/7681")),
            "services": (late,),
            "examined": (*facts.examined, "tcp/7681"),
        }
        survey = survey.put(facts.model_copy(update=changes), state)
    return survey


@flaw("open-undeclared-port")
def _(survey: Any, make: Any) -> Any:
    return _listener(survey, make, "tcp/9999", "unconfirmed", (make.AR, make.IN))


def _web_page(survey: Any, make: Any, name: str) -> Any:
    survey = _listener(survey, make, name, "http", (make.AR, make.IN))
    page = make.web(
        name,
        tls=False,
        logins=(),
        redirects_to_tls=make.absent(),
        open_configuration=make.unknown(),
        open_pages=("/",),
    )
    for state in (make.AR, make.IN):
        servers = survey.get(HttpFacts, state).servers
        survey = survey.put(make.http(*servers, page), state)
    return survey


@flaw("hidden-http-port")
def _(survey: Any, make: Any) -> Any:
    return _web_page(survey, make, "tcp/48080")


@flaw("http-on-telnet-port")
def _(survey: Any, make: Any) -> Any:
    return _web_page(survey, make, "tcp/23")


@flaw("disabled-interface-active")
def _(survey: Any, make: Any) -> Any:
    return _listener(survey, make, "tcp/2323", "unconfirmed", (make.AR, make.IN))


@flaw("unauthenticated-config")
def _(survey: Any, make: Any) -> Any:
    pages = make.http(make.redirector(), make.web("tcp/443", open_configuration=make.seen()))
    return survey.put(pages, make.AR, make.IN)


@flaw("serial-root-shell")
def _(survey: Any, make: Any) -> Any:
    return survey.put(make.console(unauthenticated_shell=make.seen()))


@flaw("bootloader-interruptible")
def _(survey: Any, make: Any) -> Any:
    return survey.put(make.console(boot_loader_prompt=make.seen()))


@flaw("verbose-banner")
def _(survey: Any, make: Any) -> Any:
    def said(product: str, version: str) -> Disclosure:
        return Disclosure(
            where="header Server", text="x", product=product, version=version, evidence=make.ref()
        )

    pages = make.http(
        make.redirector(), make.web("tcp/443", disclosures=(said("lighttpd", "1.4.35"),))
    )
    shell = make.ssh_server("ssh A", disclosure=said("dropbear", "2014.63"))
    return survey.put(pages, make.AR, make.IN).put(make.ssh(shell))


@flaw("anonymous-mqtt")
def _(survey: Any, make: Any) -> Any:
    topic = MqttTopic(name="home/wan/state", size=2, retained=True, evidence=make.ref())
    seen = dict.fromkeys(("anonymous", "subscription", "publishing"), make.seen())
    return survey.put(make.mqtt(make.mqtt_server(**seen, topics=(topic,))))


@flaw("secrets-in-boot-log")
def _(survey: Any, make: Any) -> Any:
    sighting = SecretSighting(kind="wifi-passphrase", shown="psk=***", evidence=make.ref())
    return survey.put(make.console(secrets=(sighting,)))


@flaw("stack-trace-on-bad-input")
def _(survey: Any, make: Any) -> Any:
    return survey.put(make.http_input(InputOutcome.INTERNALS_SHOWN))


def _agent(survey: Any, make: Any, writable: Any) -> Any:
    """An SNMP agent that is not declared and reads under a published community."""
    told = Disclosure(
        where="sysDescr udp/161",
        text="Router, firmware 2.4.1",
        product="firmware",
        version="2.4.1",
        evidence=make.ref(),
    )
    reads = dict.fromkeys(("answered", "published_community", "in_clear"), make.seen())
    agent = make.snmp_agent(disclosures=(told,), readable=9, **reads)
    listens = _listener(survey, make, "udp/161", "snmp", (make.AR, make.IN))
    return listens.put(make.snmp(agent)).put(make.snmp_write(writable))


@flaw("snmp-public")
def _(survey: Any, make: Any) -> Any:
    return _agent(survey, make, make.absent())


@flaw("snmp-private-write")
def _(survey: Any, make: Any) -> Any:
    return _agent(survey, make, make.seen())


@flaw("mdns-leaks-serial")
def _(survey: Any, make: Any) -> Any:
    return survey.put(make.discovery(identifiers=(make.sighting(),)), make.AR, make.IN)


@flaw("upnp-wan-exposed")
def _(survey: Any, make: Any) -> Any:
    exposed = make.upnp(make.description(), wan=make.seen(), wan_found=("udp/1900", "tcp/49152"))
    return survey.put(exposed, make.AR, make.IN)


@flaw("no-vdp")
def _(survey: Any, make: Any) -> Any:
    gone = make.page("/security", status=404, served=make.absent(), restricted=make.unknown())
    return survey.put(make.publications(gone))


@flaw("vdp-behind-login")
def _(survey: Any, make: Any) -> Any:
    return survey.put(make.publications(_behind_login(make, "/security")))


@flaw("missing-support-period")
def _(survey: Any, make: Any) -> Any:
    return survey.put(make.publications(make.page("/rr-1/support", dates=())))


@flaw("support-period-behind-login")
def _(survey: Any, make: Any) -> Any:
    return survey.put(make.publications(_behind_login(make, "/rr-1/support")))


@flaw("no-parts-page")
def _(survey: Any, make: Any) -> Any:
    gone = make.page("/rr-1/parts", status=404, served=make.absent(), restricted=make.unknown())
    return survey.put(make.publications(gone))


@flaw("no-sensor-documentation")
def _(survey: Any, make: Any) -> Any:
    gone = make.page("/rr-1/manual", status=404, served=make.absent(), restricted=make.unknown())
    return survey.put(make.publications(gone))


def _behind_login(make: Any, path: str) -> Any:
    return make.page(path, served=make.unknown(), restricted=make.seen())


def test_the_hardened_router_passes_every_automatic_unit(judge: Any, survey: Any) -> None:
    for suite in ("etsi", "california"):
        reasons: dict[str, Any] = {}
        verdicts = judge(survey, suite, automatic=True, reasons=reasons)
        assert set(verdicts.values()) == {Verdict.PASS}, {
            unit: reasons[unit][0] for unit, verdict in verdicts.items() if verdict != Verdict.PASS
        }


def test_the_hardened_router_fails_nothing(judge: Any, survey: Any) -> None:
    for suite in ("etsi", "california"):
        assert Verdict.FAIL not in judge(survey, suite).values()


def test_every_flaw_of_the_table_is_tried_here() -> None:
    assert set(SPOILERS) == set(FLAWS)


@pytest.mark.parametrize("name", sorted(SPOILERS))
def test_a_flaw_fails_exactly_its_units(name: str, judge: Any, survey: Any, made: Any) -> None:
    sound = judge(survey)
    verdicts = judge(SPOILERS[name](survey, made))
    changed = {unit for unit, verdict in verdicts.items() if verdict != sound[unit]}
    failed = {unit for unit, verdict in verdicts.items() if verdict is Verdict.FAIL}
    assert failed == {entry["unit"] for entry in FLAWS[name]["fails"]}
    assert changed == failed


@pytest.mark.parametrize("name", sorted(SPOILERS))
def test_a_flaw_fails_the_same_of_both_versions_where_the_supplier_says_that_they_apply(
    name: str, judge: Any, survey: Any, made: Any, dossier: Any
) -> None:
    reasons: dict[str, Any] = {}
    verdicts = judge(SPOILERS[name](survey, made), reasons=reasons)
    named = {entry["unit"] for entry in FLAWS[name]["fails"]}
    for version in ("2.1.1", "3.1.3"):
        catalogue = ETSI.catalogue(version)
        provisions = {provision.id: provision for provision in catalogue.provisions}
        for unit in catalogue.units:
            if unit.function in verdicts:
                provision = provisions[catalogue.provision_of(unit.id)]
                answer = applicability(catalogue, provision, dossier)
                verdict, (why, judged) = verdicts[unit.function], reasons[unit.function]
                verdict, _ = under_ics(verdict, why, answer, provision, judged)
                failed = verdict is Verdict.FAIL
                assert failed <= (unit.function in named), (version, unit.id)
                if answer.applicable:
                    assert failed is (unit.function in named), (version, unit.id)


@pytest.mark.parametrize("name", sorted(SPOILERS))
def test_a_flaw_fails_exactly_its_california_units(
    name: str, judge: Any, survey: Any, made: Any
) -> None:
    verdicts = judge(SPOILERS[name](survey, made), "california")
    failed = {unit for unit, verdict in verdicts.items() if verdict is Verdict.FAIL}
    assert failed == {entry["unit"] for entry in FLAWS[name]["ca"]}


@pytest.mark.parametrize("name", sorted(SPOILERS))
def test_a_flaw_fails_exactly_its_black_box_units(
    name: str, judge: Any, survey: Any, made: Any
) -> None:
    verdicts = judge(SPOILERS[name](survey, made), "black box")
    failed = {unit for unit, verdict in verdicts.items() if verdict is Verdict.FAIL}
    assert failed == {entry["unit"] for entry in FLAWS[name]["box"]}


def test_one_sample_decides_nothing_about_uniqueness(judge: Any, survey: Any) -> None:
    assert judge(survey.only("A"), "california")["b1"] is Verdict.INCONCLUSIVE


def test_a_missing_probe_leaves_no_pass_to_the_units_that_need_it(judge: Any, survey: Any) -> None:
    needs = {
        "ports": {"5.1-1-2a", "5.5-5-2b", "5.6-1-2a", "5.6-1-2b", "5.6-2-2a", "5.13-1-2c"},
        "services": {"5.1-1-2a", "5.5-1-2a", "5.5-4-2a", "5.5-5-2b", "5.13-1-2a"},
        "http": {"5.1-3-2a", "5.5-1-2a", "5.5-4-2a", "5.5-2-2a", "5.6-2-2a", "5.13-1-2a"},
        "tls": {"5.1-3-2a", "5.5-1-2a", "5.5-7-2a"},
        "ssh": {"5.1-3-2a", "5.5-1-2a", "5.5-7-2a", "5.5-2-2a", "5.6-2-2a"},
        "credentials": {"5.1-4-2b", "5.1-5-2b", "5.5-4-2a", "5.5-4-2b", "5.5-5-2a"},
        "console": {"5.6-4-2a"},
        "http-input": {"5.13-1-2a"},
        "discovery": {"5.5-5-2b", "5.6-1-2b", "5.6-2-2a", "5.5-2-2a"},
        "upnp": {"5.5-5-2b", "5.6-1-2b", "5.6-2-2a", "5.13-1-2c"},
        "port-mapping": {"5.5-5-2a"},
        "snmp": {"5.1-1-2a", "5.1-3-2a", "5.5-1-2a", "5.5-4-2a", "5.5-5-2a", "5.6-2-2a"},
        "snmp-write": {"5.5-5-2a"},
        "publications": {
            "5.2-1-2a",
            "5.3-13-2a",
            "5.3-13-2b",
            "5.3-14-2a",
            "5.3-14-2b",
            "5.8-3-1a",
        },
    }
    for probe, units in needs.items():
        verdicts = judge(survey.without(probe), automatic=True)
        assert {verdicts[unit] for unit in units} == {Verdict.INCONCLUSIVE}, probe


def test_silent_udp_ports_change_no_verdict(judge: Any, survey: Any, made: Any) -> None:
    silent = made.port("udp/53", PortState.OPEN_OR_FILTERED)
    gap = NotExamined(target="udp/53", reason="no query was answered")
    changed = survey
    for state in (made.AR, made.IN):
        ports, services = survey.get(PortsFacts, state), survey.get(ServicesFacts, state)
        changed = changed.put(
            ports.model_copy(update={"ports": (*ports.ports, silent)}), state
        ).put(services.model_copy(update={"not_examined": (gap,)}), state)
    assert judge(changed) == judge(survey)


def test_a_udp_service_that_answers_must_be_declared(judge: Any, survey: Any, made: Any) -> None:
    verdicts = judge(_listener(survey, made, "udp/53", "dns", (made.IN,)))
    failed = {unit for unit, verdict in verdicts.items() if verdict is Verdict.FAIL}
    assert failed == {"5.5-5-2b", "5.6-1-2b"}
