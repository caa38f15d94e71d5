"""Starts reference devices as processes of their own and wires them into the bench config."""

import json
import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any, Final

from harness.bench.bluetooth_hands import installed
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
from harness.model.radio import Radio
from harness.survey.standing import read_record

READY_TIMEOUT_S = 20.0
STOP_TIMEOUT_S = 5.0
_AIR: Final = "tcp-client:127.0.0.1:"
_ROTATION_SHARE: Final = 0.7
"""A reference device changes its address well within the window in which the bench listens."""


@dataclass(frozen=True)
class WiredBench:
    """A bench config whose reference devices run.

    Attributes:
        controls: sample -> control socket of its reference device.
        logins: sample -> (label login, login that the user sets); a device without a label, None.
        ready: sample -> what the device said about itself when it was ready.
    """

    config: BenchConfig
    controls: Mapping[str, Path]
    logins: Mapping[str, tuple[Login | None, Login]]
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
        heard = _with_air(config.sample, stack, work)
        for sample in heard:
            if sample.reference is not None and sample.reference.attach:
                ready[sample.id] = _attached(Path(sample.reference.attach), sample)
            elif sample.reference is not None:
                process = stack.enter_context(_device(sample, work))
                ready[sample.id] = _await_ready(process, sample.id)
        samples = tuple(
            _wired(sample, ready[sample.id], config.bench.scope) if sample.id in ready else sample
            for sample in heard
        )
        bench = _with_maker_site(config.bench, ready)
        yield WiredBench(
            config=config.model_copy(update={"sample": samples, "bench": bench}),
            controls={name: Path(str(said["control"])) for name, said in ready.items()},
            logins={name: _logins(said, chosen[name]) for name, said in ready.items()},
            ready=ready,
        )


def _with_air(
    samples: Sequence[SampleConfig], stack: ExitStack, work: Path
) -> tuple[SampleConfig, ...]:
    """The samples, those on the virtual radio with where it was started: one air for all."""
    wanting = [sample for sample in samples if _on_virtual_radio(sample)]
    if not wanting or not installed():
        return tuple(samples)
    port = _port_of(wanting[0])
    argv = [sys.executable, "-m", "harness.reference", "radio", "--port", str(port)]
    said = _await_ready(stack.enter_context(_process(argv, work / "radio")), "radio")
    transport = f"{_AIR}{said['port']}"
    return tuple(_on_air(sample, transport) if sample in wanting else sample for sample in samples)


def _on_virtual_radio(sample: SampleConfig) -> bool:
    reference, bluetooth = sample.reference, sample.bluetooth
    own = reference is not None and not reference.attach
    return own and bluetooth is not None and bluetooth.radio is Radio.BUMBLE


def _has_adapter(sample: SampleConfig) -> bool:
    """Whether the device gets an adapter of its own: a real one is the bench's alone."""
    bluetooth = sample.bluetooth
    return bluetooth is not None and bluetooth.radio is not Radio.REAL and installed()


def _port_of(sample: SampleConfig) -> int:
    """Where the bench config wants the radio."""
    transport = sample.bluetooth.transport if sample.bluetooth else ""
    port = transport.removeprefix(_AIR)
    if not transport.startswith(_AIR) or not port.isdecimal():
        raise BenchFault(
            f"sample {sample.id}: bluetooth.transport is {transport!r}: the virtual radio of a "
            f"reference device is {_AIR}PORT, with 0 for a free port"
        )
    return int(port)


def _on_air(sample: SampleConfig, transport: str) -> SampleConfig:
    if sample.bluetooth is None:
        return sample
    bluetooth = sample.bluetooth.model_copy(update={"transport": transport})
    return sample.model_copy(update={"bluetooth": bluetooth})


def _device(sample: SampleConfig, work: Path) -> AbstractContextManager[subprocess.Popen[bytes]]:
    """One device process."""
    folder = work / sample.id
    return _process(_command(sample, folder), folder)


def _command(sample: SampleConfig, folder: Path) -> list[str]:
    """How the device of a sample is started."""
    reference, bluetooth = sample.reference, sample.bluetooth
    if reference is None:
        raise BenchFault(f"sample {sample.id} is no reference device")
    argv = [sys.executable, "-m", "harness.reference", reference.device]
    argv += ["--sample", sample.id, "--work", str(folder)]
    if reference.device == "router":
        if sample.network is None:
            raise BenchFault(f"sample {sample.id}: the reference router needs network.address")
        argv += ["--address", sample.network.address]
        argv += ["--seed", str(reference.seed)] if reference.seed is not None else []
        argv += ["--maker-site", reference.maker_site] if reference.maker_site else []
    elif not installed():
        what = "the reference lock needs an optional part: pip install 'certbench[bluetooth]'"
        raise BenchFault(f"sample {sample.id}: {what}")
    elif bluetooth is None or not _has_adapter(sample):
        what = "the reference lock needs bluetooth.transport on a virtual radio"
        raise BenchFault(f"sample {sample.id}: {what}")
    if bluetooth is not None and _has_adapter(sample):
        argv += ["--transport", bluetooth.transport]
        argv += ["--rotation", str(bluetooth.window_s * _ROTATION_SHARE)]
        speaks = reference.device == "lock" and bluetooth.speaks_classic
        argv += ["--classic"] if speaks else []
    for flaw in reference.flaws:
        argv += ["--flaw", flaw]
    return argv


@contextmanager
def _process(argv: Sequence[str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process of ours; closing its standard input is what ends it."""
    folder.mkdir()
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
    if said["device"] == "lock":
        bluetooth = sample.bluetooth
        if bluetooth is not None:
            update = {"classic_address": said["bluetooth"]["classic_address"]}
            bluetooth = bluetooth.model_copy(update=update)
        return sample.model_copy(update={"serial": said["serial"], "bluetooth": bluetooth})
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
    address = said.get("address", "")
    if (said["sample"], address) != (sample.id, wanted):
        raise BenchFault(
            f"sample {sample.id}: the device of {work} is sample {said['sample']} at {address}"
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


def _logins(said: Mapping[str, Any], password: str) -> tuple[Login | None, Login]:
    """The label's login, if there is one, and the user's."""
    if "label" not in said:
        return None, Login("owner", password)
    label = Login(said["label"]["user"], said["label"]["password"])
    return label, Login(label.user, password)
