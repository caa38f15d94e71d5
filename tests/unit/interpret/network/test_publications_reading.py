"""What captures of public pages say, and what they do not."""

from harness.interpret.base import INPUTS, Upstream
from harness.interpret.publications import INTERPRETER, PAGES
from harness.model.observation import Absent, Present, Unknown

SITE = "https://www.example.com"
POLICY = SITE + "/security"
TEXT = "<p>Tell us of a weakness: write to psirt@example.com, and you hear within two days.</p>"
LOGIN = "<form method=post action=/login><input name=u><input type=password name=p></form>"
HOME = "<p>We make routers for homes and for small offices, and we have done so for years.</p>"


def exchange(url, body=TEXT, *, status=200, start="", purpose="page", location="", error=""):
    headers = [["Content-Type", "text/plain" if url.endswith(".txt") else "text/html"]]
    headers += [["Location", location]] if location else []
    return {
        "kind": "exchange", "purpose": purpose, "start": start or url, "method": "GET", "url": url,
        "status": status, "error": error, "headers": headers, "body": body,
    }  # fmt: skip


HOME_PAGE = exchange(SITE + "/", HOME, purpose="home")
MISSING = exchange(SITE + "/certbench-1", "no such page", status=404, purpose="missing-page")


def facts(captured, journal, *records, pages=(POLICY,), not_examined=(), whole=True):
    inputs = {"kind": "inputs", "pages": list(pages), "not_examined": list(not_examined)}
    files = {INPUTS: journal([inputs]), PAGES: journal(records, whole=whole)}
    found = INTERPRETER.interpret(captured(files, probe="publications"), Upstream({}))
    assert type(found).from_bytes(found.to_bytes()) == found
    return found


def page(captured, journal, *records):
    return facts(captured, journal, *records).page(POLICY)


def test_a_page_for_everybody(captured, journal):
    found = facts(captured, journal, HOME_PAGE, MISSING, exchange(POLICY))
    policy = found.page(POLICY)
    assert isinstance(policy.served, Present)
    assert isinstance(policy.restricted, Absent)
    assert policy.contacts == ("mailto:psirt@example.com",)
    assert policy.verified
    assert found.complete
    assert found.examined == (POLICY,)


def test_a_page_that_is_gone_needs_one_that_is_there(captured, journal):
    gone = exchange(POLICY, "gone", status=404)
    found = page(captured, journal, HOME_PAGE, gone)
    assert isinstance(found.served, Absent)
    assert found.served.control.where == "line 2"
    assert isinstance(page(captured, journal, gone).served, Unknown)
    elsewhere = exchange("https://other.example/", HOME, purpose="home")
    assert isinstance(page(captured, journal, elsewhere, gone).served, Unknown)
    made_up = exchange(SITE + "/certbench-1", HOME, purpose="missing-page")
    assert isinstance(page(captured, journal, made_up, gone).served, Unknown)


def test_refusals_that_may_be_meant_for_the_bench_decide_nothing(captured, journal):
    for status in (403, 429, 500, 503):
        found = page(captured, journal, HOME_PAGE, exchange(POLICY, status=status))
        assert isinstance(found.served, Unknown)
        assert isinstance(found.restricted, Unknown)
    for record in (
        exchange(POLICY, "", status=0, error="timed out"),
        exchange(POLICY, "<p>Loading</p><script src=a.js></script>"),
    ):
        found = page(captured, journal, HOME_PAGE, record)
        assert isinstance(found.served, Unknown)
        assert isinstance(found.restricted, Unknown)


def test_a_login_in_the_way(captured, journal):
    for status in (401, 402):
        found = page(captured, journal, HOME_PAGE, exchange(POLICY, LOGIN, status=status))
        assert isinstance(found.restricted, Present)
    first = exchange(POLICY, "", status=302, location="/login?next=/security")
    second = exchange(SITE + "/login?next=/security", TEXT + LOGIN, start=POLICY)
    found = page(captured, journal, HOME_PAGE, first, second)
    assert isinstance(found.restricted, Present)
    assert found.final_url == SITE + "/login?next=/security"


def test_a_login_beside_the_text_decides_nothing(captured, journal):
    found = page(captured, journal, HOME_PAGE, exchange(POLICY, TEXT + LOGIN))
    assert isinstance(found.served, Present)
    assert isinstance(found.restricted, Unknown)
    first = exchange(POLICY, "", status=301, location="/en/security")
    second = exchange(SITE + "/en/security", TEXT + LOGIN, start=POLICY)
    assert isinstance(page(captured, journal, first, second).restricted, Unknown)


def test_a_host_that_gives_a_page_for_everything(captured, journal):
    soft = exchange(SITE + "/certbench-1", TEXT, purpose="missing-page")
    found = page(captured, journal, HOME_PAGE, soft, exchange(POLICY))
    assert isinstance(found.served, Unknown)
    assert "made up" in found.served.reason


def test_a_page_that_leads_to_the_front_of_the_site_is_none(captured, journal):
    first = exchange(POLICY, "", status=302, location="/")
    second = exchange(SITE + "/", HOME, start=POLICY)
    found = page(captured, journal, HOME_PAGE, first, second)
    assert isinstance(found.served, Unknown)
    assert "front page" in found.served.reason


def test_a_redirect_that_nobody_followed(captured, journal):
    first = exchange(POLICY, "", status=302, location="https://sso.example/login")
    stop = {
        "kind": "redirect", "start": POLICY, "purpose": "page",
        "location": "https://sso.example/login", "reason": "not allowed",
    }  # fmt: skip
    found = page(captured, journal, HOME_PAGE, first, stop)
    assert isinstance(found.served, Unknown)
    assert "sso.example" in found.served.reason
    assert isinstance(found.restricted, Unknown)


def test_a_manual_as_pdf_is_served_and_not_read(captured, journal):
    record = exchange(POLICY, "%PDF-1.7 ...")
    record["headers"] = [["Content-Type", "application/pdf"]]
    found = page(captured, journal, HOME_PAGE, record)
    assert isinstance(found.served, Present)
    assert isinstance(found.restricted, Absent)
    assert (found.text, found.text_whole) == ("", False)


def test_pages_that_were_not_asked_for_are_named(captured, journal):
    skipped = {"target": "https://other.example/x", "reason": "not among the hosts"}
    found = facts(captured, journal, pages=(POLICY,), not_examined=(skipped,))
    assert found.gap(POLICY) == "was not asked"
    assert found.gap("https://other.example/x") == "not among the hosts"
    assert found.pages == ()


def test_a_torn_capture_is_incomplete(captured, journal):
    assert not facts(captured, journal, exchange(POLICY), whole=False).complete


def security(captured, journal, body, status=200):
    url = SITE + "/.well-known/security.txt"
    record = exchange(url, body, status=status, purpose="security-txt")
    (found,) = facts(captured, journal, HOME_PAGE, record).security
    return found


def test_security_txt(captured, journal):
    body = "# hi\nContact: mailto:a@example.com\nExpires: {}\nPolicy: https://www.example.com/p\n"
    found = security(captured, journal, body.format("2030-01-01T00:00:00z"))
    assert isinstance(found.present, Present)
    assert found.contacts == ("mailto:a@example.com",)
    assert found.policies == ("https://www.example.com/p",)
    assert isinstance(found.expired, Absent)
    assert isinstance(
        security(captured, journal, body.format("2020-01-01T00:00:00Z")).expired, Present
    )
    for odd in ("soon", "2030-01-01T00:00:00", "2030-01-01T00:00:00Z\nExpires: 2031-01-01"):
        assert isinstance(security(captured, journal, body.format(odd)).expired, Unknown)


def test_no_security_txt(captured, journal):
    assert isinstance(security(captured, journal, "no", status=404).present, Absent)
    assert isinstance(security(captured, journal, "nothing in it").present, Unknown)
