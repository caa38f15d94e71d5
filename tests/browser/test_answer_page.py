"""The answer page in a real browser: on a phone and at a desk, by thumb, by key, without script."""

import time
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest

pytestmark = [pytest.mark.loopback, pytest.mark.slow]

STRONG, SHOWN, PHOTO = "c1a", "c1b", "c1c"
WIDE = """
({scroll: document.documentElement.scrollWidth, wide: [...document.querySelectorAll("body *")]
  .filter(each => !each.closest(".skip"))
  .filter(each => each.getBoundingClientRect().right > innerWidth + 1)
  .map(each => each.outerHTML.slice(0, 200))})
"""
SMALL = """
[...document.querySelectorAll(".choices label, button, .button")]
  .map(each => each.getBoundingClientRect()).filter(box => box.height < 44 || box.width < 44).length
"""
CHOSEN = "document.querySelector('input[type=radio]:checked')?.value ?? ''"
SETTLES_WITHIN_S = 1.5


def address(link):
    """What the browser's fixture takes: something with an address."""
    return SimpleNamespace(as_uri=lambda: link)


def test_a_thumb_on_a_phone_and_a_mouse_at_a_desk_have_room(desk, serve, chrome, key_of, tmp_path):
    (anna,) = serve(desk, "Anna Muster")
    for width in (360, 1280):
        for name, path in (("list", ""), ("question", f"q/{key_of(STRONG, 'AuthMech-1')}")):
            with chrome.page(address(anna.link + path), width=width) as page:
                (tmp_path / f"{name}-{width}.png").write_bytes(page.picture(whole=True))
                found = page.run(WIDE)
                assert found["wide"] == []
                assert found["scroll"] <= width
                assert page.run(SMALL) == 0
                assert page.complaints() == []


@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing(desk, serve, chrome, axe, key_of, dark):
    anna, ben = serve(desk, "Anna", "Ben")
    anna.form(key_of(SHOWN), value="yes", reason="It blinks.")
    ben.get(f"q/{key_of(PHOTO)}")  # in Ben's hands
    paths = ("", *(f"q/{key}" for key in desk.queue.by_key))
    for path in paths:
        with chrome.page(address(anna.link + path), dark=dark) as page:
            assert axe(page) == {}


@pytest.mark.parametrize("script", [True, False])
def test_an_answer_is_given_with_and_without_script(desk, serve, chrome, key_of, script):
    (anna,) = serve(desk)
    with chrome.page(address(f"{anna.link}q/{key_of(SHOWN)}"), script=script) as page:
        page.run("document.querySelector('input[value=no]').click()")
        page.run("document.querySelector('textarea').value = 'The lamp stays dark.'")
        page.run("document.querySelector('button[value=save]').click()")
        time.sleep(SETTLES_WITHIN_S)
        assert page.run("document.querySelector('h1').textContent").startswith(PHOTO)
    (answer,) = desk.store.read()
    assert (answer.value, answer.reason) == ("no", "The lamp stays dark.")


def test_keys_choose_and_save(desk, serve, chrome, key_of):
    (anna,) = serve(desk)
    press = "document.dispatchEvent(new KeyboardEvent('keydown', {key: '%s', ctrlKey: %s}))"
    with chrome.page(address(f"{anna.link}q/{key_of(SHOWN)}")) as page:
        page.run(press % ("3", "false"))
        assert page.run(CHOSEN) == "cannot tell"
        page.run("document.querySelector('textarea').focus()")
        page.run(press % ("1", "false"))
        assert page.run(CHOSEN) == "cannot tell"  # it is being typed
        page.run(press % ("Enter", "true"))
        time.sleep(SETTLES_WITHIN_S)
    assert [answer.value for answer in desk.store.read()] == ["cannot tell"]


def test_tab_alone_reaches_everything_and_the_focus_is_seen(desk, serve, chrome, key_of):
    (anna,) = serve(desk)
    seen = []
    with chrome.page(address(f"{anna.link}q/{key_of(SHOWN)}")) as page:
        for _ in range(12):
            page.key("Tab")
            name, outline = page.run(
                "[document.activeElement.name || document.activeElement.tagName,"
                " getComputedStyle(document.activeElement).outlineStyle]"
            )
            seen.append(name)
            assert outline == "solid" or name == "BODY"
    assert {"A", "value", "reason", "file", "action"} <= set(seen)


def test_nothing_is_fetched_and_no_script_of_a_device_runs(desk_again, serve, chrome):
    nasty = (
        "</style></textarea><script>document.title='owned'</script><img src=http://127.0.0.1:1/>"
    )
    desk = desk_again(nasty)
    (anna,) = serve(desk)
    for path in ("", *(f"q/{key}" for key in desk.queue.by_key)):
        with chrome.page(address(anna.link + path)) as page:
            assert page.run("document.title") != "owned"
            assert page.run("document.querySelectorAll('script').length") == 1
            own = f"http://{urlsplit(anna.link).netloc}/favicon.ico"
            assert [url for url in page.asked() if url != own] == []
