"""Every view that a bundle carries in ``data/report/``, made from its documents alone."""

from pathlib import Path
from typing import Final

from harness.report.html import html_view
from harness.report.junit_xml import junit_view
from harness.report.oscal.view import oscal_view
from harness.report.pdf.view import pdf_view
from harness.report.source import ReportSource, View
from harness.report.tables import tables_view
from harness.survey.store import write_atomic

VIEWS: Final[tuple[View, ...]] = (html_view, tables_view, junit_view, oscal_view, pdf_view)


def write_views(source: ReportSource, folder: Path) -> None:
    """Write every view into ``folder``, which must not exist.

    Raises:
        OSError: it cannot be written, or the source lacks a file.
        EvidenceError: the survey holds a link or a special file.
        ValueError: a document of the source is not valid.
    """
    folder.mkdir()
    for view in VIEWS:
        for name, content in view(source).items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(path, content)
