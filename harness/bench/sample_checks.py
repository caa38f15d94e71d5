"""All links of one sample as its config has them, each tried in order."""

import os
import shlex
import shutil
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from harness.bench.bluetooth_checks import bluetooth_checks
from harness.bench.checks import Answer, Check, blocks, checked, note, ok
from harness.bench.console_checks import console_checks
from harness.bench.network_checks import network_checks
from harness.bench.secrets import resolve_login
from harness.errors import BenchFault, ConfigError
from harness.model.bench_config import BenchSettings, LoginConfig, PowerConfig, SampleConfig

_FILE: Final = "file:"


def sample_checks(sample: SampleConfig, settings: BenchSettings) -> Iterator[Check]:
    """What can be said of one sample. Power is not switched, and no login is tried."""
    subject = f"sample {sample.id}"
    reference = sample.reference is not None
    if sample.network is None and sample.console is None and sample.bluetooth is None:
        nothing = blocks(
            "neither network.address nor console.url nor bluetooth.transport is given",
            "Give at least one way to look at the sample",
        )
        yield checked(subject, "", "links", nothing)
    yield from _links(subject, sample, settings)
    if sample.power is not None and not reference:
        yield checked(subject, "power", "command", power(sample.power))
    if sample.link is not None and not reference:
        yield checked(subject, "link", "command", switch("link", sample.link.off, sample.link.on))
    for name, login in (("label", sample.label), ("user", sample.user)):
        if login is not None:
            where = f"sample[{sample.id}].{name}"
            yield checked(subject, name, "secret", secret(login, where))


def _links(subject: str, sample: SampleConfig, settings: BenchSettings) -> Iterator[Check]:
    if sample.network is not None:
        yield from _guarded(subject, "network", network_checks(subject, sample.network, settings))
    if sample.console is not None:
        yield from _guarded(subject, "console", console_checks(subject, sample.console))
    if sample.bluetooth is not None:
        checks = bluetooth_checks(subject, sample.bluetooth, own=sample.reference is not None)
        yield from _guarded(subject, "bluetooth", checks)


def _guarded(subject: str, link: str, checks: Iterator[Check]) -> Iterator[Check]:
    """A fault of the bench in the middle of a link is the end of that link, not of doctor."""
    try:
        yield from checks
    except BenchFault as fault:
        yield checked(
            subject, link, "bench", blocks(str(fault), "Mend this, then run doctor once more")
        )


def power(config: PowerConfig) -> Answer:
    """Who switches the power, and whether the commands exist."""
    if config.kind == "operator":
        return ok("a person switches it (only with --operator)")
    return switch("power", config.off, config.on)


def switch(key: str, off: Sequence[str], on: Sequence[str]) -> Answer:
    """Whether the commands exist; they are not run, since a sample may be in use."""
    for name, command in (("off", off), ("on", on)):
        argv = shlex.split(command[0]) if len(command) == 1 else list(command)
        if not argv or shutil.which(argv[0]) is None:
            shown = argv[0] if argv else "an empty command"
            return blocks(
                f"{key}.{name}: {shown} is no program on PATH", f"Install it, or correct {key}"
            )
    return ok("the commands exist; they were not run")


def secret(login: LoginConfig, where: str) -> Answer:
    """Whether the password of a login can be had; it is never shown."""
    try:
        resolve_login(login, where)
    except ConfigError as error:
        return blocks(f"{error.key}: {error.problem}", error.mend)
    if login.password.startswith(_FILE):
        return _kept_well(Path(login.password.removeprefix(_FILE)))
    return ok(f"the password of {login.user} is in the environment")


def _kept_well(path: Path) -> Answer:
    mode = path.stat().st_mode
    if mode & (stat.S_IRGRP | stat.S_IROTH) and os.name == "posix":
        return note(f"{path} can be read by others", f"chmod 600 {shlex.quote(str(path))}")
    return ok(f"{path} holds the password")
