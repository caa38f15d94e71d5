"""Updates under attack, and what a device does with them unasked (EN 303 645 5.3-2, 5.3-6, 5.3-10).

An image counts as refused only beside a good one that was installed by the same way in the same run
and no more slowly than the bench waited: an image that is installed later is not refused.
"""

from collections.abc import Collection
from typing import Final

from harness.assessment.criteria.looking import Look, proof
from harness.assessment.judging import all_of
from harness.facts.store import FactRecord
from harness.facts.updates import Attack, UpdateDefaultsFacts, UpdatesFacts
from harness.model.ixit import UpdMech
from harness.model.judgement import Judgement, Outcome
from harness.model.observation import Absent, Observation, Present, Unknown

Record = FactRecord[UpdatesFacts]
MISUSE: Final = "update-misuse-accepted"
UNDECLARED_WAY: Final = "undeclared-update-way"
DEFAULTS: Final = "update-default-differs"
_ANYWHERE: Final = frozenset(
    {Attack.ALTERED, Attack.FOREIGN_SIGNATURE, Attack.DOWNGRADE, Attack.RESUMED}
)
_HOUR_S: Final = 3600


def update_attacks_made(record: Record, row: UpdMech) -> Judgement:
    """Every attack that the row's mechanism calls for was made, with its control (5.3-2-2a).

    It speaks of the laboratory's work: whether an attack succeeded is another criterion's, and
    nothing that a device does contradicts this one.
    """
    look = Look(MISUSE, row.id, row.id, record)
    attacks = _attacks(look, row)
    if isinstance(attacks, Judgement):
        return attacks
    parts = []
    for attack in sorted(attacks):
        one = Look(MISUSE, row.id, f"{row.id}@{attack.value}", record)
        found = [entry.installed for entry in record.facts.on(row.id, attack)]
        places = proof(*found)
        if not found:
            parts.append(one.unexamined())
        elif places:
            parts.append(one.held("update-attack-made", places, attack=attack.value))
        else:
            why = "; ".join(entry.reason for entry in found if isinstance(entry, Unknown))
            parts.append(one.undecided("not-observed", why=why))
    return all_of(row.id, MISUSE, parts)


def update_misuse_accepted(record: Record, row: UpdMech) -> Judgement:
    """No altered, foreign, older, spliced or intercepted image is installed (5.3-2, 5.3-10)."""
    look = Look(MISUSE, row.id, row.id, record)
    attacks = _attacks(look, row)
    seen = attacks if not isinstance(attacks, Judgement) else _ANYWHERE
    parts = [_attack(record, row.id, attack) for attack in sorted(seen)]
    if isinstance(attacks, Judgement):
        # An attack that succeeded stands, whatever the row leaves open.
        parts = [attacks, *(part for part in parts if part.outcome is Outcome.CONTRADICTED)]
    return all_of(row.id, MISUSE, parts)


def _attacks(look: Look, row: UpdMech) -> frozenset[Attack] | Judgement:
    """The attacks that a mechanism can be put to; interception needs a link."""
    if not row.over_network:
        return look.undecided("field-missing", row=row.id, field="over_network")
    over_network = row.over_network == "yes"
    return _ANYWHERE | {Attack.INTERCEPTED} if over_network else _ANYWHERE


def _attack(record: Record, mechanism: str, attack: Attack) -> Judgement:
    look = Look(MISUSE, mechanism, f"{mechanism}@{attack.value}", record)
    tried = record.facts.on(mechanism, attack)
    if not tried:
        return look.unexamined()
    parts = [
        look.must_be_absent(
            entry.installed, absent="misused-update-refused", present="misused-update-installed"
        )
        for entry in tried
    ]
    return all_of(mechanism, MISUSE, parts)


def undeclared_update_way(
    record: Record, item: str, open_endpoints: Collection[str], declared: Collection[str]
) -> Judgement:
    """No place on the network takes an update but those that are declared (5.3-10-1c).

    Every open endpoint that is not declared must have been offered a good image.
    """
    look = Look(UNDECLARED_WAY, item, "DUT", record)
    others = [entry for entry in record.facts.ways if entry.way not in declared]
    parts = [
        Look(UNDECLARED_WAY, item, entry.way, record).must_be_absent(
            entry.takes, absent="no-update-taken", present="update-taken-undeclared"
        )
        for entry in others
    ]
    untried = sorted(set(open_endpoints) - {entry.way for entry in others} - set(declared))
    parts += [Look(UNDECLARED_WAY, item, name, record).unexamined() for name in untried]
    if parts:
        return all_of(item, UNDECLARED_WAY, parts)
    installed = [e.takes for e in record.facts.ways if isinstance(e.takes, Present)]
    return look.held("declared-ways-only", proof(*installed))


def update_defaults_as_declared(record: FactRecord[UpdateDefaultsFacts], row: UpdMech) -> Judgement:
    """After the first set-up the device installs updates by itself as the row says (5.3-6-2a).

    A device that is declared to install nothing by itself holds where it indeed did not. Notices of
    updates can only object: people judge them elsewhere.
    """
    seen = record.facts.of(row.id)
    look = Look(DEFAULTS, row.id, row.id, record)
    if seen is None or record.facts.gap(row.id) is not None:
        return look.unexamined()
    installs = _as_declared(look, seen.installed, "automatic", row)
    notices = _as_declared(look, seen.noticed, "notices", row)
    objects = notices.outcome is Outcome.CONTRADICTED
    return all_of(row.id, DEFAULTS, [installs, notices] if objects else [installs])


def _as_declared(look: Look, observed: Observation, field: str, row: UpdMech) -> Judgement:
    said = {
        "automatic": (row.automatic, row.automatic_default),
        "notices": (row.notices, row.notices_default),
    }
    declared = _by_default(*said[field])
    if declared is None:
        return look.undecided("field-missing", row=row.id, field=field)
    if isinstance(observed, Unknown):
        return look.undecided("not-observed", why=observed.reason)
    if declared is isinstance(observed, Present):
        return look.held("default-as-declared", proof(observed), what=field)
    return _differs(look, observed, field, row)


def _by_default(setting: str, default: str) -> bool | None:
    """Whether it is on after the first set-up; None if the row does not say."""
    fixed = {"fixed": True, "none": False}
    if setting in fixed:
        return fixed[setting]
    return {"on": True, "off": False}.get(default) if setting else None


def _differs(look: Look, observed: Present | Absent, field: str, row: UpdMech) -> Judgement:
    """A device that did nothing may only not have come to it yet."""
    if isinstance(observed, Present):
        return look.contradicted("acts-though-declared-off", proof(observed), what=field)
    facts, hours = look.record.facts, row.acts_within_hours
    seen = facts.of(row.id) if isinstance(facts, UpdateDefaultsFacts) else None
    if hours is None or seen is None:
        return look.undecided("field-missing", row=row.id, field="acts_within_hours")
    if seen.watched_s < hours * _HOUR_S:
        return look.undecided("watched-too-short", seconds=seen.watched_s, hours=hours)
    return look.contradicted("does-nothing-though-declared-on", (seen.evidence,), what=field)
