import time

import pytest

pytestmark = pytest.mark.loopback
PASSWORD = "Correct-Horse-7"


def logged_in(sample, browser, service="https"):
    sample.initialise()
    answer = sample.post_login(browser, "admin", PASSWORD, service)
    assert answer.status_code == 303, answer.text
    return browser


def test_label_login_leads_to_the_change_page_and_nowhere_else(start, browser):
    sample = start()
    assert sample.post_login(browser, "admin", sample.label).status_code == 303
    for page in ("status", "settings", "api-settings", "firmware", "reset"):
        answer = browser.get(sample.url(sample.path(page)), allow_redirects=False, timeout=5)
        assert (answer.status_code, answer.headers["Location"]) == (302, "/password")
    about = browser.get(sample.url("/api/about"), timeout=5).json()
    assert about == {
        "model": "Reference Router RR-1",
        "hardware": "rev B",
        "firmware": "2.4.1",
        "serial": sample.ready["serial"],
        "mac": sample.ready["mac"],
    }


def test_changing_the_password_initialises_the_router_and_kills_the_label(start, browser):
    sample = start()
    sample.post_login(browser, "admin", sample.label)
    form = {"current": sample.label, "new": PASSWORD, "repeat": PASSWORD}
    url = sample.url("/password")
    assert browser.post(url, data=form, allow_redirects=False, timeout=5).status_code == 303
    assert sample.order("state")["state"] == "initialised"
    assert sample.post_login(browser, "admin", sample.label).status_code == 401
    assert sample.post_login(browser, "admin", PASSWORD).status_code == 303


def test_pages_need_a_session_and_the_api_says_so_in_json(start, browser):
    sample = start()
    sample.initialise()
    for page in ("status", "settings", "password", "firmware", "reset", "about-page"):
        answer = browser.get(sample.url(sample.path(page)), allow_redirects=False, timeout=5)
        assert (answer.status_code, answer.headers["Location"]) == (302, "/login")
    for page in ("about", "api-settings"):
        answer = browser.get(sample.url(sample.path(page)), allow_redirects=False, timeout=5)
        assert answer.status_code == 401
        assert answer.json() == {"error": "login required"}
    assert browser.get(sample.url("/nothing"), timeout=5).status_code == 404
    assert browser.put(sample.url("/login"), timeout=5).status_code == 405


def test_settings_are_saved_by_form_and_by_json(start, browser):
    sample = start()
    logged_in(sample, browser)
    url = sample.url("/api/settings")
    answer = browser.post(url, json={"ssid": "attic", "wifi_channel": 11}, timeout=5)
    assert answer.json()["ssid"] == "attic"
    browser.post(sample.url("/settings"), data={"wifi_channel": "3"}, timeout=5)
    assert browser.get(url, timeout=5).json()["wifi_channel"] == 3
    assert 'value="attic"' in browser.get(sample.url("/settings"), timeout=5).text


def test_the_session_dies_with_a_reset(start, browser):
    sample = start()
    logged_in(sample, browser)
    done = browser.post(
        sample.url("/reset"), data={"confirm": "yes"}, allow_redirects=False, timeout=5
    )
    assert done.status_code == 303
    assert sample.order("state")["state"] == "as-received"
    answer = browser.get(sample.url("/status"), allow_redirects=False, timeout=5)
    assert answer.headers["Location"] == "/login"


def test_plain_http_only_redirects_to_the_own_address(start, browser):
    sample = start()
    for path in ("/", "/login?x=1", "//other.example/"):
        answer = browser.get(
            f"http://{sample.address}:{sample.port('http')}{path}",
            headers={"Host": "evil.example"},
            allow_redirects=False,
            timeout=5,
        )
        assert answer.status_code == 301
        assert answer.headers["Location"].startswith(sample.url("/"))
    answer = sample.post_login(browser, "admin", sample.label, "http")
    assert (answer.status_code, answer.cookies.get_dict()) == (301, {})


def test_no_version_is_named_by_the_hardened_web_server(start, browser):
    answer = browser.get(start().url("/login"), timeout=5)
    assert answer.headers["Server"] == "RR"
    assert "lighttpd" not in answer.text


def test_five_wrong_logins_lock_the_channel_for_a_second(start, browser):
    sample = start()
    sample.initialise()
    for _ in range(5):
        assert sample.post_login(browser, "admin", "wrong").status_code == 401
    locked_at = time.monotonic()
    answer = sample.post_login(browser, "admin", PASSWORD)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert sample.ssh_run(PASSWORD, "id") == "uid=1000(admin) gid=1000(admin)\n"
    while sample.post_login(browser, "admin", PASSWORD).status_code == 429:
        time.sleep(0.1)
    assert 0.8 < time.monotonic() - locked_at < 2.0


def test_a_good_login_resets_the_counter(start, browser):
    sample = start()
    sample.initialise()
    for _ in range(3):
        for _ in range(4):
            assert sample.post_login(browser, "admin", "wrong").status_code == 401
        assert sample.post_login(browser, "admin", PASSWORD).status_code == 303


MALFORMED = [
    ("/login", b"username=%zz&password=x", "application/x-www-form-urlencoded", 400),
    ("/login", b"username=%ff%fe&password=x", "application/x-www-form-urlencoded", 400),
    ("/login", b"{", "application/json", 400),
    ("/login", b'{"username": 1, "password": []}', "application/json", 400),
    ("/login", b"username=" + b"a" * 9000, "application/x-www-form-urlencoded", 413),
    ("/login", b"username=a%00b&password=x", "application/x-www-form-urlencoded", 422),
    ("/api/settings", b"not json", "application/json", 400),
    ("/api/settings", b"[" * 8000, "application/json", 400),
    ("/api/settings", b"\xff\xfe", "application/json", 400),
    ("/api/settings", b"[]", "application/json", 422),
    ("/api/settings", b'{"wifi_channel": "six"}', "application/json", 422),
    ("/api/settings", b'{"wifi_channel": 99999999999999999999}', "application/json", 422),
    ("/api/settings", b'{"ssid": NaN}', "application/json", 400),
    ("/api/settings", b'{"ssid": "' + b"a" * 9000 + b'"}', "application/json", 413),
]


@pytest.mark.parametrize("flaws", [(), ("stack-trace-on-bad-input",)], ids=["hardened", "flaw"])
def test_malformed_input_is_refused_cleanly_or_traced(start, browser, flaws):
    sample = start(*flaws)
    logged_in(sample, browser)
    for path, body, kind, clean in MALFORMED:
        answer = browser.post(
            sample.url(path), data=body, headers={"Content-Type": kind}, timeout=5
        )
        assert answer.status_code == (500 if flaws else clean), (path, body[:40])
        assert ("Traceback" in answer.text) == bool(flaws)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"garbage\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nbroken header\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"411"),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * 20000, b"431"),
        (b"BREW / HTTP/1.1\r\n\r\n", b"501"),
    ],
)
def test_what_is_no_request_gets_a_clean_answer(start, sent, status):
    assert start().raw("http", sent).startswith(b"HTTP/1.1 " + status)


def test_admin_pages_in_clear_are_a_flaw(start, browser):
    sample = start("plaintext-http-admin")
    assert logged_in(sample, browser, "http")
    assert browser.get(sample.url("/api/about", "http"), timeout=5).json()["firmware"] == "2.4.1"
    assert sample.post_login(browser, "admin", PASSWORD).status_code == 303


@pytest.mark.parametrize("initialised", [True, False])
def test_settings_without_login_are_a_flaw(start, browser, initialised):
    sample = start("unauthenticated-config")
    if initialised:
        sample.initialise()
    assert browser.get(sample.url("/api/settings"), timeout=5).json()["ssid"] == "home"
    assert browser.post(sample.url("/api/settings"), json={"ssid": "mine"}, timeout=5).ok
    saved = browser.post(
        sample.url("/settings"), data={"wifi_channel": "1"}, allow_redirects=False, timeout=5
    )
    assert saved.status_code == 303
    assert "mine" in browser.get(sample.url("/settings"), timeout=5).text
    assert browser.get(sample.url("/api/about"), timeout=5).status_code == 401


def test_verbose_banners_name_products_and_versions(start, browser):
    sample = start("verbose-banner")
    sample.initialise()
    answer = browser.get(sample.url("/login"), timeout=5)
    assert answer.headers["Server"] == "lighttpd/1.4.35"
    assert "Powered by lighttpd/1.4.35" in answer.text
    assert sample.raw("ssh", until=b"\n").startswith(b"SSH-2.0-OpenSSH_7.2p2")
    assert sample.ssh_run(PASSWORD, "echo still works") == "still works\n"


def test_hidden_page_and_page_on_the_telnet_port_need_no_login(start, browser):
    sample = start("hidden-http-port", "http-on-telnet-port")
    for service in ("hidden-http", "telnet"):
        answer = browser.get(sample.url("/", service), timeout=5)
        assert answer.status_code == 200
        assert "form" not in answer.text
