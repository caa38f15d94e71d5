"""Which units of a framework a run and its test functions are for; pure."""

from collections.abc import Iterable, Sequence

from harness.model.catalogue import Catalogue
from harness.model.declaration import UnitDeclaration
from harness.model.ids import UnitId


def declared_for(
    catalogue: Catalogue, declared: Iterable[UnitDeclaration]
) -> tuple[UnitDeclaration, ...]:
    """What decides the units of ``catalogue``, in its order and under its ids.

    A function that decides several units comes several times, one that decides none not at all.
    """
    functions = {declaration.unit: declaration for declaration in declared}
    return tuple(
        functions[unit.function].model_copy(update={"unit": unit.id})
        for unit in catalogue.units
        if unit.function in functions
    )


def is_selected(catalogue: Catalogue, unit: UnitId, only: Sequence[str]) -> bool:
    """Whether ``only`` names the unit, its case or its provision; an empty one names all."""
    if not only:
        return True
    cases = {entry.id: entry.case for entry in catalogue.units}
    return bool({unit, cases.get(unit), catalogue.provision_of(unit)} & set(only))


def unknown_names(catalogues: Iterable[Catalogue], only: Sequence[str]) -> tuple[str, ...]:
    """The names that are no unit, case or provision of any of ``catalogues``."""
    known: set[str] = set()
    for catalogue in catalogues:
        known.update(unit.id for unit in catalogue.units)
        known.update(case.id for case in catalogue.cases)
        known.update(provision.id for provision in catalogue.provisions)
    return tuple(name for name in only if name not in known)
