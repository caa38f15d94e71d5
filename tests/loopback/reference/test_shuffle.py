import pytest

from harness.reference.flaws import Flaw
from harness.reference.shuffle import DATAGRAM_SURFACE

pytestmark = pytest.mark.loopback
# Opens later; listens on the address of the WAN; answers datagrams only.
NOT_AT_ONCE = {"late", "upnp-wan", *DATAGRAM_SURFACE}
PASSWORD = "Correct-Horse-7"


@pytest.mark.parametrize("seed", ["1", "2"])
def test_a_seed_shuffles_the_look_and_keeps_the_behaviour(start, browser, seed):
    sample = start(extra=("--seed", seed))
    assert sample.port("https") not in (443, 20443)
    assert sample.path("login") != "/login"
    ports = [port for name, port in sample.ready["surface"].items() if name not in DATAGRAM_SURFACE]
    assert len(set(ports)) == len(ports)
    assert len(set(sample.ready["paths"].values())) == 10
    answer = sample.post_login(browser, "admin", sample.label)
    assert answer.headers["Location"] == sample.path("password")
    about = browser.get(sample.url(sample.path("about")), timeout=5).json()
    assert about["serial"] == sample.ready["serial"]
    form = browser.get(sample.url(sample.path("login")), timeout=5).text
    assert f'name="{sample.ready["fields"]["password"]}"' in form
    sample.initialise()
    assert sample.ssh_run(PASSWORD, "id").startswith("uid=1000(admin)")


def test_samples_of_one_seed_are_one_product(start):
    first = start(sample="A", extra=("--seed", "7"))
    second = start(sample="B", extra=("--seed", "7"))
    assert first.ready["surface"] == second.ready["surface"]
    assert first.ready["paths"] == second.ready["paths"]
    assert first.label != second.label
    assert first.ready["mac"] != start(sample="A", extra=("--seed", "8")).ready["mac"]


def test_flaws_stay_under_a_seed(start, browser):
    sample = start(*(flaw.value for flaw in Flaw), extra=("--seed", "3"))
    sample.initialise()
    assert {name for name in sample.ready["surface"] if sample.refused(name)} <= NOT_AT_ONCE
    settings = browser.get(sample.url(sample.path("api-settings")), timeout=5)
    assert settings.headers["Server"] == "lighttpd/1.4.35"
    assert settings.json()["ssid"] == "home"
