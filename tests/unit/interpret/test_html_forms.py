"""Reading forms from hostile HTML."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.interpret.html_forms import MAX_HTML, Page, parse_page


def _form(html: str):
    return parse_page(html.encode()).forms[0]


def test_a_plain_login_form_is_found_with_its_fields():
    page = parse_page(
        b"<title>A\n b</title><form METHOD=Post action='/x'><input name=u>"
        b"<input type=PASSWORD name=p><input type=hidden name=t value=1></form>"
    )
    form = page.login_form("/")
    assert (form.action, form.method, form.user_field) == ("/x", "post", "u")
    assert form.passwords[0].name == "p"
    assert page.title == "A b"


def test_a_password_field_outside_any_form_still_asks_for_a_login():
    assert parse_page(b"<input id=u name=user><input type=password name=pw>").login_form("/")


@pytest.mark.parametrize(
    "html",
    [
        "<form><input type=password name=new><input type=password name=confirm></form>",
        "<form><input type=password name=old><input type=password name=new></form>",
        "<form><input name=ssid><input type=password name=wpa_psk></form>",
        "<form><input name=a><textarea name=b></textarea><input type=password name=p></form>",
        "<form><input name=a><input name=b><input name=c><input name=d><input type=password>",
        "<form><input name=q></form>",
    ],
)
def test_forms_that_set_something_do_not_ask_for_a_login(html):
    assert not _form(html).asks_for_login("/settings")


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<form><input type=password name=new><input type=password name=rep></form>", True),
        ("<form><input type=password name=new_password></form>", True),
        ("<form><input type=password name=oldpw><input type=password name=newpw></form>", False),
        ("<form><input name=u><input type=password name=p></form>", False),
    ],
)
def test_a_form_that_sets_a_password_blindly_is_told_apart(html, expected):
    assert _form(html).sets_password is expected


def test_scripts_are_no_text_and_comments_are():
    page = parse_page(b"<script>secret</script><p>shown</p><!-- build 1.2.3 -->")
    assert "secret" not in page.text
    assert "shown" in page.text
    assert "build 1.2.3" in page.text


@given(st.binary(max_size=2000))
def test_any_bytes_are_a_page(data):
    assert isinstance(parse_page(data), Page)


@given(st.text(alphabet="<>/=!-[]'\" formiputyeasw&#;dCDAT", max_size=300))
def test_torn_markup_is_a_page(text):
    page = parse_page(text.encode())
    for form in page.forms:
        form.asks_for_login("/")
        assert isinstance(form.sets_password, bool)


def test_what_never_ends_does_not_keep_the_parser_busy():
    started = time.monotonic()
    for piece in (b"<!--", b"<a ", b"<?", b"</", b"<![CDATA[", b"<div a='"):
        assert parse_page(b"<title>t</title>" + piece * (MAX_HTML // len(piece))).title == "t"
    assert time.monotonic() - started < 20  # a second where nothing else runs, else minutes


def test_text_at_the_very_end_is_read():
    assert parse_page(b"<p>this & that &amp").text == "this & that &"
    assert parse_page(b"<p>seen</p><!-- not").text == "seen"
