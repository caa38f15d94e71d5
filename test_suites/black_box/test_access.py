"""Access without a login."""

from collections.abc import Callable
from typing import Any, Final

from harness.testing import (
    INITIALISED,
    LOGIN_NEEDS,
    FactRecord,
    Facts,
    FactView,
    FilesFacts,
    HttpFacts,
    Judgement,
    Judgements,
    MqttFacts,
    NetworkView,
    SnmpFacts,
    SshFacts,
    case,
    criteria,
    needs,
    unit,
)

CRITERION: Final = "anonymous-access"
AccessCriterion = Callable[[FactRecord[Any], str, str], Judgement]
OVER: Final[tuple[tuple[str, type[Facts], AccessCriterion], ...]] = (
    ("http", HttpFacts, criteria.anonymous_access),
    ("ssh", SshFacts, criteria.anonymous_ssh_access),
    ("ftp", FilesFacts, criteria.anonymous_file_access),
    ("mqtt", MqttFacts, criteria.anonymous_mqtt_access),
    # Made-up names, and users without a key; published communities have a unit of their own.
    ("snmp", SnmpFacts, criteria.anonymous_snmp_access),
)


@case(CRITERION)
class TestAccessWithoutLogin:
    """Settings cannot be reached without a login."""

    @unit("", facts=needs((*LOGIN_NEEDS, SshFacts, FilesFacts, MqttFacts, SnmpFacts), INITIALISED))
    def test_settings_are_not_open(self, facts: FactView) -> Judgements:
        """No web server shows settings, and no other server lets anybody in without login."""
        network = NetworkView(facts, INITIALISED)
        targets = network.open_targets()
        judged = (
            _judged(network, name, kind, look)
            for protocol, kind, look in OVER
            for name in targets
            if network.speaks(name, protocol)
        )
        return (*judged, network.everything_examined())


def _judged(network: NetworkView, name: str, kind: type[Facts], look: AccessCriterion) -> Judgement:
    return network.judge(kind, CRITERION, name, lambda record: look(record, name, name))
