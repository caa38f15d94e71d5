"""The network side of a sample in one state, as the units of a suite ask about it.

These are combinations of criteria that several units need: "every open port is declared", "no login
crosses the network in clear", "this endpoint is protected as its row says". Each states in
``*_NEEDS`` which facts a unit must declare to use it.
"""

from collections.abc import Collection
from functools import partial
from typing import Final

from harness.assessment import criteria
from harness.assessment.judging import all_of
from harness.facts.base import Facts
from harness.facts.credentials import CredentialsFacts
from harness.facts.http import HttpFacts
from harness.facts.services import HTTP, ServicesFacts
from harness.facts.ssh import SshFacts
from harness.facts.tls import TlsFacts
from harness.model.judgement import Judgement, Judgements, Outcome
from harness.testing.exposure import EXPOSURE_NEEDS
from harness.testing.links import Links
from harness.testing.logins import judge_login
from harness.testing.ways_in import ACCESS, ASKING, Access

LOGIN_NEEDS: Final = (*EXPOSURE_NEEDS, HttpFacts)
LIVE_LOGIN_NEEDS: Final[tuple[type[Facts], ...]] = (
    *LOGIN_NEEDS,
    *dict.fromkeys(asking.facts for asking in ASKING),
)
"""`LOGIN_NEEDS`, and the probes of protocols that may ask for a login: only with them it is known.

Without them such a protocol is UNDECIDED."""
TRANSPORT_NEEDS: Final[tuple[type[Facts], ...]] = (*LIVE_LOGIN_NEEDS, TlsFacts, SshFacts)
ACCESS_NEEDS: Final[tuple[type[Facts], ...]] = (
    ServicesFacts,
    CredentialsFacts,
    *dict.fromkeys(way.facts for way in ACCESS),
)
GRANTED_NEEDS: Final[tuple[type[Facts], ...]] = (
    ServicesFacts,
    CredentialsFacts,
    *dict.fromkeys(way.facts for way in ACCESS if way.granted is not None),
)


class NetworkView(Links):
    """One sample's network side in one state: what is open, who gets in, how it is protected."""

    def undeclared_logins(self, declared: Collection[str]) -> Judgements:
        """One judgement an endpoint that may ask for a login, and the DUT; needs `LOGIN_NEEDS`."""
        judged = [self._login_declared(target, declared) for target in self._may_ask()]
        return (*judged, *self._probes_asked("undeclared-login"), self.everything_examined())

    def _probes_asked(self, criterion: str) -> Judgements:
        """Whether the probes that tell of logins asked every server, where no endpoint shows it."""
        return tuple(
            self.judge(
                asking.facts,
                criterion,
                "DUT",
                partial(asking.asked, criterion=criterion, item="DUT", targets=()),
            )
            for asking in ASKING
            if asking.asked is not None and self.facts.declares(asking.facts, self.state)
        )

    def _may_ask(self) -> tuple[str, ...]:
        """Open TCP endpoints, and UDP ones whose probe tells of logins."""
        datagrams = (name for name in self.open_targets("udp/") if self._asking(name))
        return (*self.open_targets("tcp/"), *datagrams)

    def _login_declared(self, target: str, declared: Collection[str]) -> Judgement:
        criterion = "undeclared-login"
        asking = self._asking(target)
        if asking is not None:
            look = partial(asking.undeclared, item=target, target=target, declared=declared)
            return self.judge(asking.facts, criterion, target, look)
        by_service = self.judge_service(
            criterion,
            target,
            target,
            lambda record: criteria.undeclared_login(record, target, target, declared),
        )
        if not self.speaks(target, HTTP):
            return by_service
        by_page = self.judge(
            HttpFacts,
            criterion,
            target,
            lambda record: criteria.undeclared_http_login(record, target, target, declared),
        )
        return all_of(target, criterion, [by_service, by_page])

    def logins_in_clear(self) -> Judgements:
        """Endpoints where a login crosses the network in clear or may do so, and one on the DUT.

        The judgement on the DUT is what makes "no such login" more than silence. Needs
        `LOGIN_NEEDS`.
        """
        judged = [self._login_in_clear(target) for target in self._may_ask()]
        doubtful = [entry for entry in judged if entry.outcome is not Outcome.HELD]
        asked = self._probes_asked("plaintext-management")
        return (*doubtful, *asked, self.everything_examined())

    def _login_in_clear(self, target: str) -> Judgement:
        criterion = "plaintext-management"
        asking = self._asking(target)
        if asking is not None:
            look = partial(asking.in_clear, item=target, target=target)
            return self.judge(asking.facts, criterion, target, look)
        by_service = self.judge_service(
            criterion,
            target,
            target,
            lambda record: criteria.plaintext_management(record, target, target),
        )
        if not self.speaks(target, HTTP):
            return by_service
        by_page = self.judge(
            HttpFacts,
            criterion,
            target,
            lambda record: criteria.plaintext_http_management(record, target, target),
        )
        return all_of(target, criterion, [by_service, by_page])

    def anonymous_access(self, item: str, target: str) -> Judgement:
        """Nobody gets in without credentials; needs `ACCESS_NEEDS`."""
        criterion = "anonymous-access"
        parts = [
            self.judge(way.facts, criterion, item, partial(way.anonymous, item=item, target=target))
            for way in self._ways_in(target)
        ]
        return all_of(item, criterion, [self.seen(criterion, item, target), *parts])

    def access_refused(self, item: str, target: str) -> Judgement:
        """No access without login, and none with a made-up password; needs `ACCESS_NEEDS`."""
        asked = [way for way in self._ways_in(target) if way.made_up is not None]
        made_up = [
            self.judge(
                way.facts,
                "wrong-credentials-accepted",
                item,
                partial(way.made_up, item=item, target=target),
            )
            for way in asked
            if way.made_up is not None
        ] or [
            judge_login(self.facts, self.state, criteria.wrong_credentials_accepted, item, target)
        ]
        return all_of(item, "anonymous-access", [self.anonymous_access(item, target), *made_up])

    def access_granted(self, item: str, target: str) -> Judgement:
        """The right credentials give access; needs `GRANTED_NEEDS`."""
        criterion = "authorised-access"
        parts = [
            self.judge(way.facts, criterion, item, partial(way.granted, item=item, target=target))
            for way in self._ways_in(target)
            if way.granted is not None
        ] or [judge_login(self.facts, self.state, criteria.authorised_access, item, target)]
        return all_of(item, criterion, [self.seen(criterion, item, target), *parts])

    def _ways_in(self, target: str) -> list[Access]:
        return [way for way in ACCESS if self.speaks(target, way.protocol)]
