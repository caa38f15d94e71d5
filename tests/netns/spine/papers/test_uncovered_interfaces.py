"""An interface that the dossier declares and that nothing covered keeps units open, by its name."""

import pytest

pytestmark = [pytest.mark.netns, pytest.mark.slow]

VERSIONS = ("2.1.1", "3.1.3")
UNCOVERED = (["udp/50999"], ["radio"], ["tcp/443", "radio"], [])
"""Endpoints that no probe looked at: outside the scanned ports, without a probe, or not named."""
NOT_OF_THIS_ROW = {
    "1-AuthMech": set(),
    "11-ComMech": {
        *("5.5-6-1a", "5.5-6-2a", "5.5-7-1a", "5.5-7-2a"),  # no critical parameter crosses it
        *("5.8-1-1a", "5.8-1-2a", "5.8-2-1a", "5.8-2-2a"),  # nor personal data
        "5.9-3-2a",  # waits for the bench network, whatever is declared
    },
    "13-SoftServ": set(),
    "27-UserIntf": set(),
    "15-Intf": {
        *("5.6-3-1a", "5.6-3-2b", "5.6-3-2c"),  # neither physical nor a radio
        "5.6-3-2d",  # not intermittent
        *("5.6-4-1a", "5.6-4-2a", "5.6-4A-1b", "5.6-4B-1a", "5.6-4B-2a"),  # no debug interface
    },
}
"""Units of a table that do not speak of the row that is added here."""
OTHER_INTERFACES = {
    "a radio": (
        {"type": "radio", "exposed": True, "endpoints": ["radio"]},
        {"5.6-1-2a", "5.6-3-2c"},
    ),
    "pads": (
        {
            "type": "physical",
            "status": "disabled",
            "debug_interface": True,
            "protection": "Inside.",
        },
        {"5.6-3-2b", "5.6-4-1a", "5.6-4A-1b", "5.6-4B-1a", "5.6-4B-2a"},
    ),
    "an exposed socket": ({"type": "physical", "exposed": True}, {"5.6-3-1a"}),
    "a port on demand": ({"intermittent": True, "endpoints": ["tcp/50999"]}, {"5.6-3-2d"}),
}
"""Rows of 15-Intf -> units that speak of such a row."""
CARRIED = {
    "10-SecParam/SecParam-1": {"5.5-6-1a", "5.5-6-2a", "5.5-7-1a", "5.5-7-2a"},
    "21-PersData/PersData-1": {"5.8-1-1a", "5.8-1-2a"},
}
"""What is said to cross the new link -> units that then speak of it."""


def stays_open(judge, name, said, row_id):
    """Whether a unit is INCONCLUSIVE in both versions and names the row."""
    found = judge.without_ics(said)
    return all(
        (found[name, version][0], found[name, version][2].get(row_id)) == ("INCONCLUSIVE",) * 2
        for version in VERSIONS
    )


@pytest.mark.parametrize("table", NOT_OF_THIS_ROW)
@pytest.mark.parametrize("endpoints", UNCOVERED, ids=str)
def test_an_interface_that_nothing_covered_keeps_every_unit_over_its_table_open(
    endpoints, table, judge, dossier, answers
):
    """The answers are those to the rows that were there before."""
    row = {**dossier.to_json()["ixit"][table][0], "id": "New-1", "endpoints": endpoints}
    said = judge.said(judge.edited(dossier, [{"add": table, "set": row}]), answers)
    over_it = {
        name
        for name, (unit, _) in judge.functions.items()
        if unit.per == table and not judge.by_rule(name)
    }
    assert over_it
    open_ones = {name for name in over_it if stays_open(judge, name, said, "New-1")}
    assert over_it - open_ones == NOT_OF_THIS_ROW[table]


@pytest.mark.parametrize("endpoint", ["udp/50999", "radio"])
@pytest.mark.parametrize("carried", CARRIED)
def test_a_link_that_nothing_covered_keeps_the_units_of_what_crosses_it_open(
    carried, endpoint, judge, dossier, answers
):
    table, _, row_id = carried.partition("/")
    tables = dossier.to_json()["ixit"]
    (crossing,) = (row for row in tables[table] if row["id"] == row_id)
    link = {**tables["11-ComMech"][0], "id": "New-1", "endpoints": [endpoint]}
    links = [*crossing["communication_mechanisms"], "New-1"]
    edits = [
        {"add": "11-ComMech", "set": link},
        {"row": carried, "set": {"communication_mechanisms": links}},
    ]
    said = judge.said(judge.edited(dossier, edits), answers)
    units = CARRIED[carried]
    assert {name for name in units if stays_open(judge, name, said, "New-1")} == units


@pytest.mark.parametrize("kind", OTHER_INTERFACES)
def test_other_kinds_of_interfaces_keep_the_units_open_that_speak_of_them(
    kind, judge, dossier, answers
):
    fields, units = OTHER_INTERFACES[kind]
    row = {"id": "New-1", "description": kind, "type": "network", "status": "enabled", **fields}
    said = judge.said(judge.edited(dossier, [{"add": "15-Intf", "set": row}]), answers)
    assert {name for name in units if stays_open(judge, name, said, "New-1")} == units


def test_every_unit_over_interfaces_is_kept_open_by_some_row(judge):
    """No unit over 15-Intf, but those that a rule decides, is left out of both tables above."""
    over_it = {
        name
        for name, (unit, _) in judge.functions.items()
        if unit.per == "15-Intf" and not judge.by_rule(name)
    }
    elsewhere = {name for _, units in OTHER_INTERFACES.values() for name in units}
    assert NOT_OF_THIS_ROW["15-Intf"] - elsewhere == {"5.6-4-2a"}, "the console's alone"
    assert elsewhere <= over_it


@pytest.mark.parametrize("endpoint", ["udp/50999", "radio"])
def test_an_api_that_nothing_covered_keeps_the_input_unit_open(endpoint, judge, dossier, answers):
    row = {"id": "New-1", "description": "An API.", "endpoints": [endpoint]}
    said = judge.said(judge.edited(dossier, [{"add": "28-ExtAPI", "set": row}]), answers)
    assert stays_open(judge, "5.13-1-2a", said, "New-1")
