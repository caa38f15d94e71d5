"""The widest TLS client that the local OpenSSL can be: for talking, never for judging.

What a server offers and what its certificate is worth is the tls probe's business. Every other
driver only has to get through to devices that speak old versions and weak ciphers.
"""

import ssl
from typing import Final

_OP_LEGACY_SERVER_CONNECT: Final = 0x4
"""Servers without RFC 5746; the name exists in the ssl module from Python 3.12 on."""


def permissive_context() -> ssl.SSLContext:
    """A client context from TLS 1.0 up, with every cipher, that validates nothing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.options |= _OP_LEGACY_SERVER_CONNECT
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context
