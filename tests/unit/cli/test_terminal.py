"""The terminal shows foreign text and obeys none of it."""

import io
import logging
import threading
import unicodedata
import warnings

import pytest
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from harness.cli.terminal import Terminal, plain, show_error, take_over

TEXTS = {
    "colour": "\x1b[31mred",
    "title": "\x1b]0;owned\x07",
    "link": "\x1b]8;;http://203.0.113.1/\x1b\\here\x1b]8;;\x1b\\",
    "c1": "\x9b2J\x85\x90",
    "order": "\u202egnp.exe\u2066\u2069\u200f",
    "line ends": "a\rb\x0b\x0c\u2028\u2029",
    "tags": "\U000e0041\ufeff\u00ad",
}
MARKUP = "[bold]loud[/bold] [link=http://203.0.113.1]l[/link] :skull: [/] end\\"


@pytest.fixture
def screen(monkeypatch):
    """A terminal that believes in colours, and what it wrote."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    terminal = Terminal()
    terminal.file = io.StringIO()
    return terminal


def steering(text):
    return {sign for sign in text if unicodedata.category(sign) in {"Cc", "Cf", "Zl", "Zp"}}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_nothing_that_steers_a_terminal_gets_out(screen, text):
    table = Table("name")
    table.add_row(text)
    screen.print(text, markup=False)
    screen.print(f"[bold]{escape(text)}[/]")
    screen.print(table)
    assert steering(screen.file.getvalue()) == {"\n"}


def test_markup_in_foreign_text_is_only_text(screen):
    screen.print(f"[bold]{escape(MARKUP)}[/] after", soft_wrap=True)
    assert screen.file.getvalue() == f"{MARKUP} after\n"


def test_a_link_that_slipped_through_is_no_link(screen):
    screen._force_terminal = True
    screen.print("[link=http://203.0.113.1/]here[/link]")
    assert "203.0.113.1" not in screen.file.getvalue()


def test_own_colours_stay(screen, monkeypatch):
    terminal = Terminal()
    terminal.file, terminal._force_terminal, terminal._color_system = io.StringIO(), True, 1
    terminal.print("[red]ours[/] \x1b[31m", markup=True)
    written = terminal.file.getvalue()
    assert written.startswith("\x1b[31mours\x1b[0m")
    assert r"\x1b[31m" in written


def test_progress_with_a_hostile_name_steers_nothing(screen):
    with Progress(console=screen) as bar:
        bar.add_task(escape(TEXTS["title"]), total=1)
    assert steering(screen.file.getvalue()) <= {"\n"}


@pytest.fixture
def taken(screen):
    """Log records, warnings and threads' errors go through the terminal during the test."""
    root, hook = logging.getLogger(), threading.excepthook
    before = list(root.handlers)
    take_over(screen)
    yield screen
    logging.captureWarnings(capture=False)
    threading.excepthook = hook
    for handler in set(root.handlers) - set(before):
        root.removeHandler(handler)


def test_logs_warnings_and_errors_go_the_same_way(taken):
    text = TEXTS["colour"]
    logging.getLogger("urllib3").warning("bad header: %s", text)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn(text, UserWarning, stacklevel=1)

    def fail():
        raise ValueError(text)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    try:
        fail()
    except ValueError as error:
        show_error(taken, error)
    written = taken.file.getvalue()
    assert steering(written) == {"\n"}
    assert written.count(r"\x1b[31mred") >= 4
    assert "Traceback" in written


def test_what_other_programs_write_is_relayed_line_by_line(capsys):
    plain("one\ntwo" + TEXTS["title"] + "\n")
    assert capsys.readouterr().err == "one\ntwo\\x1b]0;owned\\x07\n"
