"""A signing key, by how a person names it."""

from harness.trust.keys import SigningKey, load_key


def open_key(reference: str) -> SigningKey:
    """A key to sign with: a file, ``env:NAME``, or a ``pkcs11:`` URI (RFC 7512).

    Raises:
        ConfigError: missing, readable by others, not PEM, or not a P-256 key; or the token refuses.
        MissingExtraError: a token, and what speaks to tokens is not installed.
    """
    if not reference.startswith("pkcs11:"):
        return load_key(reference)
    from harness.trust.token import open_token_key

    return open_token_key(reference)
