import socket
import time

import pytest

pytestmark = pytest.mark.loopback
PASSWORD = "Correct-Horse-7"


def told(sample, **wanted):
    return [
        entry
        for entry in sample.truth()
        if all(entry.get(key) == value for key, value in wanted.items())
    ]


def bytes_of(entries):
    return b"".join(entry["data"].encode("latin-1") for entry in entries)


def test_truth_log_holds_what_was_sent_and_acknowledged_on_the_wire(start):
    sample = start("telnet-login")
    seen = sample.raw("telnet", b"admin\r", until=b"Password: ")
    time.sleep(0.2)
    sample.stop()
    (opened,) = told(sample, kind="opened", channel="telnet")
    number = opened["connection"]
    sent = bytes_of(told(sample, kind="sent", connection=number))
    assert sent == seen
    assert bytes_of(told(sample, kind="received", connection=number)) == b"admin\r"
    (closed,) = told(sample, kind="closed", connection=number)
    assert closed["sent"] == closed["acknowledged"] == len(seen)


def test_bytes_that_the_peer_never_took_are_not_acknowledged(start, browser):
    sample = start()
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        deaf.settimeout(0.2)
        deaf.connect((sample.address, sample.port("http")))
        deaf.sendall(b"".join(b"GET /%d HTTP/1.1\r\n\r\n" % n for n in range(90)))
        time.sleep(0.5)
        sample.stop()
    (closed,) = [entry for entry in told(sample, kind="closed", channel="http") if entry["sent"]]
    assert 0 < closed["acknowledged"] < closed["sent"]
    last = told(sample, kind="acknowledged", channel="http")[-1]
    assert last["total"] == closed["acknowledged"]


def test_truth_log_holds_clear_text_of_tls_and_ssh(start, browser):
    sample = start()
    sample.initialise()
    sample.post_login(browser, "admin", PASSWORD)
    page = browser.get(sample.url("/status"), timeout=5)
    sample.ssh_run(PASSWORD, "echo over ssh")
    sample.stop()
    clear = bytes_of(told(sample, kind="sent", channel="https", layer="plain"))
    assert page.content in clear
    assert page.content not in bytes_of(told(sample, kind="sent", channel="https", layer="wire"))
    assert b"over ssh\n" in bytes_of(told(sample, kind="sent", channel="ssh", layer="plain"))
    assert bytes_of(told(sample, kind="sent", channel="ssh", layer="wire")).startswith(b"SSH-2.0")


def test_truth_log_holds_logins_with_their_outcome(start, browser):
    sample = start()
    sample.post_login(browser, "admin", sample.label)
    sample.initialise()
    for password in ("wrong",) * 5 + (PASSWORD,):
        sample.post_login(browser, "admin", password)
    outcomes = [entry["outcome"] for entry in told(sample, kind="login", channel="https")]
    assert outcomes == ["must-change", *["rejected"] * 5, "locked"]


def test_console_bytes_are_acknowledged_once_the_client_has_read_them(start, terminal):
    sample = start()
    console = terminal(sample)
    before = sum(len(entry["data"]) for entry in told(sample, kind="sent", channel="console"))
    sample.order("power-cycle")
    log = console.until(b"login: ")
    time.sleep(0.1)
    sample.stop()
    sent = bytes_of(told(sample, kind="sent", channel="console"))
    assert log in sent
    (closed,) = told(sample, kind="closed", channel="console")
    assert closed["acknowledged"] >= before + len(log)


@pytest.mark.slow
def test_a_console_that_nobody_reads_loses_bytes_and_blocks_nothing(start):
    sample = start()
    for _ in range(12):
        sample.order("power-cycle")
        sample.wait_for_power("on")
    assert not sample.refused("https")
    sample.stop()
    (closed,) = told(sample, kind="closed", channel="console")
    assert closed["acknowledged"] < closed["sent"]
    assert told(sample, kind="dropped")
