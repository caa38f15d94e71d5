"""A framework as data: provisions, cases, units and the rule that makes a conclusion of them."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from harness.model.advice import Advice
from harness.model.base import Document, Frozen
from harness.model.conditions import Condition
from harness.model.ids import CaseId, FrameworkRef, ProvisionId, UnitId
from harness.model.judgement import Conclusion


class CatalogueProvision(Frozen):
    """A requirement, titled in our own words.

    Attributes:
        section: heading it stands under.
        status: as the framework prints it: ``M``, ``R``, ``M C (5)``.
        mandatory: whether it binds, given that it applies.
        conditional: whether N/A is a possible answer in the ICS.
        conditions: numbers in the catalogue's ``conditions``.
        features: letters in the catalogue's ``features``, without which the row may be N/A.
        confirmed: checked against a second source or the official text.
    """

    id: ProvisionId
    section: str
    title: str
    status: str
    mandatory: bool
    conditional: bool = False
    conditions: tuple[str, ...] = ()
    features: tuple[str, ...] | None = None
    confirmed: bool = False


class CatalogueCase(Frozen):
    """A test case: several units on one provision. ``purpose`` in our own words.

    Attributes:
        provisional: ours, since the test specification that would define it could not be read.
    """

    id: CaseId
    provision: ProvisionId
    kind: Literal["conceptual", "functional", "conceptual/functional"]
    purpose: str
    confirmed: bool = False
    provisional: Literal[True] | None = None


class CatalogueUnit(Frozen):
    """A test unit.

    Attributes:
        unit_class: how it could be decided at best: ``documentation_rule``, ``network_tooling``...
        inherits: the case whose units it repeats on a subset of rows.
        provisional: ours, since the test specification that would define it could not be read.
        judged_by: the unit of another version whose test function decides this one, too.
        external_evidence: third-party evidence may stand for rows of it (TS 103 701, clause 4.7).
    """

    id: UnitId
    case: CaseId
    kind: Literal["conceptual", "functional"]
    unit_class: str = ""
    inherits: str = ""
    network_relevant: bool = False
    provisional: Literal[True] | None = None
    judged_by: UnitId | None = None
    external_evidence: Literal[True] | None = None

    @property
    def function(self) -> UnitId:
        """The unit that the deciding test function is declared for."""
        return self.judged_by or self.id


class DecisionRule(Frozen):
    """How provision verdicts make a conclusion. Versioned: it is shown in plan and report.

    Attributes:
        recommendation_not_claimed: ``not-claimed`` if justified; a missing reason is ``fail``.
        claimed_recommendation_fails: what a FAIL of a recommendation that the supplier claims does
            to the conclusion; where it counts, one that is open keeps the conclusion open.
        mandatory_not_supported: what an ICS answer N on a mandatory row does.
        alternatives: sets of provisions of which one PASS is enough.
        unconfirmed: ``indicative`` marks conclusions that rest on unconfirmed entries.
    """

    id: str
    version: int
    recommendation_not_claimed: Literal["not-claimed"] = "not-claimed"
    claimed_recommendation_fails: Literal["not-conformant", "report-only"] = "not-conformant"
    mandatory_not_supported: Literal["not-conformant"] = "not-conformant"
    alternatives: tuple[tuple[ProvisionId, ...], ...] = ()
    unconfirmed: Literal["indicative", "ignore"] = "indicative"
    note: str = ""


class LegalNote(Frozen):
    """Something about law or custom around a framework, in our own words; no legal advice.

    Attributes:
        confirmed: read in the text of the law, or shown by two independent sources.
    """

    text: Annotated[str, Field(min_length=1)]
    confirmed: bool = False


class InLaw(Frozen):
    """What the conclusions of a framework mean outside of this program, and who draws them.

    Nothing in it bears on a verdict or makes a conclusion indicative.

    Attributes:
        drawn_by: whose statement the conclusion is, and who decides what follows from it.
        conclusions: what each conclusion means; one that the framework never reaches is left out.
        indicative: what the mark changes about that; None where no conclusion is ever marked.
    """

    drawn_by: LegalNote
    conclusions: dict[Conclusion, tuple[LegalNote, ...]]
    indicative: LegalNote | None = None


class Catalogue(Document):
    """One version of one framework: ``catalogue.toml`` of its suite.

    Attributes:
        declaration: ``none`` where the framework rests on no declaration of the supplier: a missing
            ICS row then blocks no PASS, and no conclusion is ever CONFORMANT. None elsewhere.
        conditions, features: what the numbers and letters in a status mean.
        shown_by: how an IXIT shows that conditions and features are met; None where that is not
            known of any.
        in_law: what a conclusion means in law; None in catalogues that say nothing of it.
        advice: what to change where something fails; None where nobody wrote it down.
    """

    SCHEMA: ClassVar[str] = "certbench/catalogue/1"

    framework: FrameworkRef
    title: str
    publisher: str
    legal_status: str
    test_specification: str = ""
    source_note: str
    declaration: Literal["none"] | None = None
    conditions: dict[str, str] = {}
    features: dict[str, str] | None = None
    provisions: Annotated[tuple[CatalogueProvision, ...], Field(min_length=1)]
    cases: tuple[CatalogueCase, ...]
    units: Annotated[tuple[CatalogueUnit, ...], Field(min_length=1)]
    decision_rule: DecisionRule
    shown_by: tuple[Condition, ...] | None = None
    in_law: InLaw | None = None
    advice: Advice | None = None

    @property
    def provisional(self) -> bool:
        """Whether a case or unit is ours, in place of one that could not be read."""
        cases = any(entry.provisional for entry in self.cases)
        return cases or any(entry.provisional for entry in self.units)

    def provision_of(self, unit: UnitId) -> ProvisionId:
        """The provision that a unit belongs to. Raises KeyError for an unknown unit."""
        cases = {case.id: case.provision for case in self.cases}
        units = {entry.id: entry.case for entry in self.units}
        return cases[units[unit]]
