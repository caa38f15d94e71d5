"""The scope guard in a namespace with a default route: refused before a packet leaves."""

from pathlib import Path

import pytest

SCENES = Path(__file__).with_name("scenes.py")

pytestmark = pytest.mark.netns


@pytest.mark.parametrize(
    "scene",
    [
        "out_of_scope",
        "over_another_interface",
        "through_the_default_route",
        "through_the_default_route_by_permission",
        "through_a_router_on_the_bench_link",
        "own_broadcast_and_multicast_addresses",
        "forbidden_routes",
        "loopback_over_a_bench_interface",
        "a_route_that_changes_is_noticed_at_once",
        "targets_that_a_device_names",
        "sockets_are_tied_to_the_interface",
        "a_pulled_cable_is_a_lost_link",
        "a_vanished_interface_is_a_lost_link",
        "a_cable_pulled_during_a_step_is_no_silence",
        "other_groups_are_refused",
        "discovery_groups_reach_the_link_of_the_sample_and_nothing_else",
        "what_the_sample_announces_to_the_group_is_heard",
    ],
)
def test_the_guard_holds_in(play, scene):
    play(SCENES, scene)
