"""Checkpoints: three lines, exactly."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import VerificationError
from harness.trust.log.checkpoint import Checkpoint, parse_checkpoint, parse_size
from harness.trust.log.note import Note

ROOT = base64.b64encode(bytes(range(32))).decode()


def test_a_checkpoint_comes_back_as_it_was_written():
    written = Checkpoint("log.example/1", 20852163, bytes(range(32)), ("extension",))
    assert written.text == f"log.example/1\n20852163\n{ROOT}\nextension\n"
    assert parse_checkpoint(Note(written.text, ())) == written


@pytest.mark.parametrize(
    "text",
    [
        "\n",
        "log.example\n",
        "log.example\n1\n",
        f"\n1\n{ROOT}\n",
        f"log.example\n01\n{ROOT}\n",
        f"log.example\n-1\n{ROOT}\n",
        f"log.example\n+1\n{ROOT}\n",
        f"log.example\n1 \n{ROOT}\n",
        f"log.example\n\u0661\n{ROOT}\n",
        f"log.example\n{2**63}\n{ROOT}\n",
        f"log.example\n{'9' * 5000}\n{ROOT}\n",
        f"log.example\n1\n{ROOT[:-4]}\n",
        f"log.example\n1\n{ROOT[:-1]}\n",
        f"log.example\n1\n{ROOT}\n\nextension\n",
        f"log.example\n1\n{ROOT} \n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text):
    with pytest.raises(VerificationError, match="not a checkpoint"):
        parse_checkpoint(Note(text, ()))


def test_the_largest_size_is_read():
    assert parse_size(str(2**63 - 1)) == 2**63 - 1


@given(st.text(max_size=120))
def test_any_text_is_a_checkpoint_or_refused(text):
    try:
        checkpoint = parse_checkpoint(Note(text + "\n", ()))
    except VerificationError:
        return
    assert checkpoint.text == text + "\n"


@given(
    st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20),
    st.integers(0, 2**63 - 1),
    st.binary(min_size=32, max_size=32),
)
def test_every_checkpoint_survives_writing_and_reading(origin, size, root):
    written = Checkpoint(origin, size, root)
    assert parse_checkpoint(Note(written.text, ())) == written
