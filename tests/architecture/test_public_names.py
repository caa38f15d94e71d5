"""What is public says what it is: modules and names have docstrings, signatures have types."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted([*(ROOT / "harness").rglob("*.py"), *(ROOT / "test_suites").rglob("*.py")])
Function = ast.FunctionDef | ast.AsyncFunctionDef


def public(body):
    """Public definitions, those inside public classes included."""
    for node in body:
        if isinstance(node, (Function, ast.ClassDef)) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public(node.body)


def overrides(node):
    names = {decorator.id for decorator in node.decorator_list if isinstance(decorator, ast.Name)}
    return bool(names & {"override", "overload"})


def unannotated(node):
    arguments = node.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    every += [entry for entry in (arguments.vararg, arguments.kwarg) if entry]
    bare = [entry.arg for entry in every if entry.annotation is None]
    return [name for name in bare if name not in {"self", "cls"}] + (
        [] if node.returns else ["return"]
    )


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_public_module_says_what_it_is_and_what_goes_in_and_out(file):
    tree = ast.parse(file.read_text())
    assert ast.get_docstring(tree), "the module has no docstring"
    for node in public(tree.body):
        where = f"line {node.lineno}: {node.name}"
        if not overrides(node):
            assert ast.get_docstring(node), f"{where} has no docstring"
        if isinstance(node, Function):
            assert not unannotated(node), f"{where}: no type for {unannotated(node)}"
