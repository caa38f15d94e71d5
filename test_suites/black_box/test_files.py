"""File servers: what anybody may read and write."""

from harness.testing import (
    FILE_NEEDS,
    INITIALISED,
    FactView,
    Judgements,
    NetworkView,
    case,
    files_given,
    files_taken,
    needs,
    unit,
)

NEEDS = needs(FILE_NEEDS, INITIALISED)


@case("anonymous-file-write")
class TestWritingFiles:
    """Nobody writes files without credentials."""

    @unit("", facts=NEEDS)
    def test_no_file_is_taken(self, facts: FactView) -> Judgements:
        """Every FTP and TFTP server refuses to take a file from anybody."""
        network = NetworkView(facts, INITIALISED)
        return (*files_taken(network), network.everything_examined())


@case("anonymous-file-read")
class TestReadingFiles:
    """Nobody reads files without credentials."""

    @unit("", facts=NEEDS)
    def test_no_file_is_given(self, facts: FactView) -> Judgements:
        """No FTP server lists its files and no TFTP server hands out a usual one to anybody."""
        network = NetworkView(facts, INITIALISED)
        return (*files_given(network), network.everything_examined())
