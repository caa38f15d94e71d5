"""Certificates that no sane authority would sign: for servers of a hostile device."""

import datetime as dt
import ssl
import warnings

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.name import _ASN1Type

KEY = ec.generate_private_key(ec.SECP256R1())
SERIAL = 0x11223344556677


def many_names(count=20_000):
    """A certificate with a huge list of alternative names (half a megabyte)."""
    names = [x509.DNSName(f"host-{number}.example") for number in range(count)]
    return _signed("many names", names)


def long_name():
    """A common name of 10 kB: a hundred and fifty times what RFC 5280 allows."""
    return _signed("N" * 10_000, [])


def negative_serial():
    """A serial number below zero: the first content byte of the integer gets its sign bit."""
    plain = _signed("negative", [])
    encoded = b"\x02\x07" + SERIAL.to_bytes(7)
    assert plain.count(encoded) == 1
    return plain.replace(encoded, b"\x02\x07" + (SERIAL | 0x80 << 48).to_bytes(7))


def speaking(text):
    """``text`` in every field that takes any."""
    return _signed(text, [x509.DNSName(text.encode("ascii", "replace").decode()[:200])])


def _signed(common_name, names):
    fields = (x509.NameOID.COMMON_NAME, x509.NameOID.ORGANIZATION_NAME)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a name that is too long is the point
        name = x509.Name(
            x509.NameAttribute(oid, common_name, _ASN1Type.UTF8String, _validate=False)
            for oid in fields
        )
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(KEY.public_key())
        .serial_number(SERIAL)
        .not_valid_before(dt.datetime(2000, 1, 1, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(9999, 12, 31, 23, 59, 59, tzinfo=dt.UTC))
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(KEY, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def files(folder, name, der):
    """Write certificate and key as PEM; their paths."""
    key = folder / f"{name}.key"
    key.write_bytes(
        KEY.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    certificate = folder / f"{name}.pem"
    certificate.write_text(ssl.DER_cert_to_PEM_cert(der))
    return certificate, key
