"""The web site of the maker, as the reference device brings it along."""

import pytest
import requests

from harness.cli.devices import reference_devices
from harness.model.bench_config import BenchConfig
from harness.reference.maker_site import HOST

pytestmark = pytest.mark.loopback


def test_a_device_serves_its_makers_site_if_asked(start, browser):
    sample = start(extra=("--maker-site", "127.77.200.1"))
    maker = sample.ready["maker"]
    assert maker["host"] == HOST
    assert maker["address"] == "127.77.200.1"
    base = f"https://{maker['address']}:{maker['port']}"
    assert "security@networks.example" in browser.get(f"{base}/security", timeout=5).text
    assert browser.get(f"{base}/nothing", timeout=5).status_code == 404
    assert browser.get(f"{base}/.well-known/security.txt", timeout=5).text.startswith("Contact:")
    sample.order("unplug")
    assert browser.get(f"{base}/rr-1/support", timeout=5).status_code == 200
    sample.order("plug")
    assert start(sample="B").ready["maker"] is None


def test_the_site_ends_with_the_device(start, browser):
    sample = start(extra=("--maker-site", "127.77.200.2"))
    port = sample.ready["maker"]["port"]
    assert sample.stop() == (0, "")
    with pytest.raises(requests.ConnectionError):
        browser.get(f"https://127.77.200.2:{port}/", timeout=2)


def test_the_bench_learns_where_the_site_is_and_allows_no_host_by_itself(start, tmp_path):
    sample = start(extra=("--maker-site", "127.77.200.3"))
    work = sample.ready["log"].rpartition("/")[0]
    config = BenchConfig.model_validate(
        {
            "bench": {"name": "b", "scope": ["127.77.0.0/16"]},
            "sample": [
                {
                    "id": "A",
                    "network": {"address": sample.address},
                    "reference": {"device": "router", "attach": work},
                }
            ],
        }
    )
    with reference_devices(config) as wired:
        found = wired.config.bench.publications
    assert found.addresses == {HOST: "127.77.200.3"}
    assert found.ca == sample.ready["maker"]["ca"]
    assert found.hosts == ()
