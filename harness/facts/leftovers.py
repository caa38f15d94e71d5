"""User data that can still be read after it was deleted (probe ``leftovers``)."""

from typing import ClassVar

from harness.facts.base import Facts
from harness.model.base import Frozen
from harness.model.observation import Observation


class Trace(Frozen):
    """One piece of user data in one place, before and after a deletion.

    Attributes:
        function: the row of 25-DelFunc that was carried out.
        place: where it was looked for: ``export``, ``console``, ``page /status``.
        datum: name that the bench gave the piece; its content stands in the captures only.
        before: it could be read. Never Absent: what was not there can't be deleted.
        after: it can still be read. Absent: the place was read whole the same way as before, when
            the piece was there; that is the control.
    """

    function: str
    place: str
    datum: str
    before: Observation
    after: Observation


class Deletion(Frozen):
    """One deletion function, carried out.

    Attributes:
        done: the device confirmed it as the row declares. Never Absent.
    """

    function: str
    done: Observation


class LeftoversFacts(Facts):
    """``examined`` holds the rows of 25-DelFunc that were carried out.

    Attributes:
        traces: every piece in every place that was read before or after.
    """

    SCHEMA: ClassVar[str] = "certbench/facts-leftovers/1"
    PROBE: ClassVar[str] = "leftovers"

    deletions: tuple[Deletion, ...] = ()
    traces: tuple[Trace, ...] = ()
