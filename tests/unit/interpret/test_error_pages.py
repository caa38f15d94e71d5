"""Signs of internals, and pages that bear none."""

import time

import pytest

from harness.interpret.error_pages import signs_in


@pytest.mark.parametrize(
    "body",
    [
        b'Traceback (most recent call last):\n  File "/opt/rr/web/dispatch.py", line 118, in x',
        b"java.lang.NullPointerException\n\tat com.acme.Web.handle(Web.java:42)",
        b"<b>Fatal error</b>:  Uncaught Error: x in <b>/var/www/index.php</b> on line <b>3</b>",
        b"TypeError: x\n    at Object.handle (/srv/app/index.js:10:5)",
        b"System.FormatException: bad\n   at Web.Parse(String s) in C:\\src\\Web.cs:line 9",
        b"You have an error in your SQL syntax; check the manual",
        b"SQLSTATE[42000]: Syntax error",
        b"goroutine 1 [running]:\nmain.main()",
        b"/usr/lib/lua/luci/dispatcher.lua:460: attempt to index nil",
        b"root:x:0:0:root:/root:/bin/sh\n",
        b"Segmentation fault (core dumped)",
    ],
)
def test_internals_bear_a_sign(body):
    assert signs_in(body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<h1>400 Bad Request</h1><p>The request cannot be read.</p>",
        b'{"error": "A value cannot be accepted."}',
        b"Warning: saving takes a minute. An error occurred, see line 3 of the manual.",
        b"<script src='/static/app.js?v=1:2'></script>",
        b"Internal Server Error",
        b"Copyright at Example: 2024:10:05",
    ],
)
def test_ordinary_pages_bear_none(body):
    assert not signs_in(body)


@pytest.mark.parametrize("block", [b"at ", b"a/", b"Warning: in x", b"#1 a", b'File "', b"sh: 1: "])
def test_hostile_pages_take_no_long_time(block):
    started = time.perf_counter()
    signs_in(block * (70000 // len(block)))
    assert time.perf_counter() - started < 3
