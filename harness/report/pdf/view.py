"""``report.pdf``: the content, typeset by typst as PDF/A-2b and PDF/UA-1.

The compiler is asked for both standards and refuses what breaks them; nobody else has validated the
file. The content goes in as JSON that the template reads: nothing of it is ever markup.
"""

import json
from collections.abc import Mapping
from importlib.resources import as_file, files
from importlib.util import find_spec
from typing import Any, Final

from harness.errors import EvidenceError
from harness.report.pdf.content import content
from harness.report.source import ReportSource

NAME: Final = "report.pdf"
STANDARDS: Final = ("a-2b", "ua-1")


def pdf_view(source: ReportSource) -> dict[str, bytes]:
    """The test report; nothing where the extra ``reports`` is not installed."""
    return {NAME: compiled(content(source))} if find_spec("typst") is not None else {}


def compiled(said: Mapping[str, Any]) -> bytes:
    """The file; the same content gives the same bytes.

    Raises:
        EvidenceError: the typesetter refuses, which is a defect of the template.
    """
    import typst

    with as_file(files("harness.report.pdf") / "template") as folder:
        try:
            return typst.compile(
                folder / "report.typ",
                root=folder,
                sys_inputs={"content": json.dumps(said)},
                ignore_system_fonts=True,
                pdf_standards=list(STANDARDS),
            )
        except typst.TypstError as error:
            raise EvidenceError(f"{NAME}: cannot be made: {error.message}") from error
