"""The SNMP probes against Debian's agent and a few odd ones, in a namespace of their own."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.netns, pytest.mark.slow]

SCENE = Path(__file__).with_name("snmp_scene.py")
DEBIAN = {"open", "writable", "fixed", "hardened", "careless", "moved"}
REFUSED = {
    "any_name": "absent",
    "published_community": "absent",
    "published_user": "absent",
    "in_clear": "unknown",
}


@pytest.fixture
def asked(in_namespace: Callable[..., dict[str, Any]]) -> Callable[[str], dict[str, Any]]:
    def ask(scene: str) -> dict[str, Any]:
        if scene in DEBIAN and not shutil.which("snmpd", path="/usr/sbin:/usr/bin"):
            pytest.skip("needs Debian's agent: apt-get install snmpd")
        return in_namespace(SCENE, scene)

    return ask


def kinds(answer: dict[str, Any], place: int = 0) -> dict[str, str]:
    agent = answer["snmp"]["servers"][place]
    return {name: agent[name]["kind"] for name in REFUSED}


def writable(answer: dict[str, Any], place: int = 0) -> str:
    return answer["write"]["servers"][place]["writable"]["kind"]


def test_an_agent_that_lets_nobody_read_is_told_from_none_by_its_engine(asked) -> None:
    answer = asked("hardened")
    agent = answer["snmp"]["servers"][0]
    assert [entry["protocol"] for entry in answer["services"]["services"]] == ["snmp"]
    assert agent["answered"]["kind"] == "present"
    assert kinds(answer) == REFUSED
    assert writable(answer) == "absent"
    assert agent["engine_id"].startswith("80001f88")  # the enterprise of net-snmp (RFC 3411, 5)
    assert {trial["result"] for trial in agent["trials"]} == {"refused"}
    assert agent["system"] == {}


def test_public_reads_and_does_not_write(asked) -> None:
    answer = asked("open")
    agent = answer["snmp"]["servers"][0]
    assert kinds(answer) == REFUSED | {"published_community": "present", "in_clear": "present"}
    assert agent["readable_limit"]
    assert agent["disclosures"][0]["product"] == "Linux"
    assert writable(answer) == "absent"


def test_a_community_that_writes_is_shown_by_a_value_that_is_put_back(asked) -> None:
    answer = asked("writable")
    assert writable(answer) == "present"
    trials = {trial["community"]: trial for trial in answer["write"]["servers"][0]["trials"]}
    assert trials["public"]["written"]["kind"] == "absent"
    assert trials["private"]["written"]["kind"] == "present"
    assert trials["private"]["restored"]["kind"] == "present"


def test_texts_that_nobody_may_write_say_nothing_about_the_community(asked) -> None:
    answer = asked("fixed")
    assert kinds(answer)["published_community"] == "present"
    assert writable(answer) == "unknown"


def test_a_published_user_without_a_key_is_found(asked) -> None:
    assert kinds(asked("careless")) == REFUSED | {"published_user": "present"}


def test_an_agent_on_another_port_is_known_by_what_it_answers(asked) -> None:
    answer = asked("moved")
    assert answer["snmp"]["examined"] == ["udp/161", "udp/10161"]
    assert kinds(answer, 1)["published_community"] == "present"


def test_a_closed_port_refuses_everything_quickly(asked) -> None:
    answer = asked("closed")
    assert kinds(answer) == dict.fromkeys(REFUSED, "absent")
    assert writable(answer) == "absent"
    assert answer["took_s"] < 1


def test_silence_decides_nothing(asked) -> None:
    answer = asked("filtered")
    assert kinds(answer) == dict.fromkeys(REFUSED, "unknown")
    assert writable(answer) == "unknown"
    assert [gap["target"] for gap in answer["snmp"]["not_examined"]] == ["udp/161"]


def test_where_every_community_reads_none_is_a_default_one(asked) -> None:
    seen = kinds(asked("any"))
    assert seen["any_name"] == "present"
    assert seen["published_community"] == "unknown"


def test_a_community_that_reads_is_the_control_where_there_is_no_engine(asked) -> None:
    answer = asked("deaf")
    agent = answer["snmp"]["servers"][0]
    assert answer["services"]["services"] == []  # silent to whoever does not know the community
    assert kinds(answer)["published_community"] == "present"
    assert kinds(answer)["any_name"] == "absent"
    reads = [(t["version"], t["name"]) for t in agent["trials"] if t["result"] == "reads"]
    assert reads == [("v1", "private")]


def test_an_agent_that_is_slow_under_load_is_not_taken_for_one_that_refuses(asked) -> None:
    answer = asked("slow")
    assert kinds(answer)["in_clear"] == "present"
    assert kinds(answer)["published_community"] != "absent"
    assert kinds(answer)["any_name"] == "unknown"
