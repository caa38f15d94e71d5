"""A dossier as one HTML page: identification, ICS and IXIT, and what is wrong with them.

Like the report it asks the network for nothing, has no script, and escapes whatever it shows.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.config.dossier.checking import Checked
from harness.config.dossier.problems import Problem
from harness.config.dossier.use import Framework, parts_for
from harness.model.base import Frozen
from harness.model.catalogue import CatalogueProvision
from harness.model.dossier import Dossier, IcsRow
from harness.model.ixit.form import FieldForm
from harness.report.declared_rows import as_text
from harness.report.html import page_environment
from harness.report.revisions import RevisionView


@dataclass(frozen=True)
class _Answer:
    """A row of the ICS, with the provision that it answers if the framework is known."""

    row: IcsRow
    provision: CatalogueProvision | None


@dataclass(frozen=True)
class _Statement:
    """An ICS table."""

    framework: str
    title: str
    answers: tuple[_Answer, ...]


@dataclass(frozen=True)
class _Row:
    """A row of an IXIT table: each field that says something."""

    id: str
    fields: tuple[tuple[FieldForm, str], ...]


@dataclass(frozen=True)
class _Table:
    """An IXIT table under its official names."""

    names: tuple[str, ...]
    meaning: str
    none: bool
    rows: tuple[_Row, ...]
    problems: tuple[Problem, ...]


def dossier_page(
    checked: Checked, dossier: Dossier, revisions: Sequence[RevisionView] | None = None
) -> str:
    """The page for a dossier.

    Args:
        checked: what was found in it, and the frameworks whose form it is shown in.
        dossier: what to show.
        revisions: of a dossier that was frozen with a run, its revisions; None = a file that was
            looked through.
    """
    problems: dict[str, list[Problem]] = {}
    for problem in checked.problems:
        problems.setdefault(problem.table, []).append(problem)
    template = page_environment().get_template("dossier.html")
    return template.render(
        dossier=dossier,
        checked=checked,
        revisions=revisions,
        statements=tuple(_statements(checked, dossier)),
        tables=tuple(_tables(checked, dossier, problems)),
        records=dossier.evidence or (),
    )


def _statements(checked: Checked, dossier: Dossier) -> Iterator[_Statement]:
    for name, rows in dossier.ics.items():
        known = _known(checked, name)
        provisions = {str(each.id): each for each in known.catalogue.provisions} if known else {}
        answers = tuple(_Answer(row, provisions.get(row.provision)) for row in rows)
        yield _Statement(name, known.catalogue.title if known else "", answers)


def _known(checked: Checked, name: str) -> Framework | None:
    for framework in checked.frameworks:
        if name in {framework.name, framework.catalogue.framework.slug}:
            return framework
    return None


def _tables(
    checked: Checked, dossier: Dossier, problems: Mapping[str, list[Problem]]
) -> Iterator[_Table]:
    for part in parts_for(checked.frameworks):
        name = part.form.name
        rows = tuple(
            _Row(row.id, tuple(_fields(row, part.form.fields))) for row in dossier.ixit.rows(name)
        )
        yield _Table(
            names=part.names,
            meaning=part.form.meaning,
            none=name in dossier.ixit.none,
            rows=rows,
            problems=tuple(problems.get(f"ixit.{name}", ())),
        )


def _fields(row: Frozen, fields: tuple[FieldForm, ...]) -> Iterator[tuple[FieldForm, str]]:
    for field in fields:
        value = getattr(row, field.key)
        if field.key != "id" and value is not None and value not in ("", ()):
            yield field, as_text(value)
