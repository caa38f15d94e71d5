"""Units over the rows of an IXIT table: one judgement a row, and never silence."""

from collections.abc import Callable, Iterable
from typing import Final, Protocol, TypeVar

from harness.assessment.rules.rows import Row, no_rows
from harness.model.judgement import Judgement, Judgements, Outcome

_CONSOLE: Final = "console"


class RowWithEndpoints(Row, Protocol):
    """A row that names places where probes can look."""

    @property
    def endpoints(self) -> tuple[str, ...]:
        """``tcp/443``, ``console``."""
        ...


R = TypeVar("R", bound=Row)
E = TypeVar("E", bound=RowWithEndpoints)


def over_rows(
    table: str, criterion: str, rows: Iterable[R], judge: Callable[[R], Judgement]
) -> Judgements:
    """One judgement a row, each citing its row.

    No row at all is UNDECIDED: whether the unit applies is for the applicability function to say.
    """
    judged = tuple(cite(judge(row), table, row.id) for row in rows)
    return judged or (no_rows(criterion, table),)


def cite(judgement: Judgement, table: str, row_id: str) -> Judgement:
    """The judgement, resting on the dossier row too."""
    row = f"{table}/{row_id}"
    if row in judgement.rows:
        return judgement
    return judgement.model_copy(update={"rows": (*judgement.rows, row)})


def objections(judgements: Iterable[Judgement]) -> Judgements:
    """Those that contradict: all that facts may say in a unit that a person decides."""
    return tuple(entry for entry in judgements if entry.outcome is Outcome.CONTRADICTED)


def network_endpoints(row: RowWithEndpoints) -> tuple[str, ...]:
    """The row's endpoints that are not a wire in somebody's hand, in its order.

    One that no probe can look at, as ``ble`` where the bench has no Bluetooth, is among them: it
    keeps its row open instead of vanishing.
    """
    return tuple(name for name in row.endpoints if name != _CONSOLE)


def on_the_network(rows: Iterable[E]) -> tuple[E, ...]:
    """The rows that name an endpoint on the network, or none at all: nothing says that it is not.

    A row without endpoints gives a criterion nothing to look at, and so stays UNDECIDED.
    """
    return tuple(row for row in rows if not row.endpoints or network_endpoints(row))


def declared_endpoints(*tables: Iterable[RowWithEndpoints]) -> frozenset[str]:
    """Every endpoint that rows of these tables name."""
    return frozenset(name for rows in tables for row in rows for name in row.endpoints)
