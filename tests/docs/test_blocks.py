"""What pages show can be loaded, and where they point to is there."""

import json
import re
import tomllib

from harness.bench.operator import AnswerScript
from harness.config.baseline import load_baseline
from harness.config.disclosure import load_disclosure
from harness.config.files import load_bench, load_dossier
from harness.config.job import load_job
from harness.config.reading import load_model
from harness.model.advice import Advice
from harness.model.catalogue import Catalogue
from harness.verify.policy_file import PolicyFile

KINDS = {
    *("bench", "sample", "dut", "ics", "ixit", "person", "answer", "provisions", "accepted"),
    *("report_id", "rule", "trust", "evidence"),
}
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
FENCES = {"console", "toml", "json", "text", "python"}
WHOLE_BENCH = '[bench]\nname = "b"\nscope = ["192.168.7.0/24"]\n'
WHOLE_DOSSIER = '[dut]\nsupplier = "s"\nmodel = "m"\n'


def test_every_config_block_loads(toml_block, tmp_path):
    keys = set(tomllib.loads(toml_block.text))
    assert keys & KINDS, "neither bench, dossier, answers nor catalogue"
    file = tmp_path / "bench.toml"
    if "bench" in keys or "sample" in keys:
        file.write_text(toml_block.text if "bench" in keys else WHOLE_BENCH + toml_block.text)
        load_bench(file)
    elif keys & {"person", "answer"}:
        file.write_text(toml_block.text)
        load_model(file, AnswerScript)
    elif "report_id" in keys:
        file.write_text(toml_block.text)
        load_job(file)
    elif "rule" in keys:
        file.write_text(toml_block.text)
        load_disclosure(file)
    elif "trust" in keys:
        file.write_text(toml_block.text)
        load_model(file, PolicyFile)
    elif "accepted" in keys:
        file.write_text(toml_block.text)
        load_baseline(file)
    elif "provisions" in keys:
        file.write_text(toml_block.text)
        whole = "framework" in keys
        load_model(file, Catalogue if whole else Advice)
    else:
        dossier = tmp_path / "dossier.toml"
        dossier.write_text(toml_block.text if "dut" in keys else WHOLE_DOSSIER + toml_block.text)
        load_dossier(dossier)


def test_every_json_block_is_json_with_a_schema_name(json_block):
    shown = json.loads(json_block.text)
    assert shown["schema"].startswith("certbench/")


def test_every_fence_says_what_it_is(page, read_blocks):
    for block in read_blocks(page):
        assert block.kind in FENCES, f"{block}: {block.kind or 'no kind'}"


def test_every_link_leads_somewhere(page):
    for target in LINK.findall(FENCED.sub("", page.read_text())):
        if target.startswith(("https://", "http://")):
            continue
        path, _, anchor = target.partition("#")
        other = (page.parent / path).resolve() if path else page
        assert other.exists(), f"{page.name} points to {target}"
        if anchor:
            assert anchor in anchors(other.read_text()), f"{page.name} points to {target}"


def anchors(text):
    """The anchors that headings get."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
