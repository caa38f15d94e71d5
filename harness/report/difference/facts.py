"""Compares the facts of two surveys, probe by probe, sample by sample, state by state."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from harness.facts.store import FactBase
from harness.model.ids import SampleId
from harness.model.record import AttemptOutcome
from harness.report.difference.differences import Area, Difference, Weight
from harness.report.difference.flatten import THERE, Entry, Flattener
from harness.report.difference.shapes import Meaning
from harness.report.difference.side import Side

Path = tuple[str, ...]
Place = tuple[SampleId, str, str]
"""Sample, state, probe."""
_CONTAINERS: Final = frozenset(
    {"servers", "services", "ports", "logins", "responders", "descriptions"}
)
_NOTHING: Final = frozenset({"absent", "unknown"})
_GIVES: Final = frozenset(
    {"present", "accepted", "reads", THERE, "died", "internals-shown", "server-error"}
)
"""Values of something that means a way in which say that it is one."""
_AREAS: Final = {
    Meaning.WAY_IN: Area.ACCESS,
    Meaning.PROTECTION: Area.ACCESS,
    Meaning.SURFACE: Area.EXPOSURE,
    Meaning.IDENTITY: Area.IDENTITY,
    Meaning.FACT: Area.FACT,
}


@dataclass
class _Table:
    """What all attempts of one probe at one place say together.

    Attributes:
        whole: every capture is complete.
        examined: targets that were looked at.
        unseen: known targets that were not.
    """

    values: dict[Path, set[str]] = field(default_factory=dict)
    entries: dict[Path, Entry] = field(default_factory=dict)
    whole: bool = True
    examined: set[str] = field(default_factory=set)
    unseen: set[str] = field(default_factory=set)

    def known(self) -> set[str]:
        """Targets of which something was seen: what becomes of that is told by itself."""
        parts = {part for path in self.entries for part in path}
        return parts | {part.partition(" ")[0] for part in parts}


def fact_differences(before: Side, after: Side) -> Iterator[Difference]:
    """Everything that the facts of two surveys do not say alike."""
    pairs = dict(paired_samples(before.facts, after.facts))
    earlier = _tables(before.facts, {sample: sample for sample in pairs})
    later = _tables(after.facts, {second: first for first, second in pairs.items()})
    for place in sorted({*earlier, *later}):
        sample, state, probe = place
        where = f"{sample} {state}"
        if place not in later:
            shown = ("facts", _why_missing(after.facts, pairs[sample], state, probe))
            yield Difference(Weight.UNKNOWN, Area.COVERAGE, probe, *shown, (where,))
        elif place not in earlier:
            shown = (_why_missing(before.facts, sample, state, probe), "facts")
            yield Difference(Weight.NOTE, Area.COVERAGE, probe, *shown, (where,))
        else:
            yield from _between(probe, where, earlier[place], later[place])


def paired_samples(before: FactBase, after: FactBase) -> Iterator[tuple[SampleId, SampleId]]:
    """Samples of the same name; where no name is common, in the order of the bench configs."""
    common = [sample for sample in before.samples if sample in after.samples]
    if common:
        yield from ((sample, sample) for sample in common)
    else:
        yield from zip(before.samples, after.samples, strict=False)


def _why_missing(survey: FactBase, sample: SampleId, state: str, probe: str) -> str:
    """What became of the attempts, if there were any."""
    outcomes = {
        absent.outcome
        for absent in survey.missing
        if (absent.key.sample, absent.state.value, absent.key.probe) == (sample, state, probe)
    }
    if outcomes & {AttemptOutcome.COMPLETED, AttemptOutcome.FAILED}:
        return "no facts that can be read here"
    return ", ".join(sorted(outcome.value for outcome in outcomes)) or "not looked at"


def _tables(survey: FactBase, names: Mapping[SampleId, SampleId]) -> dict[Place, _Table]:
    addresses = {sample.id: sample.address for sample in survey.survey.samples}
    tables: dict[Place, _Table] = {}
    for record in survey.records:
        sample = record.key.sample
        if sample not in names:
            continue
        place = (names[sample], record.state.value, record.key.probe)
        table = tables.setdefault(place, _Table())
        table.whole &= record.facts.complete
        flattener = Flattener(addresses.get(sample, ""))
        table.examined.update(map(flattener.text, record.facts.examined))
        table.unseen.update(flattener.text(each.target) for each in record.facts.not_examined)
        for entry in flattener.flatten(record.facts):
            table.entries.setdefault(entry.path, entry)
            table.values.setdefault(entry.path, set()).add(entry.value)
    return tables


def _between(probe: str, where: str, before: _Table, after: _Table) -> Iterator[Difference]:
    yield from _coverage(probe, where, before, after)
    for path in sorted({*before.entries, *after.entries}):
        earlier, later = before.values.get(path, set()), after.values.get(path, set())
        entry = after.entries.get(path) or before.entries[path]
        if earlier == later or _is_told_by_a_parent(entry, later, before, after):
            continue
        weight = _weight(entry.meaning, earlier, later)
        if weight is not Weight.WORSE and not later and _is_lost(entry, earlier, after):
            weight = Weight.UNKNOWN
        words = path[1:] if path[0] in _CONTAINERS else path
        subject = " ".join((probe, *words))
        shown = (_shown(earlier), _shown(later))
        yield Difference(weight, _AREAS[entry.meaning], subject, *shown, (where,))


def _coverage(probe: str, where: str, before: _Table, after: _Table) -> Iterator[Difference]:
    """What was looked at before and not after: no difference may hide there."""
    if before.whole and not after.whole:
        said = ("captures whole", "captures not whole")
        yield Difference(Weight.UNKNOWN, Area.COVERAGE, probe, *said, (where,))
    told = before.known()
    for target in sorted((before.examined - after.examined) | (after.unseen - before.unseen)):
        if target in after.unseen or target not in told:
            known = target in before.examined
            weight = Weight.UNKNOWN if known else Weight.NOTE  # it was not there to be looked at
            said = ("examined" if known else "not known", "not examined")
            yield Difference(weight, Area.COVERAGE, f"{probe} {target}", *said, (where,))


def _is_lost(entry: Entry, earlier: set[str], after: _Table) -> bool:
    """It may still be there: not everything was looked at, or this was not tried again."""
    tried = entry.meaning is Meaning.WAY_IN and THERE not in earlier
    return tried or not after.whole or not after.unseen.isdisjoint(entry.path)


def _is_told_by_a_parent(entry: Entry, later: set[str], before: _Table, after: _Table) -> bool:
    """What belongs to something that came or went is said with it, unless it is a way in."""
    if entry.meaning is Meaning.WAY_IN and later & _GIVES:
        return False
    return any((path in before.values) != (path in after.values) for path in entry.parents)


def _weight(meaning: Meaning, before: set[str], after: set[str]) -> Weight:
    if meaning is Meaning.PROTECTION:
        return _flip(_of_exposure(_is_on(before), _is_on(after), after))
    if meaning is Meaning.WAY_IN:
        return _of_exposure(bool(before & _GIVES), bool(after & _GIVES), after)
    if meaning is Meaning.SURFACE:
        return _of_exposure(_is_on(before), _is_on(after), after)
    return Weight.UNKNOWN if after == {"unknown"} else Weight.CHANGED


def _of_exposure(before: bool, after: bool, values: set[str]) -> Weight:  # noqa: FBT001  (was, is)
    if after and not before:
        return Weight.WORSE
    if "unknown" in values and not after:
        return Weight.UNKNOWN
    return Weight.BETTER if before and not after else Weight.CHANGED


def _flip(weight: Weight) -> Weight:
    """For a protection, more is better."""
    return {Weight.WORSE: Weight.BETTER, Weight.BETTER: Weight.WORSE}.get(weight, weight)


def _is_on(values: Iterable[str]) -> bool:
    return bool(set(values) - _NOTHING)


def _shown(values: Iterable[str]) -> str:
    return ", ".join(sorted(values))
