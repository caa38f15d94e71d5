"""The files that people write: bench.toml, dossier.toml, catalogue.toml."""

import ipaddress
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from harness.config.advice import with_advice
from harness.config.dossier.use import with_conditions
from harness.config.explain import Problem
from harness.config.reading import build_model, config_error, load_model, read_table
from harness.model.bench_config import BenchConfig, SampleConfig
from harness.model.catalogue import Catalogue
from harness.model.dossier import Dossier

BENCH_FILE: Final = "bench.toml"
DOSSIER_FILE: Final = "dossier.toml"
CATALOGUE_FILE: Final = "catalogue.toml"
_FILE_REFERENCE: Final = "file:"


def load_bench(path: Path) -> BenchConfig:
    """Read a bench config, given as the file or as its folder.

    A relative ``file:`` reference to a secret, or path of an authority's certificate, is meant
    relative to the config, and is made absolute here.

    Raises:
        ConfigError: not readable or not valid; all problems are listed.
    """
    file = _file(path, BENCH_FILE)
    table = read_table(file)
    _resolve_references(table, file.parent)
    config = build_model(str(file), table, BenchConfig)
    problems = [*_duplicates(config), *_out_of_scope(config), *_powerless(config)]
    problems += _without_authority(config)
    if problems:
        raise config_error(str(file), problems)
    return config


def load_dossier(path: Path) -> Dossier:
    """Read a dossier: the file, its folder, or the bench.toml that it lies beside.

    Raises:
        ConfigError: not readable or not valid; all problems are listed.
    """
    beside = path.parent if path.name == BENCH_FILE else path
    return load_model(_file(beside, DOSSIER_FILE), Dossier)


def load_catalogue(path: Path) -> Catalogue:
    """Read the catalogue of a framework, given as the file or as its folder.

    What its suite advises manufacturers (``advice.toml`` beside it) becomes a part of it, and so
    does what an IXIT says about its conditions (``form.toml``).

    Raises:
        ConfigError: not readable or not valid; all problems are listed.
    """
    file = _file(path, CATALOGUE_FILE)
    advised = with_advice(load_model(file, Catalogue), file.parent)
    return with_conditions(advised, file.parent)


def _file(path: Path, name: str) -> Path:
    return path / name if path.is_dir() else path


def _resolve_references(table: dict[str, Any], folder: Path) -> None:
    """Make ``file:`` references to secrets absolute; what is misshapen is left to pydantic."""
    bench = table.get("bench")
    if isinstance(bench, dict):
        _resolve(bench, "encrypt", folder)
        publications = bench.get("publications")
        authority = publications.get("ca") if isinstance(publications, dict) else None
        if isinstance(publications, dict) and isinstance(authority, str) and authority:
            publications["ca"] = str(folder.absolute() / authority)
    samples = table.get("sample", [])
    for sample in samples if isinstance(samples, list) else []:
        for name in ("label", "user"):
            login = sample.get(name) if isinstance(sample, dict) else None
            if isinstance(login, dict):
                _resolve(login, "password", folder)


def _resolve(table: dict[str, Any], key: str, folder: Path) -> None:
    reference = table.get(key)
    if isinstance(reference, str) and reference.startswith(_FILE_REFERENCE):
        target = folder.absolute() / reference.removeprefix(_FILE_REFERENCE)
        table[key] = f"{_FILE_REFERENCE}{target}"


def _duplicates(config: BenchConfig) -> Iterator[Problem]:
    counted = Counter(sample.id for sample in config.sample)
    for name, number in counted.items():
        if number > 1:
            yield Problem(f"sample[{name}].id", f"given {number} times", "Give each its own id.")


def _out_of_scope(config: BenchConfig) -> Iterator[Problem]:
    networks = [ipaddress.ip_network(network) for network in config.bench.scope]
    for sample in config.sample:
        if sample.network is None:
            continue
        address = ipaddress.ip_address(sample.network.address)
        if not any(address in network for network in networks):
            allowed = ", ".join(config.bench.scope) or "nothing"
            yield Problem(
                f"sample[{sample.id}].network.address",
                f"{address} is outside bench.scope ({allowed})",
                "Correct the address, or add its network to bench.scope if it is yours.",
            )


def _without_authority(config: BenchConfig) -> Iterator[Problem]:
    authority = config.bench.publications.ca
    if authority and not Path(authority).is_file():
        yield Problem(
            "bench.publications.ca",
            f"{authority} is no file",
            "Name the PEM file of the authority, or leave the key out.",
        )


def _powerless(config: BenchConfig) -> Iterator[Problem]:
    for sample in config.sample:
        yield from _power_problems(sample)


def _power_problems(sample: SampleConfig) -> Iterator[Problem]:
    power = sample.power
    if power is None or power.kind != "command":
        return
    for name, command in (("off", power.off), ("on", power.on)):
        if not command:
            yield Problem(
                f"sample[{sample.id}].power.{name}",
                "missing, though power.kind is command",
                f'Add, for example, {name} = ["uhubctl", "-a", "{name}", "-p", "1"].',
            )
