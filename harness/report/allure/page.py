"""What becomes of the page that Allure writes: no analytics, a policy, and a word on what it is."""

import base64
import hashlib
import html
import re
from typing import Final

from harness.report.allure.program import AllureFaultError

_SCRIPT: Final = re.compile(r"<script\b([^>]*)>(.*?)</script\s*>", re.DOTALL | re.IGNORECASE)
_INLINE: Final = re.compile(r'src="data:text/javascript;base64,([A-Za-z0-9+/=]+)"')
_SCRIPTS: Final = 5
"""That stay of the page of the pinned version."""
_ANALYTICS: Final = ("googletagmanager", "google-analytics", "gtag(")
_BASE: Final = 'createElement("base")'
"""The script that sets the page's base address, which the policy forbids and nothing needs."""
_POLICY: Final = (
    "default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; img-src data:; "
    "font-src data:; connect-src data:; base-uri 'none'; form-action 'none'"
)
_NOTE: Final = (
    '<p role="note" style="margin:0;padding:.6rem 1rem;background:#fff4ce;color:#1f2328;'
    'font:14px/1.5 system-ui,sans-serif">{text}</p>'
)


def tamed(page: str, note: str) -> str:
    """``page`` without analytics, with a policy that names each of its scripts, and with ``note``.

    Raises:
        AllureFaultError: it is not built as expected, so nobody knows what is in it.
    """
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        attributes, text = match[1], match[2]
        if any(word in attributes or word in text for word in (*_ANALYTICS, _BASE)):
            return ""
        packed = _INLINE.search(attributes)
        if packed:
            text = base64.b64decode(packed[1]).decode("utf-8")
        if "src=" in attributes.replace(packed[0] if packed else "", "") or "</script" in text:
            raise AllureFaultError("the page of allure loads something from elsewhere")
        kept.append(text)
        return f"<script>{text}</script>"

    changed = _SCRIPT.sub(keep, page)
    if len(kept) != _SCRIPTS or any(word in changed for word in _ANALYTICS):
        raise AllureFaultError("the page of allure is not built as that of the pinned version")
    policy = _POLICY.format(scripts=" ".join(map(_digest, kept)))
    head = f'<head>\n<meta http-equiv="Content-Security-Policy" content="{policy}">'
    body = "<body>" + _NOTE.format(text=html.escape(note))
    return _once(_once(changed, "<head>", head), "<body>", body)


def _digest(script: str) -> str:
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
    return f"'sha256-{digest}'"


def _once(text: str, mark: str, replacement: str) -> str:
    before, found, after = text.partition(mark)
    if not found:
        raise AllureFaultError(f"the page of allure has no {mark}")
    return before + replacement + after
