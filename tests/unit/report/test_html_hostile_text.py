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
    a article b bdi body br button code caption dd details div dl dt fieldset footer h1 h2 h3 head
    header html input label legend li main meta nav optgroup option output p pre rect script section
    select span strong style summary svg table tbody td th thead title tr ul
    """.split()  # noqa: SIM905  (forty short words)
)
ATTRIBUTES = frozenset(
    """
    aria-hidden aria-label aria-labelledby autocomplete charset checked class content data-do
    data-part data-show data-verdict focusable height hidden href http-equiv id label lang name open
    preserveaspectratio role scope spellcheck tabindex type value viewbox width x y
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


def test_the_policy_allows_the_one_style_sheet_and_the_one_script_and_nothing_else(hostile_page):
    text = hostile_page("tame")
    digests = {}
    for tag in ("style", "script"):
        (inside,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digests[tag] = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert not re.search(r"@import|url\(|expression\(|\\", inside)
    policy = (
        f"default-src 'none'; style-src 'sha256-{digests['style']}'; "
        f"script-src 'sha256-{digests['script']}'; base-uri 'none'; form-action 'none'"
    )
    assert policy in Page(text).values("content")
    assert text.index("Content-Security-Policy") < text.index("<style>")


def test_the_script_writes_no_markup_and_takes_nothing_from_the_page_as_code(hostile_page):
    (script,) = re.findall(r"<script>(.*?)</script>", hostile_page("tame"), re.DOTALL)
    assert not re.search(
        r"HTML|eval|Function|setAttribute|document\.write|createElement|fetch|XMLHttp|import|href",
        script,
    )
    assert script.count("textContent =") == 1


def test_the_script_is_the_same_whatever_a_device_says(hostile_page, payload):
    found = [
        re.findall(r"<(script|style)>(.*?)</\1>", hostile_page(text), re.DOTALL)
        for text in ("tame", payload)
    ]
    assert found[0] == found[1]
