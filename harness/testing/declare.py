"""Declarations of suites: `case` on a class, `unit` on a test function, `discover` to read them."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Sequence
from types import ModuleType
from typing import Final, TypeVar

from harness.errors import UsageError
from harness.facts.base import Facts
from harness.model.declaration import (
    DecidedBy,
    FactNeed,
    Quantifier,
    Samples,
    UnitDeclaration,
)
from harness.model.ids import ProbeName, UnitId
from harness.model.question import Question
from harness.model.radio import Faked
from harness.model.states import DeviceState

_CASE: Final = "__certbench_case__"
_UNIT: Final = "__certbench_unit__"
C = TypeVar("C", bound=type)
Function = TypeVar("Function", bound=Callable[..., object])


def need(
    facts: type[Facts],
    state: DeviceState,
    samples: Samples = Samples.FIRST,
    *,
    where: str = "",
    undeclared: bool = False,
) -> FactNeed:
    """One fact that a unit reads: of which probe, in which state, of which samples.

    With ``where`` it is read only if a row of the IXIT names that endpoint; and then with
    ``undeclared`` also if none does, on a bench that can.
    """
    probe = ProbeName(facts.PROBE)
    return FactNeed(probe=probe, state=state, samples=samples, where=where, undeclared=undeclared)


def case(case_id: str) -> Callable[[C], C]:
    """Say which test case of the catalogue a class is."""

    def mark(cls: C) -> C:
        setattr(cls, _CASE, case_id)
        return cls

    return mark


def unit(  # noqa: PLR0913  (a declaration by keyword)
    letter: str,
    *,
    decided_by: DecidedBy = DecidedBy.AUTOMATIC,
    facts: Sequence[FactNeed] = (),
    per: str = "",
    also: Sequence[str] = (),
    truth: Sequence[Faked] = (),
    quantifier: Quantifier = Quantifier.EACH,
    questions: Sequence[Question] = (),
) -> Callable[[Function], Function]:
    """Say which unit of its case a test function is, and everything that it will read.

    Args:
        letter: ``a`` of ``5.1-1-2a``; ``""`` where a case is its own unit.
        decided_by: who can close it.
        facts: what it reads; reading anything else makes it INCONCLUSIVE.
        per: IXIT table whose rows are its items; ``""`` for one item, the DUT.
        also: further tables whose rows people are asked about.
        truth: what a radio must really do for it; on one that only pretends it cannot be tested.
        quantifier: how the items combine.
        questions: what people are asked.
    """

    def mark(function: Function) -> Function:
        declaration = UnitDeclaration(
            unit=UnitId(letter),
            decided_by=decided_by,
            facts=tuple(facts),
            per=per,
            also=tuple(also),
            truth=tuple(truth),
            quantifier=quantifier,
            questions=tuple(questions),
            summary=(inspect.getdoc(function) or "").partition("\n")[0],
            module=function.__module__,
            function=function.__qualname__,
        )
        setattr(function, _UNIT, declaration)
        return function

    return mark


def declaration_of(owner: type | None, function: object) -> UnitDeclaration | None:
    """The declaration of a test function, with its full unit id; None if it declares nothing."""
    declared = getattr(function, _UNIT, None)
    case_id = getattr(owner, _CASE, None)
    if not isinstance(declared, UnitDeclaration) or not isinstance(case_id, str):
        return None
    return declared.model_copy(update={"unit": UnitId(case_id + declared.unit)})


def discover(
    package: ModuleType, broken: dict[str, str] | None = None
) -> tuple[UnitDeclaration, ...]:
    """Every unit that the modules of a suite declare, by unit id.

    Args:
        package: the imported suite.
        broken: where to note modules that cannot be imported, with the reason; their units are then
            missing here and INCONCLUSIVE later. Without it the error is raised.

    Raises:
        UsageError: two functions claim one unit.
    """
    found: dict[UnitId, UnitDeclaration] = {}
    for declaration in _declarations(package, broken):
        if declaration.unit in found:
            first = found[declaration.unit]
            message = (
                f"unit {declaration.unit} is claimed twice: {first.module}.{first.function} "
                f"and {declaration.module}.{declaration.function}"
            )
            raise UsageError(message)
        found[declaration.unit] = declaration
    return tuple(found[key] for key in sorted(found))


def _declarations(package: ModuleType, broken: dict[str, str] | None) -> Iterator[UnitDeclaration]:
    for info in pkgutil.iter_modules(package.__path__):
        if not info.name.startswith("test_"):
            continue
        try:
            module = importlib.import_module(f"{package.__name__}.{info.name}")
        except Exception as error:
            if broken is None:
                raise
            broken[info.name] = f"{type(error).__name__}: {error}"
        else:
            yield from _in_module(module)


def _in_module(module: ModuleType) -> Iterator[UnitDeclaration]:
    for _, cls in inspect.getmembers(module, inspect.isclass):
        if cls.__module__ != module.__name__:
            continue
        for _, function in inspect.getmembers(cls, inspect.isfunction):
            declaration = declaration_of(cls, function)
            if declaration is not None:
                yield declaration
