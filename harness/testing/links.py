"""How the links of a sample are protected on the wire, as the units of a suite ask about it.

The middle of `harness.testing.network.NetworkView`.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from harness.assessment import criteria
from harness.assessment.judging import all_of
from harness.facts.http import HttpFacts
from harness.facts.services import HTTP, SNMP, SSH, ServicesFacts
from harness.facts.snmp import SnmpFacts
from harness.facts.ssh import SshFacts
from harness.facts.store import FactRecord
from harness.facts.tls import VERSIONS, TlsFacts
from harness.model.judgement import Judgement
from harness.testing.exposure import Exposure
from harness.testing.ways_in import ASKING, Asking

LINK_NEEDS: Final = (ServicesFacts, HttpFacts, TlsFacts, SshFacts, SnmpFacts)


class Links(Exposure):
    """One sample's links in one state: encrypted, and with which cryptography."""

    def only_redirects(self, target: str) -> bool:
        """Whether every attempt saw a server that only leads to TLS; needs http."""
        servers = [record.facts.on(target) for record in self.facts.records(HttpFacts, self.state)]
        return bool(servers) and all(
            server is not None and criteria.is_redirector(server) for server in servers
        )

    def encrypted(self, item: str, target: str) -> Judgement:
        """An endpoint runs inside TLS or SSH, or only leads there; needs services and http.

        How good the cryptography is does not matter here; see `protected`.
        """
        if self.only_redirects(target):
            return self.leads_to_tls(item, target)
        if self.speaks(target, SNMP) and self.facts.declares(SnmpFacts, self.state):
            look = partial(criteria.weak_snmp_version, item=item, target=target)
            return self.judge(SnmpFacts, "weak-snmp-version", item, look)
        return self.judge(
            ServicesFacts,
            "plaintext-management",
            item,
            lambda record: criteria.service_in_clear(record, item, target),
        )

    def leads_to_tls(self, item: str, target: str) -> Judgement:
        """An HTTP endpoint without cryptography only leads to TLS; needs http."""
        return self.judge(
            HttpFacts,
            "plaintext-management",
            item,
            lambda record: criteria.redirects_to_tls(record, item, target),
        )

    def unprotected(self, item: str, target: str) -> Judgement:
        """An endpoint declared without cryptography takes no login; HTTP only leads to TLS.

        Needs services and http.
        """
        if self.speaks(target, HTTP) and not self.in_tls(target):
            return self.leads_to_tls(item, target)
        asking = self._asking(target)
        if asking is not None:
            look = partial(asking.in_clear, item=item, target=target)
            return self.judge(asking.facts, "plaintext-management", item, look)
        return self.judge(
            ServicesFacts,
            "plaintext-management",
            item,
            lambda record: criteria.plaintext_management(record, item, target),
        )

    def protected(self, item: str, target: str, declared: Sequence[str]) -> Judgement:
        """An endpoint uses sound cryptography, and what its row declares.

        Needs `LINK_NEEDS`.

        Args:
            item: what the judgement speaks of.
            target: ``tcp/443``.
            declared: the row's protocols: ``TLSv1.3``, ``SSHv2``.
        """
        parts = [self.encrypted(item, target)]
        if self.in_tls(target):
            parts += self._sound_tls(item, target, declared)
        elif self.speaks(target, SSH):
            parts += self._sound_ssh(item, target, declared)
        return all_of(item, "declared-cryptography", parts)

    def _sound_tls(self, item: str, target: str, declared: Sequence[str]) -> list[Judgement]:
        looks: dict[str, Callable[[FactRecord[TlsFacts]], Judgement]] = {
            "weak-tls-protocol": lambda r: criteria.weak_tls_protocol(r, item, target),
            "weak-tls-cipher": lambda r: criteria.weak_tls_cipher(r, item, target),
            "invalid-certificate": lambda r: criteria.invalid_certificate(r, item, target),
        }
        versions = [name for name in declared if name in VERSIONS]
        if versions:
            looks["declared-cryptography"] = lambda r: criteria.declared_tls(
                r, item, target, versions
            )
        return [self.judge(TlsFacts, name, item, look) for name, look in looks.items()]

    def _sound_ssh(self, item: str, target: str, declared: Sequence[str]) -> list[Judgement]:
        looks: dict[str, Callable[[FactRecord[SshFacts]], Judgement]] = {
            "weak-ssh-algorithms": lambda r: criteria.weak_ssh_algorithms(r, item, target),
        }
        if any(name.upper().startswith("SSH") for name in declared):
            looks["declared-cryptography"] = lambda r: criteria.declared_ssh(r, item, target)
        return [self.judge(SshFacts, name, item, look) for name, look in looks.items()]

    def _asking(self, target: str) -> Asking | None:
        """Who knows whether an endpoint asks for a login, if the unit declared those facts."""
        return next(
            (
                asking
                for asking in ASKING
                if self.speaks(target, asking.protocol)
                and self.facts.declares(asking.facts, self.state)
            ),
            None,
        )
