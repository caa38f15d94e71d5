"""Is the declared cryptography good practice, and is none of it broken? (5.1-3, 5.3-7, 5.5-1)."""

import tomllib
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Final

from harness.assessment.judging import contradicted, held, reason, undecided
from harness.assessment.rules.rows import (
    AUTH_MECH,
    COM_MECH,
    UPD_MECH,
    each,
    field_missing,
    row_ref,
    says_none,
)
from harness.model.base import Frozen
from harness.model.ixit import AuthMech, ComMech, UpdMech
from harness.model.judgement import Judgement, Judgements

BEST_PRACTICE: Final = "crypto-best-practice"
NOT_BROKEN: Final = "crypto-not-broken"
_IGNORED: Final = str.maketrans("", "", " -_/.@")


class Status(StrEnum):
    """What the table says of a protocol or algorithm."""

    RECOMMENDED = "recommended"
    LEGACY = "legacy"
    BROKEN = "broken"


class CryptoEntry(Frozen):
    """One protocol or algorithm with the public source that our judgement of it rests on."""

    name: str
    aliases: tuple[str, ...] = ()
    status: Status
    source: str


class CryptoTable(Frozen):
    """The shipped table, ``cryptography.toml``."""

    schema_name: str
    version: int
    entries: tuple[CryptoEntry, ...]

    def find(self, name: str) -> CryptoEntry | None:
        """The entry of this name or alias; None if the table does not know it."""
        wanted = _plain(name)
        for entry in self.entries:
            if wanted in {_plain(known) for known in (entry.name, *entry.aliases)}:
                return entry
        return None


def _plain(name: str) -> str:
    return name.casefold().translate(_IGNORED)


@cache
def crypto_table() -> CryptoTable:
    """Load the table once."""
    source = resources.files("harness.assessment.rules").joinpath("cryptography.toml")
    document = tomllib.loads(source.read_text(encoding="utf-8"))
    return CryptoTable.model_validate(
        {
            "schema_name": document["schema"],
            "version": document["version"],
            "entries": document["entry"],
        }
    )


def authentication_crypto_is_best_practice(rows: tuple[AuthMech, ...]) -> Judgements:
    """Every declared protocol of every login is a recommended one (5.1-3-1c)."""
    return each(rows, AUTH_MECH, BEST_PRACTICE, lambda row: _login(row, BEST_PRACTICE))


def authentication_crypto_is_not_broken(rows: tuple[AuthMech, ...]) -> Judgements:
    """No declared protocol of a login is known to be broken (5.1-3-1d)."""
    return each(rows, AUTH_MECH, NOT_BROKEN, lambda row: _login(row, NOT_BROKEN))


def communication_crypto_is_best_practice(rows: tuple[ComMech, ...]) -> Judgements:
    """Every declared protocol of every communication mechanism is a recommended one (5.5-1-1c)."""
    return each(rows, COM_MECH, BEST_PRACTICE, lambda row: _link(row, BEST_PRACTICE))


def communication_crypto_is_not_broken(rows: tuple[ComMech, ...]) -> Judgements:
    """No declared protocol of a communication mechanism is known to be broken (5.5-1-1d)."""
    return each(rows, COM_MECH, NOT_BROKEN, lambda row: _link(row, NOT_BROKEN))


def update_crypto_is_best_practice(rows: tuple[UpdMech, ...]) -> Judgements:
    """Every declared algorithm of every update mechanism is a recommended one (5.3-7-1c)."""
    return each(rows, UPD_MECH, BEST_PRACTICE, lambda row: _update(row, BEST_PRACTICE))


def update_crypto_is_not_broken(rows: tuple[UpdMech, ...]) -> Judgements:
    """No declared algorithm of an update mechanism is known to be broken (5.3-7-1d)."""
    return each(rows, UPD_MECH, NOT_BROKEN, lambda row: _update(row, NOT_BROKEN))


def _update(row: UpdMech, criterion: str) -> Judgement:
    """Updates without any cryptography can't be good practice."""
    ref = row_ref(UPD_MECH, row)
    if row.crypto:
        return _declared(row.id, ref, row.crypto, criterion)
    if says_none(row.cryptographic_details):
        return contradicted(row.id, criterion, reason("update-without-crypto"), rows=(ref,))
    return field_missing(row, criterion, "crypto")


def _login(row: AuthMech, criterion: str) -> Judgement:
    """A login over a network without any cryptography can't be good practice; a local one can."""
    ref = row_ref(AUTH_MECH, row)
    if row.crypto:
        return _declared(row.id, ref, row.crypto, criterion)
    over_network = any(endpoint != "console" for endpoint in row.endpoints)
    if not _states_none(row) or not row.endpoints:
        return field_missing(row, criterion, "crypto")
    if over_network:
        return contradicted(row.id, criterion, reason("login-without-crypto"), rows=(ref,))
    return held(row.id, criterion, reason("no-crypto-declared"), rows=(ref,))


def _link(row: ComMech, criterion: str) -> Judgement:
    """A link that promises no security has no cryptography to judge.

    Whether it may do without is the question of units a and b, for a person.
    """
    ref = row_ref(COM_MECH, row)
    if row.crypto:
        return _declared(row.id, ref, row.crypto, criterion)
    if not _states_none(row):
        return field_missing(row, criterion, "crypto")
    return held(row.id, criterion, reason("no-crypto-declared"), rows=(ref,))


def _states_none(row: AuthMech | ComMech) -> bool:
    """Whether a row without a list of cryptography says plainly that there is none.

    Prose that names some is no such statement: "RC4" with an empty list would pass unread. A reason
    may follow a colon.
    """
    said = row.cryptographic_details.partition(":")[0]
    return not row.security_guarantees and says_none(said)


def _declared(item: str, ref: str, names: tuple[str, ...], criterion: str) -> Judgement:
    table = crypto_table()
    found = {name: table.find(name) for name in names}
    broken = [entry for entry in found.values() if entry and entry.status is Status.BROKEN]
    if broken:
        sources = "; ".join(entry.source for entry in broken)
        why = reason("crypto-broken", names=_names(broken), sources=sources)
        return contradicted(item, criterion, why, rows=(ref,))
    unknown = [name for name, entry in found.items() if entry is None]
    if unknown:
        return undecided(item, criterion, reason("crypto-unknown", names=", ".join(unknown)))
    legacy = [entry for entry in found.values() if entry and entry.status is Status.LEGACY]
    if legacy and criterion == BEST_PRACTICE:
        return undecided(item, criterion, reason("crypto-legacy", names=_names(legacy)))
    why = reason("crypto-in-table", names=", ".join(names), version=table.version)
    return held(item, criterion, why, rows=(ref,))


def _names(entries: list[CryptoEntry]) -> str:
    return ", ".join(entry.name for entry in entries)
