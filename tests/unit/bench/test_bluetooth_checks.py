"""Adapters as sysfs lists them, and the ways out that doctor knows."""

import pytest

from harness.bench import bluetooth_checks as module
from harness.bench.bluetooth_adapters import Adapter, adapters, daemon_runs
from harness.bench.bluetooth_checks import bluetooth_checks, way_out
from harness.bench.checks import Health
from harness.errors import BenchFault
from harness.model.bench_config import BluetoothConfig


@pytest.fixture(autouse=True)
def _with_the_extra(monkeypatch):
    monkeypatch.setattr(module, "installed", lambda: True)


def write(folder, **files):
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(f"{text}\n")


@pytest.fixture
def usb(tmp_path):
    whole = {"bDeviceClass": "e0", "bDeviceSubClass": "01", "bDeviceProtocol": "01"}
    part = {"bInterfaceClass": "e0", "bInterfaceSubClass": "01", "bInterfaceProtocol": "01"}
    seat = {"busnum": "1", "devnum": "7"}
    write(
        tmp_path / "usb" / "1-2",
        idVendor="0a12",
        idProduct="0001",
        product="Radio",
        **whole,
        **seat,
    )
    combined = {"bDeviceClass": "ef", "bDeviceSubClass": "02", "bDeviceProtocol": "01"}
    write(tmp_path / "usb" / "1-3", idVendor="0b05", idProduct="17cb", serial="00A1", **combined)
    write(tmp_path / "usb" / "1-3" / "1-3:1.0", **part)
    write(tmp_path / "usb" / "1-4", idVendor="046d", idProduct="c52b", bDeviceClass="00")
    write(tmp_path / "kernel" / "hci0")
    return tmp_path


def test_adapters_are_told_from_other_devices_by_their_class(usb):
    found = adapters(usb / "kernel", usb / "usb", usb / "nodes")
    assert [each.transport for each in found] == [
        "usb:0A12:0001",
        "usb:0B05:17CB/00A1",
        "hci-socket:0",
    ]
    assert found[0].description == "Radio"
    assert found[0].node.endswith("nodes/001/007")
    assert not found[0].is_writable  # the node is not there


def test_a_machine_without_a_bus_has_no_adapters(tmp_path):
    assert adapters(tmp_path / "no", tmp_path / "nor", tmp_path / "neither") == ()


@pytest.mark.parametrize(("running", "name"), [(True, "bluetoothd"), (False, "bluetoothctl")])
def test_the_daemon_is_known_by_its_name(tmp_path, running, name):
    write(tmp_path / "17", comm=name)
    assert daemon_runs(tmp_path) is running


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("[Errno 16] Device or resource busy", "bluetooth"),
        ("LIBUSB_ERROR_ACCESS [-3]", "udev"),
        ("[Errno 97] Address family not supported by protocol", "usb:"),
        ("Bluetooth HCI sockets not supported on this platform", "usb:"),
        ("TimeoutError", "clones"),
        ("[Errno 111] Connect call failed ('127.0.0.1', 9)", "serve radio"),
        ("device not found", "init lists"),
        ("nothing that anybody knows", "plug it in again"),
    ],
)
def test_each_usual_trouble_has_a_way_out(said, advice):
    assert advice in way_out(f"bluetooth adapter usb:0: {said}")


def checks(transport, **more):
    config = BluetoothConfig(transport=transport, name="Lock", **more)
    return {each.name: each for each in bluetooth_checks("sample A", config, own=False)}


def test_without_bumble_a_run_can_begin_all_the_same(monkeypatch):
    monkeypatch.setattr(module, "installed", lambda: False)
    found = checks("usb:0")
    assert found["library"].health is Health.NOTE
    assert "certbench[bluetooth]" in found["library"].mend
    assert list(found) == ["library"]


def test_a_virtual_adapter_that_is_taken_for_a_real_one_is_told(monkeypatch):
    monkeypatch.setattr(module.ConfiguredBluetooth, "take", refuse)
    assert checks("tcp-client:127.0.0.1:9")["transport"].health is Health.NOTE


def test_a_clone_is_told_and_does_not_block(monkeypatch):
    monkeypatch.setattr(module, "adapters", lambda: (Adapter("usb:0A12:0001", "Radio"),))
    monkeypatch.setattr(module.ConfiguredBluetooth, "take", refuse)
    found = checks("usb:0")
    assert found["adapter"].health is Health.NOTE
    assert "clones" in found["adapter"].shown


def test_an_adapter_that_may_not_be_opened_blocks(monkeypatch, tmp_path):
    held = Adapter("usb:0B05:17CB", "Radio", str(tmp_path / "not there"))
    monkeypatch.setattr(module, "adapters", lambda: (held,))
    assert checks("usb:0B05:17CB")["adapter"].health is Health.BLOCKS


def test_an_adapter_that_the_daemon_holds_blocks(monkeypatch):
    monkeypatch.setattr(module, "adapters", lambda: (Adapter("hci-socket:0", "hci0"),))
    monkeypatch.setattr(module, "daemon_runs", lambda: True)
    assert "bluetoothd" in checks("hci-socket:0")["adapter"].shown


def test_an_adapter_that_cannot_be_opened_comes_with_a_way_out(monkeypatch):
    monkeypatch.setattr(module.ConfiguredBluetooth, "take", refuse)
    found = checks("tcp-client:127.0.0.1:9", radio="bumble-link")["sample"]
    assert found.health is Health.BLOCKS
    assert "serve radio" in found.mend


def refuse(_link, _recorder):
    raise BenchFault("bluetooth adapter tcp-client:127.0.0.1:9: [Errno 111] refused")
