"""Civil Code 1798.91.04 (b): passwords of devices that are reached from outside the local network.

One of the two ways is enough: a pre-set password that differs on every unit (b1), or a means of
authentication that the user must create before first access (b2). The decision rule says so, not
these units.
"""

from collections.abc import Callable
from typing import Final

from harness.testing import (
    AS_RECEIVED,
    BLE,
    CLASSIC,
    AuthMech,
    CredentialsFacts,
    DecidedBy,
    FactView,
    Ixit,
    Judgement,
    Judgements,
    Outcome,
    PortsFacts,
    Samples,
    all_of,
    case,
    criteria,
    declared_endpoints,
    factory_login_judgements,
    held,
    judge_login,
    need,
    network_endpoints,
    on_the_network,
    over_rows,
    reason,
    undecided,
    unit,
)

AUTH_MECH: Final = "1-AuthMech"
COM_MECH: Final = "11-ComMech"
TRIGGER: Final = "remote-authentication"
FACTORY_NEEDS: Final = (
    need(CredentialsFacts, AS_RECEIVED, Samples.EACH),
    need(PortsFacts, AS_RECEIVED, Samples.EACH),
)


@case("b.trigger")
class TestRemoteAuthentication:
    """The device has a means of authentication that works from outside the local network."""

    @unit("", decided_by=DecidedBy.RULE, per=COM_MECH)
    def test_a_login_is_reachable_from_outside(self, ixit: Ixit) -> Judgements:
        """A remote communication mechanism leads to a declared login.

        The supplier's word counts against the supplier. Without it nothing is decided: a bench on
        the local network cannot see that no cloud leads to a login.
        """
        logins = {name for row in ixit.auth_mech for name in row.endpoints}
        remote = [row for row in ixit.com_mech if row.remote and logins & set(row.endpoints)]
        if not remote:
            return (undecided("DUT", TRIGGER, reason("no-remote-login-declared")),)
        rows = [f"{COM_MECH}/{row.id}" for row in remote]
        return (held("DUT", TRIGGER, reason("remote-login-declared"), rows=rows),)


@case("b1")
class TestPresetPasswordIsUnique:
    """The pre-set password differs on every unit."""

    @unit("", facts=FACTORY_NEEDS, per=AUTH_MECH)
    def test_the_preset_password_differs_on_every_unit(
        self, facts: FactView, ixit: Ixit
    ) -> Judgements:
        """No published login and no shared factory password, on any network login as received.

        A password that is derived from public data but differs on every unit satisfies the letter
        of the law.
        """
        criterion = "universal-default-password"
        return _over_logins(
            facts,
            ixit,
            criterion,
            lambda item, name: all_of(
                item, criterion, factory_login_judgements(facts, AS_RECEIVED, item, name)
            ),
        )


@case("b2")
class TestUserCreatesAuthentication:
    """The user must create a new means of authentication before first access."""

    @unit("", facts=FACTORY_NEEDS, per=AUTH_MECH)
    def test_a_new_password_is_demanded_before_access(
        self, facts: FactView, ixit: Ixit
    ) -> Judgements:
        """Every network login as received allows nothing but setting a new password."""
        look = criteria.password_change_not_forced
        return _over_logins(
            facts,
            ixit,
            "password-change-not-forced",
            lambda item, name: all_of(
                item,
                "password-change-not-forced",
                [judge_login(facts, AS_RECEIVED, look, item, name, who) for who in facts.samples],
            ),
        )


def _over_logins(
    facts: FactView, ixit: Ixit, criterion: str, judge: Callable[[str, str], Judgement]
) -> Judgements:
    """One judgement a row with a network login, and one an undeclared login that was found.

    A pairing over Bluetooth is none: it reaches no further than the room, and the law speaks of
    what is outside the local network.
    """
    rows = [row for row in on_the_network(ixit.auth_mech) if not row.endpoints or _from_afar(row)]
    judged = over_rows(
        AUTH_MECH,
        criterion,
        rows,
        lambda row: all_of(
            row.id,
            criterion,
            [_unless_closed(facts, criterion, row.id, name, judge) for name in _from_afar(row)],
        ),
    )
    return (*judged, *(judge(name, name) for name in _undeclared_logins(facts, ixit)))


def _from_afar(row: AuthMech) -> tuple[str, ...]:
    return tuple(name for name in network_endpoints(row) if name not in {BLE, CLASSIC})


def _unless_closed(
    facts: FactView,
    criterion: str,
    item: str,
    name: str,
    judge: Callable[[str, str], Judgement],
) -> Judgement:
    """A login that is not there as received holds; on any sample where it is, it is judged."""
    closed = all_of(
        item,
        criterion,
        [
            facts.judge(
                PortsFacts,
                AS_RECEIVED,
                item,
                criterion,
                lambda record: criteria.closed_port(record, criterion, item, name),
                sample,
            )
            for sample in facts.samples
        ],
    )
    return closed if closed.outcome is Outcome.HELD else judge(item, name)


def _undeclared_logins(facts: FactView, ixit: Ixit) -> list[str]:
    declared = declared_endpoints(ixit.auth_mech)
    return sorted(
        {
            login.target
            for sample in facts.samples
            for record in facts.records(CredentialsFacts, AS_RECEIVED, sample)
            for login in record.facts.logins
            if login.target.startswith("tcp/") and login.target not in declared
        }
    )
