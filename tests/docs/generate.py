"""Writes the pages of docs/reference that follow from the code: `python tests/docs/generate.py`."""

import inspect
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from pydantic import BaseModel

from harness.assessment.criteria.registry import CRITERIA
from harness.bench.operator import AnswerScript
from harness.model.bench_config import BenchConfig
from harness.model.dossier import Dossier
from harness.model.ixit import EDITIONS
from harness.model.job import JobRecord
from harness.model.judgement import Severity
from harness.model.prose import TEMPLATES
from harness.trust.statement import Statement
from harness.verify.policy_file import PolicyFile

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"
MEANINGS = Path(__file__).with_name("meanings.toml")
NOTE = "<!-- Written by tests/docs/generate.py; `make docs` checks that it is current. -->"
COMMANDS = (
    ("certbench",),
    ("certbench", "init"),
    ("certbench", "doctor"),
    ("certbench", "plan"),
    ("certbench", "pretest"),
    ("certbench", "survey"),
    ("certbench", "run"),
    ("certbench", "replay"),
    ("certbench", "assess"),
    ("certbench", "explain"),
    ("certbench", "demo"),
    ("certbench", "reference"),
    ("certbench", "reference", "serve"),
    ("certbench", "job"),
    ("certbench", "job", "new"),
    ("certbench", "job", "check"),
    ("certbench", "job", "attach"),
    ("certbench", "log"),
    ("certbench", "log", "init"),
    ("certbench", "log", "append"),
    ("certbench", "log", "witness"),
    ("certbench", "log", "cosign"),
    ("certbench", "log", "prove"),
    ("certbench", "log", "attach"),
    ("certbench", "log", "check"),
    ("certbench", "log", "fork"),
    ("certbench", "sign"),
    ("certbench", "countersign"),
    ("certbench", "withdraw"),
    ("certbench", "timestamp"),
    ("certbench", "trust"),
    ("certbench", "trust", "init"),
    ("certbench", "trust", "issue"),
    ("certbench", "trust", "revoke"),
    ("certbench-verify",),
)


def pages():
    """File name below docs/reference -> what it must contain."""
    return {
        "reasons.md": reasons(),
        "criteria.md": criteria(),
        "bench-toml.md": fields_of("bench-toml.md", BenchConfig, AnswerScript),
        "dossier-toml.md": fields_of("dossier-toml.md", Dossier),
        "policy-toml.md": fields_of("policy-toml.md", PolicyFile),
        "job-toml.md": fields_of("job-toml.md", JobRecord),
        "command-line.md": command_line(),
        "schemas/evidence-v1.json": evidence_schema(),
    }


def evidence_schema():
    """The signed statement as JSON Schema, for whoever reads bundles with other tools."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://certbench.dev/schemas/evidence-v1.json",
        **Statement.model_json_schema(by_alias=True),
        "title": "Statement about a bundle: in-toto Statement v1, predicate evidence/v1",
    }
    return json.dumps(schema, indent=1, sort_keys=True) + "\n"


def reasons():
    """Every reason code with its sentence."""
    rows = [f"| `{code}` | {cell(text)} |" for code, text in sorted(TEMPLATES.items())]
    head = [introduction("reasons.md"), "| code | sentence |", "|---|---|"]
    return page("Reason codes", [*head, *rows])


def criteria():
    """Every criterion, worst first."""
    order = list(Severity)
    ordered = sorted(CRITERIA.values(), key=lambda entry: (order.index(entry.severity), entry.id))
    rows = [
        f"| `{entry.id}` | {entry.severity.value} | {cell(entry.title)} | {cell(entry.advice)} "
        f"| {cell(entry.reference)} |"
        for entry in ordered
    ]
    head = ["| id | severity | what it means | what to change | why |", "|---|---|---|---|---|"]
    return page("Criteria", [introduction("criteria.md"), *head, *rows])


def command_line():
    """What each command says of itself."""
    blocks = [introduction("command-line.md")]
    for command in COMMANDS:
        blocks += [f"## `{' '.join(command)}`\n", f"```text\n{help_of(command)}\n```\n"]
    return page("Command line", blocks)


def help_of(command):
    """The command's own help, 100 columns wide and without colour."""
    program = Path(sys.executable).with_name(command[0])
    plain = {"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb", "LANG": "C.UTF-8"}
    done = subprocess.run(
        [program, *command[1:], "--help"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**os.environ, **plain},
    )
    return "\n".join(line.rstrip() for line in done.stdout.strip().splitlines())


def fields_of(name, *models):
    """One table a model, and then those of the models that it is made of."""
    blocks = [introduction(name)]
    for model in models:
        schema = model.model_json_schema(by_alias=True)
        definitions = schema.pop("$defs", {})
        blocks += table_of(model.__name__, schema, definitions)
        known = models_below(model)
        for part in known:
            blocks += table_of(part.__name__, definitions[part.__name__], definitions)
    return page(name.replace("-", ".").removesuffix(".md"), blocks)


def models_below(model, seen=None):
    """Every model that ``model`` is made of, in the order of its fields."""
    seen = {} if seen is None else seen
    for field in model.model_fields.values():
        for part in parts_of(field.annotation):
            if inspect.isclass(part) and issubclass(part, BaseModel) and part not in seen:
                seen[part] = None
                models_below(part, seen)
    return list(seen)


def parts_of(annotation):
    """The classes in a type: ``tuple[Row, ...]`` has Row."""
    inner = getattr(annotation, "__args__", ())
    return [part for entry in inner for part in parts_of(entry)] if inner else [annotation]


def table_of(name, schema, definitions):
    """The fields of one model."""
    required = set(schema.get("required", ()))
    told = tomllib.loads(MEANINGS.read_text()).get(name, {})
    about = " ".join(schema.get("description", "").partition("\n\n")[0].split())
    rows = []
    for key, entry in schema.get("properties", {}).items():
        default = "required" if key in required else default_of(entry)
        meaning = cell(told.get(key) or meaning_of(entry))
        rows.append(f"| `{key}` | {type_of(entry, definitions)} | {default} | {meaning} |")
    head = [f"## {name}\n", cell(about) + "\n", "| field | type | default | meaning |"]
    return [*head, "|---|---|---|---|", *rows, ""]


def meaning_of(entry):
    """What the model says itself; a field of the pro forma under its name there."""
    said = entry.get("description", "?")
    if EDITIONS not in entry:
        return said
    only = {(1, 2): "", (1,): ", V1.1.1 only", (2,): ", V2.1.1 only"}[tuple(entry[EDITIONS])]
    return f"*{entry['title']}*{only}: {said}"


def type_of(entry, definitions):
    """The type in the words of somebody who writes TOML."""
    if "$ref" in entry:
        return reference(entry["$ref"].rpartition("/")[2], definitions)
    if "allOf" in entry:
        return type_of(entry["allOf"][0], definitions)
    if "anyOf" in entry:
        kinds = [part for part in entry["anyOf"] if part.get("type") != "null"]
        return " or ".join(type_of(part, definitions) for part in kinds)
    if "const" in entry:
        return f"`{entry['const']}`"
    if "enum" in entry:
        return ", ".join(f"`{value}`" if value else "empty" for value in entry["enum"])
    kind = entry.get("format") or entry.get("type", "anything")
    if kind == "array":
        return f"list of {type_of(entry.get('items', {}), definitions)}"
    if kind == "object":
        return f"table of {type_of(entry.get('additionalProperties', {}), definitions)}"
    words = {"string": "text", "integer": "whole number", "boolean": "bool", "date-time": "moment"}
    pattern = cell(entry["pattern"]) if "pattern" in entry else ""
    return words.get(kind, kind) + (f" like `{pattern}`" if pattern else "")


def reference(name, definitions):
    """A link to the model's own table, or the words of an enumeration."""
    if "enum" in definitions[name]:
        return ", ".join(f"`{value}`" for value in definitions[name]["enum"])
    return f"[{name}](#{name.lower()})"


def default_of(entry):
    """The default as TOML would write it."""
    value = entry.get("default")
    if value is None:
        return "none"
    if isinstance(value, dict):
        return "as below" if value else "empty"
    if isinstance(value, list):
        return cell(f"`{value}`") if value else "empty"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{cell(str(value))}`" if value != "" else "empty"


def introduction(name):
    """What stands above the generated part."""
    return tomllib.loads(MEANINGS.read_text())["introductions"][name].strip() + "\n"


def page(title, blocks):
    """A page of Markdown."""
    text = "\n".join([f"# {title}\n", NOTE + "\n", *blocks])
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def cell(text):
    """Text that may stand in a cell."""
    return text.replace("|", "\\|").replace("``", "`")


if __name__ == "__main__":
    for file_name, content in pages().items():
        (REFERENCE / file_name).write_text(content)
        sys.stdout.write(f"{REFERENCE / file_name}\n")
