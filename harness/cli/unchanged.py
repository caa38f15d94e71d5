"""What a run was ordered with must still be what its files say."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from harness.config import load_bench, load_dossier
from harness.encoding.tree import DirectoryTree
from harness.errors import ConfigError
from harness.evidence.revisions import history_in
from harness.model.dossier import Dossier
from harness.model.order import RunOrder
from harness.model.revision import declared, declares_same

_PROBLEM: Final = "is not what it was when the run was begun"


def require_unchanged(order: RunOrder, run: Path, bench: Path | None = None) -> None:
    """Raise ConfigError if what the files say now is not what was ordered.

    The dossier on disk may be any that was frozen with the run: what counts is the newest of these.
    """
    path = bench or Path(order.bench_file)
    folder = path if path.is_dir() else path.parent
    key = _first_difference(order.bench.to_json(), load_bench(path).to_json())
    if key is not None:
        mend = "Put it back as it was, or start a new run with another --out."
        raise ConfigError(str(folder / "bench.toml"), key, _PROBLEM, mend)
    now = declared(load_dossier(path))
    if not any(declares_same(now, each) for each in _frozen(order, run)):
        key = _first_difference(declared(order.dossier).to_json(), now.to_json())
        mend = (
            "Put it back as it was, start a new run with another --out, or once the run is finished"
            f" record the change: certbench dossier revise {run} {folder / 'dossier.toml'} "
            "--author NAME --reason WHY --trigger UNIT"
        )
        raise ConfigError(str(folder / "dossier.toml"), key or "", _PROBLEM, mend)


def _frozen(order: RunOrder, run: Path) -> Sequence[Dossier]:
    """Every dossier of the run; of one that has not begun its survey, the one it was ordered by."""
    survey = run / "survey"
    if not (survey / "dossier.json").is_file():
        return (order.dossier,)
    return history_in(DirectoryTree(survey)).dossiers


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
