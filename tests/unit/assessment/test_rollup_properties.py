"""Properties of the roll-up, from judgements over units, cases and provisions to the conclusion."""

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from harness.assessment.judging import contradicted, held, reason, undecided
from harness.assessment.rollup import case_results, conclude, provision_results, unit_verdict
from harness.model.assessment import UnitResult
from harness.model.catalogue import Catalogue
from harness.model.declaration import DecidedBy, Quantifier, UnitDeclaration
from harness.model.ids import FactKey, UnitId
from harness.model.judgement import Conclusion, Judgement, Verdict
from harness.model.observation import EvidenceRef

WHY = reason("because")
KEY = FactKey(probe="ports", sample="A", visit="1-initialised", attempt=1)
REF = EvidenceRef(path="A/1-initialised/ports/1/nmap-tcp-1.xml", where="port 22")
GOOD = (Verdict.PASS, Conclusion.CONFORMANT)
BAD = (Verdict.FAIL, Conclusion.NOT_CONFORMANT)
OPEN = (Verdict.INCONCLUSIVE, Conclusion.INCONCLUSIVE)

Said = dict[str, Verdict | Conclusion]


def rank(verdict: Verdict | Conclusion) -> int:
    """How good it is: a FAIL below what is open, that below a PASS or what does not count."""
    return 0 if verdict in BAD else 1 if verdict in OPEN else 2


@dataclass(frozen=True)
class World:
    """A catalogue with a verdict for each of its units."""

    catalogue: Catalogue
    units: tuple[UnitResult, ...]

    def said(self, units: Sequence[UnitResult] | None = None) -> Said:
        """Everything that follows from the units: each case, each provision, the conclusion."""
        chosen = self.units if units is None else units
        provisions = provision_results(self.catalogue, chosen)
        found: Said = {}
        found.update(
            {f"case {each.case}": each.verdict for each in case_results(self.catalogue, chosen)}
        )
        found.update({f"provision {each.provision}": each.verdict for each in provisions})
        found["conclusion"] = conclude(self.catalogue, provisions, firmware="1")[0]
        return found


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Up to four provisions with up to two cases of up to two units, perhaps alternatives."""
    provisions, cases, units, results = [], [], [], []
    for number in range(draw(st.integers(1, 4))):
        name = f"p{number}"
        mandatory = draw(st.booleans())
        provisions.append(
            {"id": name, "section": "s", "title": name, "status": "-", "mandatory": mandatory}
        )
        for case_number in range(draw(st.integers(1, 2))):
            case = f"{name}-{case_number}"
            cases.append({"id": case, "provision": name, "kind": "functional", "purpose": "x"})
            for letter in "ab"[: draw(st.integers(1, 2))]:
                units.append({"id": case + letter, "case": case, "kind": "functional"})
                results.append(
                    UnitResult(
                        unit=case + letter,
                        case=case,
                        provision=name,
                        decided_by=DecidedBy.AUTOMATIC,
                        verdict=draw(st.sampled_from(list(Verdict))),
                        reason=WHY,
                    )
                )
    names = [entry["id"] for entry in provisions]
    alternatives = [names[:2]] if len(names) > 1 and draw(st.booleans()) else []
    fails = draw(st.sampled_from(["not-conformant", "report-only"]))
    catalogue = Catalogue.model_validate(
        {
            "framework": {"slug": "t", "version": "1"},
            "title": "t",
            "publisher": "p",
            "legal_status": "l",
            "source_note": "s",
            "provisions": provisions,
            "cases": cases,
            "units": units,
            "decision_rule": {
                "id": "t",
                "version": 1,
                "alternatives": alternatives,
                "claimed_recommendation_fails": fails,
            },
        }
    )
    return World(catalogue, tuple(results))


@given(worlds(), st.data())
def test_one_more_fail_improves_nothing(world: World, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(world.units) - 1))
    worse = list(world.units)
    worse[place] = worse[place].model_copy(update={"verdict": Verdict.FAIL})
    before, after = world.said(), world.said(worse)
    assert before.keys() == after.keys()
    for name in before:
        assert rank(after[name]) <= rank(before[name]), name


@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_results_changes_nothing(world: World, random: object) -> None:
    shuffled = list(world.units)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert world.said(shuffled) == world.said()


@given(worlds(), st.data())
def test_taking_results_away_turns_nothing_to_a_pass(world: World, data: st.DataObject) -> None:
    kept = [unit for unit in world.units if data.draw(st.booleans())]
    before, after = world.said(), world.said(kept)
    for name, verdict in after.items():
        assert verdict not in GOOD or before[name] in GOOD, name
    if len(kept) < len(world.units):
        lost = {unit.provision for unit in world.units} - {unit.provision for unit in kept}
        assert all(after[f"provision {name}"] is Verdict.INCONCLUSIVE for name in lost)


@given(worlds(), st.data())
def test_taking_provisions_away_makes_nothing_conformant(world: World, data: st.DataObject) -> None:
    whole = provision_results(world.catalogue, world.units)
    kept = [result for result in whole if data.draw(st.booleans())]
    before = conclude(world.catalogue, whole, firmware="1")[0]
    after = conclude(world.catalogue, kept, firmware="1")[0]
    assert after is not Conclusion.CONFORMANT or before is Conclusion.CONFORMANT


@given(worlds())
def test_a_pass_rests_on_a_pass_and_on_nothing_open(world: World) -> None:
    said = world.said()
    for entry in world.catalogue.provisions:
        mine = {unit.verdict for unit in world.units if unit.provision == entry.id}
        passed = Verdict.PASS in mine and not mine & {Verdict.FAIL, Verdict.INCONCLUSIVE}
        assert (said[f"provision {entry.id}"] is Verdict.PASS) == passed


def judgement(kind: str, item: str) -> Judgement:
    if kind == "held":
        return held(item, "c", WHY, facts=[KEY], evidence=[REF])
    if kind == "contradicted":
        return contradicted(item, "c", WHY, facts=[KEY], evidence=[REF])
    return undecided(item, "c", WHY)


items = st.sampled_from(["a", "b", "c"])
judgements = st.lists(
    st.builds(judgement, st.sampled_from(["held", "contradicted", "undecided"]), items), max_size=6
)
quantifiers = st.sampled_from(list(Quantifier))


def verdict_of(quantifier: Quantifier, seen: Sequence[Judgement]) -> tuple[Verdict, object]:
    declared = UnitDeclaration(
        unit=UnitId("u"), decided_by=DecidedBy.AUTOMATIC, quantifier=quantifier
    )
    verdict, _, found = unit_verdict(declared, seen)
    return verdict, found


@given(quantifiers, judgements, items)
def test_one_more_contradiction_improves_no_unit(
    quantifier: Quantifier, seen: list[Judgement], item: str
) -> None:
    before, _ = verdict_of(quantifier, seen)
    after, _ = verdict_of(quantifier, [*seen, judgement("contradicted", item)])
    assert rank(after) <= rank(before)


@given(quantifiers, judgements, st.randoms(use_true_random=False))
def test_the_order_of_judgements_changes_no_unit(
    quantifier: Quantifier, seen: list[Judgement], random: object
) -> None:
    shuffled = list(seen)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert verdict_of(quantifier, shuffled) == verdict_of(quantifier, seen)


@given(quantifiers)
def test_a_unit_without_any_judgement_is_open(quantifier: Quantifier) -> None:
    assert verdict_of(quantifier, [])[0] is Verdict.INCONCLUSIVE
