"""Factory logins that every public list of default passwords contains.

A short list of our own, the most common first: it shows that a device ships with a password that
everyone knows, and is no brute-force dictionary. Published logins are no secrets (design).
"""

from typing import Final

PUBLISHED_LOGINS: Final[tuple[tuple[str, str], ...]] = (
    ("admin", "admin"),
    ("admin", "password"),
    ("root", "root"),
    ("admin", ""),
    ("root", ""),
    ("admin", "1234"),
    ("root", "admin"),
    ("user", "user"),
)

PUBLISHED_PASSWORDS: Final = frozenset(password for _, password in PUBLISHED_LOGINS)
