"""Why somebody or something is not trusted: a code, what was shown and what was expected."""

from harness.errors import VerificationError


class DistrustError(VerificationError):
    """A certificate, a revocation list or a time-stamp does not hold.

    Attributes:
        code: ``E-...`` as in ``docs/reference/bundle.md``.
        shown: what there is.
        expected: what would have held.
    """

    def __init__(self, code: str, shown: str, expected: str) -> None:
        """Say what was shown and what was expected."""
        super().__init__(f"{code}: {shown}; expected: {expected}")
        self.code = code
        self.shown = shown
        self.expected = expected
