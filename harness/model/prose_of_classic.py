"""Sentences about Bluetooth Classic, for `prose`.

Levels are those of security mode 4 (NIST SP 800-121 Rev. 2, section 3.1.1).
"""

from types import MappingProxyType
from typing import Final

CLASSIC: Final = MappingProxyType(
    {
        "bluetooth-classic-found": "it answered inquiries for {window_s} s while nobody had asked "
        "for that",
        "bluetooth-classic-hidden": "it answers no inquiry unless somebody at it asked for that",
        "bluetooth-classic-key-short": "a link was encrypted with a key of less than 16 bytes "
        "({links})",
        "bluetooth-classic-key-whole": "the links were encrypted with a key of 16 bytes ({links})",
        "bluetooth-classic-level-not-reached": "no pairing led to a link of security mode 4 level "
        "{needed} ({links})",
        "bluetooth-classic-p192": "a link key was made on the curve P-192 although the bench "
        "offered P-256 ({links})",
        "bluetooth-classic-p256": "link keys were made on the curve P-256 ({links})",
        "bluetooth-classic-pin-accepted": "a pairing by PIN was completed ({links})",
        "bluetooth-classic-pin-refused": "pairing by PIN was refused ({links})",
        "bluetooth-classic-service-open": "opened without a pairing: {services}",
        "bluetooth-classic-services-closed": "nothing opened without a pairing; found: {services}",
        "bluetooth-classic-undeclared": "it answers over Bluetooth Classic, which is not declared",
    }
)
"""Code -> sentence; see `harness.model.prose`."""
