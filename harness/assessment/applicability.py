"""The one applicability function: what the supplier's ICS makes of a provision and its verdicts."""

from dataclasses import dataclass

from harness.assessment.judging import reason
from harness.model.catalogue import Catalogue, CatalogueProvision
from harness.model.dossier import Dossier, IcsRow, Support
from harness.model.judgement import Reason, Verdict


@dataclass(frozen=True)
class Applicability:
    """What the ICS says of one provision.

    Attributes:
        applicable: false only by an N/A on a row that allows it.
        claimed: false by an N; on a mandatory row that is a non-conformity.
        why: names the ICS row; None when the provision is applicable and claimed.
        answered: there is an ICS row at all; without one nothing of the provision can pass.
    """

    applicable: bool
    claimed: bool
    why: Reason | None
    answered: bool


def applicability(
    catalogue: Catalogue, provision: CatalogueProvision, dossier: Dossier
) -> Applicability:
    """The one applicability function: from the ICS row and whether the row may be N/A.

    A framework that rests on no declaration has no ICS: every provision applies, and no row of a
    dossier changes that. `harness.assessment.rollup.conclude` keeps it from being conformant.
    """
    if catalogue.declaration == "none":
        return Applicability(applicable=True, claimed=True, why=None, answered=True)
    return _by_row(provision, dossier.ics_row(str(catalogue.framework), provision.id))


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
    verdict: Verdict, why: Reason, said: Applicability, provision: CatalogueProvision
) -> tuple[Verdict, Reason]:
    """What the supplier's ICS answer makes of a unit's verdict.

    A fact that contradicts an N/A is a FAIL of the declaration; an N on a mandatory row is one by
    itself; without an answer nothing can pass. Only an N on a recommendation undoes a FAIL: the
    supplier says that it is not met, which is what was found.
    """
    if said.why is None:
        return verdict, why
    not_claimed = said.answered and said.applicable and not provision.mandatory
    if verdict is Verdict.FAIL and not not_claimed:
        return verdict, why
    if not said.applicable:
        return Verdict.NOT_APPLICABLE, said.why
    if not said.answered:
        return Verdict.INCONCLUSIVE, said.why if verdict is Verdict.PASS else why
    return (Verdict.NOT_CLAIMED if not_claimed else Verdict.FAIL), said.why
