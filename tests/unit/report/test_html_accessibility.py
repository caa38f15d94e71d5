"""The page can be read with a keyboard and a screen reader, and found one's way about in."""

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest


@pytest.fixture
def page(hostile_page):
    return hostile_page("text")


class Elements(HTMLParser):
    """Every element with its attributes and the chain of elements around it."""

    VOID = frozenset({"meta", "br", "rect", "input"})

    def __init__(self, text):
        super().__init__()
        self.found, self.around = [], []
        self.feed(text)
        assert not self.around

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs), tuple(self.around)))
        if tag not in self.VOID:
            self.around.append((tag, dict(attrs)))

    def handle_startendtag(self, tag, attrs):
        self.found.append((tag, dict(attrs), tuple(self.around)))

    def handle_endtag(self, tag):
        assert self.around.pop()[0] == tag

    def named(self, *tags):
        return [entry for entry in self.found if entry[0] in tags]


def test_headings_skip_no_level_and_there_is_one_title(page):
    levels = [int(tag[1]) for tag, _, _ in Elements(page).named("h1", "h2", "h3", "h4")]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_header_cell_says_what_it_heads(page):
    cells = Elements(page).named("th")
    assert cells
    assert {attributes.get("scope") for _, attributes, _ in cells} == {"col", "row"}


def test_every_table_scrolls_by_keyboard_in_a_named_region(page):
    elements = Elements(page)
    ids = {attributes.get("id") for _, attributes, _ in elements.found}
    for _, _, around in elements.named("table"):
        region = around[-1][1]
        assert region["role"] == "region"
        assert region["tabindex"] == "0"
        assert region.get("aria-label") or region["aria-labelledby"] in ids


def test_everything_that_names_an_element_names_one_that_is_there(page):
    elements = Elements(page)
    ids = {attributes.get("id") for _, attributes, _ in elements.found}
    for _, attributes, _ in elements.found:
        assert attributes.get("aria-labelledby", None) in ids | {None}


def test_every_details_begins_with_its_summary(page):
    assert page.count("<details") == len(re.findall(r"<details[^>]*>\s*<summary", page))


def test_every_control_has_a_name(page):
    elements = Elements(page)
    for tag, attributes, around in elements.named("input", "select", "button"):
        labelled = any(outer == "label" for outer, _ in around)
        assert labelled or tag == "button", attributes
    assert all(attributes["type"] == "button" for _, attributes, _ in elements.named("button"))


def test_without_its_script_the_page_is_whole_and_shows_no_dead_control(page):
    for tag, attributes, around in Elements(page).named("input", "select", "button", "output"):
        assert any("hidden" in outer for _, outer in around), (tag, attributes)
    assert 'class="out"' not in page


def test_the_language_and_the_landmarks_are_named(page):
    assert '<html lang="en">' in page
    for landmark in ("<header>", '<nav aria-label="Contents">', "<main>", "<footer>"):
        assert page.count(landmark) == 1


def test_a_verdict_is_never_told_by_colour_alone(page):
    for verdict, said in re.findall(r'<span class="v (\w+)">([^<]*)</span>', page):
        assert said == verdict.replace("_", " ")
