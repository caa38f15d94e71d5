"""Suites, found by the entry-point group ``certbench.suites`` or by their folder.

A suite is a package with one ``catalogue*.toml`` for each version of its framework.
"""

import importlib
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path

from harness.assessment.selection import declared_for
from harness.config import load_catalogue
from harness.errors import UsageError
from harness.model.catalogue import Catalogue
from harness.model.declaration import UnitDeclaration
from harness.model.ids import UnitId
from harness.testing.declare import discover


@dataclass(frozen=True)
class Suite:
    """An importable suite.

    Attributes:
        catalogues: one for each version, newest last.
    """

    slug: str
    package: str
    folder: Path
    catalogues: tuple[Catalogue, ...]

    def catalogue(self, version: str = "") -> Catalogue:
        """The catalogue of a version.

        Without a name it is the newest of which nothing is provisional, so that nobody comes by
        tests that are not the official ones without asking; the newest if all are provisional.

        Raises:
            UsageError: no such version.
        """
        if not version:
            settled = [entry for entry in self.catalogues if not entry.provisional]
            return (settled or self.catalogues)[-1]
        for catalogue in self.catalogues:
            if catalogue.framework.version == version:
                return catalogue
        known = ", ".join(catalogue.framework.version for catalogue in self.catalogues)
        raise UsageError(f"{self.slug} has no version {version}; there is {known}")

    def units(self) -> tuple[tuple[UnitDeclaration, ...], dict[str, str]]:
        """The declared units, and the modules that cannot be imported with the reason.

        One function can decide units of several versions: `units_of` knows under which names.
        """
        broken: dict[str, str] = {}
        declared = discover(importlib.import_module(self.package), broken)
        return declared, broken

    def units_of(self, catalogue: Catalogue) -> tuple[tuple[UnitDeclaration, ...], dict[str, str]]:
        """As `units`, for one version: each declaration under the ids of the units it decides."""
        declared, broken = self.units()
        return declared_for(catalogue, declared), broken

    @property
    def functions(self) -> frozenset[UnitId]:
        """The units, of whatever version, that test functions are declared for."""
        return frozenset(unit.function for entry in self.catalogues for unit in entry.units)


def suite_in(folder: Path) -> Suite:
    """The suite that lies in ``folder``.

    Raises:
        UsageError: no catalogue there, or not a package.
        ConfigError: a catalogue is not valid.
    """
    folder = folder.resolve()
    files = sorted(folder.glob("catalogue*.toml"))
    if not files:
        raise UsageError(f"{folder}: not a suite: it has no catalogue.toml")
    catalogues = sorted(
        (load_catalogue(file) for file in files), key=lambda entry: _order(entry.framework.version)
    )
    top = folder
    while (top.parent / "__init__.py").exists():
        top = top.parent
    if not (folder / "__init__.py").exists():
        raise UsageError(f"{folder}: not a package: it has no __init__.py")
    if str(top.parent) not in sys.path:
        sys.path.append(str(top.parent))
    package = ".".join(folder.relative_to(top.parent).parts)
    return Suite(catalogues[-1].framework.slug, package, folder, tuple(catalogues))


def _order(version: str) -> tuple[tuple[int, str], ...]:
    return tuple((int(part) if part.isdigit() else 0, part) for part in version.split("."))


def installed_suites() -> dict[str, Suite]:
    """Every installed suite by slug; one that cannot be imported is not among them."""
    found = {}
    for entry in sorted(entry_points(group="certbench.suites")):
        try:
            package = importlib.import_module(entry.value)
        except ImportError:
            continue
        found[entry.name] = suite_in(Path(next(iter(package.__path__))))
    return found


def find_frameworks(names: Iterable[str]) -> list[tuple[Suite, Catalogue]]:
    """Resolve ``slug`` or ``slug@version``.

    Raises:
        UsageError: no such framework is installed.
    """
    suites = installed_suites()
    found = []
    for name in names:
        slug, _, version = name.partition("@")
        if slug not in suites:
            known = ", ".join(suites) or "none"
            raise UsageError(f"no framework {slug!r} is installed; there is {known}")
        found.append((suites[slug], suites[slug].catalogue(version)))
    return found
