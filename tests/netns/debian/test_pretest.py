"""``certbench pretest`` on plain Debian programs, against what independent tools say of them.

The devices of one program are asked side by side, as a lab with several devices on one switch
would. What each remembers is compared before and after.
"""

import json
import re
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from harness.encoding.tree import DirectoryTree
from harness.facts.services import UNCONFIRMED, ServicesFacts
from harness.interpret.survey import read_survey

pytestmark = [pytest.mark.netns, pytest.mark.slow]

HERE = Path(__file__).parent
TRUTH = {path.stem: tomllib.loads(path.read_text()) for path in (HERE / "truth").glob("*.toml")}
PRETEST_S = 240
SERIOUS = {"critical", "high", "medium"}


@dataclass
class Seen:
    """One pretest and the device around it."""

    device: object
    code: int
    document: dict
    told: str
    bundle: Path
    before: dict = field(repr=False)
    after: dict = field(repr=False)
    answers: dict = field(repr=False)

    @property
    def truth(self):
        return TRUTH[self.device.name]

    @property
    def findings(self):
        """What was reported: criterion and subject, with the summary."""
        entries = self.document["findings"]
        return {(entry["criterion"], entry["subject"]): entry["summary"] for entry in entries}

    def stated(self, *kinds):
        entries = [entry for kind in kinds for entry in self.truth.get(kind, [])]
        return {(entry["criterion"], entry["subject"]) for entry in entries}

    @property
    def services(self):
        """Every confirmed endpoint: ``tcp/443`` -> ``("http", True)``."""
        survey = read_survey(DirectoryTree(self.bundle / "data" / "survey"))
        return {
            service.endpoint.name: (service.protocol, service.tls)
            for record in survey.records
            if isinstance(record.facts, ServicesFacts)
            for service in record.facts.services
            if service.protocol != UNCONFIRMED
        }


def ask(lan, device, folder):
    """One pretest of one device."""
    folder.mkdir()
    before = device.state(lan)
    command = [sys.executable, "-m", "harness.cli", "pretest", device.address, "--json"]
    done = lan.run([*command, "-o", str(folder / "out")], PRETEST_S)
    assert done.stdout.strip(), f"{device.name}: {done.returncode}: {done.stderr[-4000:]}"
    after = device.state(lan)
    truth = TRUTH[device.name]
    answering = {entry["seen"] for entry in truth["endpoints"]} or {"all-ports"}
    answers = {key: lan.shell(truth["seen"][key]["command"], device, folder) for key in answering}
    bundle = folder / "out" / "bundle"
    document = json.loads(done.stdout)
    return Seen(device, done.returncode, document, done.stderr, bundle, before, after, answers)


def test_pretest_agrees_with_the_truth(lan, tmp_path):
    with ThreadPoolExecutor() as pool:
        devices = lan.devices.values()
        asked = list(pool.map(lambda device: ask(lan, device, tmp_path / device.name), devices))
    checks = (ending, missed, made_up, cleared, decided_by_nobody, ports, traces)
    contrary = [
        f"{seen.device.name}: {line}" for seen in asked for check in checks for line in check(seen)
    ]
    assert not contrary, "\n".join(contrary)


def ending(seen):
    """It ends as its findings say, and never speaks of conformity."""
    serious = any(entry["severity"] in SERIOUS for entry in seen.document["findings"])
    if seen.code != int(serious):
        yield f"exit status {seen.code}: {seen.told[-3000:]}"
    if seen.document["conclusion"] == "CONFORMANT":
        yield "called conformant"
    if not seen.truth["endpoints"] and seen.findings:
        yield "findings where nothing listens"


def missed(seen):
    """What a right pretest reports."""
    for criterion, subject in sorted(seen.stated("finding") - seen.findings.keys()):
        unit = seen.document["units"].get(criterion, {})
        yield f"not reported: {criterion} {subject}; {unit.get('reason')}; {unit.get('items')}"


def made_up(seen):
    """What a right pretest does not report."""
    for criterion, subject in sorted(seen.findings.keys() - seen.stated("finding", "may")):
        yield f"wrongly reported: {criterion} {subject}: {seen.findings[criterion, subject]}"


def cleared(seen):
    """What is true, even where a black box need not see it, is never called good."""
    for criterion, subject in sorted(seen.stated("finding", "may")):
        if verdict(seen, criterion, subject) == "PASS":
            yield f"passed: {criterion} {subject}"


def verdict(seen, criterion, subject):
    return seen.document["units"].get(criterion, {}).get("items", {}).get(subject, "INCONCLUSIVE")


def decided_by_nobody(seen):
    """What can't be known from outside is left open."""
    for criterion, subject in sorted(seen.stated("undecided")):
        if verdict(seen, criterion, subject) != "INCONCLUSIVE":
            yield f"decided {verdict(seen, criterion, subject)}: {criterion} {subject}"


def ports(seen):
    """Every port that answers is found, with what it speaks."""
    entries = seen.truth["endpoints"]
    stated = {entry["name"]: (entry["protocol"], entry.get("tls", False)) for entry in entries}
    if seen.services != stated:
        yield f"services {seen.services} instead of {stated}"


def traces(seen):
    """The device is alive, answers as before, and remembers nothing of the pretest."""
    if not seen.device.alive():
        yield "dead"
    changed = {
        key for key in seen.before | seen.after if seen.before.get(key) != seen.after.get(key)
    }
    for key in sorted(changed):
        yield f"changed: {key}: {seen.before.get(key)} -> {seen.after.get(key)}"
    for key, said in seen.answers.items():
        if not re.search(seen.truth["seen"][key]["shows"], said, re.MULTILINE):
            yield f"{key} is not seen any more: {said[-1000:]}"
