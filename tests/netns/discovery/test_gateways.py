"""Discovery, UPnP and port mapping against a gateway of many kinds, in a private namespace."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.netns

SCENE = Path(__file__).with_name("scene.py")


@pytest.fixture
def gateway(in_namespace):
    """Facts of all three probes about a gateway with these ways."""
    return lambda *ways: in_namespace(SCENE, *ways)


def kinds(facts):
    return {(entry["target"], entry["kind"]) for entry in facts["identifiers"]}


def test_an_open_gateway_maps_a_port_and_nothing_is_left(gateway):
    said = gateway("serial")
    (found,) = said["port-mapping"]["tries"]
    assert found["accepted"]["kind"] == "present"
    assert found["removed"]["kind"] == "present"
    assert said["mappings"] == 0
    assert said["log"].count("DeletePortMapping") == 1
    (description,) = said["upnp"]["descriptions"]
    assert "AddPortMapping" in description["services"][0]["actions"]
    performed = {entry["action"]: entry["performed"]["kind"] for entry in said["upnp"]["replies"]}
    assert performed == {
        "GetStatusInfo": "present",
        "GetExternalIPAddress": "present",
        "GetGenericPortMappingEntry": "absent",  # error 713: there is no mapping
    }
    ssdp = said["discovery"]["responders"][1]
    assert ssdp["ways"] == ["multicast", "unicast"]
    assert said["discovery_s"] + said["upnp_s"] + said["port-mapping_s"] < 6
    assert all(said[name]["complete"] for name in ("discovery", "upnp", "port-mapping"))


def test_a_gateway_that_answers_on_the_lan_alone_has_a_closed_wan(gateway):
    wan = gateway()["upnp"]
    assert wan["wan"]["kind"] == "absent"
    assert {"udp/1900", "tcp/5000", "tcp/49152"} <= set(wan["wan_asked"])
    assert wan["wan_found"] == []


def test_a_gateway_that_answers_on_the_wan_is_found_there(gateway):
    wan = gateway("wan")["upnp"]
    assert wan["wan"]["kind"] == "present"
    assert wan["wan_found"] == ["udp/1900", "tcp/5000"]


@pytest.mark.parametrize("way", ["multicast", "unicast"])
def test_a_responder_that_answers_one_way_alone_is_found(gateway, way):
    only = {"multicast": "group-only", "unicast": "unicast-only"}[way]
    said = gateway(only)
    (_, ssdp) = said["discovery"]["responders"]
    assert (ssdp["answered"]["kind"], ssdp["ways"]) == ("present", [way])
    assert len(said["upnp"]["descriptions"]) == 1


def test_without_a_wan_address_nothing_is_known_of_it(gateway):
    wan = gateway("no-wan", "wan")["upnp"]
    assert wan["wan"]["kind"] == "unknown"
    assert wan["wan_asked"] == []


@pytest.mark.parametrize("way", ["unauthorised", "refuses"])
def test_a_gateway_that_refuses_is_told_from_one_that_fails(gateway, way):
    said = gateway(way)
    (found,) = said["port-mapping"]["tries"]
    assert found["accepted"]["kind"] == "absent"
    assert "DeletePortMapping" not in said["log"]


def test_a_gateway_that_knows_permanent_leases_only_is_left_as_it_was(gateway):
    said = gateway("permanent")
    (found,) = said["port-mapping"]["tries"]
    assert (found["accepted"]["kind"], found["removed"]["kind"]) == ("present", "present")
    assert said["mappings"] == 0


def test_a_yes_that_shows_no_mapping_decides_nothing(gateway):
    (found,) = gateway("lies")["port-mapping"]["tries"]
    assert found["accepted"]["kind"] == "unknown"


def test_a_mapping_that_cannot_be_removed_is_said(gateway):
    said = gateway("keeps")
    (found,) = said["port-mapping"]["tries"]
    assert (found["accepted"]["kind"], found["removed"]["kind"]) == ("present", "absent")
    assert said["log"].count("DeletePortMapping") == 3


def test_identifiers_are_found_where_they_stand_and_nowhere_else(gateway):
    said = gateway("mdns", "leaks", "serial", "mac")
    assert kinds(said["discovery"]) == {("udp/5353", "serial number")}
    assert kinds(said["upnp"]) == {("tcp/5000", "serial number"), ("tcp/5000", "MAC address")}
    unknown = gateway("mdns", "leaks")
    assert kinds(unknown["discovery"]) | kinds(unknown["upnp"]) == set()
    claimed = {entry["where"] for entry in unknown["upnp"]["serial_claims"]}
    assert claimed == {"UPnP description, serialNumber"}


def test_versions_in_the_server_header_are_told_and_protocols_are_not(gateway):
    (_, ssdp) = gateway("versions")["discovery"]["responders"]
    told = {(entry["product"], entry["version"]) for entry in ssdp["told"]}
    assert told == {("Linux", "3.14"), ("MiniUPnPd", "1.8")}


def test_a_location_elsewhere_is_written_down_and_not_followed(gateway):
    for way in ("foreign", "neighbour"):  # out of scope, and in scope but another host
        said = gateway(way)
        assert said["upnp"]["descriptions"] == []
        assert len(said["upnp"]["not_followed"]) == 1
        assert said["log"] == []
        assert said["port-mapping"]["tries"] == []


def test_a_control_url_elsewhere_is_not_followed(gateway):
    said = gateway("away")
    assert {entry["url"] for entry in said["upnp"]["not_followed"]} == {"http://203.0.113.9/ctl"}
    assert not any(entry.startswith(("Get", "Add")) for entry in said["log"])
    (found,) = said["port-mapping"]["tries"]
    assert found["accepted"]["kind"] == "unknown"


def test_an_entity_bomb_is_no_description(gateway):
    facts = gateway("bomb")["upnp"]
    assert facts["descriptions"] == []
    assert facts["not_examined"][0]["target"] == "tcp/5000"


def test_ten_thousand_records_do_no_harm(gateway):
    said = gateway("mdns", "flood")
    assert said["discovery"]["complete"] is False
    assert said["discovery_s"] < 6


def test_a_host_without_responders_is_asked_and_silent(gateway):
    said = gateway("nothing")
    reasons = {entry["answered"]["reason"] for entry in said["discovery"]["responders"]}
    assert reasons == {"no answer to the group, its own port refused"}
    assert said["discovery"]["complete"] is True
    assert said["upnp"]["wan"]["kind"] == "absent"
