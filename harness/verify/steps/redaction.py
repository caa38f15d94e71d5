"""Step "redaction": what does this edition hold back, and may it?

A file of the survey keeps at least its name, since records name each of them; a name that is
withheld could otherwise be that of a record. In the other parts only Allure results and views may
have no name: every document there has a known place, at which its absence shows.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from harness.encoding.tree import SubTree, read
from harness.evidence.description import assessment_folders
from harness.evidence.manifest import HeldBack, MetadataEntry, WithheldEntry, held_back
from harness.evidence.names import problem_of
from harness.evidence.redaction import least_level, never_held_back
from harness.model.assessment import Assessment, UnitResult
from harness.model.disclosure import Embargo, Level
from harness.model.external import FOLDER as EVIDENCE
from harness.model.judgement import Verdict
from harness.model.layout import DECISION, VIEWS
from harness.verify.context import Context
from harness.verify.report import StepFailed
from harness.verify.steps.decision import signed_decision

_CODE = "E-REDACTION"
_SHOWN = 5
_OPEN = frozenset({Verdict.FAIL, Verdict.INCONCLUSIVE})


def check_redaction(context: Context) -> str:
    """Whatever is held back may be, for a reason, and no failure lost all of its evidence.

    Raises:
        StepFailed: naming the entry, the embargo, the unit or the reader's demand.
    """
    held = held_back(context.manifest)
    for entry in held:
        _may_be(entry)
    _check_embargoes(context, [entry for entry in held if entry.embargo])
    if held and not context.policy.disclosure.accept_unproven:
        _check_open_verdicts(context, held)
    _check_demands(context, held)
    views = any(name.startswith(VIEWS) for name in context.tree.names())
    return summary(held) + (f"; nobody signed {VIEWS}" if views else "")


def summary(held: Sequence[HeldBack]) -> str:
    """``2 capture as metadata, 1 allure withheld``: how many of which class, and how."""
    if not held:
        return "nothing is held back"
    counts = Counter((entry.file_class, _how(entry)) for entry in held)
    return ", ".join(f"{count} {name} {how}" for (name, how), count in sorted(counts.items()))


def _how(entry: HeldBack) -> str:
    how = "as metadata" if entry.level is Level.METADATA else "withheld"
    return f"{how} under embargo until {entry.embargo}" if entry.embargo else how


def _named(entry: HeldBack) -> str:
    if isinstance(entry, MetadataEntry):
        return entry.path
    return f"a file of {entry.part} of class {entry.file_class}"


def _may_be(entry: HeldBack) -> None:
    path = entry.path if isinstance(entry, MetadataEntry) else ""
    if path and (problem := problem_of(path)):
        raise StepFailed(_CODE, f"{path} {problem}", "names that a file may have")
    if never_held_back(entry.file_class, path):
        shown = f"{_named(entry)} is held back"
        raise StepFailed(_CODE, shown, "verdicts, plans, records, dossier, DUT and bench in full")
    if isinstance(entry, WithheldEntry) and least_level(entry.file_class, entry.part) is not (
        Level.WITHHELD
    ):
        raise StepFailed(_CODE, f"{_named(entry)} has no name", "at least its name, size and class")
    if not entry.reason:
        raise StepFailed(_CODE, f"{_named(entry)} is held back without a reason", "a reason")


def _check_embargoes(context: Context, entries: Sequence[HeldBack]) -> None:
    if not entries:
        return
    agreed = _agreed(context)
    today = context.policy.now.date()
    for entry in entries:
        known = agreed.get(entry.leaf.hex())
        if known is None or entry.embargo is None or known.until < entry.embargo:
            until = f", which agrees until {known.until}" if known else ""
            raise StepFailed(
                _CODE,
                f"{_named(entry)} is under embargo until {entry.embargo}{until}",
                f"a trusted certifier's {DECISION} that lists its leaf {entry.leaf.hex()}",
            )
        if entry.embargo < today:
            shown = f"the embargo of {_named(entry)} ended on {entry.embargo}"
            raise StepFailed(_CODE, shown, f"an edition that shows it, on {today}")


def _agreed(context: Context) -> Mapping[str, Embargo]:
    """What a trusted certifier agreed to about this very bundle, by leaf."""
    if DECISION not in context.tree.names():
        return {}
    try:
        made, _ = signed_decision(context)
    except StepFailed:
        return {}  # the step "decision" says what is wrong with it
    if made.bundle_root != context.predicate.bundle_root:
        return {}
    return {embargo.leaf: embargo for embargo in made.predicate.embargoes}


def _check_open_verdicts(context: Context, held: Sequence[HeldBack]) -> None:
    named = [entry for entry in held if isinstance(entry, MetadataEntry)]
    gone = {entry.path for entry in named if not entry.embargo}
    data = SubTree(context.tree, "data")
    for folder in assessment_folders(data):
        assessment = Assessment.from_bytes(read(data, f"{folder}/assessment.json"))
        for unit in (unit for unit in assessment.units if unit.verdict in _OPEN):
            paths = (path for path in _evidence(unit) if not path.startswith(EVIDENCE))
            cited = {f"data/survey/{path}" for path in paths}
            if cited and cited <= gone:
                raise StepFailed(
                    _CODE,
                    f"{folder}: unit {unit.unit} is {unit.verdict.value}, and none of its "
                    f"{len(cited)} captures is shown",
                    "some of its evidence, or an embargo on it",
                )


def _evidence(unit: UnitResult) -> Iterator[str]:
    for judgement in unit.judgements:
        yield from (place.path for place in judgement.evidence)
        for finding in judgement.findings:
            yield from (place.path for place in finding.evidence)


def _check_demands(context: Context, held: Sequence[HeldBack]) -> None:
    demand = context.policy.disclosure
    asked = sorted({_named(entry) for entry in held if entry.file_class in demand.full})
    if asked:
        shown = f"held back: {', '.join(asked[:_SHOWN])}"
        raise StepFailed(_CODE, shown, f"in full: {', '.join(sorted(demand.full))}")
    if demand.most is not None and len(held) > demand.most:
        raise StepFailed(_CODE, f"{len(held)} files are held back", f"at most {demand.most}")
