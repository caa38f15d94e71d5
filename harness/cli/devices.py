"""Starts reference devices as processes of their own and wires them into the bench config."""

import json
import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

from harness.bench.protocols import Login
from harness.errors import BenchFault
from harness.model.bench_config import (
    BenchConfig,
    BenchSettings,
    ConsoleConfig,
    NetworkLinkConfig,
    SampleConfig,
)
from harness.model.ids import SampleId
from harness.survey.standing import read_record

READY_TIMEOUT_S = 20.0
STOP_TIMEOUT_S = 5.0


@dataclass(frozen=True)
class WiredBench:
    """A bench config whose reference devices run.

    Attributes:
        controls: sample -> control socket of its reference device.
        logins: sample -> (label login, login that the user sets).
        ready: sample -> what the device said about itself when it was ready.
    """

    config: BenchConfig
    controls: Mapping[str, Path]
    logins: Mapping[str, tuple[Login, Login]]
    ready: Mapping[str, Mapping[str, Any]]


@contextmanager
def reference_devices(
    config: BenchConfig, passwords: Mapping[str, str] | None = None
) -> Iterator[WiredBench]:
    """Run the reference devices that the config names, until the block ends.

    Args:
        config: the bench.
        passwords: sample -> password that stands for the one a user would choose; else made up.

    Raises:
        BenchFault: a device did not become ready, or is not there to attach to.
    """
    chosen = passwords or new_passwords(config)
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="certbench-dut-")))
        ready: dict[str, Mapping[str, Any]] = {}
        for sample in config.sample:
            if sample.reference is not None and sample.reference.attach:
                ready[sample.id] = _attached(Path(sample.reference.attach), sample)
            elif sample.reference is not None:
                process = stack.enter_context(_device(sample, work))
                ready[sample.id] = _await_ready(process, sample.id)
        samples = tuple(
            _wired(sample, ready[sample.id], config.bench.scope) if sample.id in ready else sample
            for sample in config.sample
        )
        bench = _with_maker_site(config.bench, ready)
        yield WiredBench(
            config=config.model_copy(update={"sample": samples, "bench": bench}),
            controls={name: Path(str(said["control"])) for name, said in ready.items()},
            logins={name: _logins(said, chosen[name]) for name, said in ready.items()},
            ready=ready,
        )


@contextmanager
def _device(sample: SampleConfig, work: Path) -> Iterator[subprocess.Popen[bytes]]:
    """One device process; closing its standard input is what ends it."""
    reference = sample.reference
    if reference is None or sample.network is None:
        raise BenchFault(f"sample {sample.id}: a reference device needs network.address")
    folder = work / sample.id
    folder.mkdir()
    argv = [sys.executable, "-m", "harness.reference", reference.device]
    argv += ["--sample", sample.id, "--address", sample.network.address, "--work", str(folder)]
    for flaw in reference.flaws:
        argv += ["--flaw", flaw]
    if reference.seed is not None:
        argv += ["--seed", str(reference.seed)]
    if reference.maker_site:
        argv += ["--maker-site", reference.maker_site]
    log = (folder / "stderr").open("wb")
    process = subprocess.Popen(  # noqa: S603  (our own program, arguments as a list)
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, start_new_session=True
    )
    try:
        yield process
    finally:
        if process.stdin:
            process.stdin.close()
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()
        log.close()


def _await_ready(process: subprocess.Popen[bytes], sample: str) -> Mapping[str, Any]:
    """The device's one line, or why there is none."""
    stream = process.stdout
    if stream is None:
        raise BenchFault(f"reference device {sample}: no standard output")
    readable, _, _ = select.select([stream], [], [], READY_TIMEOUT_S)
    line = stream.readline() if readable else b""
    if not line:
        process.poll()
        why = "ended" if process.returncode is not None else "was silent"
        raise BenchFault(f"reference device {sample} {why} instead of becoming ready")
    said: Mapping[str, Any] = json.loads(line)
    return said


def _wired(sample: SampleConfig, said: Mapping[str, Any], scope: Sequence[str]) -> SampleConfig:
    about, port = said["paths"]["about"], said["surface"]["https"]
    identity = sample.identity.model_copy(update={"path": about, "port": port})
    return sample.model_copy(
        update={
            "network": NetworkLinkConfig(
                address=said["address"], mac=said["mac"], wan_address=_in_scope(said["wan"], scope)
            ),
            "console": ConsoleConfig(url=said["console"], baud=115200),
            "serial": said["serial"],
            "identity": identity,
        }
    )


def _with_maker_site(
    settings: BenchSettings, ready: Mapping[str, Mapping[str, Any]]
) -> BenchSettings:
    """The settings with where the maker's web site of a reference device is, if it has one.

    Whether it may be asked is left to ``publications.hosts``.
    """
    site = next((said["maker"] for said in ready.values() if said.get("maker")), None)
    if site is None:
        return settings
    update = {
        "addresses": {**settings.publications.addresses, site["host"]: site["address"]},
        "ca": site["ca"],
    }
    publications = settings.publications.model_copy(update=update)
    return settings.model_copy(update={"publications": publications})


def _attached(work: Path, sample: SampleConfig) -> Mapping[str, Any]:
    """What a device that runs already said when it was ready."""
    path = work / "ready.json"
    try:
        said: Mapping[str, Any] = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise BenchFault(
            f"sample {sample.id}: no reference device to attach to: {path}: {error}. "
            f"Start one: certbench reference serve --work {work}"
        ) from error
    wanted = sample.network.address if sample.network else ""
    if (said["sample"], said["address"]) != (sample.id, wanted):
        raise BenchFault(
            f"sample {sample.id}: the device of {work} is sample {said['sample']} at "
            f"{said['address']}"
        )
    return said


def new_passwords(config: BenchConfig) -> dict[str, str]:
    """A password for each reference device, to stand for the one that its user would choose."""
    return {
        sample.id: f"Ux-{os.urandom(9).hex()}"
        for sample in config.sample
        if sample.reference is not None
    }


def lost_devices(run: Path, config: BenchConfig) -> dict[SampleId, str]:
    """Reference devices that ended with the process that started them."""
    if read_record(run / "survey") is None:
        return {}
    why = "the reference device ended with the command that had started it"
    return {
        SampleId(sample.id): why
        for sample in config.sample
        if sample.reference is not None and not sample.reference.attach
    }


def _in_scope(address: str, scope: Sequence[str]) -> str:
    """The address, where the bench may use it: a narrow scope leaves the WAN side out."""
    reachable = any(ip_address(address) in ip_network(network) for network in scope)
    return address if reachable else ""


def _logins(said: Mapping[str, Any], password: str) -> tuple[Login, Login]:
    """The label's login, and the user's."""
    label = Login(said["label"]["user"], said["label"]["password"])
    return label, Login(label.user, password)
