"""A run with four questions about a made device; ``tests/browser`` loads this file, too."""

import http.client
import json
import re
import threading
import uuid
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest

from harness.answering.desk import Desk
from harness.answering.page import Pages
from harness.answering.queue import JudgedFramework, make_queue
from harness.answering.server import AnswerServer
from harness.model.assessment import Assessment, JudgeDigests, UnitResult
from harness.model.catalogue import Catalogue
from harness.model.declaration import DecidedBy, UnitDeclaration
from harness.model.dossier import Dossier, DutIdentification
from harness.model.ids import FactKey, FrameworkRef, UnitId
from harness.model.ixit import AuthMech, Ixit
from harness.model.judgement import Conclusion, Judgement, Outcome, Reason, Verdict
from harness.model.question import AnswerKind, AskedQuestion, AskedQuestions, AskedStatus, Question
from harness.model.shown import Shown, row_digest

FRAMEWORK = FrameworkRef(slug="tiny", version="1")
STRONG = Question(id="c1a", prompt="Is the generator strong enough?")
SHOWN = Question(id="c1b", prompt="Press the button. Does the lamp blink?", during="as-received")
PHOTO = Question(id="c1c", prompt="Photograph the label.", kind=AnswerKind.PHOTO, during="reset")
SETTLED = Question(id="c1d", prompt="Is the port closed?")
KEY = FactKey(probe="services", sample="A", visit="1-as-received", attempt=1)
SECRET = "correct-horse-battery"
JPEG = b"\xff\xd8\xff\xe1\0\x0cExif\0\0GPS!\xff\xdb\0\x04ab\xff\xd9"


def dossier(text="A login on the web pages."):
    """Two logins; ``text`` describes the first."""
    rows = [
        AuthMech(
            id=name,
            description=text if name == "AuthMech-1" else "A login on the console.",
            authentication_factor="password",
            generation="user-defined",
        )
        for name in ("AuthMech-1", "AuthMech-2")
    ]
    dut = DutIdentification(supplier="Beispiel GmbH", model="Router 3000")
    return Dossier(dut=dut, ixit=Ixit.model_validate({"1-AuthMech": rows}))


def asked(text="A login on the web pages."):
    """What the made units asked; the first login was shown as ``text``."""
    rows = {
        f"1-AuthMech/{row.id}": row_digest(row) for row in dossier(text).ixit.rows("1-AuthMech")
    }
    shown = Shown(rows={"1-AuthMech/AuthMech-1": rows["1-AuthMech/AuthMech-1"]}, facts={})
    table = {"table": "1-AuthMech", "facts": (KEY,), "shown": shown}
    wanted = [
        (STRONG, "AuthMech-1", AskedStatus.OPEN, table),
        (STRONG, "AuthMech-2", AskedStatus.OPEN, table),
        (SHOWN, "DUT", AskedStatus.OPEN, {}),
        (PHOTO, "DUT", AskedStatus.OPEN, {}),
        (SETTLED, "DUT", AskedStatus.SETTLED, {}),
    ]
    return tuple(
        AskedQuestion(unit=UnitId(question.id), question=question, item=item, status=status, **more)
        for question, item, status, more in wanted
    )


def framework(said="A login on the web pages."):
    """A framework of one case, and what a rule of it said."""
    units = [{"id": f"c1{letter}", "case": "c1", "kind": "functional"} for letter in "abcde"]
    catalogue = Catalogue.model_validate(
        {
            "framework": FRAMEWORK.to_json(),
            "title": "Tiny framework",
            "publisher": "nobody",
            "legal_status": "none",
            "source_note": "made for tests",
            "provisions": [
                {"id": "p1", "section": "Logins", "title": "first", "status": "M",
                 "mandatory": True, "confirmed": True}
            ],
            "cases": [
                {"id": "c1", "provision": "p1", "kind": "functional", "purpose": "Logins hold."}
            ],
            "units": units,
            "decision_rule": {"id": "tiny", "version": 1},
        }
    )  # fmt: skip
    why = Reason(code="port-undeclared", params={"port": said})
    rule = Judgement(item="AuthMech-1", criterion="r", outcome=Outcome.UNDECIDED, reason=why)
    results = tuple(
        UnitResult(
            unit=UnitId(unit["id"]), case="c1", provision="p1", decided_by=DecidedBy.OPERATOR,
            verdict=Verdict.INCONCLUSIVE, reason=why,
            judgements=(rule,) if unit["id"] == "c1e" else (),
        )
        for unit in units
    )  # fmt: skip
    assessment = Assessment(
        framework=FRAMEWORK, title="Tiny", dossier_revision=1, dossier_digest="", decision_rule="t",
        judge=JudgeDigests(harness="", suite="", criteria="", interpreters="", catalogue=""),
        complete=True, conclusion=Conclusion.INCONCLUSIVE, indicative=False, reason=why,
        provisions=(), cases=(), units=results,
    )  # fmt: skip
    declared = {
        UnitId(unit["id"]): UnitDeclaration(
            unit=UnitId(unit["id"]), decided_by=DecidedBy.OPERATOR, summary="Logins are strong."
        )
        for unit in units
    }
    return JudgedFramework(
        AskedQuestions(framework=FRAMEWORK, asked=asked(said)), assessment, catalogue, declared
    )


def make_desk(run, text="A login on the web pages."):
    """A desk on ``run``, which is made if it is not there."""
    folder = run / "survey" / KEY.folder
    if not folder.is_dir():
        folder.mkdir(parents=True)
        (run / "private").mkdir()
    facts = {"schema": "x/1", "services": [{"port": 443, "banner": f"{text} {SECRET}"}]}
    (folder / "facts.json").write_text(json.dumps(facts))
    return Desk(run, make_queue([framework(text)], dossier(text)), [SECRET])


@dataclass
class Browser:
    """The requests of one person, as a browser without script sends them."""

    link: str

    @property
    def base(self):
        """The path of the person's pages."""
        return urlsplit(self.link).path

    def ask(self, method, path, body=None, **headers):
        """Status, headers and text of the answer."""
        where = urlsplit(self.link).netloc
        connection = http.client.HTTPConnection(where, timeout=30)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, {"Host": where, **sent})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, answer.headers, text

    def get(self, path=""):
        """The text of a page below the person's own path."""
        status, _, text = self.ask("GET", self.base + path)
        assert status == 200
        return text

    def form(self, key, files=(), **fields):
        """Fill in the form of a question, and send it with what stood in it hidden."""
        page = self.get(f"q/{key}")
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
        return self.send(key, {**hidden, "action": "save", **fields}, files)

    def send(self, key, fields, files=(), **headers):
        """Send a form."""
        mark = uuid.uuid4().hex
        parts = [
            f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields.items()
        ]
        parts += [
            f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            f"Content-Type: image/jpeg\r\n\r\n".encode()
            + data
            + b"\r\n"
            for name, data in files
        ]
        body = b"".join(parts) + f"--{mark}--\r\n".encode()
        kind = f"multipart/form-data; boundary={mark}"
        return self.ask("POST", f"{self.base}q/{key}", body, Content_Type=kind, **headers)


@pytest.fixture
def run(tmp_path):
    """A run directory with a survey."""
    return tmp_path / "run"


@pytest.fixture
def desk(run):
    """The questions of the run."""
    return make_desk(run)


@pytest.fixture
def desk_again(run):
    """The same run as another process opens it, or with another text in dossier and device."""
    return lambda *text: make_desk(run, *text)


@pytest.fixture
def serve():
    """Start the page of a desk for some people; their browsers."""
    servers = []

    def start(desk, *people, address="127.0.0.1"):
        pages = Pages(desk, "Beispiel GmbH Router 3000", "certbench judge run")
        server = AnswerServer((address, 0), desk, pages, people or ("Anna",))
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        servers.append((server, thread))
        return tuple(Browser(link) for link in server.links.values())

    yield start
    for server, thread in servers:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def key_of(desk):
    """The key of a question about an item."""

    def find(question, item="DUT"):
        return next(
            entry.key
            for entry in desk.queue.entries
            if (entry.question.id, entry.item) == (question, item)
        )

    return find
