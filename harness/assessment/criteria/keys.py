"""Key material that several samples share: the one comparison behind TLS and SSH."""

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations, product
from typing import NamedTuple, TypeVar

from harness.assessment.criteria.looking import Look
from harness.assessment.judging import all_of, reason, undecided
from harness.facts.base import Facts
from harness.facts.store import FactRecord
from harness.model.judgement import Judgement
from harness.model.observation import EvidenceRef

F = TypeVar("F", bound=Facts)
_CRITERION = "shared-key-material"


class KeySighting(NamedTuple):
    """A key that a server proved to hold: where, its digest, and the capture of the proof.

    An empty digest says that the server is there and its key was not seen.
    """

    endpoint: str
    digest: str
    evidence: tuple[EvidenceRef, ...]


def unshared(
    records: Sequence[FactRecord[F]],
    item: str,
    keys_of: Callable[[FactRecord[F]], Iterable[KeySighting]],
) -> Judgement:
    """No key of one sample is seen on another; one sample decides nothing."""
    keys = {record.key: tuple(keys_of(record)) for record in records}
    for first, second in combinations(records, 2):
        for one, other in product(keys[first.key], keys[second.key]):
            same = one.digest == other.digest != ""
            if same and first.key.sample != second.key.sample:
                return Look(_CRITERION, item, other.endpoint, second).contradicted(
                    "same-key-on-two-samples",
                    (*one.evidence, *other.evidence),
                    samples=f"{first.key.sample}, {second.key.sample}",
                )
    if not records:
        return undecided(item, _CRITERION, reason("fact-missing"))
    if len({record.key.sample for record in records}) == 1:
        return Look(_CRITERION, item, "DUT", records[0]).undecided("needs-two-samples")
    parts = [_own_keys(record, item, keys[record.key]) for record in records]
    return all_of(item, _CRITERION, parts)


def _own_keys(record: FactRecord[F], item: str, keys: Sequence[KeySighting]) -> Judgement:
    look = Look(_CRITERION, item, "DUT", record)
    if not record.facts.complete:
        return look.undecided("capture-incomplete", fact=record.key)
    if record.facts.not_examined:
        gap = record.facts.not_examined[0]
        return look.undecided("not-examined", target=gap.target, why=gap.reason)
    if not keys or not all(key.digest for key in keys):
        return look.undecided("no-key-seen", sample=record.key.sample)
    return look.held("keys-differ", tuple(place for key in keys for place in key.evidence))
