"""A dossier as the text of a dossier.toml."""

import re
from collections.abc import Iterator
from typing import Any, Final

from pydantic import BaseModel

from harness.encoding.text import neutralise
from harness.encoding.toml import basic_string, inline
from harness.model.dossier import Dossier
from harness.model.ixit.form import TABLES

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")


def dossier_text(dossier: Dossier, origin: str) -> str:
    """The dossier in TOML; reading it gives the same dossier. What holds a default is left out.

    Args:
        dossier: what is written.
        origin: where it comes from, for the first line.
    """
    return "\n".join(_lines(dossier, origin)) + "\n"


def _lines(dossier: Dossier, origin: str) -> Iterator[str]:
    yield f"# Dossier, written from {neutralise(origin)}"
    yield ""
    for key in ("revision", "author", "reason", "trigger"):
        yield f"{key} = {inline(getattr(dossier, key))}"
    yield from ("", "[dut]", *_pairs(dossier.dut), "", "[ics]")
    for framework, rows in dossier.ics.items():
        name = framework if _BARE.fullmatch(framework) else basic_string(framework)
        yield f"{name} = ["
        for row in rows:
            yield f"  {inline(row.to_json())},"
        yield "]"
    yield from ("", "[ixit]", f"none = {inline(dossier.ixit.none)}")
    for form in TABLES:
        declared = dossier.ixit.rows(form.name)
        if declared:
            yield from ("", f"# {form.name}: {form.meaning}")
        for entry in declared:
            yield from ("", f"[[ixit.{form.name}]]", *_pairs(entry))
    for record in dossier.evidence or ():
        yield from ("", "[[evidence]]", *_pairs(record))


def _pairs(model: BaseModel) -> Iterator[str]:
    fields = type(model).model_fields
    values: dict[str, Any] = model.model_dump(mode="json", exclude_none=True)
    for key, value in values.items():
        required = fields[key].is_required() or key == "id"
        if required or getattr(model, key) != fields[key].default:
            yield f"{key} = {inline(value)}"
