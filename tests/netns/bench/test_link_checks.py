"""What doctor says of real links: cable out, wrong route, wrong device, nobody there."""

from pathlib import Path

import pytest

SCENES = Path(__file__).with_name("link_scenes.py")

pytestmark = pytest.mark.netns


@pytest.mark.parametrize(
    "scene",
    [
        "a_good_link",
        "without_a_named_interface",
        "a_mac_that_nobody_wrote_down",
        "another_device_at_the_address",
        "an_interface_that_is_not_there",
        "a_missing_carrier",
        "an_interface_that_is_off",
        "no_address_in_the_network_of_the_sample",
        "a_route_over_another_interface",
        "addresses_that_the_guard_refuses",
        "nobody_at_the_address",
        "a_sample_that_drops_everything",
        "what_the_machine_has",
        "init_sends_nothing_unless_asked",
        "init_writes_down_the_mac_that_answers",
        "init_tries_nothing_that_the_guard_refuses",
        "an_ipv6_sample",
        "a_sample_behind_a_router",
        "the_wan_side_of_a_gateway",
    ],
)
def test_doctor_tells(play, scene):
    play(SCENES, scene)
