"""The pages on which people answer: made anew for every request, from what is on the disk."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import jinja2

from harness.answering.desk import Desk
from harness.answering.queue import AT_A_DESK, Asked
from harness.encoding.text import counted, neutralise, neutralise_lines
from harness.model.question import AskedStatus

_LONG_TEXT: Final = 4000
_WORDS: Final[Mapping[AskedStatus, str]] = {
    AskedStatus.OPEN: "open",
    AskedStatus.VOID: "changed since it was answered",
    AskedStatus.UNSURE: "decides nothing",
    AskedStatus.ANSWERED: "answered",
    AskedStatus.SETTLED: "contradicted by what was seen",
}


@dataclass(frozen=True)
class Visitor:
    """Who looks at a page.

    Attributes:
        person: the name that their answers bear.
        base: path of their pages, with a slash at both ends.
        form_token: must come back with every form.
    """

    person: str
    base: str
    form_token: str


class Pages:
    """The list and the questions, as HTML."""

    def __init__(self, desk: Desk, dut: str, command: str) -> None:
        """Show ``desk``; ``dut`` names the device, ``command`` is what to type at the end."""
        self._desk = desk
        self._dut = dut
        self._command = command

    def overview(self, visitor: Visitor, said: str = "") -> bytes:
        """Every question, grouped by state and section."""
        desk = self._desk
        standing = desk.standing()
        holders = {
            each.entry.key: lease.person
            for each in standing
            if (lease := desk.leases.holder(each.entry.key)) and lease.person != visitor.person
        }
        first = desk.next_after("", visitor.person)
        return self._page(
            "list.html",
            visitor,
            said=said,
            groups=list(desk.queue.groups(standing)),
            start=first.key if first else "",
            holders=holders,
            command=self._command,
            words={status.value: text for status, text in _WORDS.items()},
        )

    def question(
        self,
        visitor: Visitor,
        entry: Asked,
        problem: str = "",
        typed: Mapping[str, str] | None = None,
    ) -> bytes:
        """One question; the visitor's from now on, unless it is another's.

        Args:
            visitor: who looks.
            entry: the question.
            problem: why the answer that came could not be kept.
            typed: what that answer was, so that nobody types it twice.
        """
        desk = self._desk
        settled = entry.status is AskedStatus.SETTLED
        holder = None if settled else desk.others_lease(entry, visitor.person)
        standing = desk.queue.one(entry, desk.store.read())
        newest = standing.newest
        following = desk.next_after(entry.key, visitor.person)
        return self._page(
            "question.html",
            visitor,
            standing=standing,
            settled=settled,
            holder=holder,
            samples=desk.samples if entry.question.opens else (),
            facts=list(desk.facts(entry)),
            corrects=newest is not None and not entry.changed_since(newest),
            problem=problem,
            typed=typed or {},
            dut=self._dut,
            next_key=following.key if following else entry.key,
        )

    def _page(self, template: str, visitor: Visitor, **context: object) -> bytes:
        standing = self._desk.standing()
        left = sum(each.is_open for each in standing)
        page = _environment().get_template(template)
        text = page.render(
            base=visitor.base,
            person=visitor.person,
            form_token=visitor.form_token,
            done=len(standing) - left,
            open=left,
            total=len(standing),
            desk=AT_A_DESK,
            **context,
        )
        return text.encode("utf-8", "replace")


@cache
def policy() -> str:
    """The Content-Security-Policy of every page: our style sheet and script, and no request."""
    style, script = _digest("answer.css"), _digest("answer.js")
    return (
        f"default-src 'none'; style-src '{style}'; script-src '{script}'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("harness.answering", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(shown=neutralise, long=_long)
    environment.globals.update(counted=counted)
    return environment


def _long(text: str) -> str:
    return neutralise_lines(text[:_LONG_TEXT].replace("\r\n", "\n"))


def _digest(template: str) -> str:
    text = _environment().get_template(template).render()
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}"
