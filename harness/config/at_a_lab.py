"""Which units of which framework a black-box criterion bears on: ``at_a_lab.toml``."""

from pathlib import Path
from typing import ClassVar, Final

from harness.config.reading import load_model
from harness.model.base import Document
from harness.model.ids import UnitId

AT_A_LAB_FILE: Final = "at_a_lab.toml"


class AtALab(Document):
    """What a laboratory would make of each finding.

    Attributes:
        units: criterion -> framework slug -> the units that such a finding turns to FAIL, given a
            declaration that promises the opposite.
    """

    SCHEMA: ClassVar[str] = "certbench/at-a-lab/1"

    units: dict[str, dict[str, tuple[UnitId, ...]]]

    def of(self, criterion: str) -> dict[str, tuple[UnitId, ...]]:
        """Framework -> units; frameworks without one are left out."""
        found = self.units.get(criterion, {})
        return {framework: units for framework, units in found.items() if units}


def load_at_a_lab(folder: Path) -> AtALab:
    """Read the file in the folder of the black-box suite.

    Raises:
        ConfigError: not readable or not valid.
    """
    return load_model(folder / AT_A_LAB_FILE, AtALab)
