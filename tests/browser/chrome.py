"""One headless Chromium for many pages, driven over its debugging pipe (Chrome DevTools Protocol).

A start costs seconds, a page milliseconds. Nothing but this machine can be reached, whatever a page
or the browser itself asks for.
"""

import base64
import json
import os
import selectors
import subprocess
import time
from contextlib import contextmanager

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
ENDS_WITHIN_S = 180


class Chrome:
    """The browser's process and its pipe."""

    def __init__(self, program, profile, *flags):
        """Start ``program`` with an empty profile in ``profile``."""
        to_browser, self._commands = os.pipe()
        self._answers, from_browser = os.pipe()
        argv = [program, *FLAGS, *flags, f"--user-data-dir={profile}", "--remote-debugging-pipe"]

        # The browser reads commands from descriptor 3 and writes to 4.
        moved = f'exec "$@" 3<&{to_browser} 4>&{from_browser}'
        self._process = subprocess.Popen(
            ["bash", "-c", moved, "chromium", *argv, "about:blank"],
            pass_fds=(to_browser, from_browser),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        self._number, self._rest, self._pages = 0, b"", {}

    def close(self):
        """End the browser; its logs are whole afterwards."""
        try:
            self.call("Browser.close")
            self._process.wait(ENDS_WITHIN_S)
        finally:
            if self._process.poll() is None:
                self._process.kill()
                self._process.wait()
            os.close(self._commands)
            os.close(self._answers)

    def call(self, method, session=None, **parameters):
        """Give a command and wait for its answer."""
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        left = json.dumps(message).encode() + b"\0"
        while left:
            left = left[os.write(self._commands, left) :]
        answer = self.until(lambda said: said.get("id") == number)
        assert "error" not in answer, (method, answer["error"])
        return answer["result"]

    def until(self, wanted):
        """The next message that is wanted; events on the way go to their pages."""
        deadline = time.monotonic() + ENDS_WITHIN_S
        while True:
            said = self._next(deadline)
            page = self._pages.get(said.get("sessionId"))
            if page is not None and "method" in said:
                page.events.append(said)
            if wanted(said):
                return said

    def _next(self, deadline):
        while b"\0" not in self._rest:
            with selectors.DefaultSelector() as selector:
                selector.register(self._answers, selectors.EVENT_READ)
                assert selector.select(deadline - time.monotonic()), "the browser says nothing"
            chunk = os.read(self._answers, 1 << 20)
            assert chunk, "the browser ended"
            self._rest += chunk
        message, _, self._rest = self._rest.partition(b"\0")
        return json.loads(message)

    @contextmanager
    def page(self, file, *, width=1280, height=900, dark=False, paper=False, script=True):
        """Open a file in a context of its own: no cookies, no cache, nothing from another page."""
        context = self.call("Target.createBrowserContext")["browserContextId"]
        target = self.call("Target.createTarget", url="about:blank", browserContextId=context)
        attached = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        page = Page(self, attached["sessionId"])
        self._pages[page.session] = page
        try:
            page.prepare(width, height, dark=dark, paper=paper, script=script)
            page.open(file.as_uri())
            yield page
        finally:
            del self._pages[page.session]
            self.call("Target.disposeBrowserContext", browserContextId=context)


class Page:
    """One page of the browser; ``events`` is what it did."""

    def __init__(self, chrome, session):
        """Belong to a session of ``chrome``."""
        self._chrome, self.session, self.events, self._own = chrome, session, [], ""

    def call(self, method, **parameters):
        """Give a command to this page."""
        return self._chrome.call(method, self.session, **parameters)

    def prepare(self, width, height, *, dark, paper, script):
        """Set screen, colour scheme and medium before anything is loaded."""
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        medium = "print" if paper else ""
        self.call("Emulation.setEmulatedMedia", media=medium, features=[scheme])
        if not script:
            self.call("Emulation.setScriptExecutionDisabled", value=True)

    def open(self, url):
        """Go there and wait until everything is loaded."""
        self._own = url
        self.call("Page.navigate", url=url)
        if not self.named("Page.loadEventFired"):
            self._chrome.until(
                lambda said: (
                    said.get("sessionId") == self.session
                    and said.get("method") == "Page.loadEventFired"
                )
            )

    def named(self, method):
        """The parameters of every event of a kind."""
        return [event["params"] for event in self.events if event["method"] == method]

    def run(self, script):
        """The value of an expression, or of the promise that it gives; the policy of the page is
        about the page's own scripts and not about these."""
        said = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in said, said["exceptionDetails"]
        return said["result"].get("value")

    def asked(self):
        """Every address that it asked for, beside its own file and what its policy forbade."""
        failed = self.named("Network.loadingFailed")
        forbidden = {each["requestId"] for each in failed if each.get("blockedReason") == "csp"}
        sent = self.named("Network.requestWillBeSent")
        urls = [each["request"]["url"] for each in sent if each["requestId"] not in forbidden]
        return [url for url in urls if url != self._own and not url.startswith(("data:", "blob:"))]

    def complaints(self):
        """What the browser holds against the page: errors, and what its policy forbade."""
        thrown = [each["exceptionDetails"] for each in self.named("Runtime.exceptionThrown")]
        return [each["entry"]["text"] for each in self.named("Log.entryAdded")] + thrown

    def key(self, name):
        """Press and release a key."""
        code = {"Tab": 9, "Enter": 13, " ": 32}[name]
        text = {"Enter": "\r", " ": " "}.get(name, "")
        for kind in ("keyDown", "keyUp"):
            self.call(
                "Input.dispatchKeyEvent",
                type=kind,
                key=name,
                code=name if name != " " else "Space",
                windowsVirtualKeyCode=code,
                text=text if kind == "keyDown" else "",
            )

    def picture(self, *, whole=False):
        """What it looks like, as PNG."""
        said = self.call("Page.captureScreenshot", captureBeyondViewport=whole)
        return base64.b64decode(said["data"])

    def printed(self):
        """The page on A4 paper, as PDF."""
        said = self.call("Page.printToPDF", preferCSSPageSize=True, printBackground=False)
        return base64.b64decode(said["data"])
