"""Two surveys made of facts, to be compared."""

from types import SimpleNamespace

import pytest

from harness.facts.base import Endpoint
from harness.facts.credentials import CredentialsFacts, GuessingLimit, Login
from harness.facts.identity import IdentityFacts
from harness.facts.store import FactBase, FactRecord
from harness.model.dossier import Dossier, DutIdentification
from harness.model.ids import FactKey
from harness.model.observation import Absent, EvidenceRef, Present, Unknown
from harness.model.record import AttemptOutcome, SampleRecord, SurveyRecord
from harness.model.states import DeviceState, Purpose
from harness.report.difference.comparing import compare
from harness.report.difference.side import Side

START = "2026-11-21T08:00:00.000000Z"


def ref(where="line 1", path="x.jsonl"):
    return EvidenceRef(path=path, where=where)


def endpoint(name, address="192.0.2.1"):
    transport, _, port = name.partition("/")
    return Endpoint(address=address, transport=transport, port=int(port))


def record(facts, sample="A", state=DeviceState.INITIALISED, attempt=1):
    key = FactKey(probe=facts.PROBE, sample=sample, visit=f"1-{state.value}", attempt=attempt)
    return FactRecord(key, state, AttemptOutcome.COMPLETED, facts)


def firmware(version="1.0", **fingerprints):
    return IdentityFacts(
        firmware=version,
        seen=Present(evidence=(ref(),)),
        source="console",
        fingerprints=fingerprints,
        complete=True,
    )


def logins(*trials, hindered=None):
    """One login with these trials."""
    present = Present(evidence=(ref(),))
    limit = GuessingLimit(
        hindered=hindered or present, attempts=5, answered_per_s_milli=len(trials)
    )
    login = Login(
        target="tcp/22",
        method="ssh",
        evidence=ref(),
        control=present,
        discriminates=present,
        trials=trials,
        change_forced=Unknown(reason="nobody knows"),
        limit=limit,
    )
    return CredentialsFacts(logins=(login,), examined=("tcp/22",), complete=True)


def side(*facts, dossier=None, assessments=(), secrets=(), missing=(), **survey):
    """A survey with these facts (or records of them)."""
    records = tuple(one if isinstance(one, FactRecord) else record(one) for one in facts)
    given = {
        "run_id": "r",
        "purpose": Purpose.TEST,
        "bench": "b",
        "bench_kind": "physical",
        "started": START,
        "ended": START,
        "complete": True,
        "samples": (SampleRecord(id="A", origin="supplier", address="192.0.2.1", serial="1"),),
    }
    known = SurveyRecord(**(given | survey))
    declared = dossier or Dossier(dut=DutIdentification(supplier="S", model="M"))
    return Side(
        "side", FactBase(known, (), records, tuple(missing)), 0, secrets, assessments, declared
    )


@pytest.fixture
def made():
    """The builders of this file."""
    return SimpleNamespace(
        ref=ref,
        endpoint=endpoint,
        record=record,
        firmware=firmware,
        logins=logins,
        side=side,
        present=Present(evidence=(ref(),)),
        absent=Absent(control=ref()),
        unknown=Unknown(reason="nobody knows"),
    )


@pytest.fixture
def compared(monkeypatch):
    """What differs between two sides that are in memory."""

    def run(before, after):
        sides = {"before": before, "after": after}
        monkeypatch.setattr("harness.report.difference.comparing.read_side", sides.__getitem__)
        return compare("before", "after")

    return run


@pytest.fixture
def told(compared):
    """The same, as (weight, area, subject, before, after)."""

    def run(before, after):
        return [
            (one.weight.value, one.area.value, one.subject, one.before, one.after)
            for one in compared(before, after).differences
        ]

    return run
