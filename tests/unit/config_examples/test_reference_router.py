"""The example configs load, are complete, and refer only to things that exist."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import test_suites
from harness.config.files import load_bench, load_catalogue, load_dossier
from harness.errors import ConfigError
from harness.model.dossier import Dossier, Support
from harness.model.ixit import ATTRIBUTES

EXAMPLES = Path(__file__).parents[3] / "bench_configs"
SUITES = Path(test_suites.__path__[0])
NAMES = ("reference-router", "reference-router-weak")
FRAMEWORKS = {
    "etsi-en-303-645": "etsi_en_303_645",
    "california-sb-327": "california_sb_327",
}


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def dossier(name: str) -> Dossier:
    return load_dossier(EXAMPLES / name)


def _row_ids(dossier: Dossier) -> list[str]:
    tables = (dossier.ixit.rows(table) for table in ATTRIBUTES)
    return [row.id for rows in tables for row in rows]


def _endpoints(dossier: Dossier, *tables: str) -> set[str]:
    return {
        endpoint
        for table in tables
        for row in getattr(dossier.ixit, table)
        for endpoint in row.endpoints
    }


def test_two_samples_of_one_revision_stay_inside_their_namespace(name: str) -> None:
    config = load_bench(EXAMPLES / name)
    assert config.bench.namespace == "private"
    assert config.bench.interface == "lo"
    assert [sample.id for sample in config.sample] == ["A", "B"]
    assert len({sample.hardware for sample in config.sample}) == 1
    assert all(sample.reference is not None for sample in config.sample)


def test_the_weak_router_has_its_eight_flaws_on_both_samples() -> None:
    flaws = [
        set(sample.reference.flaws)
        for sample in load_bench(EXAMPLES / "reference-router-weak").sample
        if sample.reference is not None
    ]
    assert flaws[0] == flaws[1]
    assert flaws[0] == {
        "default-password",
        "telnet-login",
        "weak-tls-version",
        "serial-root-shell",
        "verbose-banner",
        "no-bruteforce-limit",
        "hidden-http-port",
        "secrets-in-boot-log",
    }


def test_both_routers_are_declared_alike() -> None:
    first, second = (load_dossier(EXAMPLES / name) for name in NAMES)
    assert first == second


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_ics_answers_every_provision_once(dossier: Dossier, framework: str) -> None:
    catalogue = load_catalogue(SUITES / FRAMEWORKS[framework])
    answered = [row.provision for row in dossier.ics[framework]]
    assert answered == [provision.id for provision in catalogue.provisions]


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_not_applicable_is_said_of_conditional_rows_only(dossier: Dossier, framework: str) -> None:
    catalogue = load_catalogue(SUITES / FRAMEWORKS[framework])
    conditional = {provision.id for provision in catalogue.provisions if provision.conditional}
    rows = dossier.ics[framework]
    assert {row.provision for row in rows if row.support is Support.NOT_APPLICABLE} <= conditional


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_every_mandatory_applicable_row_is_supported(dossier: Dossier, framework: str) -> None:
    catalogue = load_catalogue(SUITES / FRAMEWORKS[framework])
    mandatory = {provision.id for provision in catalogue.provisions if provision.mandatory}
    rows = dossier.ics[framework]
    assert not {row.provision for row in rows if row.support is Support.NO} & mandatory


def test_every_row_has_an_id_of_its_own(dossier: Dossier) -> None:
    ids = _row_ids(dossier)
    assert len(ids) == len(set(ids))


def _references(dossier: Dossier) -> Iterator[str]:
    for parameter in dossier.ixit.sec_param:
        yield from parameter.communication_mechanisms
    for service in dossier.ixit.soft_serv:
        if service.authentication_mechanism:
            yield service.authentication_mechanism
    for method in dossier.ixit.inp_val:
        yield from method.covers
    texts = [row.detail for rows in dossier.ics.values() for row in rows]
    texts += [row.password_generation_mechanism for row in dossier.ixit.auth_mech]
    texts += [row.protection for row in dossier.ixit.intf]
    for text in texts:
        yield from re.findall(r"\b[A-Z][A-Za-z]+-[0-9]+\b", text)


def test_every_reference_resolves(dossier: Dossier) -> None:
    known = set(_row_ids(dossier))
    assert set(_references(dossier)) <= known


def test_every_endpoint_is_an_interface(dossier: Dossier) -> None:
    named = _endpoints(dossier, "auth_mech", "com_mech", "soft_serv", "user_intf", "ext_api")
    assert named <= _endpoints(dossier, "intf")


def test_every_open_endpoint_is_declared_in_every_table_that_completeness_reads(
    dossier: Dossier,
) -> None:
    open_ones = {"tcp/22", "tcp/80", "tcp/443", "tcp/8883", "console", "ble"}
    on_the_lan = {"udp/1900", "udp/5353"}
    assert _endpoints(dossier, "com_mech") == open_ones | on_the_lan
    assert _endpoints(dossier, "user_intf", "ext_api") == open_ones
    enabled = {
        endpoint
        for row in dossier.ixit.intf
        if row.status == "enabled"
        for endpoint in row.endpoints
    }
    assert enabled == open_ones | on_the_lan


def test_the_maintenance_port_is_declared_disabled(dossier: Dossier) -> None:
    rows = [row for row in dossier.ixit.intf if "tcp/2323" in row.endpoints]
    assert [row.status for row in rows] == ["disabled"]


def test_an_address_outside_the_scope_is_refused(tmp_path: Path) -> None:
    text = (EXAMPLES / "reference-router" / "bench.toml").read_text(encoding="utf-8")
    (tmp_path / "bench.toml").write_text(text.replace("127.0.10.2", "127.0.11.2"), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"127\.0\.11\.2"):
        load_bench(tmp_path)
