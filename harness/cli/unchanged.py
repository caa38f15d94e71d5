"""What a run was ordered with must still be what its files say."""

from pathlib import Path
from typing import Any

from harness.config import load_bench, load_dossier
from harness.errors import ConfigError
from harness.model.order import RunOrder


def require_unchanged(order: RunOrder, bench: Path | None = None) -> None:
    """Raise ConfigError if what the files say now is not what was ordered."""
    path = bench or Path(order.bench_file)
    pairs = (
        ("bench.toml", order.bench.to_json(), load_bench(path).to_json()),
        ("dossier.toml", order.dossier.to_json(), load_dossier(path).to_json()),
    )
    folder = path if path.is_dir() else path.parent
    for name, then, now in pairs:
        key = _first_difference(then, now)
        if key is not None:
            problem = "is not what it was when the run was begun"
            mend = "Put it back as it was, or start a new run with another --out."
            raise ConfigError(str(folder / name), key, problem, mend)


def _first_difference(then: Any, now: Any) -> str | None:  # noqa: ANN401  (JSON values)
    """Dotted path of the first key that differs; None if nothing does."""
    waiting = [("", then, now)]
    while waiting:
        path, before, after = waiting.pop(0)
        if before == after:
            continue
        if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
            before, after = dict(enumerate(before)), dict(enumerate(after))
        if not (isinstance(before, dict) and isinstance(after, dict)):
            return path
        inner = [
            (f"{path}.{key}".lstrip("."), before.get(key), after.get(key))
            for key in dict.fromkeys((*before, *after))
        ]
        waiting = [*inner, *waiting]
    return None
