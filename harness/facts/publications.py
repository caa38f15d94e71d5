"""What the maker's public pages show to anybody (probe ``publications``)."""

from typing import ClassVar

from harness.facts.base import Facts
from harness.model.base import Frozen
from harness.model.observation import Observation


class PublishedPage(Frozen):
    """A page that the dossier names, as somebody without an account gets it.

    Attributes:
        url: its address in the dossier.
        final_url: where redirects led.
        status: of the last answer; 0 = none.
        served: content of its own came back. Its control, where the page is missing, is another
            page of the same host; what a host also gives for an address that was made up, or as
            its front page, is Unknown.
        restricted: a login or a payment stands in the way. Its control is the page itself, served
            without either.
        verified: every answer came in TLS from a server that proved its name.
        text: what a reader sees, without comments and scripts, bounded.
        text_whole: nothing that a reader sees is missing in ``text``: the page was read to its end
            and holds neither script nor image nor embedded document.
        dates: calendar dates in it, ``2031-12-31``; those that read two ways are left out.
        contacts: ways to reach somebody: ``mailto:...``, ``tel:...``, ``form``.
    """

    url: str
    final_url: str
    status: int
    kind: str = ""
    served: Observation
    restricted: Observation
    verified: bool
    title: str = ""
    text: str = ""
    text_whole: bool = False
    dates: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()


class SecurityTxt(Frozen):
    """A host's ``/.well-known/security.txt`` (RFC 9116).

    Attributes:
        origin: scheme, host and port that were asked.
        expires: as written; ``""`` if the field is not there once.
        expired: it had expired when it was fetched; Unknown without a date that can be read.
    """

    origin: str
    present: Observation
    contacts: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    expires: str = ""
    expired: Observation


class PublicationsFacts(Facts):
    """Public pages of the maker; ``examined`` holds the addresses that gave an answer."""

    SCHEMA: ClassVar[str] = "certbench/facts-publications/1"
    PROBE: ClassVar[str] = "publications"

    pages: tuple[PublishedPage, ...] = ()
    security: tuple[SecurityTxt, ...] = ()

    def page(self, url: str) -> PublishedPage | None:
        """The page at an address of the dossier; None if it was not fetched."""
        return next((page for page in self.pages if page.url == url), None)
