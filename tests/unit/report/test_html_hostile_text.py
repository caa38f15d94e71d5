"""Whatever a device, a supplier or a foreign bundle says, the page shows it and obeys nothing."""

import base64
import hashlib
import re
import unicodedata
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest

TAGS = frozenset(
    """
    a article b bdi body br code caption dd details div dl dt footer h1 h2 h3 head header html li
    main meta nav p pre rect section span strong style summary svg table tbody td th thead title tr
    ul
    """.split()  # noqa: SIM905  (forty short words)
)
ATTRIBUTES = frozenset(
    """
    aria-hidden aria-label aria-labelledby charset class content focusable height href http-equiv id
    lang name open preserveaspectratio role scope tabindex viewbox width x y
    """.split()  # noqa: SIM905  (twenty short words)
)
PAYLOADS = {
    "script": "<script>alert(1)</script>",
    "end of an attribute": "\"'><img src=x onerror=alert(1)>",
    "end of the style sheet": "</style></title><script>alert(1)</script>",
    "script link": "javascript:alert(1)",
    "data link": "data:text/html,<script>alert(1)</script>",
    "way out of the bundle": "../../../../etc/passwd",
    "other host": "//evil.example/x",
    "comment and template": "<!-- {{ 7*7 }} {% raw %} -->",
    "terminal escapes": "\x1b[31mred\x1b]0;title\x07\x00\x9b1m",
    "reordering marks": "safe\u202eevil\u2066\u200f\u2028",
    "private and unassigned": "\ue000\U0010ffff\u0378",
    "endless": "a" * 5000,
}


class Page(HTMLParser):
    """What a browser would find in a page."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.comments, self.texts = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.extend((tag, name, value) for name, value in attrs)

    def handle_comment(self, data):
        self.comments.append(data)

    def handle_data(self, data):
        self.texts.append(data)

    def values(self, name):
        return [value for _, other, value in self.attributes if other == name]


@pytest.fixture(params=PAYLOADS.values(), ids=PAYLOADS.keys())
def payload(request):
    return request.param


def test_nothing_that_a_device_says_becomes_an_element_or_an_attribute(hostile_page, payload):
    tame, page = Page(hostile_page("tame")), Page(hostile_page(payload))
    assert page.tags == tame.tags
    assert set(page.tags) <= TAGS
    assert {name for _, name, _ in page.attributes} <= ATTRIBUTES
    assert not page.comments


def test_every_link_stays_in_the_page_or_in_the_survey(hostile_page, tmp_path, payload):
    page = Page(hostile_page(payload))
    anchors = page.values("id")
    survey = tmp_path / "stage-0" / "survey"
    assert len(anchors) == len(set(anchors))
    for href in page.values("href"):
        if href.startswith("#"):
            assert href[1:] in anchors
        else:
            assert href.startswith("../survey/")
            assert (survey / unquote(href.removeprefix("../survey/"))).is_file()


def test_no_character_that_steers_a_terminal_or_the_order_of_text_is_left(hostile_page, payload):
    page = hostile_page(payload)
    left = {char for char in page if unicodedata.category(char) in {"Cc", "Cf", "Co", "Cn", "Zl"}}
    assert left == {"\n"}


def test_text_is_shown_escaped_not_dropped(hostile_page):
    shown = "".join(Page(hostile_page(PAYLOADS["terminal escapes"])).texts)
    assert r"\x1b[31mred\x1b]0;title\x07\x00\x9b1m" in shown
    assert "<script>alert(1)</script>" in "".join(Page(hostile_page(PAYLOADS["script"])).texts)


def test_endless_text_is_cut(hostile_page):
    assert len(hostile_page("a" * 100_000)) < 200_000


def test_the_policy_allows_the_one_style_sheet_and_nothing_else(hostile_page):
    text = hostile_page("tame")
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert policy in Page(text).values("content")
    assert text.index("Content-Security-Policy") < text.index("<style>")
    assert not re.search(r"@import|url\(|expression\(|\\", style)
