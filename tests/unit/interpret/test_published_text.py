"""What a reader sees of a public page."""

from hypothesis import given
from hypothesis import strategies as st

from harness.interpret.http_exchanges import Exchange
from harness.interpret.published_text import MAX_TEXT, dates_in, published_text
from harness.model.observation import EvidenceRef


def read(body, kind="text/html; charset=utf-8", **changes):
    given_ = {
        "purpose": "page", "method": "GET", "url": "https://www.example.com/a", "path": "/a",
        "status": 200, "headers": (("Content-Type", kind),),
        "body": body if isinstance(body, bytes) else body.encode(), "error": "",
        "evidence": EvidenceRef(path="x", where="line 1"),
    }  # fmt: skip
    return published_text(Exchange(**(given_ | changes)))


def test_only_what_is_shown_counts():
    page = read(
        "<title>2030-01-01</title><p>Until <b>20</b>31-12-31.<!-- 2032-01-01 --></p>"
        "<div hidden>2033-01-01<div>2034-01-01</div></div><p style='display: none'>2035-01-01</p>"
        "<style>p{content:'2036-01-01'}</style><td>31</td><td>12</td>"
    )
    assert page.dates == ("2031-12-31",)
    assert page.text == "Until 2031-12-31. 31 12"
    assert page.whole


def test_what_may_show_more_than_text_is_not_whole():
    for tag in ("<img src=x>", "<script src=x></script>", "<svg/>", "<iframe src=x></iframe>"):
        assert not read(f"<p>a</p>{tag}").whole
    assert not read("<p>a</p>", truncated=True).whole
    assert not read("<p>" + "ab " * MAX_TEXT).whole
    assert not read(b"\x1f\x8bxx", "text/html").dates


def test_plain_text_is_read_and_other_kinds_are_not():
    plain = read("Write to a.b@example.com before 2031-12-31\x1b[31m", "text/plain")
    assert plain.contacts == ("mailto:a.b@example.com",)
    assert plain.dates == ("2031-12-31",)
    assert "\x1b" not in plain.text
    assert read("Jusqu'\xe0 2031".encode("latin-1"), "text/plain; charset=ISO-8859-1").text == (
        "Jusqu'à 2031"
    )
    assert read(b"%PDF-1.7 2031-12-31", "application/pdf") == published_text(
        Exchange("page", "GET", "u", "/", 200, (), b"", "", EvidenceRef(path="x", where="1"))
    )


def test_ways_to_reach_somebody():
    page = read(
        "<a href='mailto:psirt@example.com?subject=x'>w</a><a href='tel:+4912345'>t</a>"
        "<a href='https://example.com/'>more</a>"
    )
    assert page.contacts == ("mailto:psirt@example.com", "tel:+4912345")
    assert read("<form method=post><textarea name=t></textarea></form>").contacts == ("form",)
    assert read("<form><input name=q></form>").contacts == ()


def test_dates_that_read_one_way_only():
    assert dates_in("31.12.2031") == ("2031-12-31",)
    assert dates_in("12/31/2031") == dates_in("31/12/2031") == ("2031-12-31",)
    assert dates_in("4.5.2031") == ("2031-05-04",)
    assert dates_in("04/05/2031") == ()
    assert dates_in("Dec. 31st, 2031 and 1 of Sept 2030") == ("2030-09-01", "2031-12-31")
    assert dates_in("31.02.2031, 2031-13-01, 12031-12-31, 1.2.3, 31 Foo 2031") == ()


@given(st.binary(max_size=2000))
def test_no_page_breaks_the_reading(body):
    page = read(body)
    assert len(page.text) <= MAX_TEXT + 1
