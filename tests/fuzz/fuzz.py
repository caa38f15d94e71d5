"""Fuzz what meets bytes of strangers: ``python tests/fuzz/fuzz.py [TARGET ...] [--seconds N]``.

Coverage-guided (atheris), one target after the other, each in a process of its own that starts
from `corpus/<target>`. A find is an exception that the reader does not declare, an input that
takes longer than ten seconds, or more than a gigabyte of memory: it is written to `--finds`, and
the exit status is 1. The seed is printed; `--seed` repeats it. `--keep` adds what reached new code
to the corpus, as few inputs as reach it all. `--replay` only runs the corpus, without atheris.
"""

import argparse
import os
import re
import secrets
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
CORPUS = HERE / "corpus"
LONGEST_S = 10
MOST_MIB = 1024
_DONE = re.compile(r"Done (?P<runs>\d+) runs in (?P<seconds>\d+) second")
_REACHED = re.compile(r"cov: (?P<points>\d+) ft: \d+ corp: (?P<inputs>\d+)")
_PEAK = re.compile(r"rss: (?P<mib>\d+)Mb")


def say(line):
    """Tell it now: a run takes minutes."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def one(target, options):
    """Fuzz one target in this process; libFuzzer ends it."""
    import atheris

    with atheris.instrument_imports(include=["harness"]):
        from targets import TARGETS

    again = os.environ.get("CERTBENCH_FUZZ_AGAIN", sys.argv[0])
    atheris.Setup([again, *options], TARGETS[target].run)
    atheris.Fuzz()


def started(target, folder, *options):
    """libFuzzer on one target: its exit code and all it said.

    To merge, libFuzzer starts itself anew by its first argument: a script in ``folder``.
    """
    argv = [sys.executable, str(Path(__file__).resolve()), "--child", target]
    again = folder / f"{target}-again"
    again.write_text(f'#!/bin/sh\nexec {shlex.join(argv)} "$@"\n')
    again.chmod(0o700)
    environment = {**os.environ, "CERTBENCH_FUZZ_AGAIN": str(again)}
    done = subprocess.run([*argv, *options], capture_output=True, check=False, env=environment)
    return done.returncode, (done.stdout + done.stderr).decode(errors="replace")


def fuzz(target, folder, asked):
    """Fuzz one target for a while and say in one line what came of it; whether nothing broke."""
    work, finds = folder / target, Path(asked.finds).resolve() / target
    for place in (work, finds, CORPUS / target):
        place.mkdir(parents=True, exist_ok=True)
    code, said = started(
        target, folder, str(work), str(CORPUS / target), f"-artifact_prefix={finds}/",
        f"-max_total_time={asked.seconds}", f"-seed={asked.seed}", f"-timeout={LONGEST_S}",
        f"-rss_limit_mb={MOST_MIB}", f"-max_len={longest(target)}", "-print_final_stats=1",
    )  # fmt: skip
    say(f"{target}: {summary(said)}")
    if code:
        say(told(said))
        say(f"{target}: FOUND something, see {finds}")
        return False
    if asked.keep:
        keep(target, folder)
    return True


def told(said):
    """What broke: the traceback, or else the end of what was said."""
    _, found, after = said.partition("=== Uncaught Python exception: ===")
    return (found + after.partition("\nINFO: ")[0])[:4000] if found else said[-4000:]


def replay(target):
    """Run every input of the corpus once, here."""
    from targets import TARGETS

    paths = sorted((CORPUS / target).iterdir())
    for path in paths:
        try:
            TARGETS[target].run(path.read_bytes())
        except Exception as error:
            raise SystemExit(f"{target}: {path.name}: {error!r}") from error
    say(f"{target}: {len(paths)} inputs of the corpus")


def longest(target):
    """Bytes of the longest input of a target."""
    from targets import TARGETS

    return TARGETS[target].longest


def summary(said):
    """Runs, coverage and memory, as libFuzzer counted them."""
    done, peaks = _DONE.search(said), [int(each) for each in _PEAK.findall(said)]
    reached = list(_REACHED.finditer(said))
    if not done or not reached:
        return "did not come to its end"
    runs, seconds = int(done["runs"]), max(1, int(done["seconds"]))
    return (
        f"{runs:,} runs in {seconds} s ({runs // seconds:,}/s), {reached[-1]['points']} points "
        f"of the code reached with {reached[-1]['inputs']} inputs, {max(peaks)} MiB at most"
    )


def keep(target, folder):
    """Make the corpus of a target small again: seeds, and one input for all that they miss."""
    merged = folder / f"{target}-merged"
    merged.mkdir()
    for path in sorted((CORPUS / target).glob("seed-*")):
        shutil.copy(path, merged)
    old = [path for path in (CORPUS / target).iterdir() if not path.name.startswith("seed-")]
    code, said = started(
        target,
        folder,
        "-set_cover_merge=1",
        str(merged),
        str(folder / target),
        str(CORPUS / target),
    )
    if code:
        raise SystemExit(said[-3000:])
    for path in old:
        path.unlink()
    for path in merged.iterdir():
        shutil.copy(path, CORPUS / target / path.name)


def main():
    """Fuzz the targets that were named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="all without one")
    parser.add_argument("--seconds", type=int, default=60, help="for each target; 60")
    parser.add_argument("--seed", type=int, help="of libFuzzer; drawn and printed")
    parser.add_argument("--finds", default="build/fuzz", help="folder for inputs that broke it")
    parser.add_argument("--keep", action="store_true", help="add what reached new code to corpus/")
    parser.add_argument("--replay", action="store_true", help="only run what the corpus holds")
    asked = parser.parse_args()
    asked.seed = asked.seed or int(os.environ.get("CERTBENCH_SEED") or secrets.randbelow(2**31) + 1)
    from targets import TARGETS

    unknown = set(asked.targets) - set(TARGETS)
    if unknown:
        parser.error(
            f"no such target: {', '.join(sorted(unknown))}; there are {', '.join(TARGETS)}"
        )
    if asked.replay:
        for target in asked.targets or TARGETS:
            replay(target)
        return 0
    say(f"CERTBENCH_SEED={asked.seed}")
    with tempfile.TemporaryDirectory(prefix="certbench-fuzz-") as folder:
        held = [fuzz(target, Path(folder), asked) for target in asked.targets or TARGETS]
    return 0 if all(held) else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        one(sys.argv[2], sys.argv[3:])
    else:
        sys.exit(main())
