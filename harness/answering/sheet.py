"""Questions as a spread-sheet for an assessor at a desk, and the answers back out of it.

A row is bound to its question by the key in its last column, which is made of the wording, the item
and the text of its IXIT row: what has changed since the export is refused, by name. So is what
somebody else has answered meanwhile; nothing is overwritten silently.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from harness.answering.desk import Desk, Given
from harness.answering.queue import Asked, Standing
from harness.config.workbooks import safe_text, text_rows
from harness.errors import ConfigError, MissingExtraError, StorageError, UsageError
from harness.model.question import AnswerKind, AskedStatus

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

SHEET: Final = "Answers"
_COLUMNS: Final = {
    "Where": 14, "Section": 24, "Question": 12, "Item": 14, "What is asked": 60,
    "What the supplier says": 50, "What is known": 40, "Choices": 16, "Answered": 14, "By": 16,
    "Answer": 16, "Reason": 40, "Opened": 10, "Seen": 8, "Key": 10,
}  # fmt: skip
_SHOWN: Final = 8000
"""Characters of a cell that is only read."""
_MAX_LIST: Final = 250
"""Characters of a list in a rule of a spread-sheet."""
_READ: Final = ("Question", "Item", "Answer", "Reason", "Seen", "Key")
_FROM_FILE: Final = frozenset({AnswerKind.PHOTO, AnswerKind.FILE})


@dataclass
class Taken:
    """What came of an import.

    Attributes:
        refused: each with the question and why.
    """

    written: int = 0
    unchanged: int = 0
    refused: list[str] = field(default_factory=list)


def write_sheet(path: Path, standing: Sequence[Standing]) -> None:
    """Write the questions that a sheet can answer; photos and files need the page.

    Raises:
        UsageError: the file is there already.
        MissingExtraError: openpyxl is not installed.
        StorageError: it cannot be written.
    """
    try:
        from openpyxl import Workbook
    except ModuleNotFoundError as error:
        raise MissingExtraError("reports", "spread-sheets") from error
    if path.exists():
        raise UsageError(f"{path}: is there already; nothing is overwritten")
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = SHEET
    asked = [each for each in standing if _fits(each)]
    _fill(sheet, asked)
    _offer_choices(sheet, asked)
    try:
        book.save(path)
    except OSError as error:
        raise StorageError(f"{path}: cannot be written: {error.strerror}") from error


def _fill(sheet: "Worksheet", asked: Sequence[Standing]) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    sheet.freeze_panes = "E2"
    for place, (name, width) in enumerate(_COLUMNS.items(), 1):
        safe_text(sheet.cell(1, place), name)
        sheet.cell(1, place).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(place)].width = width
    for number, each in enumerate(asked, 2):
        for place, text in enumerate(_cells(each), 1):
            cell = sheet.cell(number, place)
            safe_text(cell, text[:_SHOWN])
            cell.alignment = Alignment(wrap_text=True, vertical="top")


def _offer_choices(sheet: "Worksheet", asked: Sequence[Standing]) -> None:
    """A list to choose from in the cell of each answer, where it fits into a rule."""
    from openpyxl.worksheet.datavalidation import DataValidation

    column = list(_COLUMNS).index("Answer") + 1
    rules: dict[str, DataValidation] = {}
    for number, each in enumerate(asked, 2):
        listed = ",".join(each.entry.question.choices)
        if each.entry.question.kind is AnswerKind.CHOICE and len(listed) <= _MAX_LIST:
            if listed not in rules:
                rules[listed] = DataValidation(type="list", formula1=f'"{listed}"')
                sheet.add_data_validation(rules[listed])
            rules[listed].add(sheet.cell(number, column))


def _fits(standing: Standing) -> bool:
    is_file = standing.entry.question.kind in _FROM_FILE
    return standing.status is not AskedStatus.SETTLED and not is_file


def _cells(standing: Standing) -> Iterator[str]:
    entry, newest = standing.entry, standing.newest
    yield entry.place
    yield entry.section
    yield entry.question.id
    yield entry.item
    yield entry.question.prompt
    rows = [entry.row, *(((table, name), *fields) for table, name, fields in entry.named)]
    yield "\n\n".join("\n".join(f"{title}: {text}" for title, text in row) for row in rows)
    yield "\n".join((*entry.purposes, *entry.related))
    is_choice = entry.question.kind is AnswerKind.CHOICE
    yield "\n".join(entry.question.choices) if is_choice else entry.question.kind.value
    yield newest.value if newest else ""
    yield newest.person if newest else ""
    yield ""
    yield ""
    yield "" if entry.question.opens else "-"
    yield str(newest.number) if newest else ""
    yield entry.key


def take_sheet(path: Path, desk: Desk, person: str) -> Taken:
    """Take every filled-in answer that can be taken.

    Raises:
        ConfigError: it is no such sheet.
        BusyError: the run is being sealed.
        StorageError: the disk takes no more.
    """
    taken = Taken()
    for row in _rows(path):
        if row["Answer"]:
            _take(row, desk, person, taken)
    return taken


def _rows(path: Path) -> list[Mapping[str, str]]:
    try:
        rows = text_rows(path, SHEET)
    except KeyError as error:
        raise _not_ours(path, f"there is no sheet {SHEET}") from error
    names = list(rows[0]) if rows else []
    for name in _READ:
        if name not in names:
            raise _not_ours(path, f"its first row has no {name}")
    empty = dict.fromkeys(names, "")
    return [{**empty, **dict(zip(names, row, strict=False))} for row in rows[1:] if row]


def _not_ours(path: Path, problem: str) -> ConfigError:
    mend = "Fill in a sheet that certbench answers export has written."
    return ConfigError(str(path), SHEET, problem, mend)


def _take(row: Mapping[str, str], desk: Desk, person: str, taken: Taken) -> None:
    name = f"{row['Question']} {row['Item']}"
    entry = desk.queue.by_key.get(row["Key"])
    if entry is None or entry.question.id != row["Question"] or entry.item != row["Item"]:
        taken.refused.append(f"{name}: the question or what it is about has changed: export again")
        return
    if entry.status is AskedStatus.SETTLED:
        taken.refused.append(f"{name}: what was seen contradicts already")
        return
    if _is_there(row, desk, entry):
        taken.unchanged += 1
        return
    seen = row["Seen"]
    given = Given(
        value=row["Answer"],
        reason=row["Reason"],
        seen=int(seen) if seen.isdecimal() else None,
        opened=row.get("Opened", "").strip().strip("-"),
    )
    try:
        desk.answer(entry, given, person, facts=False)
    except UsageError as error:
        taken.refused.append(f"{name}: {error}")
    else:
        taken.written += 1


def _is_there(row: Mapping[str, str], desk: Desk, entry: Asked) -> bool:
    """The newest answer says the same, as after a second import of one sheet."""
    newest = desk.queue.one(entry, desk.store.read()).newest
    if newest is None or entry.changed_since(newest):
        return False
    return (newest.value.casefold(), newest.reason) == (row["Answer"].casefold(), row["Reason"])
