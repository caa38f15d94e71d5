"""Signs that an error page shows the implementation: traces, queries, source paths (pure).

Each sign is specific to one family of frameworks, so that a page which merely speaks of errors
does not count.
"""

import re
from typing import Final

MAX_BODY: Final = 64 * 1024

_SIGNS: Final[tuple[tuple[str, re.Pattern[bytes]], ...]] = (
    ("python-traceback", re.compile(rb"Traceback \(most recent call last\)")),
    ("python-frame", re.compile(rb'File "[^"\n]{1,300}\.py", line [0-9]{1,6}')),
    ("java-trace", re.compile(rb"\bat [\w.$]{3,200}\([\w$]{1,80}\.java:[0-9]{1,6}\)")),
    (
        "java-exception",
        re.compile(rb"\b(?:java|javax|org\.\w+)\.[\w.]{1,200}(?:Exception|Error)\b"),
    ),
    (
        "php-error",
        re.compile(
            rb"(?:Fatal error|Parse error|Warning|Notice)(?:</b>)?:\s.{1,500}?"
            rb"\bin\s+(?:<b>)?[^\s<]{1,300}\.(?:php|inc)(?:</b>)?\s+on line",
            re.DOTALL,
        ),
    ),
    ("php-trace", re.compile(rb"#[0-9]{1,3} [^\s]{1,300}\.php\([0-9]{1,6}\)")),
    (
        "javascript-trace",
        re.compile(rb"\bat [^\n]{1,200}\.[cm]?[jt]s:[0-9]{1,6}:[0-9]{1,6}"),
    ),
    (
        "dotnet-trace",
        re.compile(rb"\bat [\w.`<>]{3,200}\([^)\n]{0,300}\) in [^\n]{1,300}:line [0-9]+"),
    ),
    ("dotnet-exception", re.compile(rb"\bSystem\.[\w.]{1,200}Exception\b")),
    ("go-trace", re.compile(rb"(?:goroutine [0-9]+ \[running\]|panic: runtime error)")),
    ("ruby-trace", re.compile(rb"(?<![\w./-])[\w./-]{1,300}\.rb:[0-9]{1,6}:in [`']")),
    ("lua-error", re.compile(rb"(?<![\w./-])[\w./-]{1,300}\.lua:[0-9]{1,6}: ")),
    ("perl-error", re.compile(rb"\bat /[\w./-]{1,300}\.(?:pl|pm|cgi) line [0-9]{1,6}")),
    (
        "sql-error",
        re.compile(
            rb"(?i)you have an error in your sql syntax|sqlite3?\.(?:operational)?error|"
            rb"unclosed quotation mark after|\bORA-[0-9]{5}\b|SQLSTATE\[[0-9A-Z]{5}\]|"
            rb"PG::SyntaxError|psycopg2\.errors|unrecognized token: \""
        ),
    ),
    (
        "shell-error",
        re.compile(rb"\b(?:ba|da|a)?sh: (?:line )?[0-9]+: .{1,200}(?:not found|syntax error)"),
    ),
    (
        "source-path",
        re.compile(
            rb"/(?:usr|opt|home|var|srv|app|root)/[\w./-]{1,200}\.(?:py|php|js|rb|pl|lua|c|cpp|go):[0-9]{1,6}"
        ),
    ),
    ("password-file", re.compile(rb"(?m)^root:[^:\n]{0,200}:0:0:")),
    ("core-dump", re.compile(rb"(?i)segmentation fault|core dumped|\*\*\* stack smashing")),
)


def signs_in(body: bytes) -> frozenset[str]:
    """The signs that ``body`` bears, by name."""
    bounded = body[:MAX_BODY]
    return frozenset(name for name, pattern in _SIGNS if pattern.search(bounded))
