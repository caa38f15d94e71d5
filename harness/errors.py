"""Every error that certbench raises on purpose, by whose fault it is.

::

    CertbenchError
    ├── UsageError            the caller asked for something that cannot be done
    │   └── MissingExtraError a part of the distribution is not installed
    ├── ConfigError           a file that a person wrote is wrong: names file, key and way out
    ├── ScopeError            an active step was aimed outside the bench; nothing was sent
    ├── BenchFault            the bench, not the device, failed: never a verdict about the DUT
    │   └── LinkDown          a link of the bench went away in the middle of a step
    ├── CaptureError          a stored capture cannot be read as what it claims to be
    ├── EvidenceError         a bundle or run directory cannot be written, sealed or read
    │   └── StorageError      the disk is full or gone: the survey ends at once, resumable
    └── VerificationError     a bundle was read and does not hold

The exit code of the command follows from the class (``exit_code``; see ``docs/reference``).
"""

from typing import ClassVar


class CertbenchError(Exception):
    """Base of all deliberate errors. The message is written for the person who can mend it."""

    exit_code: ClassVar[int] = 3


class UsageError(CertbenchError):
    """The command or the API was called in a way that cannot work."""

    exit_code = 2


class MissingExtraError(UsageError):
    """An optional part of the distribution is needed and not installed."""

    def __init__(self, extra: str, needed_for: str) -> None:
        """Name the extra to install and what needs it."""
        super().__init__(f"{needed_for} needs: pip install 'certbench[{extra}]'")
        self.extra = extra


class ConfigError(CertbenchError):
    """A file that a person wrote is wrong.

    Attributes:
        file: the file as the person named it.
        key: dotted path of the offending key, or ``""`` for the file as a whole.
        mend: what to write instead.
    """

    exit_code = 2

    def __init__(self, file: str, key: str, problem: str, mend: str) -> None:
        """Say where the problem is, what it is and how to mend it."""
        place = f"{file}: {key}" if key else file
        super().__init__(f"{place}: {problem}. {mend}")
        self.file = file
        self.key = key
        self.problem = problem
        self.mend = mend


class ScopeError(CertbenchError):
    """The scope guard refused an active step before a packet left."""


class BenchFault(CertbenchError):  # noqa: N818  (the field's word: a fault of the bench)
    """The bench failed: a cable, an adapter, a tool. Says nothing about the DUT."""


class LinkDown(BenchFault):
    """A link of the bench went away in the middle of a step."""


class CaptureError(CertbenchError):
    """A stored capture is not what its name or header says."""


class EvidenceError(CertbenchError):
    """A bundle or run directory cannot be written, sealed or read."""


class StorageError(EvidenceError):
    """A capture or record cannot be written. The survey ends: what is not kept is not taken."""


class VerificationError(CertbenchError):
    """A bundle was read and does not hold."""

    exit_code = 4
