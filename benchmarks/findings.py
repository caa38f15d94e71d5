"""What a TLS scanner says of an endpoint, in one form for all of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from harness.assessment.criteria.tls import WEAK_VERSIONS
from harness.interpret.tls_suites import families_of, name_of

EXPIRED: Final = "expired"
UNTRUSTED: Final = "self-signed or untrusted"
OLD: Final = ("SSLv2", *WEAK_VERSIONS)


@dataclass(frozen=True)
class TlsFindings:
    """The findings of one tool on one endpoint.

    Attributes:
        versions: protocol versions that the server negotiates: ``TLSv1.2``.
        suites: (version, IANA code) of every suite that it accepts.
        problems: what the tool says is wrong with the certificate.
    """

    versions: frozenset[str]
    suites: frozenset[tuple[str, int]]
    problems: frozenset[str]

    @property
    def weak(self) -> frozenset[str]:
        """What is weak: old versions, suites of a broken family, problems of the certificate.

        One rule for all tools: each has its own opinion of suites, and here counts what was seen.
        """
        broken = {f"{name_of(code)} at {at}" for at, code in self.suites if families_of(code)}
        return self.versions & set(OLD) | broken | self.problems

    @property
    def everything(self) -> frozenset[str]:
        """Every finding as a phrase, so that two tools can be compared."""
        suites = {f"{name_of(code)} at {at}" for at, code in self.suites}
        return self.versions | suites | self.problems

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return {
            "versions": sorted(self.versions),
            "suites": sorted(list(suite) for suite in self.suites),
            "problems": sorted(self.problems),
        }

    @classmethod
    def of(cls, found: Mapping[str, list[str]], suites: list[tuple[str, int]]) -> Self:
        """From lists: ``found`` has ``versions`` and ``problems``."""
        return cls(frozenset(found["versions"]), frozenset(suites), frozenset(found["problems"]))


def only_it_found(tool: str, found: Mapping[str, TlsFindings]) -> tuple[str, ...]:
    """What this tool found and none of the others did."""
    others = (findings.everything for name, findings in found.items() if name != tool)
    return tuple(sorted(found[tool].everything.difference(*others)))


def it_missed(tool: str, found: Mapping[str, TlsFindings]) -> tuple[str, ...]:
    """What this tool did not find although another did."""
    everything = frozenset[str]().union(*(findings.everything for findings in found.values()))
    return tuple(sorted(everything - found[tool].everything))
