"""The one applicability function: what the supplier's ICS makes of a provision and its verdicts."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from harness.assessment.judging import reason
from harness.model.catalogue import Catalogue, CatalogueProvision
from harness.model.dossier import Dossier, IcsRow, Support
from harness.model.judgement import Judgement, Outcome, Reason, Verdict

_OF_THE_SUPPLIERS_WORK: Final = frozenset(
    {
        "2-UserInfo",
        "3-VulnTypes",
        "4-Conf",
        "5-VulnMon",
        "8-UpdProc",
        "9-ReplSup",
        "14-SecMgmt",
        "19-SecDev",
    }
)
"""Tables whose rows say what a supplier does or publishes; they show nothing of the product."""


@dataclass(frozen=True)
class Applicability:
    """What the ICS says of one provision.

    Attributes:
        applicable: false only by an N/A on a row that allows it.
        claimed: false by an N; on a mandatory row that is a non-conformity.
        why: names the ICS row; None when the provision is applicable and claimed.
        answered: there is an ICS row at all; without one nothing of the provision can pass.
        facts_can_deny, ixit_can_deny: whether facts, or rows of the IXIT, that contradict the
            provision contradict an N/A as well: they show that it does apply.
        denied: the rows of the IXIT that show it by themselves, though an N/A says otherwise; None
            where there are none.
    """

    applicable: bool
    claimed: bool
    why: Reason | None
    answered: bool
    facts_can_deny: bool = True
    ixit_can_deny: bool = True
    denied: Reason | None = None


def applicability(
    catalogue: Catalogue, provision: CatalogueProvision, dossier: Dossier
) -> Applicability:
    """The one applicability function: from the ICS row and whether the row may be N/A.

    A framework that rests on no declaration has no ICS: every provision applies, and no row of a
    dossier changes that. `harness.assessment.rollup.conclude` keeps it from being conformant.
    """
    if catalogue.declaration == "none":
        return Applicability(applicable=True, claimed=True, why=None, answered=True)
    said = _by_row(provision, dossier.ics_row(str(catalogue.framework), provision.id))
    return said if said.applicable else _deniable(said, catalogue, provision, dossier)


def _deniable(
    said: Applicability, catalogue: Catalogue, provision: CatalogueProvision, dossier: Dossier
) -> Applicability:
    """What can show that an N/A is wrong, and whether the IXIT does.

    It does where its rows meet every condition of the provision for certain: the supplier says both
    that the provision applies and that it does not. Facts that contradict the provision can, too,
    unless a condition is beyond them. Without conditions, or where the catalogue doesn't say how
    an IXIT meets them, everything that contradicts the provision denies the N/A.
    """
    wanted = (*provision.conditions, *(provision.features or ()))
    if catalogue.shown_by is None or not wanted:
        return said
    known = {name: each for each in catalogue.shown_by for name in each.ids}
    met = {name: each.met_by(dossier) for name, each in known.items() if name in wanted}
    unmet = [name for name in wanted if met.get(name) is None]
    beyond = [name for name in unmet if name in known and known[name].beyond_facts]
    by = [f"{known[name].table}/{row.id}" for name, row in met.items() if row is not None]
    denied = reason(
        "not-applicable-denied", provision=provision.id, rows=", ".join(dict.fromkeys(by))
    )
    return replace(
        said,
        ixit_can_deny=not unmet,
        facts_can_deny=not beyond,
        denied=None if unmet else denied,
    )


def _by_row(provision: CatalogueProvision, row: IcsRow | None) -> Applicability:
    if row is None:
        why = reason("no-ics-row", provision=provision.id)
        return Applicability(applicable=True, claimed=True, why=why, answered=False)
    named = {"provision": provision.id, "detail": row.detail}
    if row.support is Support.NOT_APPLICABLE:
        if not provision.conditional and provision.mandatory:
            why = reason("not-applicable-not-allowed", **named)
            return Applicability(applicable=True, claimed=False, why=why, answered=True)
        why = reason("not-applicable", **named)
        return Applicability(applicable=False, claimed=False, why=why, answered=True)
    if row.support is Support.NO:
        code = "mandatory-not-supported" if provision.mandatory else "not-claimed"
        return Applicability(
            applicable=True, claimed=False, why=reason(code, **named), answered=True
        )
    return Applicability(applicable=True, claimed=True, why=None, answered=True)


def under_ics(
    verdict: Verdict,
    why: Reason,
    said: Applicability,
    provision: CatalogueProvision,
    judgements: Iterable[Judgement],
) -> tuple[Verdict, Reason]:
    """What the supplier's ICS answer makes of a unit's verdict.

    A fact or a row of the IXIT that contradicts an N/A is a FAIL of the declaration, and so are
    rows that show that the provision does apply, flaw or no flaw: else whoever denies what they
    declare is never tested. A flaw that leaves open whether the provision applies is none, and what
    a person thought of it neither. An N
    on a mandatory row is a FAIL by itself; without an answer nothing can pass. An N on a
    recommendation undoes a FAIL: the supplier says that it is not met, which is what was found.

    Args:
        verdict: by the judgements alone.
        why: its reason.
        said: what the ICS says of the provision.
        provision: the provision that the unit belongs to.
        judgements: those of the unit.
    """
    if said.why is None:
        return verdict, why
    if not said.applicable:
        denied = verdict is Verdict.FAIL and any(_denies(said, each) for each in judgements)
        by_rows = (Verdict.FAIL, said.denied) if said.denied else (Verdict.NOT_APPLICABLE, said.why)
        return (verdict, why) if denied else by_rows
    not_claimed = said.answered and not provision.mandatory
    if verdict is Verdict.FAIL and not not_claimed:
        return verdict, why
    if not said.answered:
        return Verdict.INCONCLUSIVE, said.why if verdict is Verdict.PASS else why
    return (Verdict.NOT_CLAIMED if not_claimed else Verdict.FAIL), said.why


def _denies(said: Applicability, judgement: Judgement) -> bool:
    """Whether a judgement contradicts the supplier's N/A."""
    if judgement.outcome is not Outcome.CONTRADICTED:
        return False
    if judgement.facts or judgement.evidence or judgement.findings:
        return said.facts_can_deny
    if judgement.answers:
        return False
    tables = {row.partition("/")[0] for row in judgement.rows}
    return said.ixit_can_deny and bool(tables - _OF_THE_SUPPLIERS_WORK)
