"""How a framework uses the dossier's form: ``form.toml`` in the folder of its suite."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from harness.config.reading import load_model
from harness.model.base import Frozen
from harness.model.catalogue import Catalogue
from harness.model.conditions import Condition, Match, matches
from harness.model.ixit import IxitRow
from harness.model.ixit.form import TABLES, V1, V2, FieldForm, TableForm

FORM_FILE: Final = "form.toml"


class FormUse(Frozen):
    """Which parts of the form a framework's units read.

    Attributes:
        editions: version of the framework -> edition of TS 103 701.
        reads: provision -> ``table.field`` that its units read.
        where: ``table.field`` -> the rows in which it is wanted; every row where nothing is said.
        conditions: what the IXIT says about conditions of the ICS.
    """

    editions: dict[str, int] = {}
    reads: dict[str, tuple[str, ...]] = {}
    where: dict[str, Match] = {}
    conditions: tuple[Condition, ...] = ()

    def wanted(self, place: str, row: IxitRow) -> bool:
        """Whether the field at ``place`` is wanted in this row."""
        return place not in self.where or matches(self.where[place], row)


@dataclass(frozen=True)
class Framework:
    """A version of a framework, and how it uses the form."""

    catalogue: Catalogue
    use: FormUse

    @property
    def name(self) -> str:
        """``etsi-en-303-645@2.1.1``."""
        return str(self.catalogue.framework)

    @property
    def edition(self) -> int | None:
        """The edition of TS 103 701; None if the framework is silent about it."""
        return self.use.editions.get(self.catalogue.framework.version)

    @property
    def reads(self) -> dict[str, tuple[str, ...]]:
        """``table.field`` -> the provisions of this version whose units read it."""
        found: dict[str, tuple[str, ...]] = {}
        for provision in self.catalogue.provisions:
            for place in self.use.reads.get(provision.id, ()):
                found[place] = (*found.get(place, ()), provision.id)
        return found


def with_conditions(catalogue: Catalogue, folder: Path) -> Catalogue:
    """``catalogue`` with what ``form.toml`` in ``folder`` says of its conditions and features.

    Without that file the catalogue stays as it is.

    Raises:
        ConfigError: the file is not valid.
    """
    known = {*catalogue.conditions, *(catalogue.features or ())}
    mine = tuple(each for each in load_use(folder).conditions if known.intersection(each.ids))
    return catalogue.model_copy(update={"shown_by": mine}) if mine else catalogue


def load_use(folder: Path) -> FormUse:
    """How the suite in ``folder`` uses the form; nothing is known of one without ``form.toml``.

    Raises:
        ConfigError: the file is not valid.
    """
    file = folder / FORM_FILE
    return load_model(file, FormUse) if file.exists() else FormUse()


@dataclass(frozen=True)
class TablePart:
    """A table of the form with the fields that are shown."""

    form: TableForm
    fields: tuple[FieldForm, ...]
    names: tuple[str, ...]
    """Its names in the editions that are asked for, each once."""


def parts_for(frameworks: Iterable[Framework]) -> Iterator[TablePart]:
    """The tables and fields that these frameworks have or read; the whole form for none of them.

    A framework that is silent about its use of the form may read all of it.
    """
    chosen = list(frameworks)
    silent = not chosen or any(each.edition is None for each in chosen)
    editions = (V1, V2) if silent else sorted({each.edition for each in chosen if each.edition})
    read = {place for each in chosen for place in each.reads}
    tables = {place.partition(".")[0] for place in read}
    for form in TABLES:
        if silent or form.name in tables:
            fields = tuple(
                field
                for field in form.fields
                if set(editions) & set(field.editions) or f"{form.name}.{field.key}" in read
            )
            names = tuple(dict.fromkeys(form.name_in(edition) for edition in editions))
            yield TablePart(form, fields, names)
