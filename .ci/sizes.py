"""Longest modules and functions of the product, against our aims; a report, not a gate."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
MODULE_LINES, FUNCTION_LINES, SHOWN = 400, 50, 12


def functions(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Name and code lines (without the docstring) of each function."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            lines = node.end_lineno - node.lineno + 1
            first = node.body[0]
            if ast.get_docstring(node) is not None and first.end_lineno:
                lines -= first.end_lineno - first.lineno + 1
            yield node.name, lines


def main() -> None:
    """Print the longest of both and how many lie above the aim."""
    modules, found = [], []
    for folder in ("harness", "test_suites"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            text = file.read_text("utf-8")
            name = file.relative_to(ROOT).as_posix()
            modules.append((text.count("\n"), name))
            found.extend(
                (lines, f"{name}:{called}") for called, lines in functions(ast.parse(text))
            )
    for title, aim, rows in (
        ("modules", MODULE_LINES, modules),
        ("functions", FUNCTION_LINES, found),
    ):
        above = sum(lines > aim for lines, _ in rows)
        sys.stdout.write(f"{len(rows)} {title}, {above} above {aim} lines\n")
        for lines, name in sorted(rows, reverse=True)[:SHOWN]:
            sys.stdout.write(f"  {lines:5} {name}\n")
    tests = sum(file.read_text("utf-8").count("\n") for file in (ROOT / "tests").rglob("*.py"))
    source = sum(lines for lines, _ in modules)
    sys.stdout.write(f"tests/source: {tests}/{source} lines = {tests / source:.2f}\n")


if __name__ == "__main__":
    main()
