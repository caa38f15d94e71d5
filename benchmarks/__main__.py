"""``python -m benchmarks [--full] [--record]``, from the root of the repository."""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from benchmarks import report
from benchmarks.bluetooth_time import BEGIN as AIR_BEGIN
from benchmarks.bluetooth_time import END as AIR_END
from benchmarks.bluetooth_time import air_complaints, air_tables, run_lock
from benchmarks.network_peers import Run, login_trials, scans, versions
from benchmarks.network_report import network_complaints, network_tables
from benchmarks.plain_devices import plain_devices
from benchmarks.pretest_time import pretests
from benchmarks.survey_time import run_survey
from benchmarks.tls_peers import compare, obtain_tools
from benchmarks.transparency_log import BEGIN, END, log_complaints, log_tables, run_log
from harness.bench.namespace import enter_private_namespace, inside
from harness.errors import BenchFault, CertbenchError

BENCH: Final = Path("bench_configs/reference-router")


def main() -> int:
    """Measure and print; 1 if a figure is above its bound or an outcome is wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--full", action="store_true", help="let the peers do all their checks")
    parser.add_argument("--record", action="store_true", help="write the tables into README.md")
    options = parser.parse_args()
    if not inside():
        for name, why in obtain_tools():
            _say(f"{name} can't be had: {why}")
    enter_private_namespace([sys.executable, "-m", "benchmarks", *sys.argv[1:]])
    _say("surveying the reference router, about a minute")
    with tempfile.TemporaryDirectory(prefix="certbench-bench-") as folder:
        measured, times = run_survey(BENCH, Path(folder) / "run")
    survey = report.environment() + "\n" + report.survey_tables(measured, times)
    print(survey, flush=True)
    too_long = _of_the_lock(write=options.record)
    _say("the tls probe and its peers, one to two minutes")
    tls = report.tls_tables(compare(full=options.full))
    print(tls, flush=True)
    _say("a device with twelve services, nmap and hydra: five to six minutes")
    runs, faults = _of_plain_devices()
    network = network_tables(runs, versions())
    print(network, flush=True)
    _say("a transparency log of a million entries, one to two minutes")
    log = run_log()
    print(log_tables(log), flush=True)
    if options.record:
        report.record(f"{survey}\n{tls}\n{network}")
        report.record(f"{report.environment()}\n{log_tables(log)}", BEGIN, END)
    above = [*report.complaints(times), *too_long]
    above += [*network_complaints(runs), *faults, *log_complaints(log)]
    for sentence in above:
        _say(sentence)
    return 1 if above else 0


def _of_the_lock(*, write: bool) -> list[str]:
    """Measure and print what a survey over Bluetooth takes; what is wrong with it."""
    _say("the reference lock over Bluetooth, half a minute")
    measured, air = run_lock()
    text = air_tables(measured, air)
    print(text, flush=True)
    if write:
        report.record(f"{report.environment()}\n{text}", AIR_BEGIN, AIR_END)
    return air_complaints(air)


def _of_plain_devices() -> tuple[list[Run], list[str]]:
    """What was measured, and what failed; nothing where no plain devices can be had."""
    runs: list[Run] = []
    faults = []
    with ExitStack() as stack:
        try:
            lan = stack.enter_context(plain_devices())
        except BenchFault as error:
            _say(f"plain devices can't be had: {error}")
            return runs, []
        for task in (scans, login_trials, pretests):
            try:
                for run in task(lan):
                    runs.append(run)  # noqa: PERF402  (what came before a fault is kept)
            except BenchFault as error:
                faults.append(str(error))
    return runs, faults


def _say(sentence: str) -> None:
    print(f"benchmarks: {sentence}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CertbenchError as error:
        _say(str(error))
        sys.exit(error.exit_code)
