"""Text of a device leaves the product through few doors, and each of them disarms it."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRODUCT = sorted(
    file
    for folder in ("harness", "test_suites")
    for file in (ROOT / folder).rglob("*.py")
    if "reference" not in file.relative_to(ROOT).parts  # devices: processes of their own
)
STREAMS = {
    "harness/bench/namespace.py": "flushes before it gives way to another process",
    "harness/bench/operator.py": "asks a person; neutralises what it quotes",
    "harness/cli/__init__.py": "names an extra, before anything else can be imported",
    "harness/cli/output.py": "JSON in ASCII",
    "harness/cli/terminal.py": "the terminal's own door",
    "harness/plugin/child.py": "flushes around its forks; only the parent reads it",
    "harness/verify/command.py": "needs nothing but the base package; neutralises",
}
"""Who may touch standard output and error, and why that is harmless."""
TELLING = frozenset(
    """
    advice address banner cause detail guess id item key_id mend message name path problem reason
    shown subject summary text title where why
    """.split()  # noqa: SIM905  (twenty short words)
)
"""Last names of expressions that may hold what a device, a supplier or a bundle says."""
OURS = frozenset({"rule.id", "sample.id", "step.name"})
"""Expressions with such a name whose words are the program's, or checked against a pattern."""
SHOWING = frozenset({"print", "add_row", "add_task", "add_column"})


def parsed(file):
    return ast.parse(file.read_text(encoding="utf-8"))


def place(file):
    return file.relative_to(ROOT).as_posix()


def calls(tree):
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


@pytest.mark.parametrize("file", PRODUCT, ids=place)
def test_nobody_prints_past_the_terminal(file):
    tree = parsed(file)
    touched = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in {("sys", "stdout"), ("sys", "stderr")}
    }
    assert not touched or place(file) in STREAMS
    for call in calls(tree):
        name = ast.unparse(call.func)
        assert name not in {"print", "traceback.print_exc", "typer.echo", "click.echo"}
        assert name != "Console", "use harness.cli.terminal.Terminal"


def test_every_writer_is_still_there():
    for name in STREAMS:
        assert "sys.std" in (ROOT / name).read_text(encoding="utf-8")


def interpolated(node):
    """Expressions that end up in the strings of ``node``, without those that were escaped."""
    for text in ast.walk(node):
        if isinstance(text, ast.JoinedStr):
            for part in text.values:
                if isinstance(part, ast.FormattedValue):
                    yield part.value


def bare(expression):
    """Whether an expression may hold foreign text and does not pass `escape`."""
    if isinstance(expression, ast.Call):
        if ast.unparse(expression.func) == "escape":
            return False
        return any(bare(argument) for argument in expression.args)
    name = ""
    if isinstance(expression, ast.Attribute):
        name = expression.attr
    if isinstance(expression, ast.Subscript) and isinstance(expression.slice, ast.Constant):
        name = str(expression.slice.value)
    return name in TELLING and ast.unparse(expression) not in OURS


SHOWN = [file for file in PRODUCT if "from rich" in file.read_text(encoding="utf-8")]


@pytest.mark.parametrize("file", SHOWN, ids=place)
def test_no_foreign_text_is_read_as_markup(file):
    shown = [
        node
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.Yield)
        or (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in SHOWING
        )
    ]
    found = [
        f"line {value.lineno}: {ast.unparse(value)}"
        for node in shown
        for value in interpolated(node)
        if bare(value)
    ]
    assert not found, "put it through rich.markup.escape"


def test_an_unescaped_text_is_noticed():
    tree = ast.parse("console.print(f'[bold]{finding.summary}[/] {escape(finding.subject)}')")
    assert [ast.unparse(value) for value in interpolated(tree) if bare(value)] == [
        "finding.summary"
    ]


@pytest.mark.parametrize("file", PRODUCT, ids=place)
def test_pages_are_escaped_by_the_template_engine(file):
    for call in calls(parsed(file)):
        if ast.unparse(call.func) in {"jinja2.Environment", "Environment"}:
            (escaping,) = [word.value for word in call.keywords if word.arg == "autoescape"]
            toml = place(file) == "harness/config/dossier/template.py"
            assert ast.literal_eval(escaping) is not toml
        assert ast.unparse(call.func) not in {"Markup", "markupsafe.Markup"}


@pytest.mark.parametrize("file", sorted((ROOT / "harness").rglob("templates/*.html")), ids=place)
def test_no_template_switches_the_escaping_off(file):
    text = file.read_text(encoding="utf-8")
    assert "safe" not in {word.strip() for word in text.replace("}", "|").split("|")}
    assert "autoescape" not in text
