"""The terminal: where device text reaches a person's eyes, and the last place that can disarm it.

Whatever a command prints for people, what the program logs, and what Python warns of goes through
`Terminal`, which lets no escape sequence, control character, bidirectional mark, emoji code or link
of foreign text through, wherever that text slipped past `escape` and `neutralise` on its way.
"""

import logging
import sys
import threading
import traceback
from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text
from typing_extensions import override

from harness.encoding.text import neutralise_lines

_LONGEST_LOG = 4000


class Terminal(Console):
    """A rich console on standard error whose text is harmless, whoever wrote it.

    Colours and cursor movements of the program itself stay: they are no text.
    """

    def __init__(self) -> None:
        """Print on standard error, for people."""
        super().__init__(stderr=True, highlight=False, emoji=False)

    @override
    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            yield segment if segment.control else _harmless(segment)


def _harmless(segment: Segment) -> Segment:
    style = segment.style
    if style is not None and style.link:
        style = style.update_link(None)
    return Segment(neutralise_lines(segment.text), style)


def take_over(terminal: Terminal) -> None:
    """Send log records, warnings and uncaught errors of threads through ``terminal``."""
    logging.captureWarnings(capture=True)
    root = logging.getLogger()
    root.addHandler(_TerminalHandler(terminal))

    def thread_failed(arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            show_error(terminal, arguments.exc_value)

    threading.excepthook = thread_failed


def show_error(terminal: Terminal, error: BaseException) -> None:
    """Print a defect of the program with its traceback; its message may quote a device."""
    terminal.print(Text("".join(traceback.format_exception(error))), soft_wrap=True)


class _TerminalHandler(logging.Handler):
    """Prints warnings and worse as lines of plain text."""

    def __init__(self, terminal: Terminal) -> None:
        super().__init__(logging.WARNING)
        self._terminal = terminal

    @override
    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = self.format(record)[:_LONGEST_LOG]
            self._terminal.print(Text(text), style="dim", soft_wrap=True)
        except (OSError, ValueError):  # nobody reads standard error any more
            self.handleError(record)


def plain(text: str) -> None:
    """Write program output that is no markup to standard error, for tools that run others."""
    sys.stderr.write(neutralise_lines(text))
    sys.stderr.flush()
