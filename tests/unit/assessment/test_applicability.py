"""What the supplier's answer makes of a verdict, row by row."""

import pytest

from harness.assessment.applicability import applicability, under_ics
from harness.assessment.judging import contradicted, reason
from harness.assessment.rollup import conclude, provision_results
from harness.model.assessment import UnitResult
from harness.model.catalogue import Catalogue
from harness.model.declaration import DecidedBy
from harness.model.dossier import Dossier, DutIdentification, IcsRow, Support
from harness.model.judgement import Conclusion, Verdict
from harness.model.observation import EvidenceRef
from harness.testing.suites import find_frameworks

WHY = reason("because")
P, F, OPEN = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE
NA, NOT_CLAIMED = Verdict.NOT_APPLICABLE, Verdict.NOT_CLAIMED

CATALOGUE = Catalogue.model_validate(
    {
        "framework": {"slug": "t", "version": "1"},
        "title": "t",
        "publisher": "p",
        "legal_status": "l",
        "source_note": "s",
        "features": {"x": "it has an x"},
        "provisions": [
            {"id": "m", "section": "s", "title": "m", "status": "M", "mandatory": True},
            {
                "id": "mf", "section": "s", "title": "mf", "status": "M F (x)", "mandatory": True,
                "conditional": True, "features": ["x"],
            },
            {"id": "r", "section": "s", "title": "r", "status": "R", "mandatory": False},
        ],
        "cases": [
            {"id": f"{name}-1", "provision": name, "kind": "functional", "purpose": name}
            for name in ("m", "mf", "r")
        ],
        "units": [
            {"id": f"{name}-1a", "case": f"{name}-1", "kind": "functional"}
            for name in ("m", "mf", "r")
        ],
        "decision_rule": {"id": "t", "version": 1},
    }
)  # fmt: skip


BY_FACT = contradicted("DUT", "c", WHY, evidence=(EvidenceRef(path="p", where="w"),))


def said_of(provision: str, support: Support | None, verdict: Verdict) -> tuple[Verdict, str]:
    rows = (IcsRow(provision=provision, support=support, detail="since"),) if support else ()
    dossier = Dossier(dut=DutIdentification(supplier="s", model="m"), ics={"t": rows})
    entry = next(entry for entry in CATALOGUE.provisions if entry.id == provision)
    said = applicability(CATALOGUE, entry, dossier)
    found = (BY_FACT,) if verdict is Verdict.FAIL else ()
    result, why = under_ics(verdict, WHY, said, entry, found)
    return result, why.code


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_claimed_provision_keeps_the_verdict_of_its_units(verdict: Verdict) -> None:
    for provision in ("m", "mf", "r"):
        assert said_of(provision, Support.YES, verdict) == (verdict, "because")


@pytest.mark.parametrize("verdict", [P, F, OPEN])
def test_a_recommendation_that_is_not_claimed_is_not_claimed_whatever_was_found(
    verdict: Verdict,
) -> None:
    assert said_of("r", Support.NO, verdict) == (NOT_CLAIMED, "not-claimed")


@pytest.mark.parametrize("verdict", [P, OPEN])
def test_a_mandatory_row_that_is_not_supported_fails(verdict: Verdict) -> None:
    for provision in ("m", "mf"):
        assert said_of(provision, Support.NO, verdict) == (F, "mandatory-not-supported")


def test_a_row_that_depends_on_a_feature_can_be_not_applicable() -> None:
    assert said_of("mf", Support.NOT_APPLICABLE, P) == (NA, "not-applicable")
    assert said_of("mf", Support.NOT_APPLICABLE, OPEN) == (NA, "not-applicable")


def test_a_fact_against_a_not_applicable_is_a_fail_of_the_declaration() -> None:
    assert said_of("mf", Support.NOT_APPLICABLE, F) == (F, "because")
    assert said_of("r", Support.NOT_APPLICABLE, F) == (F, "because")


def test_a_mandatory_row_without_condition_cannot_be_not_applicable() -> None:
    assert said_of("m", Support.NOT_APPLICABLE, P) == (F, "not-applicable-not-allowed")


@pytest.mark.parametrize(("found", "wanted"), [(P, OPEN), (OPEN, OPEN), (F, F)])
def test_without_a_row_nothing_passes(found: Verdict, wanted: Verdict) -> None:
    for provision in ("m", "mf", "r"):
        assert said_of(provision, None, found)[0] is wanted


def concluded(**found: tuple[Support, Verdict]) -> Conclusion:
    units = [
        UnitResult(
            unit=f"{name}-1a",
            case=f"{name}-1",
            provision=name,
            decided_by=DecidedBy.AUTOMATIC,
            verdict=said_of(name, *entry)[0],
            reason=WHY,
        )
        for name, entry in found.items()
    ]
    return conclude(CATALOGUE, provision_results(CATALOGUE, units), firmware="1")[0]


@pytest.mark.parametrize(
    ("r", "conclusion"),
    [
        ((Support.YES, P), Conclusion.CONFORMANT),
        ((Support.YES, F), Conclusion.NOT_CONFORMANT),
        ((Support.NO, F), Conclusion.CONFORMANT),
        ((Support.NO, OPEN), Conclusion.CONFORMANT),
    ],
)
def test_only_a_recommendation_that_is_claimed_can_spoil_the_conclusion(
    r: tuple[Support, Verdict], conclusion: Conclusion
) -> None:
    assert concluded(m=(Support.YES, P), mf=(Support.YES, P), r=r) is conclusion


def test_an_unsupported_mandatory_row_spoils_it_although_nothing_was_found() -> None:
    good = (Support.YES, P)
    assert concluded(m=(Support.NO, OPEN), mf=good, r=good) is Conclusion.NOT_CONFORMANT
    absent = (Support.NOT_APPLICABLE, OPEN)
    assert concluded(m=good, mf=absent, r=good) is Conclusion.CONFORMANT


def test_the_rule_that_says_all_this_is_shipped_as_versioned_data() -> None:
    for name in ("etsi-en-303-645", "etsi-en-303-645@3.1.3"):
        ((_, catalogue),) = find_frameworks([name])
        rule = catalogue.decision_rule
        assert (rule.id, rule.version) == ("etsi-en-303-645", 1)
        assert rule.claimed_recommendation_fails == "not-conformant"
        assert rule.recommendation_not_claimed == "not-claimed"
        assert rule.mandatory_not_supported == "not-conformant"
