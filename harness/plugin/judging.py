"""Runs the units of a suite and turns their judgements into an assessment.

The verdict of a unit is computed from the judgements that it returned, and the pytest outcome from
the verdict; never the reverse. Whatever else happens in a unit is INCONCLUSIVE.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from harness.assessment.applicability import applicability, under_ics
from harness.assessment.confirmation import counting, is_indicative
from harness.assessment.external import takes_evidence
from harness.assessment.judging import reason
from harness.assessment.review import reviewed_assessment, with_overrides
from harness.assessment.rollup import (
    case_results,
    conclude,
    mixed_firmware,
    provision_results,
    roll_up,
    unconfirmed_firmware,
    unit_verdict,
)
from harness.assessment.samples import (
    changed_identity,
    openings,
    read_from_opened,
    unlike_samples,
)
from harness.assessment.selection import is_selected
from harness.facts.base import Facts
from harness.facts.store import FactRecord
from harness.facts.updates import UpdatesFacts
from harness.model.assessment import Assessment, UnitResult
from harness.model.catalogue import Catalogue, CatalogueProvision, CatalogueUnit
from harness.model.confirmation import Confirmation
from harness.model.declaration import DecidedBy, UnitDeclaration
from harness.model.dossier import Dossier
from harness.model.ids import FactKey, UnitId
from harness.model.ixit import Ixit
from harness.model.judgement import Judgement, Judgements, Reason, Verdict
from harness.model.question import AskedQuestion, AskedQuestions
from harness.model.record import FirmwareReading
from harness.model.states import DeviceState
from harness.plugin.evidence_source import Evidence
from harness.plugin.outcomes import Inconclusive, raise_outcome
from harness.plugin.sandbox import Sandbox
from harness.survey.store import write_atomic
from harness.testing.basis import Basis
from harness.testing.declare import declaration_of
from harness.testing.digests import judge_digests
from harness.testing.external import with_external
from harness.testing.suites import Suite
from harness.testing.view import AnswerView, FactView

_MARKERS_REFUSED = frozenset({"skip", "skipif", "xfail", "parametrize", "usefixtures"})


class Judging:
    """The pytest plug-in of the judging child."""

    def __init__(
        self,
        suite: Suite,
        catalogue: Catalogue,
        evidence: Evidence,
        sandbox: Sandbox,
        confirmations: tuple[Confirmation, ...] = (),
    ) -> None:
        """Judge ``catalogue`` with the units of ``suite`` on ``evidence``."""
        self._suite = suite
        self._catalogue = catalogue
        self._evidence = evidence
        self._sandbox = sandbox
        self._confirmations = counting(catalogue, confirmations)
        self._units: dict[UnitId, list[CatalogueUnit]] = {}
        for unit in catalogue.units:
            self._units.setdefault(unit.function, []).append(unit)
        self._results: dict[UnitId, UnitResult] = {}
        self._broken: list[str] = []
        self._view: FactView | None = None
        self._answers: AnswerView | None = None
        self._offered: tuple[AskedQuestion, ...] = ()
        self._asked: list[AskedQuestion] = []
        self._basis = Basis(
            evidence.dossier.ixit, evidence.facts, revised=bool(evidence.superseded)
        )

    # What units may ask for by name.

    @pytest.fixture
    def facts(self, request: pytest.FixtureRequest) -> FactView:
        """The facts of the survey, through the unit's declaration."""
        self._view = FactView(self._evidence.facts, _declaration(request.node))
        return self._view

    @pytest.fixture
    def ixit(self) -> Ixit:
        """The IXIT tables of the dossier."""
        return self._evidence.dossier.ixit

    @pytest.fixture
    def dossier(self) -> Dossier:
        """The whole dossier."""
        return self._evidence.dossier

    @pytest.fixture
    def catalogue(self) -> Catalogue:
        """The catalogue that is judged."""
        return self._catalogue

    @pytest.fixture
    def answers(self, request: pytest.FixtureRequest) -> AnswerView:
        """The answers that count for the unit's questions."""
        evidence = self._evidence
        samples = evidence.facts.samples
        self._answers = AnswerView(
            evidence.answers, _declaration(request.node), samples, self._basis
        )
        return self._answers

    # Hooks.

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Remember modules that could not be imported: their units are INCONCLUSIVE."""
        if report.failed:
            self._broken.append(f"{report.nodeid}: {str(report.longrepr).splitlines()[-1]}")

    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Leave out functions that decide units of other versions of the framework only."""
        elsewhere = self._suite.functions - self._units.keys()
        left_out = [item for item in items if _unit_of(item) in elsewhere]
        if left_out:
            items[:] = [item for item in items if _unit_of(item) not in elsewhere]
            config.hook.pytest_deselected(items=left_out)

    def pytest_runtestloop(self) -> None:
        """From here on nothing may open a socket or start a process."""
        self._sandbox.arm()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self) -> None:
        """Forget the views of the unit before."""
        self._view, self._answers, self._offered = None, None, ()

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool:
        """Run one function, record what it decides, and give pytest the outcome that follows."""
        declaration = declaration_of(pyfuncitem.cls, pyfuncitem.function)
        if declaration is None or declaration.unit not in self._units:
            raise Inconclusive("not a unit of this catalogue")
        mine = self._units[declaration.unit]
        judgements, fault = self._run(pyfuncitem)
        judgements = self._with_external(judgements, declaration, mine)
        fault = self._objection(pyfuncitem, declaration) or fault
        results = [self._result(unit, declaration, judgements, fault) for unit in mine]
        self._results.update({result.unit: result for result in results})
        self._note_questions(results)
        together = roll_up(result.verdict for result in results)
        result = next(each for each in results if each.verdict is together)
        pyfuncitem.user_properties.extend(("certbench", each) for each in results)
        raise_outcome(result.verdict, f"{result.reason.code} {result.reason.params}")
        return True

    def _run(self, item: pytest.Function) -> tuple[Judgements, Reason | None]:
        """The judgements that the unit returned, or what it did instead."""
        self._sandbox.taken()
        wanted = item._fixtureinfo.argnames  # noqa: SLF001  (pytest's own way to call a test)
        arguments = {name: item.funcargs[name] for name in wanted}
        try:
            returned: object = item.obj(**arguments)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001  (skip, exit and fail are BaseExceptions)
            return (), reason("unit-raised", error=f"{type(error).__name__}: {error}")
        finally:
            refused = self._sandbox.taken()
        if refused:
            return (), reason("unit-touched-the-world", events=", ".join(refused))
        if not isinstance(returned, tuple) or not all(
            isinstance(entry, Judgement) for entry in returned
        ):
            return (), reason("unit-returned-no-judgements", returned=type(returned).__name__)
        return returned, None

    def _with_external(
        self, judgements: Judgements, declaration: UnitDeclaration, mine: Sequence[CatalogueUnit]
    ) -> Judgements:
        """The judgements, with third-party evidence for the rows that it may stand for."""
        if not takes_evidence(mine, declaration):
            return judgements
        evidence = self._evidence
        judgements, self._offered = with_external(
            judgements, declaration, evidence.external, evidence.answers, self._basis
        )
        return judgements

    def _objection(self, item: pytest.Function, declaration: UnitDeclaration) -> Reason | None:
        """Why the result of a unit can't stand although it returned judgements."""
        refused = sorted(mark.name for mark in item.iter_markers() if mark.name in _MARKERS_REFUSED)
        if refused:
            return reason("marker-refused", markers=", ".join(refused))
        if any(unit.id in self._results for unit in self._units[declaration.unit]):
            return reason("judged-twice")
        if self._view is None:
            return None
        if self._view.undeclared:
            return reason("undeclared-fact", error=self._view.undeclared[0])
        read, evidence = self._view.read, self._evidence
        return (
            mixed_firmware(_versions(read))
            or changed_identity(evidence.facts, read)
            or read_from_opened(read, openings(evidence.answers))
        )

    def _result(
        self,
        unit: CatalogueUnit,
        declaration: UnitDeclaration,
        judgements: Judgements,
        fault: Reason | None,
    ) -> UnitResult:
        if not is_selected(self._catalogue, unit.id, self._subset):
            fault = reason("not-selected", only=", ".join(self._subset))
        provision = self._provision(unit)
        verdict, why, items = unit_verdict(declaration, judgements)
        if fault is not None:
            verdict, why, items = Verdict.INCONCLUSIVE, fault, {}
        doubt = unconfirmed_firmware(self._readings()) or unlike_samples(
            self._evidence.facts.survey, declaration
        )
        if verdict is Verdict.PASS and doubt is not None:
            verdict, why = Verdict.INCONCLUSIVE, doubt
        said = applicability(self._catalogue, provision, self._evidence.dossier)
        verdict, why = under_ics(verdict, why, said, provision, judgements)
        return UnitResult(
            unit=unit.id,
            case=unit.case,
            provision=provision.id,
            decided_by=declaration.decided_by,
            quantifier=declaration.quantifier,
            verdict=verdict,
            reason=why,
            items=items,
            judgements=judgements if fault is None else (),
        )

    def _note_questions(self, results: Sequence[UnitResult]) -> None:
        """Keep what the units asked, if an answer could still bear on their verdicts."""
        asked = (*(self._answers.asked if self._answers else ()), *self._offered)
        read = tuple(dict.fromkeys(record.key for record in self._view.read)) if self._view else ()
        for result in results:
            unasked = result.verdict in {Verdict.NOT_APPLICABLE, Verdict.NOT_CLAIMED}
            if unasked or result.reason.code == "not-selected":
                continue
            update = {"unit": result.unit, "facts": read}
            self._asked.extend(each.model_copy(update=update) for each in asked)

    @property
    def _subset(self) -> tuple[str, ...]:
        """What the survey was for, if somebody asked for a part only."""
        return self._evidence.facts.survey.subset

    def _readings(self) -> dict[FactKey, tuple[FirmwareReading | None, FirmwareReading | None]]:
        """Firmware before and after the visits whose facts the unit has read."""
        read = self._view.read if self._view else []
        return {record.key: (record.firmware_before, record.firmware_after) for record in read}

    def _provision(self, unit: CatalogueUnit) -> CatalogueProvision:
        provision = self._catalogue.provision_of(unit.id)
        return next(entry for entry in self._catalogue.provisions if entry.id == provision)

    def _missing(self) -> Iterator[UnitResult]:
        """Results of the units that no function judged: closed-world."""
        for unit in self._catalogue.units:
            if unit.id in self._results:
                continue
            why = reason("not-implemented")
            if self._broken:
                why = reason("not-judged", broken="; ".join(self._broken))
            provision = self._provision(unit)
            said = applicability(self._catalogue, provision, self._evidence.dossier)
            verdict, why = under_ics(Verdict.INCONCLUSIVE, why, said, provision, ())
            yield UnitResult(
                unit=unit.id,
                case=unit.case,
                provision=provision.id,
                decided_by=DecidedBy.NONE,
                verdict=verdict,
                reason=why,
            )

    def assessment(self) -> Assessment:
        """Everything that this framework says about the survey."""
        known = {**self._results, **{result.unit: result for result in self._missing()}}
        units = tuple(known[unit.id] for unit in self._catalogue.units)
        provisions = provision_results(self._catalogue, units)
        firmware = _one_firmware(self._evidence.facts.records)
        conclusion, why = conclude(
            self._catalogue,
            provisions,
            firmware=firmware,
            whole=self._evidence.facts.survey.whole,
        )
        rule = self._catalogue.decision_rule
        judged = Assessment(
            framework=self._catalogue.framework,
            title=self._catalogue.title,
            judge=judge_digests(self._suite.folder, self._catalogue),
            dossier_revision=self._evidence.dossier.revision,
            dossier_digest=self._evidence.dossier.digest,
            decision_rule=f"{rule.id}/{rule.version}",
            complete=not self._broken,
            firmware=firmware,
            conclusion=conclusion,
            indicative=is_indicative(self._catalogue, self._confirmations),
            confirmations=self._confirmations or None,
            reason=why,
            provisions=provisions,
            cases=case_results(self._catalogue, units),
            units=with_overrides(
                self._catalogue.framework,
                units,
                self._evidence.overrides,
                revision=self._evidence.dossier.revision,
                job=self._evidence.job,
            ),
        )
        whole = self._evidence.facts.survey.whole
        return reviewed_assessment(self._catalogue, judged, whole=whole)

    def write_asked(self, path: Path) -> None:
        """Store what the units wanted to know from people."""
        asked = AskedQuestions(framework=self._catalogue.framework, asked=tuple(self._asked))
        write_atomic(path, asked.to_bytes())

    def write(self, path: Path) -> None:
        """Store the assessment and the catalogue that it was made by."""
        write_atomic(path.with_name("catalogue.json"), self._catalogue.to_bytes())
        write_atomic(path, self.assessment().to_bytes())


def _unit_of(item: pytest.Item) -> UnitId | None:
    function = item if isinstance(item, pytest.Function) else None
    found = declaration_of(function.cls, function.function) if function else None
    return found.unit if found else None


def _declaration(node: pytest.Item) -> UnitDeclaration:
    function = node if isinstance(node, pytest.Function) else None
    found = declaration_of(function.cls, function.function) if function else None
    if found is None:
        pytest.fail("a unit without a declaration asks for evidence", pytrace=False)
    return found


def _versions(read: list[FactRecord[Facts]]) -> dict[FactKey, frozenset[str]]:
    return {record.key: _version(record) for record in read}


def _version(record: FactRecord[Facts]) -> frozenset[str]:
    """The versions that a fact speaks of.

    An update experiment changes the firmware and speaks of the version that it began with.
    """
    if isinstance(record.facts, UpdatesFacts):
        return frozenset({record.facts.under_test} - {""})
    return frozenset(
        reading.version
        for reading in (record.firmware_before, record.firmware_after)
        if reading is not None and reading.version
    )


def _one_firmware(records: tuple[FactRecord[Facts], ...]) -> str:
    """The one version under test; ``""`` when none could be read or there were several.

    The visit of the update experiment has others, which serve no conclusion.
    """
    usual = [record for record in records if record.state is not DeviceState.UPDATED]
    seen = frozenset().union(*_versions(usual).values())
    return next(iter(seen)) if len(seen) == 1 else ""
