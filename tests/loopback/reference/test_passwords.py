import time

import pytest

pytestmark = pytest.mark.loopback
PASSWORD = "Correct-Horse-7"


def test_two_samples_at_once_share_nothing(start):
    first, second = start(sample="A"), start(sample="B")
    assert first.label != second.label
    assert first.ready["mac"] != second.ready["mac"]
    assert first.ready["serial"] != second.ready["serial"]
    for sample in (first, second):
        assert len(sample.label) >= 12
        for kind in (str.islower, str.isupper, str.isdigit):
            assert any(kind(character) for character in sample.label)
        assert not sample.refused("https")


def test_a_sample_is_the_same_unit_when_started_again(start):
    first, second = start(sample="A"), start(sample="A")
    assert first.label == second.label
    assert first.ready["serial"] == second.ready["serial"]


def test_default_password_is_admin(start, browser):
    sample = start("default-password")
    assert sample.label == "admin"
    assert sample.post_login(browser, "admin", "admin").status_code == 303


def test_shared_password_is_strong_and_equal_on_every_unit(start):
    labels = {start("shared-password-across-samples", sample=name).label for name in "AB"}
    assert len(labels) == 1
    assert len(labels.pop()) >= 12


def test_derived_password_is_the_end_of_the_mac_address(start):
    sample = start("password-derived-from-mac")
    assert sample.label == sample.ready["mac"].replace(":", "")[-8:]


def test_unforced_change_leaves_the_label_password_in_full_use(start, browser, terminal):
    sample = start("no-password-change-forced")
    answer = sample.post_login(browser, "admin", sample.label)
    assert answer.headers["Location"] == "/status"
    assert browser.get(sample.url("/settings"), timeout=5).status_code == 200
    console = terminal(sample)
    console.log_in(sample.label)
    assert b"uid=1000(admin)" in console.say("id", b"$ ")


def test_old_password_survives_the_change_everywhere(start, browser, terminal):
    sample = start("old-password-survives")
    sample.initialise()
    for password in (sample.label, PASSWORD):
        assert sample.post_login(browser, "admin", password).status_code == 303
        assert sample.ssh_run(password, "echo yes") == "yes\n"
    terminal(sample).log_in(sample.label)


def test_without_a_limit_wrong_logins_go_on_for_ever(start, browser):
    sample = start("no-bruteforce-limit")
    sample.initialise()
    for _ in range(30):
        assert sample.post_login(browser, "admin", "wrong").status_code == 401
    assert sample.post_login(browser, "admin", PASSWORD).status_code == 303


@pytest.mark.parametrize("password", ["short", "x" * 200, "with\nline", ""])
def test_unfit_passwords_are_refused_by_control(start, password):
    sample = start()
    answer = sample.order("initialise", password=password)
    assert not answer["ok"]
    assert sample.order("state")["state"] == "as-received"


def test_console_locks_out_and_lets_in_again(start, terminal):
    sample = start()
    sample.initialise()
    console = terminal(sample)
    for _ in range(5):
        console.log_in("wrong", b"Login incorrect")
    console.log_in(PASSWORD, b"Too many attempts, wait 1 s")
    time.sleep(2.1)
    console.log_in(PASSWORD)
