"""What a manufacturer should change, as data of a framework: ``advice.toml`` of its suite."""

from typing import Annotated, ClassVar

from pydantic import Field

from harness.model.base import Document
from harness.model.ids import ProvisionId, UnitId

Text = Annotated[str, Field(pattern=r"^\S[^\n]*[.]$")]
"""One or two whole sentences."""


class Advice(Document):
    """What to change where a requirement fails, in our own words.

    It is no part of the entries that a laboratory confirms: nobody's standard says it. Flaws that a
    criterion recognises have advice of their own (`harness.assessment.criteria.registry`).

    Attributes:
        provisions: provision -> what serves it, whatever unit of it fails.
        units: unit -> what serves it alone; for units that a rule or a person decides.
    """

    SCHEMA: ClassVar[str] = "certbench/advice/1"

    provisions: dict[ProvisionId, Text] = {}
    units: dict[UnitId, Text] = {}
