"""What people answered and what the supplier declared, as explanations quote it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from harness.encoding.text import neutralise
from harness.encoding.tree import Tree, read
from harness.model.dossier import Dossier
from harness.model.judgement import Judgement, Outcome
from harness.model.question import Answer
from harness.report.declared_rows import ICS, declared_row

_LONG: Final = 1000
_ROWS: Final = 24
"""Most rows of one unit that are quoted; the others are named by their judgements."""


@dataclass(frozen=True)
class SeenAnswer:
    """What one person answered.

    Attributes:
        replaced_by: number of the answer that corrects this one; None for one that counts.
        how: ``scripted``, ``signed`` or ``not signed``: how much the name is worth.
    """

    number: int
    question: str
    item: str
    value: str
    reason: str
    person: str
    at: str
    how: str
    replaced_by: int | None


@dataclass(frozen=True)
class SeenField:
    """One field of a row that is filled in."""

    name: str
    text: str


@dataclass(frozen=True)
class SeenRow:
    """One row of the dossier: ``1-AuthMech/AuthMech-1``."""

    row: str
    fields: tuple[SeenField, ...]


class Grounds:
    """The answers of one survey and the rows of its dossier."""

    def __init__(self, survey: Tree, masked: Callable[[str], str]) -> None:
        """Quote from ``survey``, the tree below ``survey/``; ``masked`` hides known secrets.

        Raises:
            CaptureError: an answer is not strict JSON.
            ValueError: it is not valid.
        """
        names = (name for name in survey.names() if name.startswith("answers/"))
        found = [Answer.from_bytes(read(survey, name)) for name in names if name.endswith(".json")]
        self._answers = {answer.number: answer for answer in found}
        self._masked = masked

    def answers(self, judgements: Iterable[Judgement]) -> tuple[SeenAnswer, ...]:
        """Those that ``judgements`` rest on, and before each the ones that it corrects."""
        numbers = dict.fromkeys(number for said in judgements for number in said.answers)
        return tuple(shown for number in numbers for shown in self._with_past(number))

    def rows(
        self, dossier: Dossier, framework: str, judgements: Iterable[Judgement]
    ) -> tuple[SeenRow, ...]:
        """The rows that ``judgements`` rest on, each once, as far as the dossier has them.

        An answer of the ICS that is as it should be is said by its judgement well enough.
        """
        refs = dict.fromkeys(
            ref
            for said in judgements
            for ref in said.rows
            if said.outcome is not Outcome.HELD or not ref.startswith(f"{ICS}/")
        )
        found = [declared_row(dossier, framework, ref) for ref in refs]
        return tuple(
            SeenRow(
                neutralise(row.ref),
                tuple(SeenField(self._shown(name), self._shown(text)) for name, text in row.fields),
            )
            for row in [each for each in found if each][:_ROWS]
        )

    def _with_past(self, number: int) -> Iterator[SeenAnswer]:
        chain: list[Answer] = []
        wanted: int | None = number
        while wanted in self._answers and len(chain) < len(self._answers):
            chain.append(self._answers[wanted])
            wanted = chain[-1].replaces
        return self._said(chain[::-1])

    def _said(self, chain: Sequence[Answer]) -> Iterator[SeenAnswer]:
        followers: list[int | None] = [*(answer.number for answer in chain[1:]), None]
        for answer, later in zip(chain, followers, strict=True):
            yield SeenAnswer(
                number=answer.number,
                question=self._shown(answer.question),
                item=self._shown(answer.item),
                value=self._shown(answer.value),
                reason=self._shown(answer.reason),
                person=self._shown(answer.person),
                at=self._shown(answer.at),
                how="scripted" if answer.scripted else "signed" if answer.signed else "not signed",
                replaced_by=later,
            )

    def _shown(self, text: str) -> str:
        return neutralise(self._masked(text), _LONG)
