"""People answer on the page, over real HTTP."""

import os
import re
import socket
import threading
from urllib.parse import urlsplit

import openpyxl
import pytest

from harness.answering.forms import MAX_BODY_BYTES
from harness.answering.sheet import take_sheet, write_sheet
from harness.errors import UsageError
from harness.evidence.pictures import without_metadata

pytestmark = pytest.mark.loopback
STRONG, SHOWN, PHOTO, SETTLED = "c1a", "c1b", "c1c", "c1d"
JPEG = b"\xff\xd8\xff\xe1\0\x0cExif\0\0GPS!\xff\xdb\0\x04ab\xff\xd9"
SECRET = "correct-horse-battery"


def test_the_list_groups_questions_by_state_and_section(desk, serve):
    (anna,) = serve(desk)
    page = anna.get()
    assert "4 open questions" in page
    assert page.index("With the device as-received") < page.index("With the device reset")
    assert page.index("With the device reset") < page.index("At a desk")
    assert "Logins" in page
    assert '<span class="about">Logins are strong.</span></a>' in page
    assert "contradicted by what was seen" in page


def test_a_question_shows_its_row_its_purpose_and_the_facts_but_no_secret(desk, serve, key_of):
    (anna,) = serve(desk)
    page = anna.get(f"q/{key_of(STRONG, 'AuthMech-1')}")
    for text in (
        "Is the generator strong enough?",
        "A login on the web pages.",
        "Logins hold.",
        "tiny@1 c1a",
    ):
        assert text in page
    assert "services.1.port: 443" in page
    assert "(secret)" in page
    assert SECRET not in page
    assert 'value="yes" required' in page


def test_an_answer_is_kept_with_its_author_and_leads_to_the_next_question(desk, serve, key_of):
    (anna,) = serve(desk, "Anna Muster")
    first = key_of(STRONG, "AuthMech-1")
    status, headers, _ = anna.form(first, value="yes", reason="Seen in the data sheet.")
    assert status == 303
    assert headers["Location"] == f"{anna.base}q/{key_of(STRONG, 'AuthMech-2')}"
    (answer,) = desk.store.read()
    assert (answer.question, answer.item, answer.value) == ("c1a", "AuthMech-1", "yes")
    assert (answer.person, answer.reason) == ("Anna Muster", "Seen in the data sheet.")
    assert (answer.question_digest, answer.scripted) == (
        desk.queue.by_key[first].question.digest,
        False,
    )
    assert "1 of 5" not in anna.get()
    assert "3 open questions" in anna.get()


def test_what_is_no_answer_is_not_kept_and_what_was_typed_stays(desk, serve, key_of):
    (anna,) = serve(desk)
    status, _, page = anna.form(key_of(SHOWN), value="maybe", reason="The lamp is <broken>.")
    assert status == 400
    assert "not an answer" in page
    assert "The lamp is &lt;broken&gt;." in page
    assert desk.store.read() == ()


def test_a_correction_needs_a_reason_and_keeps_the_earlier_answer(desk, serve, key_of):
    (anna, ben) = serve(desk, "Anna", "Ben")
    key = key_of(SHOWN)
    anna.form(key, value="yes", reason="It blinks.")
    status, _, page = ben.form(key, value="no")
    assert status == 400
    assert "a correction needs a reason" in page
    assert ben.form(key, value="no", reason="Not in the second try.")[0] == 303
    first, second = desk.store.read()
    assert (first.value, first.person, first.reason) == ("yes", "Anna", "It blinks.")
    assert (second.value, second.person, second.replaces) == ("no", "Ben", 1)
    assert "It blinks." in anna.get(f"q/{key}")


def test_a_photo_is_the_answer_without_its_metadata(desk, serve, key_of, run):
    (anna,) = serve(desk)
    assert anna.form(key_of(PHOTO), reason="The label.")[0] == 400
    assert anna.form(key_of(PHOTO), files=[("../../IMG 1.JPG", JPEG)])[0] == 303
    (answer,) = desk.store.read()
    assert answer.value == "00001.jpg"
    kept = (run / "survey" / "answers" / "00001.jpg").read_bytes()
    assert kept == without_metadata(JPEG)
    assert b"GPS" not in kept
    assert sorted(file.name for file in (run / "survey" / "answers").iterdir()) == [
        "00001.jpg", "00001.json",
    ]  # fmt: skip


def test_any_bytes_of_a_file_are_kept_as_they_are(desk, serve, key_of, run):
    (anna,) = serve(desk)
    data = b"log \r\n\r \n--boundary\r\n\0\xff" + os.urandom(100_000) + b"\r\n"
    anna.form(key_of(SHOWN), value="yes", files=[("a.log", data)])
    (answer,) = desk.store.read()
    assert answer.attachments == ("00001-1.log",)
    assert (run / "survey" / "answers" / "00001-1.log").read_bytes() == data


def test_a_picture_that_cannot_be_cleaned_is_refused(desk, serve, key_of):
    (anna,) = serve(desk)
    heic = b"\0\0\0\x18ftypheic" + bytes(40)
    status, _, page = anna.form(key_of(PHOTO), files=[("a.heic", heic)])
    assert status == 400
    assert "JPEG or PNG" in page
    assert desk.store.read() == ()


def test_skipping_answers_nothing_and_frees_the_question(desk, serve, key_of):
    (anna,) = serve(desk)
    status, headers, _ = anna.form(key_of(SHOWN), action="skip")
    assert status == 303
    assert headers["Location"] == f"{anna.base}q/{key_of(PHOTO)}"
    assert desk.store.read() == ()
    assert desk.leases.holder(key_of(SHOWN)) is None


def test_a_question_in_somebodys_hands_is_shown_so_and_cannot_be_answered(desk, serve, key_of):
    (anna, ben) = serve(desk, "Anna", "Ben")
    key = key_of(SHOWN)
    token = re.search(r'name="token" value="([^"]+)"', anna.get(f"q/{key}"))[1]
    page = ben.get(f"q/{key}")
    assert "Being answered by <b>Anna</b>" in page
    assert "<form" not in page
    assert "being answered by Anna" in ben.get()
    status, _, page = ben.send(key, {"token": token, "seen": "", "value": "no", "action": "save"})
    assert status == 409
    assert desk.store.read() == ()


def test_who_answers_beside_a_newer_answer_is_told_and_overwrites_nothing(desk, serve, key_of):
    (anna, ben) = serve(desk, "Anna", "Ben")
    key = key_of(SHOWN)
    token = re.search(r'name="token" value="([^"]+)"', anna.get(f"q/{key}"))[1]
    anna.form(key, value="yes")
    late = {"token": token, "seen": "", "value": "no", "reason": "late", "action": "save"}
    status, _, page = ben.send(key, late)
    assert status == 409
    assert "meanwhile Anna answered" in page
    assert [answer.value for answer in desk.store.read()] == ["yes"]


def test_an_answer_over_another_row_is_shown_and_asked_again(desk, desk_again, serve, key_of):
    (anna,) = serve(desk)
    anna.form(key_of(STRONG, "AuthMech-1"), value="yes", reason="seen")
    again = desk_again("A login on the web pages and the console.")
    (ben,) = serve(again, "Ben")
    page = ben.get()
    assert "changed since it was answered" in page
    (entry,) = (
        each
        for each in again.queue.entries
        if (each.question.id, each.item) == (STRONG, "AuthMech-1")
    )
    page = " ".join(ben.get(f"q/{entry.key}").split())
    assert "<b>yes</b> by Anna" in page
    assert "row 1-AuthMech/AuthMech-1 has changed" in page
    assert "a correction needs one" not in page
    ben.form(entry.key, value="no")
    newest = again.store.read()[-1]
    assert (newest.value, newest.replaces, newest.shown) == ("no", 1, entry.shown)


def test_a_spread_sheet_shows_no_facts_and_binds_none(desk, tmp_path, key_of):
    file = tmp_path / "sheet.xlsx"
    write_sheet(file, desk.standing())
    book = openpyxl.load_workbook(file)
    sheet = book["Answers"]
    names = [cell.value for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        if row[names.index("Key")].value == key_of(STRONG, "AuthMech-1"):
            row[names.index("Answer")].value = "yes"
    book.save(file)
    assert take_sheet(file, desk, "Clara").written == 1
    (answer,) = desk.store.read()
    assert answer.shown.facts is None
    assert list(answer.shown.rows) == ["1-AuthMech/AuthMech-1"]


def test_two_people_never_get_one_number_or_lose_an_answer(desk, desk_again, serve):
    people = [f"Person {number}" for number in range(6)]
    desks = [desk_again() for _ in people]  # as many processes would have
    browsers = [serve(each, name)[0] for each, name in zip(desks, people, strict=True)]
    keys = [entry.key for entry in desk.queue.entries if entry.question.id != PHOTO][:3]
    statuses = []

    def work(browser):
        for key in keys:
            page = browser.get(f"q/{key}")
            if "<form" in page:
                hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
                fields = {**hidden, "value": "yes", "reason": "so", "action": "save"}
                statuses.append(browser.send(key, fields)[0])

    threads = [threading.Thread(target=work, args=(browser,)) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers = desk.store.read()
    assert [answer.number for answer in answers] == list(range(1, len(answers) + 1))
    assert statuses.count(303) == len(answers) >= 3
    assert set(statuses) <= {303, 409}


def test_two_browsers_and_a_spread_sheet_at_once_lose_nothing(desk, desk_again, serve, tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    file = tmp_path / "questions.xlsx"
    write_sheet(file, desk.standing())
    book = openpyxl.load_workbook(file)
    names = [cell.value for cell in book["Answers"][1]]
    for row in book["Answers"].iter_rows(min_row=2):
        row[names.index("Answer")].value = "no"
        row[names.index("Reason")].value = "by the sheet"
    book.save(file)
    browsers = [serve(desk_again(), name)[0] for name in ("Anna", "Ben")]
    keys = [entry.key for entry in desk.queue.entries if entry.question.id in {STRONG, SHOWN}]
    kept, together = [], threading.Barrier(3)

    def work(browser):
        together.wait()
        for key in keys:
            page = browser.get(f"q/{key}")
            if "<form" in page:
                hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
                fields = {**hidden, "value": "yes", "reason": "seen", "action": "save"}
                kept.append(browser.send(key, fields)[0] == 303)

    def take():
        together.wait()
        taken = take_sheet(file, desk_again(), "Clara")
        kept.extend([True] * taken.written)

    threads = [threading.Thread(target=work, args=(each,)) for each in browsers]
    threads.append(threading.Thread(target=take))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers = desk.store.read()
    assert [answer.number for answer in answers] == list(range(1, len(answers) + 1))
    assert kept.count(True) == len(answers)  # whoever was told that it is kept finds it
    for answer in answers:  # and every correction was made by somebody who saw what it corrects
        if answer.replaces is not None:
            assert answers[answer.replaces - 1].question == answer.question
            assert answer.reason
    assert {answer.question for answer in answers} == {STRONG, SHOWN}


@pytest.mark.parametrize(
    ("method", "path", "headers", "expected"),
    [
        ("GET", "/", {}, 404),
        ("GET", "/wrong-token/", {}, 404),
        ("GET", "{base}q/unknown", {}, 404),
        ("GET", "{base}../../etc/passwd", {}, 404),
        ("GET", "{base}", {"Host": "rebound.example"}, 421),
        ("GET", "{base}", {"Host": "localhost"}, 421),
        ("POST", "{base}", {"Content_Length": "0"}, 405),
        ("POST", "{base}q/{key}", {"Origin": "http://evil.example"}, 403),
        ("POST", "{base}q/{key}", {"Origin": "null"}, 403),
        ("POST", "{base}q/{key}", {"Content_Length": str(MAX_BODY_BYTES + 1)}, 413),
        ("POST", "{base}q/{key}", {"Content_Length": "-1"}, 413),
        ("POST", "{base}q/{key}", {"Content_Length": "many"}, 411),
        ("DELETE", "{base}", {}, 501),
    ],
)
def test_what_is_not_for_this_page_is_refused(desk, serve, key_of, method, path, headers, expected):
    (anna,) = serve(desk)
    where = path.format(base=anna.base, key=key_of(SHOWN))
    status, _, text = anna.ask(method, where, **headers)
    assert status == expected
    assert anna.base not in text
    assert desk.store.read() == ()


def test_a_form_without_its_token_is_refused(desk, serve, key_of):
    (anna,) = serve(desk)
    assert anna.form(key_of(SHOWN), value="yes", token="guess")[0] == 403
    assert anna.send(key_of(SHOWN), {"value": "yes", "action": "save"})[0] == 403
    plain = anna.ask("POST", f"{anna.base}q/{key_of(SHOWN)}", b"value=yes",
                     Content_Type="application/x-www-form-urlencoded")  # fmt: skip
    assert plain[0] == 400
    assert desk.store.read() == ()
    assert anna.form(key_of(SHOWN), value="yes")[0] == 303  # the control


def test_every_answer_forbids_requests_frames_and_caches(desk, serve):
    (anna,) = serve(desk)
    for path in (anna.base, "/"):
        headers = anna.ask("GET", path)[1]
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_markup_of_a_dossier_or_device_stays_text(desk_again, serve):
    nasty = "</textarea></style><script>alert(1)</script>\x1b[31m\u202e"
    desk = desk_again(nasty)
    (anna,) = serve(desk)
    for entry in desk.queue.entries:
        page = anna.get(f"q/{entry.key}")
        assert "<script>alert" not in page
        assert page.count("<script>") == 1
        assert "\x1b" not in page
        assert "\u202e" not in page


@pytest.mark.slow
def test_a_run_that_is_being_sealed_takes_no_answer_and_loses_no_text(
    desk, desk_again, serve, key_of
):
    (anna,) = serve(desk)
    page = anna.get(f"q/{key_of(SHOWN)}")
    token = re.search(r'name="token" value="([^"]+)"', page)[1]
    fields = {"token": token, "seen": "", "value": "yes", "reason": "typed", "action": "save"}
    with desk_again().store.held():
        status, _, text = anna.send(key_of(SHOWN), fields)
    assert status == 409
    assert "try again in a minute" in text
    assert ">typed</textarea>" in text
    assert desk.store.read() == ()
    assert anna.send(key_of(SHOWN), fields)[0] == 303


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "example.org", ""])
def test_only_one_address_of_this_machine_is_listened_on(desk, serve, address):
    with pytest.raises(UsageError, match="--listen"):
        serve(desk, address=address)


def test_connections_that_say_nothing_keep_nobody_out(desk, serve):
    (anna,) = serve(desk)
    where = urlsplit(anna.link)
    silent = [socket.create_connection((where.hostname, where.port)) for _ in range(20)]
    try:
        assert "open question" in anna.get()
    finally:
        for each in silent:
            each.close()


def test_a_settled_question_has_no_form(desk, serve, key_of):
    (anna,) = serve(desk)
    page = anna.get(f"q/{key_of(SETTLED)}")
    assert "contradicts already" in page
    assert "<form" not in page
