"""Whoever follows a page gets what it says; hardware is replaced by the reference router."""

from pathlib import Path

import pytest

from harness.testing.suites import find_frameworks

ROOT = Path(__file__).parents[2]
NEEDS_DEMO = {
    "add-a-framework.md",
    "check-a-bundle.md",
    "compare-two-bundles.md",
    "decide-on-a-bundle.md",
    "keep-a-transparency-log.md",
    "publish-an-edition.md",
    "sign-and-time-stamp.md",
}
SURVEYING = [
    ROOT / "README.md",
    ROOT / "docs" / "tutorial" / "first-run.md",
    *sorted((ROOT / "docs" / "how-to").glob("*.md")),
]


@pytest.mark.slow
@pytest.mark.netns
@pytest.mark.usefixtures("private_bench")
@pytest.mark.parametrize("path", SURVEYING, ids=lambda path: path.name)
def test_a_page_can_be_followed_from_top_to_bottom(path, desk, read_blocks):
    if path.name in NEEDS_DEMO:
        desk.have_demo()
    for block in read_blocks(path):
        desk.follow(block)


def test_plans_can_be_made_from_every_page_without_a_device(desk, read_blocks):
    plans = 0  # init needs no device either, and may write what a plan reads
    for path in SURVEYING:
        for block in read_blocks(path):
            if "file" in block.marks:
                desk.follow(block)
            for line in block.text.splitlines() if block.kind == "console" else ():
                if line.startswith(("certbench plan ", "certbench init ")):
                    code, said = desk.run(line)
                    assert code == 0, f"{block}: {said}"
                    plans += line.startswith("certbench plan ")
    assert plans


def test_make_has_every_target_that_pages_name(page, read_blocks):
    makefile = (ROOT / "Makefile").read_text()
    for block in read_blocks(page):
        for line in block.text.splitlines() if block.kind in {"console", "text"} else ():
            if line.startswith("make "):
                assert f"\n{line.split()[1]}:" in makefile, f"{block}: {line}"


def test_the_readme_counts_the_implemented_units_right():
    ((suite, catalogue),) = find_frameworks(["etsi-en-303-645@2.1.1"])
    units, missing = suite.units_of(catalogue)
    text = " ".join((ROOT / "README.md").read_text().split())
    assert not missing
    assert {entry.unit for entry in units} == {unit.id for unit in catalogue.units}
    assert f"every one of the {len(catalogue.units)} test units of TS 103 701" in text
