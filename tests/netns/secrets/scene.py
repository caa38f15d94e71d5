"""A whole run on a device that tells a secret everywhere: survey, judge, seal, in a namespace.

Run as ``python scene.py FOLDER scrubbed|bypassed`` in a private namespace. ``bypassed`` switches
scrubbing and its gate off, which shows that the secret is really there to be found. What a probe
of somebody else might capture is added between survey and judging, through the capture store.
"""

import gzip
import json
import os
import shutil
import sys
from pathlib import Path

import talkative
from rich.console import Console

import harness.cli.running as running
from harness.config import load_bench
from harness.encoding.clock import Clock
from harness.evidence import sealing
from harness.evidence.scrub import Scrubber
from harness.model.ids import FactKey, ProbeName, SampleId, VisitId
from harness.model.record import AttemptOutcome, AttemptRecord
from harness.model.states import Purpose
from harness.survey.store import AttemptFolder, write_atomic

ADDRESS = "127.0.10.9"
SECRET = 'Tr0ub4&do"r3'
"""The password on the label: the bench knows it, and JSON, HTML and URLs write it differently."""
NAMED = "tr0ub4dor-9"
"""A second one, which can stand in the name of a file."""
CLERK = "Erika Beispiel"
"""Who answers, and stands in the job record."""
JOB = f"""\
[[persons]]
id = "P1"
name = "{CLERK}"
roles = ["operator"]
"""
ANSWERS = f"""\
person = "{CLERK}"

[[answer]]
question = "bench-enter-initialised"
value = "done"

[[answer]]
question = "seen"
value = "yes"
reason = "{CLERK} saw it"
"""
AT_REST = "what the raw captures are encrypted with"
BENCH = """\
[bench]
name = "talkative"
scope = ["127.0.10.0/24"]
interface = "lo"
udp_ports = [53]
credentials.max_attempts = 2
credentials.guessing_attempts = 1
encrypt = "{encrypt}"

[[sample]]
id = "A"
state = "initialised"
network.address = "{address}"
console.url = "{console}"
console.baud = 115200
label.user = "admin"
label.password = "env:SCENE_LABEL"
user.user = "owner"
user.password = "env:SCENE_NAMED"
"""
DOSSIER = """\
revision = 1
dut = {supplier = "Nobody", model = "Talkative"}

[[ics.talking]]
provision = "p1"
support = "Y"
detail = "yes"
"""
VISIT = "1-initialised"


def plant(run):
    """Captures of a probe of somebody else: a name, a traceback, packets, compressed files."""
    key = FactKey(probe=ProbeName("planted"), sample=SampleId("A"), visit=VisitId(VISIT), attempt=1)
    clock = Clock()
    folder = AttemptFolder(run / "survey" / key.folder, clock)
    folder.store(f"login-{NAMED}.txt", b"nothing", "bytes")
    folder.store("wire.pcap", talkative.pcap(SECRET), "pcap")
    folder.store("wire.pcapng", talkative.pcapng(SECRET), "pcapng")
    folder.store("dump.gz", gzip.compress(f"note {SECRET} end".encode() * 3, mtime=0), "bytes")
    folder.store("wide.txt", f"note {SECRET}".encode("utf-16"), "bytes")
    with folder.journal("odd.jsonl") as journal:
        journal.record("note", text=f"note {SECRET}", data=SECRET.encode("utf-16-le"))
    now = clock.now()
    record = AttemptRecord(
        key=key,
        probe_version=1,
        outcome=AttemptOutcome.FAILED,
        reason=f"error in the probe: LoginError: {Path.home()}/probe.py: {SECRET!r} was refused",
        started=now,
        ended=now,
        captures=folder.entries(),
    )
    write_atomic(folder.path / "attempt.json", record.to_bytes())


def bypass():
    """Take scrubbing and its gate out of the way."""
    Scrubber.file = lambda self, name, data: data
    Scrubber.name = lambda self, name: name
    Scrubber.result = lambda self, name, data: data
    sealing.refuse_leaks = lambda tree, secrets: None


def main(folder, mode):
    os.environ |= {"SCENE_LABEL": SECRET, "SCENE_NAMED": NAMED, "SCENE_AT_REST": AT_REST}
    encrypt = "env:SCENE_AT_REST" if mode == "scrubbed" else ""
    console = talkative.switch_on(ADDRESS, SECRET)
    bench = folder / "bench"
    bench.mkdir()
    (bench / "bench.toml").write_text(
        BENCH.format(address=ADDRESS, console=console, encrypt=encrypt)
    )
    (bench / "dossier.toml").write_text(DOSSIER)
    (bench / "job.toml").write_text(JOB)
    (bench / "answers.toml").write_text(ANSWERS)
    suite = folder / "scenesuites" / "talking"
    shutil.copytree(Path(__file__).with_name("talking"), suite)
    (suite / "units.py").rename(suite / "test_talking.py")
    (suite.parent / "__init__.py").touch()
    carry_out = running.carry_out

    def carry_out_and_plant(order, console):
        carry_out(order, console)
        plant(order.run)

    running.carry_out = carry_out_and_plant
    if mode == "bypassed":
        bypass()
    wish = running.Wish(
        bench, (), (suite,), out=folder / "out", purpose=Purpose.DEMO, key=folder / "key.pem",
        answers=bench / "answers.toml", job=bench / "job.toml",
    )  # fmt: skip
    done = running.begin(wish, load_bench(bench), Console(stderr=True, quiet=True))
    sys.stdout.write(
        json.dumps(
            {
                "bundle": str(done.sealed.bundle),
                "archive": str(done.sealed.archive),
                "run": str(folder / "out" / "run"),
                "secrets": {
                    "label": SECRET,
                    "named": NAMED,
                    "clerk": CLERK,
                    "bystander": talkative.BYSTANDER_MAC,
                    "neighbour": talkative.BYSTANDER_NAME,
                    "home": f"{Path.home()}/",
                    "host": os.uname().nodename,
                },
            }
        )
        + "\n"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
