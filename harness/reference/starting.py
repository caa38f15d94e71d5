"""What every reference device does when it starts, whatever it is."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

READY_SCHEMA: Final = "certbench/reference-ready/1"
_LONGEST_SOCKET_PATH: Final = 100


@contextlib.contextmanager
def control_folder(work: Path) -> Iterator[Path]:
    """A folder for the control socket: ``work``, unless its path is too long for a socket."""
    if len(str(work / "control.sock")) <= _LONGEST_SOCKET_PATH:
        yield work.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="reference-") as folder:  # unix(7): 108 bytes
        yield Path(folder)


def keep(path: Path, data: bytes) -> None:
    """What a bench that attaches later reads; it may hold a label's login."""
    path.touch(mode=0o600)
    path.write_bytes(data)
