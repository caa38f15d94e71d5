"""Names of the laboratory's machines and people's home folders, which tracebacks and tools tell.

Records and results lose them whole. Captures keep their length, since evidence points into them:
there the name of a user in a path, and a host name that is one by its looks, become tokens.
"""

import os
import pwd
import re
import sys
import sysconfig
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from harness.evidence.secret_forms import Tokens
from harness.model.override import FOLDER as OVERRIDES

_COMMON: Final = frozenset(
    {"admin", "administrator", "debian", "guest", "nobody", "pi", "root", "test", "ubuntu", "user"}
)
_EVERYBODYS: Final = frozenset(
    {"/", "/dev", "/etc", "/home", "/opt", "/srv", "/usr", "/usr/local", "/var"}
)
"""Folders that every machine has, devices too."""
_SHORTEST: Final = 4
_DISTINCT: Final = re.compile(r"(?=.*[0-9.-])[A-Za-z0-9.-]{6,}")
"""A host name that no device has by chance."""
_RECORDS: Final = frozenset({"survey.json", "bench.json", "visit.json", "attempt.json"})
_PROCESS: Final = re.compile(r"\b(pid|process|thread)([ =:]+)\d{2,10}\b", re.IGNORECASE)


@dataclass(frozen=True)
class LabNames:
    """What this machine is called, and which folders are somebody's.

    Attributes:
        folders: path -> what to write in its place, the longest first.
    """

    host: str
    user: str
    home: str
    folders: Mapping[str, str]

    @classmethod
    def here(cls) -> "LabNames":
        """Of the machine and the user that this process runs as."""
        home = str(Path.home())
        site = sysconfig.get_path("purelib")
        package = str(Path(__file__).parents[2])
        folders = {site: "…", package: "…", sys.prefix: "…", tempfile.gettempdir(): "/tmp"}  # noqa: S108
        folders |= {str(Path.cwd()): "…", home: "~"}
        longest = sorted(folders.items(), key=lambda entry: -len(entry[0]))
        told = {path: short for path, short in longest if path not in _EVERYBODYS}
        return cls(os.uname().nodename, _user(), home, told)

    def in_results(self, text: str) -> str:
        """A text of a record or a result, without them; its length may change."""
        for folder, short in self.folders.items():
            if folder not in text:  # much quicker than the pattern
                continue
            text = re.sub(rf"(?<![\w.]){re.escape(folder)}(?=[/\s:'\"\\),;]|\Z)", short, text)
        host, user = re.escape(self.host), re.escape(self.user)
        if self.host not in text:
            pass
        elif _DISTINCT.fullmatch(self.host):
            text = re.sub(rf"(?<![\w.-]){host}(?![\w-])", "lab-host", text)
        elif _tells(self.host):
            text = re.sub(rf"(?i:(?<=@)|(?<=host )|(?<=host=)){host}(?![\w-])", "lab-host", text)
        if self.user in text and _tells(self.user):
            text = re.sub(rf"(?i:(?<=/)|(?<=user )|(?<=user=)){user}(?![\w.-])", "lab-user", text)
            text = re.sub(rf"(?<![\w.-]){user}(?=@)", "lab-user", text)
        return _PROCESS.sub(r"\1\2-", text)

    def in_captures(self, text: str, tokens: Tokens) -> str:
        """A text of a capture; as long as before."""
        if self.user in text and _tells(self.user):
            path = re.compile(rf"(?<=/){re.escape(self.user)}(?=/)")
            text = path.sub(lambda found: tokens.of(found[0]), text)
        if self.host in text and _DISTINCT.fullmatch(self.host):
            text = text.replace(self.host, tokens.of(self.host))
        return text

    def in_document(self, value: Any) -> Any:  # noqa: ANN401  (any JSON value)
        """A JSON value, every text of it as `in_results` has it; names of fields stay."""
        if isinstance(value, str):
            return self.in_results(value)
        if isinstance(value, dict):
            return {name: self.in_document(entry) for name, entry in value.items()}
        if isinstance(value, list):
            return [self.in_document(entry) for entry in value]
        return value


def _tells(name: str) -> bool:
    """Whether a name is somebody's, and no word that stands everywhere."""
    return len(name) >= _SHORTEST and name.lower() not in _COMMON and name != "localhost"


def _user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return ""


def are_records(name: str) -> bool:
    """Whether a file of a survey is a record of the bench, neither a capture nor the supplier's."""
    folder, _, last = name.rpartition("/")
    said = folder in {"answers", OVERRIDES} and last.endswith(".json")
    return last in _RECORDS or said
