"""The roll-up is closed-world, monotone and independent of order."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.assessment.judging import all_of, contradicted, held, over_attempts, reason, undecided
from harness.assessment.rollup import (
    conclude,
    mixed_firmware,
    roll_up,
    unconfirmed_firmware,
    unit_verdict,
)
from harness.facts.ports import PortsFacts
from harness.facts.store import FactRecord
from harness.model.assessment import ProvisionResult
from harness.model.catalogue import Catalogue
from harness.model.declaration import DecidedBy, Quantifier, UnitDeclaration
from harness.model.ids import FactKey
from harness.model.judgement import Conclusion, Outcome, Verdict
from harness.model.observation import EvidenceRef, Unknown
from harness.model.record import AttemptOutcome, FirmwareReading
from harness.model.states import DeviceState

KEY = FactKey(probe="ports", sample="A", visit="1-initialised", attempt=1)
REF = EvidenceRef(path="A/1-initialised/ports/1/nmap-tcp-1.xml", where="port 22")
WHY = reason("because")
ORDER = [Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.PASS]
verdicts = st.lists(st.sampled_from(list(Verdict)), min_size=1, max_size=6)


def good(item="DUT", **more):
    return held(item, "c", WHY, **{"facts": [KEY], "evidence": [REF], **more})


def bad(item="DUT"):
    return contradicted(item, "c", WHY, facts=[KEY], evidence=[REF])


def unsure(item="DUT"):
    return undecided(item, "c", WHY)


def unit(decided_by=DecidedBy.AUTOMATIC, quantifier=Quantifier.EACH):
    return UnitDeclaration(unit="u", decided_by=decided_by, quantifier=quantifier)


@given(verdicts)
def test_roll_up_does_not_depend_on_order(seen):
    assert (
        len({roll_up(order) for order in itertools.islice(itertools.permutations(seen), 24)}) == 1
    )


@given(verdicts)
def test_one_more_fail_never_improves(seen):
    assert roll_up([*seen, Verdict.FAIL]) is Verdict.FAIL


@given(verdicts)
def test_one_more_inconclusive_never_gives_a_pass(seen):
    assert roll_up([*seen, Verdict.INCONCLUSIVE]) in {Verdict.FAIL, Verdict.INCONCLUSIVE}


def test_nothing_rolls_up_to_inconclusive():
    assert roll_up([]) is Verdict.INCONCLUSIVE


@given(st.lists(st.sampled_from([good, bad, unsure]), max_size=6))
def test_a_unit_passes_only_if_every_judgement_held(makers):
    judgements = [make(f"i{number}") for number, make in enumerate(makers)]
    verdict, _, items = unit_verdict(unit(), judgements)
    assert (verdict is Verdict.PASS) == (bool(makers) and set(makers) == {good})
    assert (verdict is Verdict.FAIL) == (bad in makers)
    assert len(items) == len(makers)


def test_one_good_item_is_enough_only_for_the_quantifier_one():
    judgements = [good("a"), bad("b"), unsure("c")]
    assert unit_verdict(unit(quantifier=Quantifier.ONE), judgements)[0] is Verdict.PASS
    assert unit_verdict(unit(), judgements)[0] is Verdict.FAIL
    assert unit_verdict(unit(quantifier=Quantifier.ONE), [bad()])[0] is Verdict.FAIL
    assert unit_verdict(unit(quantifier=Quantifier.ONE), [bad(), unsure("c")])[0] is (
        Verdict.INCONCLUSIVE
    )


@pytest.mark.parametrize(
    ("decided_by", "judgement"),
    [
        (DecidedBy.AUTOMATIC, held("DUT", "c", WHY)),
        (DecidedBy.AUTOMATIC, held("DUT", "c", WHY, evidence=[REF])),
        (DecidedBy.RULE, good()),
        (DecidedBy.OPERATOR, good()),
        (DecidedBy.JUDGEMENT, good()),
        (DecidedBy.NONE, good(answers=[1], rows=["1-AuthMech/x"])),
    ],
)
def test_held_counts_only_on_what_its_kind_of_unit_needs(decided_by, judgement):
    assert unit_verdict(unit(decided_by), [judgement])[0] is Verdict.INCONCLUSIVE


def test_an_answer_a_row_or_evidence_lets_their_kind_of_unit_pass():
    assert unit_verdict(unit(DecidedBy.OPERATOR), [good(answers=[1])])[0] is Verdict.PASS
    assert unit_verdict(unit(DecidedBy.RULE), [good(rows=["t/r"])])[0] is Verdict.PASS


def _record(attempt, *, complete=True):
    facts = PortsFacts(
        examined=("tcp/1-65535",),
        complete=complete,
        address="192.0.2.1",
        alive=Unknown(reason="made up"),
        ports=(),
    )
    return FactRecord(
        KEY.model_copy(update={"attempt": attempt}),
        DeviceState.INITIALISED,
        AttemptOutcome.COMPLETED if complete else AttemptOutcome.FAILED,
        facts,
    )


def test_two_contradicting_attempts_are_undecided():
    records = [_record(1), _record(2)]
    combined = over_attempts(
        "DUT", "c", records, lambda record: bad() if record.key.attempt == 1 else good()
    )
    assert combined.outcome is Outcome.UNDECIDED
    assert combined.reason.code == "attempts-disagree"


def test_an_incomplete_attempt_can_contradict_and_never_hold():
    record = _record(1, complete=False)
    assert over_attempts("DUT", "c", [record], lambda _: good()).outcome is Outcome.UNDECIDED
    assert over_attempts("DUT", "c", [record], lambda _: bad()).outcome is Outcome.CONTRADICTED


def test_a_contradiction_before_a_pulled_cable_stays():
    records = [_record(1, complete=False), _record(2, complete=False)]
    combined = over_attempts(
        "DUT", "c", records, lambda record: bad() if record.key.attempt == 1 else unsure()
    )
    assert combined.outcome is Outcome.CONTRADICTED


def test_no_part_at_all_is_undecided():
    assert all_of("DUT", "c", []).outcome is Outcome.UNDECIDED


def test_facts_of_two_firmware_versions_decide_nothing():
    other = KEY.model_copy(update={"visit": "2-updated"})
    assert mixed_firmware({KEY: frozenset({"1"}), other: frozenset({"2"})}) is not None
    assert mixed_firmware({KEY: frozenset({"1", "2"})}) is not None
    assert mixed_firmware({KEY: frozenset({"1"}), other: frozenset({"1"})}) is None
    assert mixed_firmware({KEY: frozenset()}) is None


def test_a_version_read_before_a_visit_and_not_after_it_is_a_doubt():
    read = FirmwareReading(version="1", source="http /about", fact="A/1-initialised/identity/1")
    unread = FirmwareReading(version="", source="", fact="A/1-initialised/identity/2")
    assert unconfirmed_firmware({KEY: (read, None)}) is not None
    assert unconfirmed_firmware({KEY: (read, unread)}) is not None
    assert unconfirmed_firmware({KEY: (read, read)}) is None
    assert unconfirmed_firmware({KEY: (unread, unread)}) is None
    assert unconfirmed_firmware({KEY: (None, None)}) is None


def _catalogue(alternatives=(), claimed="not-conformant"):
    return Catalogue.model_validate(
        {
            "framework": {"slug": "t", "version": "1"},
            "title": "t",
            "publisher": "p",
            "legal_status": "l",
            "source_note": "s",
            "provisions": [
                {"id": name, "section": "s", "title": name, "status": "M", "mandatory": name != "r"}
                for name in ("m1", "m2", "r")
            ],
            "cases": [],
            "units": [{"id": "u", "case": "c", "kind": "functional"}],
            "decision_rule": {
                "id": "t",
                "version": 1,
                "alternatives": alternatives,
                "claimed_recommendation_fails": claimed,
            },
        }
    )


def _provisions(**verdict):
    return [
        ProvisionResult(provision=name, mandatory=name != "r", verdict=value, reason=WHY)
        for name, value in verdict.items()
    ]


P, F, OPEN, N = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("m1", "m2", "r", "conclusion"),
    [
        (P, P, P, Conclusion.CONFORMANT),
        (P, N, OPEN, Conclusion.INCONCLUSIVE),
        (P, N, N, Conclusion.CONFORMANT),
        (P, P, Verdict.NOT_CLAIMED, Conclusion.CONFORMANT),
        (P, OPEN, P, Conclusion.INCONCLUSIVE),
        (N, N, P, Conclusion.INCONCLUSIVE),
        (P, F, OPEN, Conclusion.NOT_CONFORMANT),
        (P, P, F, Conclusion.NOT_CONFORMANT),
        (OPEN, OPEN, OPEN, Conclusion.INCONCLUSIVE),
    ],
)
def test_the_decision_rule_makes_the_conclusion(m1, m2, r, conclusion):
    provisions = _provisions(m1=m1, m2=m2, r=r)
    assert conclude(_catalogue(), provisions, firmware="1")[0] is conclusion


def test_without_a_known_firmware_version_nothing_is_conformant():
    provisions = _provisions(m1=P, m2=P, r=P)
    assert conclude(_catalogue(), provisions, firmware="")[0] is Conclusion.INCONCLUSIVE


@pytest.mark.parametrize(
    ("m2", "conclusion"),
    [
        (P, Conclusion.INCONCLUSIVE),
        (OPEN, Conclusion.INCONCLUSIVE),
        (F, Conclusion.NOT_CONFORMANT),
    ],
)
def test_a_survey_that_is_not_whole_never_shows_conformity(m2, conclusion):
    provisions = _provisions(m1=P, m2=m2, r=P)
    assert conclude(_catalogue(), provisions, firmware="1", whole=False)[0] is conclusion


def test_an_alternative_is_satisfied_by_either_and_by_nothing_else():
    catalogue = _catalogue(alternatives=[["m1", "m2"]])
    either = _provisions(m1=P, m2=F, r=P)
    neither = _provisions(m1=F, m2=F, r=P)
    open_one = _provisions(m1=OPEN, m2=F, r=P)
    assert conclude(catalogue, either, firmware="1")[0] is Conclusion.CONFORMANT
    assert conclude(catalogue, neither, firmware="1")[0] is Conclusion.NOT_CONFORMANT
    assert conclude(catalogue, open_one, firmware="1")[0] is Conclusion.INCONCLUSIVE


def test_a_claimed_recommendation_that_fails_counts_as_the_rule_says():
    provisions = _provisions(m1=P, m2=P, r=F)
    lenient = _catalogue(claimed="report-only")
    assert conclude(lenient, provisions, firmware="1")[0] is Conclusion.CONFORMANT
    assert conclude(lenient, _provisions(m1=P, m2=P, r=OPEN), firmware="1")[0] is (
        Conclusion.CONFORMANT
    )
