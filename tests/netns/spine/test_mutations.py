"""Mutation test of the design: no unit that needs a fact stays PASS without it.

Every attempt of the hardened router's survey is mutated in turn: failed without captures, missing
altogether, cut off in the middle, and with each of its observations, one at a time, turned into
Unknown. tests/unit/suites has the same for facts made by hand.
"""

import importlib
import inspect
import io
import json
from dataclasses import replace

import pytest

from harness.assessment.applicability import applicability, under_ics
from harness.assessment.rollup import unit_verdict
from harness.encoding.canonical import canonical
from harness.encoding.tree import read
from harness.facts.base import Facts
from harness.interpret.survey import read_survey
from harness.model.declaration import Samples
from harness.model.dossier import Dossier
from harness.model.observation import Absent, Present, Unknown
from harness.model.waiting import PROBES_TO_COME
from harness.testing.suites import find_frameworks
from harness.testing.view import AnswerView, FactView

pytestmark = [pytest.mark.netns, pytest.mark.slow]

FRAMEWORKS = ("etsi-en-303-645", "california-sb-327")
UNKNOWN = Unknown(reason="mutated")
ATTEMPTS = [
    ("A", state, probe)
    for state, probes in {
        "1-as-received": (
            *("ports", "services", "tls", "http", "ssh", "credentials", "late-ports"),
            *("discovery", "upnp"),
        ),
        "2-initialised": (
            *("ports", "services", "tls", "http", "ssh", "credentials", "console", "http-input"),
            *("late-ports", "mqtt", "snmp", "snmp-write", "files", "dns", "ntp"),
            *("discovery", "upnp", "port-mapping", "publications"),
            *("bluetooth-advertising", "bluetooth-pairing", "bluetooth-input"),
        ),
    }.items()
    for probe in probes
] + [("B", "1-as-received", probe) for probe in ("ports", "credentials")]


class Overlay:
    """A tree in which some files read otherwise than on disk."""

    def __init__(self, tree, changed):
        self._tree, self._changed = tree, changed

    @property
    def label(self):
        return self._tree.label

    def names(self):
        return self._tree.names()

    def size(self, name):
        return len(self._changed[name]) if name in self._changed else self._tree.size(name)

    def open(self, name):
        return io.BytesIO(self._changed[name]) if name in self._changed else self._tree.open(name)


def failed_without_captures(record):
    return {**record, "outcome": "failed", "reason": "mutated", "captures": []}


def never_scheduled(record):
    return {**record, "outcome": "not-scheduled", "reason": "mutated", "captures": []}


def cut_off(record):
    captures = [{**entry, "complete": False} for entry in record["captures"]]
    return {**record, "captures": captures}


def dropping(record):
    captures = [{**entry, "dropped": 1} for entry in record["captures"]]
    return {**record, "captures": captures}


def failed_at_the_end(record):
    return {**record, "outcome": "failed", "reason": "mutated"}


IDLE = frozenset(
    {
        *("console booted", "console login_prompt", "identity seen"),
        *("mqtt servers.control", "mqtt servers.login"),
        *("snmp servers.any_name", "snmp servers.in_clear", "snmp servers.published_user"),
        "upnp replies.performed",
        *("publications security.present", "publications security.expired"),
        "bluetooth-pairing guessable_passkey",  # it shows another passkey each time
    }
)
"""Observations without which every unit still passes here: controls within the other observations
of their fact, agents that the hardened router does not run, actions that change nothing."""
MUTATIONS = (failed_without_captures, never_scheduled, cut_off, dropping, failed_at_the_end)


def units_of(framework):
    """Every unit of a framework: its declaration, its function and its catalogue."""
    suite, catalogue = find_frameworks([framework])[0]
    declarations, broken = suite.units_of(catalogue)
    assert not broken
    for declaration in declarations:
        owner_name, _, name = declaration.function.rpartition(".")
        owner = getattr(importlib.import_module(declaration.module), owner_name)
        yield declaration, getattr(owner(), name), catalogue


SPOKEN_ONLY = frozenset(
    {"files", "dns", "ntp", "mqtt", "snmp", "snmp-write", "discovery", "upnp", "port-mapping"}
)
"""Probes of one protocol each: a unit needs their facts where the device speaks it, and shows it by
citing them."""
SPARED = {
    ("5.8-1-2a", "http"),
    *((unit, "bluetooth-pairing") for unit in ("5.5-7-2a", "5.6-4-2a", "5.8-1-2a")),
    *((unit, "bluetooth-pairing") for unit in ("5.1-1-2a", "5.1-5-2a", "5.13-1-2c")),
    *((unit, "bluetooth-advertising") for unit in ("5.5-5-2b", "5.6-1-2b")),
}
"""Units that declare a fact for links of a kind that none of theirs is here: no personal data cross
plain HTTP, nothing remote, personal or for debugging goes over Bluetooth. Or for what nobody
declared: here Bluetooth stands in every table that they ask about."""
RADIO_LEFT_OUT = "bluetooth-classic"
"""The router has none."""
OPEN_IS_SEEN = {("5.5-4-2b", "ports"), ("5.5-4-2b", "late-ports")}
"""Units to which an open port is its own evidence: that the host is alive matters where one is
closed."""
UNITS = [unit for framework in FRAMEWORKS for unit in units_of(framework)]


def answer_in(dossier, catalogue, unit):
    """What the ICS says of a unit's provision, and the provision."""
    name = catalogue.provision_of(unit)
    provision = next(entry for entry in catalogue.provisions if entry.id == name)
    return applicability(catalogue, provision, dossier), provision


def judged(base, dossier):
    """Every unit with its verdict when nobody is asked, and the facts that it rests on."""
    for declaration, function, catalogue in UNITS:
        given = {
            "facts": FactView(base, declaration),
            "ixit": dossier.ixit,
            "dossier": dossier,
            "catalogue": catalogue,
            "answers": AnswerView((), declaration),
        }
        wanted = inspect.signature(function).parameters
        judgements = function(**{name: given[name] for name in wanted})
        verdict, why, _ = unit_verdict(declaration, judgements)
        answer = answer_in(dossier, catalogue, declaration.unit)
        verdict, _ = under_ics(verdict, why, *answer, judgements)
        yield declaration.unit, verdict, {key for entry in judgements for key in entry.facts}


def passed(base, dossier):
    """The units that pass on these facts when nobody is asked."""
    return {unit for unit, verdict, _ in judged(base, dossier) if verdict == "PASS"}


def that_need(sample, visit, probe, cited):
    """The units that declare a fact of this sample, or cite it."""
    declaring = {
        declaration.unit
        for declaration, _, _ in UNITS
        for need in declaration.facts
        if (need.probe, need.state.value) == (probe, visit[2:])
        and (declaration.unit, probe) not in SPARED
        and (sample == "A" or need.samples is Samples.EACH)
    }
    citing = {
        unit
        for unit, keys in cited.items()
        if any((key.sample, key.visit, key.probe) == (sample, visit, probe) for key in keys)
    }
    return citing if probe in SPOKEN_ONLY else declaring


@pytest.fixture(scope="module")
def survey(hardened, spine):
    return spine.survey_of(hardened.run)


@pytest.fixture(scope="module")
def dossier(survey):
    return Dossier.from_bytes(read(survey, "dossier.json"))


@pytest.fixture(scope="module")
def whole(survey):
    return read_survey(survey)


@pytest.fixture(scope="module")
def cited(whole, dossier):
    return {unit: keys for unit, _, keys in judged(whole, dossier)}


def test_without_a_mutation_the_same_units_pass_as_in_the_run(whole, dossier, hardened):
    """The control of this file."""
    expected = {
        unit
        for framework in FRAMEWORKS
        for unit, verdict in hardened.verdicts(framework).items()
        if verdict == "PASS"
    }
    unasked = {
        unit
        for framework in FRAMEWORKS
        for unit, verdict in hardened.verdicts(framework).items()
        if verdict in {"NOT_APPLICABLE", "NOT_CLAIMED"}
    }
    assert passed(whole, dossier) - unasked == expected


def test_every_attempt_that_a_unit_declares_is_mutated_here(whole):
    needed = {
        (need.probe, need.state.value)
        for entry, _, _ in UNITS
        for need in entry.facts
        if need.probe not in {*PROBES_TO_COME, RADIO_LEFT_OUT}
    }
    assert needed == {(probe, visit[2:]) for _, visit, probe in ATTEMPTS}
    taken = {(key.sample, key.visit, key.probe) for key in (entry.key for entry in whole.records)}
    assert set(ATTEMPTS) <= taken


@pytest.mark.parametrize("mutate", MUTATIONS)
@pytest.mark.parametrize("attempt", ATTEMPTS, ids="/".join)
def test_no_unit_passes_without_an_attempt_that_it_needs(mutate, attempt, survey, dossier, cited):
    sample, visit, probe = attempt
    name = f"{sample}/{visit}/{probe}/1/attempt.json"
    record = json.loads(read(survey, name))
    base = read_survey(Overlay(survey, {name: canonical(mutate(record))}))
    assert passed(base, dossier) & that_need(sample, visit, probe, cited) == set()


def observations(value, place=()):
    """Where the observations of a fact stand, as paths of field names and indices."""
    if isinstance(value, Present | Absent):
        yield place
    elif isinstance(value, tuple):
        for index, entry in enumerate(value):
            yield from observations(entry, (*place, index))
    elif hasattr(type(value), "model_fields"):
        for name in type(value).model_fields:
            yield from observations(getattr(value, name), (*place, name))


def unknown_at(value, place):
    """The same value with one observation turned into Unknown."""
    if not place:
        return UNKNOWN
    head, *rest = place
    if isinstance(value, tuple):
        return tuple(
            unknown_at(entry, rest) if index == head else entry for index, entry in enumerate(value)
        )
    return value.model_copy(update={head: unknown_at(getattr(value, head), rest)})


def with_facts(base, key, facts: Facts):
    records = tuple(
        replace(record, facts=facts) if record.key == key else record for record in base.records
    )
    return replace(base, records=records)


def test_turning_an_observation_into_unknown_never_adds_a_pass(whole, dossier):
    """And each kind of fact with observations has one that some unit cannot do without."""
    before = passed(whole, dossier)
    bearing: dict[str, set[str]] = {}
    for record in whole.records:
        for place in observations(record.facts):
            changed = with_facts(whole, record.key, unknown_at(record.facts, place))
            now = passed(changed, dossier)
            assert now <= before, (record.key, place)
            kind = ".".join(part for part in place if isinstance(part, str))
            bearing.setdefault(f"{record.key.probe} {kind}", set()).update(before - now)
    print(json.dumps({kind: sorted(units) for kind, units in sorted(bearing.items())}, indent=1))  # noqa: T201
    idle = {kind for kind, units in bearing.items() if not units}
    assert idle <= IDLE, idle - IDLE


def test_all_observations_of_a_fact_unknown_leave_no_pass_behind(whole, dossier, cited):
    for record in whole.records:
        facts = record.facts
        places = list(observations(facts))
        for place in places:
            facts = unknown_at(facts, place)
        key = record.key
        if not places or (key.sample, key.visit, key.probe) not in ATTEMPTS:
            continue
        now = passed(with_facts(whole, key, facts), dossier)
        needing = that_need(key.sample, key.visit, key.probe, cited)
        assert not {unit for unit in now & needing if (unit, key.probe) not in OPEN_IS_SEEN}, key
