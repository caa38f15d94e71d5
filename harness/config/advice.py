"""Reads ``advice.toml``, which serves every version of a framework, into each catalogue."""

from pathlib import Path
from typing import Final

from harness.config.reading import load_model
from harness.model.advice import Advice
from harness.model.catalogue import Catalogue

ADVICE_FILE: Final = "advice.toml"


def with_advice(catalogue: Catalogue, folder: Path) -> Catalogue:
    """``catalogue`` with what the file in ``folder`` says of its provisions and units.

    A unit that is decided by the function of another version's unit has the advice of that one,
    unless the file names it. Without a file the catalogue stays as it is.

    Raises:
        ConfigError: not readable or not valid.
    """
    file = folder / ADVICE_FILE
    if not file.exists():
        return catalogue
    said = load_model(file, Advice)
    units = {
        unit.id: text
        for unit in catalogue.units
        if (text := said.units.get(unit.id) or said.units.get(unit.function))
    }
    provisions = {
        entry.id: said.provisions[entry.id]
        for entry in catalogue.provisions
        if entry.id in said.provisions
    }
    mine = Advice(provisions=provisions, units=units)
    return catalogue.model_copy(update={"advice": mine})
