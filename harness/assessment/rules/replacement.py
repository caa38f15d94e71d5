"""Can cryptography be replaced by an update? (5.5-3)."""

from collections.abc import Callable
from typing import Final

from harness.assessment.judging import contradicted, held, reason, undecided
from harness.assessment.rules.components import components_name_their_updates
from harness.assessment.rules.rows import SOFT_COMP, each, field_missing, row_ref, says_none
from harness.model.ixit import SoftComp, UpdMech
from harness.model.judgement import Judgement, Judgements

REPLACEABLE: Final = "cryptography-replaceable"
SIDE_EFFECTS: Final = "side-effects-considered"
_NOT_CONSIDERED: Final = frozenset({"not considered", "not reviewed"})


def cryptography_has_an_update_mechanism(
    components: tuple[SoftComp, ...], mechanisms: tuple[UpdMech, ...]
) -> Judgements:
    """Every software part that does cryptography names what updates it (5.5-3-1a).

    No mechanism and a reason why not is the supplier's word that it can't be replaced; no mechanism
    and no reason is an unanswered row.
    """
    return each(
        components,
        SOFT_COMP,
        REPLACEABLE,
        lambda row: _where_crypto(row, REPLACEABLE, lambda: _updated(row, mechanisms)),
    )


def side_effects_were_considered(components: tuple[SoftComp, ...]) -> Judgements:
    """Every software part that does cryptography says what its exchange would touch (5.5-3-1b)."""
    return each(
        components,
        SOFT_COMP,
        SIDE_EFFECTS,
        lambda row: _where_crypto(row, SIDE_EFFECTS, lambda: _considered(row)),
    )


def _where_crypto(row: SoftComp, criterion: str, rule: Callable[[], Judgement]) -> Judgement:
    if not row.cryptographic_usage.strip():
        return field_missing(row, criterion, "cryptographic_usage")
    if says_none(row.cryptographic_usage):
        why = reason("component-without-crypto")
        return held(row.id, criterion, why, rows=(row_ref(SOFT_COMP, row),))
    return rule()


def _updated(row: SoftComp, mechanisms: tuple[UpdMech, ...]) -> Judgement:
    """As in 5.3-1, but for a reason why there is no update: here no reason will do."""
    if not row.update_mechanisms and row.no_update_reason.strip():
        ref = row_ref(SOFT_COMP, row)
        return contradicted(row.id, REPLACEABLE, reason("crypto-not-updatable"), rows=(ref,))
    (named,) = components_name_their_updates((row,), mechanisms)
    return named.model_copy(update={"criterion": REPLACEABLE})


def _considered(row: SoftComp) -> Judgement:
    """``none`` may mean that nothing is touched or that nobody looked, so it decides nothing."""
    ref, said = row_ref(SOFT_COMP, row), row.update_side_effects.strip()
    if not said:
        return field_missing(row, SIDE_EFFECTS, "update_side_effects")
    if said.casefold() in _NOT_CONSIDERED:
        return contradicted(row.id, SIDE_EFFECTS, reason("side-effects-ignored"), rows=(ref,))
    if says_none(said):
        return undecided(row.id, SIDE_EFFECTS, reason("side-effects-unclear", said=said))
    return held(row.id, SIDE_EFFECTS, reason("side-effects-considered"), rows=(ref,))
