"""A capture of pieces that outgrew its room ends there: what comes later has no wrong number."""

from harness.encoding.clock import Clock
from harness.survey import store


def test_behind_the_first_piece_that_was_dropped_nothing_is_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "MAX_CAPTURE_BYTES", 10)
    folder = store.AttemptFolder(tmp_path / "attempt", Clock())
    with folder.stream("hci.btsnoop", "btsnoop", b"head") as stream:
        for piece in (b"1234", b"too long", b"5"):  # the last one would fit
            stream.write(piece)
    (entry,) = folder.entries()
    assert (tmp_path / "attempt" / "hci.btsnoop").read_bytes() == b"head1234"
    assert (entry.size, entry.dropped) == (8, 2)
