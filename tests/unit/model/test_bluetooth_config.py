"""A bench config for Bluetooth is refused where it names nothing that there can be."""

import pytest
from pydantic import ValidationError

from harness.model.bench_config import BluetoothConfig
from harness.model.radio import FAKED, Faked, Radio

BOLT = "a1b20001-5c1e-4d3f-9a7b-6f0d2c8e1b44"


@pytest.mark.parametrize(
    "transport",
    ["usb:0", "usb:0B05:17CB/1", "serial:/dev/ttyACM0,1000000", "hci-socket:0", "tcp-client:h:1"],
)
def test_adapters_of_each_kind_are_taken(transport):
    assert BluetoothConfig(transport=transport, name="Lock").transport == transport


@pytest.mark.parametrize("transport", ["", "usb", "usb:", "tcp-client:h", "tcp-clinet:h:1"])
def test_what_names_no_adapter_is_refused(transport):
    with pytest.raises(ValidationError, match=r"certbench init lists|at least 1 character"):
        BluetoothConfig(transport=transport, name="Lock")


def test_a_consent_names_its_characteristic_in_full():
    assert BluetoothConfig(transport="usb:0", name="Lock", safe_writes={BOLT: "01"}).safe_writes
    for uuid in ("a1b20001", BOLT.upper()):
        with pytest.raises(ValidationError, match="no UUID in full"):
            BluetoothConfig(transport="usb:0", name="Lock", safe_writes={uuid: "01"})


def test_what_listens_at_a_socket_is_known_only_if_somebody_said_so():
    behind = "tcp-client:127.0.0.1:6402"
    unsaid = BluetoothConfig(transport=behind, name="Lock")
    assert unsaid.radio is Radio.OTHER
    assert FAKED[unsaid.radio] == frozenset(Faked)
    assert BluetoothConfig(transport=behind, name="Lock", radio=Radio.REAL).radio is Radio.REAL
    assert BluetoothConfig(transport="usb:0", name="Lock").radio is Radio.REAL
    assert BluetoothConfig.model_validate_json(unsaid.model_dump_json()) == unsaid
