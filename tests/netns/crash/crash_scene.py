"""A run of the command on a reference router that is killed at a moment, then taken up again.

Run as ``python crash_scene.py ORDER`` with ORDER a JSON object::

    {"folder": path, "moment": NAME, "delay_s": seconds}

The command is killed ``delay_s`` after the moment (a key of MOMENTS). The router runs beside the
command, not under it, so that it lives on. The script re-executes itself in a private network
namespace, and writes what happened as one JSON object.
"""

import json
import runpy
import subprocess
import sys
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from harness.bench.namespace import enter_private_namespace

EXAMPLE = Path(__file__).parents[3] / "bench_configs" / "reference-router"
RADIOLESS = runpy.run_path(str(Path(__file__).parents[2] / "radioless.py"))
DOSSIER = RADIOLESS["without_bluetooth"]((EXAMPLE / "dossier.toml").read_text())
GRACE = timedelta(milliseconds=100)
PATIENCE_S = 120
BENCH = """\
[bench]
name = "crash"
scope = ["127.0.10.0/24"]
interface = "lo"
namespace = "private"
credentials.max_attempts = 6
credentials.guessing_attempts = 8

[[sample]]
id = "A"
hardware = "rev B"
network.address = "127.0.10.1"
identity.path = "/api/about"
reference.device = "router"
reference.attach = "{device}"
"""
ENCRYPTED = {"https", "ssh", "mqtt"}
"""Channels whose bytes on the wire are cipher text that no probe keeps: what is inside counts."""


def has(path, text=""):
    try:
        return text in path.read_text()
    except FileNotFoundError:
        return False


def has_ended(visit):
    """Whether a visit's record tells of its end, and not only of that of the way into it."""
    try:
        return bool(json.loads(visit.read_bytes())["ended"])
    except FileNotFoundError:
        return False


FIRST, SECOND = "run/survey/A/1-as-received/visit.json", "run/survey/A/2-initialised/visit.json"
MOMENTS = {
    "spawned": lambda _out: True,
    "ordered": lambda out: has(out / "run/private/order.json"),
    "first visit": lambda out: has(out / FIRST),
    "left first visit": lambda out: has_ended(out / FIRST),
    "second visit": lambda out: has(out / SECOND),
    "surveyed": lambda out: has(out / "run/survey/survey.json", '"complete":true'),
    "sealing": lambda out: (out / ".bundle.partial").exists() or (out / "bundle").exists(),
    "finished": lambda out: has(out / "run/private/finished"),
}


def phase_of(out):
    """In which phase a kill hit, as what it left on disk says."""
    if has(out / "run/private/finished"):
        return "after"
    if (out / ".bundle.partial").exists() or (out / "bundle").exists():
        return "sealing"
    if has(out / "run/survey/survey.json", '"complete":true'):
        return "judging"
    if has(out / SECOND):
        return "initialised"
    if has_ended(out / FIRST):
        return "transition"
    return "as-received" if has(out / FIRST) else "start-up"


class Captured:
    """Everything that the journals of a run hold, as one text to look in."""

    def __init__(self, run):
        texts, self.consoles = [], []
        for path in sorted(run.glob("survey/*/*/*/*/*.jsonl")):
            streams = defaultdict(str)
            for line in path.read_bytes().splitlines():
                record = json.loads(line)
                texts.extend(texts_of(record))
                if record.get("kind") in {"received", "incoming"}:
                    data = record.get("data", "")
                    streams[record.get("number")] += data
                    streams[record.get("connection"), "of"] += data
            texts.extend(streams.values())
            if path.name.startswith("console"):
                self.consoles.extend(window_of(path))
        self.text = "\n".join(texts)

    def holds(self, said):
        """Whether the device's words are there: as they came, or as an exchange keeps them."""
        if said in self.text:
            return True
        head, blank, body = said.partition("\r\n\r\n")
        if not (head.startswith("HTTP/1.") and blank):
            return False
        values = [line.partition(":")[2].strip() for line in head.split("\r\n")[1:]]
        return body in self.text and all(value in self.text for value in values)


def window_of(path):
    """From when to when a journal of the console shows the bench at it; open-ended after a kill."""
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    typed = [entry["t"] for entry in lines if entry.get("kind") == "sent"]
    heard = [entry["t"] for entry in lines if entry.get("kind") == "received"]
    if typed and heard:
        ended = lines[-1].get("end") is True
        yield moment_of(typed[0]), moment_of(heard[-1]) if ended else None


def moment_of(text):
    return datetime.fromisoformat(text)


def texts_of(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for entry in value.values() if isinstance(value, dict) else value:
            yield from texts_of(entry)


def said_until(log, moment, consoles):
    """What the device had said on each connection by ``moment``, as far as anybody listened.

    A console talks to nobody, too: what counts is what was read there while the bench was at it.
    """
    said, read = defaultdict(list), 0
    for line in log.read_text().splitlines():
        entry = json.loads(line)
        if moment_of(entry["time"]) > moment:
            break
        where = entry.get("channel"), entry.get("connection")
        layer = "plain" if where[0] in ENCRYPTED else "wire"
        if entry["kind"] == "sent" and entry["layer"] == layer:
            said[where].append((moment_of(entry["time"]), entry["data"]))
        elif entry["kind"] == "acknowledged" and where[0] == "console":
            read = entry["total"]
    position, stays = 0, defaultdict(str)
    for time_, data in said.pop(("console", 0), ()):
        kept = data[: max(0, read - position)]
        position += len(data)
        for number, (start, end) in enumerate(consoles):
            if start <= time_ and (end is None or time_ <= end):
                stays[number] += kept
    for number, text in stays.items():
        yield "console", number, text
    for (channel, number), pieces in said.items():
        yield channel, number, "".join(data for _, data in pieces)


def command(*arguments):
    return [sys.executable, "-m", "harness.cli", *map(str, arguments)]


def killed(argv, out, moment, delay_s):
    """Run until ``delay_s`` after the moment; the time of the kill, and what was said."""
    with (out.parent / "killed.log").open("wb") as log:
        process = subprocess.Popen(argv, stdout=log, stderr=log)
        give_up = time.monotonic() + PATIENCE_S
        while not MOMENTS[moment](out) and process.poll() is None:
            assert time.monotonic() < give_up, f"never: {moment}"
            time.sleep(0.001)
        time.sleep(delay_s)
        at = datetime.now(UTC)
        process.kill()
        process.wait()
    return at


def device(folder):
    work = folder / "device"
    work.mkdir()
    argv = [sys.executable, "-m", "harness.reference", "router", "--fast", "--sample", "A"]
    argv += ["--address", "127.0.10.1", "--work", str(work)]
    return subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def main(order):
    enter_private_namespace()
    folder = Path(order["folder"])
    out, bench = folder / "out", folder / "bench"
    bench.mkdir()
    (bench / "bench.toml").write_text(BENCH.format(device=folder / "device"))
    (bench / "dossier.toml").write_text(DOSSIER)
    start = command("run", bench, "-f", "california-sb-327", "--purpose", "demo", "--json")
    start += ["-o", str(out), "--key", str(folder / "key.pem")]
    with device(folder) as router:
        assert router.stdout.readline(), "the router did not start"
        at = killed(start, out, order["moment"], order["delay_s"])
        result = {"phase": phase_of(out), "compared": 0, "bytes": 0, "lost": [], "control": 0}
        captured, nothing = Captured(out / "run"), Captured(folder / "bench")
        log = folder / "device" / "truth.jsonl"
        for channel, number, text in said_until(log, at - GRACE, captured.consoles):
            result["compared"] += 1
            result["bytes"] += len(text)
            result["control"] += not nothing.holds(text)
            if not captured.holds(text):
                result["lost"].append([channel, number, text[:300]])
        result["order"] = has(out / "run/private/order.json")
        again = subprocess.run(
            command("run", "--resume", out, "--json"), capture_output=True, check=False
        )
        if not result["order"]:
            result["refused"] = [again.returncode, again.stderr.decode()]
            again = subprocess.run(start, capture_output=True, check=False)
        result["resumed"] = [again.returncode, again.stdout.decode(), again.stderr.decode()]
        router.stdin.close()
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
