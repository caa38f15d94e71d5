"""Access without a login."""

from typing import Final

from harness.testing import (
    INITIALISED,
    LOGIN_NEEDS,
    FactView,
    FilesFacts,
    HttpFacts,
    Judgement,
    Judgements,
    MqttFacts,
    NetworkView,
    SshFacts,
    at_each,
    case,
    criteria,
    needs,
    unit,
)

CRITERION: Final = "anonymous-access"


@case(CRITERION)
class TestAccessWithoutLogin:
    """Settings cannot be reached without a login."""

    @unit("", facts=needs((*LOGIN_NEEDS, SshFacts, FilesFacts, MqttFacts), INITIALISED))
    def test_settings_are_not_open(self, facts: FactView) -> Judgements:
        """No web server shows settings, and no other server lets anybody in without login."""
        network = NetworkView(facts, INITIALISED)
        targets = network.open_targets("tcp/")
        web = at_each(
            network,
            [name for name in targets if network.speaks(name, "http")],
            lambda name: _over_http(network, name),
        )
        ssh = [_over_ssh(network, name) for name in targets if network.speaks(name, "ssh")]
        ftp = [_over_ftp(network, name) for name in targets if network.speaks(name, "ftp")]
        mqtt = [_over_mqtt(network, name) for name in targets if network.speaks(name, "mqtt")]
        return (*web, *ssh, *ftp, *mqtt)


def _over_http(network: NetworkView, name: str) -> Judgement:
    return network.judge(
        HttpFacts,
        CRITERION,
        name,
        lambda record: criteria.anonymous_access(record, name, name),
    )


def _over_ftp(network: NetworkView, name: str) -> Judgement:
    return network.judge(
        FilesFacts,
        CRITERION,
        name,
        lambda record: criteria.anonymous_file_access(record, name, name),
    )


def _over_mqtt(network: NetworkView, name: str) -> Judgement:
    return network.judge(
        MqttFacts,
        CRITERION,
        name,
        lambda record: criteria.anonymous_mqtt_access(record, name, name),
    )


def _over_ssh(network: NetworkView, name: str) -> Judgement:
    return network.judge(
        SshFacts,
        CRITERION,
        name,
        lambda record: criteria.anonymous_ssh_access(record, name, name),
    )
