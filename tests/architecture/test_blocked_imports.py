"""Each part of the distribution works without what only other parts need."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PURE = ("harness/facts", "harness/interpret", "harness/assessment", "test_suites")
BENCH_LIBRARIES = ("serial", "paramiko", "nmap", "requests", "pyroute2")
REPLAY_LIBRARIES = ("pytest", "typer", "rich", "jinja2", "allure_pytest", "defusedxml")
WORLD = ("socket", "subprocess", "ssl", "asyncio", "multiprocessing")


def test_a_verifier_needs_nothing_but_the_base_package(imports_without, modules_of):
    names = modules_of("harness/verify") + modules_of("harness/trust")
    blocked = (*BENCH_LIBRARIES, *REPLAY_LIBRARIES, "asyncssh", "tlslite")
    assert imports_without(names, blocked) == ""


@pytest.mark.parametrize("name", ["harness.plugin.child", "harness.replay.replaying"])
def test_judging_and_replaying_need_no_library_of_the_bench(imports_without, name):
    assert imports_without([name], BENCH_LIBRARIES) == ""


@pytest.mark.parametrize("folder", PURE)
def test_parsers_facts_criteria_and_suites_touch_no_device(imports_without, modules_of, folder):
    said = imports_without(modules_of(folder), (*BENCH_LIBRARIES, "pytest", "typer"), WORLD)
    assert said == ""


@pytest.mark.parametrize("folder", PURE)
def test_nor_do_they_import_the_world_late(folder):
    for file in sorted((ROOT / folder).rglob("*.py")):
        found = set(_imported(ast.parse(file.read_text()))) & {*WORLD, *BENCH_LIBRARIES}
        assert not found, f"{file.relative_to(ROOT)} imports {found}"


def test_suites_load_where_pytest_cannot_be_imported(imports_without, modules_of):
    assert imports_without(["harness.testing", *modules_of("test_suites")], ["pytest"]) == ""


def test_a_blocked_module_is_noticed(imports_without):
    assert "blocked: serial" in imports_without(["harness.bench.console"], ["serial"])


def test_a_module_of_ours_that_reaches_for_sockets_is_noticed(imports_without):
    said = imports_without(["harness.bench.network"], in_ours=["socket"])
    assert "blocked: socket in harness." in said


def _imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]
