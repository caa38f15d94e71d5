"""Who held the keys that signed, and since when they had signed: what several steps of trust ask.

A certificate is looked at as of the time-stamp over the signature, if a trusted one is there, and
as of now otherwise. So time-stamps come first, whatever the order in which steps report.
"""

from collections.abc import Iterator
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from harness.encoding.tree import read
from harness.errors import VerificationError
from harness.model.layout import CERTIFICATES, DECISION, REVOCATIONS, TIMESTAMPS, timestamp_name
from harness.trust.certificates import (
    MAX_PEM_BYTES,
    Holder,
    find_holder,
    key_id_of,
    parse_certificates,
)
from harness.trust.decision import MAX_DECISION_BYTES
from harness.trust.distrust import DistrustError
from harness.trust.dsse import Envelope, parse_envelope
from harness.trust.keys import PublicKey
from harness.trust.oids import Use
from harness.trust.revocation import (
    MAX_LIST_BYTES,
    RevocationList,
    RevocationRules,
    check_revocation,
    parse_revocations,
)
from harness.trust.timestamps import (
    MAX_TOKEN_BYTES,
    MAX_TOKENS,
    Stamp,
    StampRules,
    Token,
    check_imprints,
    check_stamp,
    parse_token,
)
from harness.verify.context import Context

_P256: Final = "secp256r1"


def shelf(context: Context) -> tuple[x509.Certificate, ...]:
    """The certificates in the bundle.

    Raises:
        DistrustError: they cannot be read.
    """
    if CERTIFICATES not in context.tree.names():
        return ()
    return parse_certificates(read(context.tree, CERTIFICATES, MAX_PEM_BYTES), CERTIFICATES)


def certified_keys(context: Context) -> tuple[PublicKey, ...]:
    """Keys of the certificates in the bundle: known, which is not yet trusted."""
    try:
        found = shelf(context)
    except DistrustError:  # the certificate step says so
        return ()
    keys = (each.public_key() for each in found)
    return tuple(
        PublicKey(key)
        for key in keys
        if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name == _P256
    )


def lists(context: Context) -> tuple[RevocationList, ...]:
    """The revocation lists of the bundle and of the policy.

    Raises:
        DistrustError: they cannot be read.
    """
    if REVOCATIONS not in context.tree.names():
        return context.policy.revocations
    data = read(context.tree, REVOCATIONS, MAX_LIST_BYTES)
    return (*parse_revocations(data, REVOCATIONS), *context.policy.revocations)


def signatures(context: Context) -> dict[str, list[bytes]]:
    """Every signature that may have a time-stamp, by the key id that it claims.

    Of a key that signed the statement that signature counts and no other: an old time-stamp of
    something else that the key signed must not make a new statement look old.
    """
    decision = decision_envelope(context)
    return (_by_key(decision) if decision else {}) | _by_key(context.envelope)


def decision_envelope(context: Context) -> Envelope | None:
    """The envelope of the decision; None if there is none that can be read."""
    if DECISION not in context.tree.names():
        return None
    try:
        return parse_envelope(read(context.tree, DECISION, MAX_DECISION_BYTES))
    except VerificationError:  # the decision step says so
        return None


def _by_key(envelope: Envelope) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    for each in envelope.signatures:
        found.setdefault(each.key_id, []).append(each.value)
    return found


def tokens(context: Context) -> dict[str, tuple[Token, ...]]:
    """The time-stamps in the bundle, in order, by the key whose signature each row is over.

    Raises:
        DistrustError: one cannot be read, or is over something else than its place says.
    """
    names = {name for name in context.tree.names() if name.startswith(TIMESTAMPS)}
    found: dict[str, tuple[Token, ...]] = {}
    for key_id, values in signatures(context).items():
        row = [name for name in _row(key_id) if name in names]
        names.difference_update(row)
        if row:
            read_row = (read(context.tree, name, MAX_TOKEN_BYTES) for name in row)
            found[key_id] = tuple(map(parse_token, read_row, row))
            _check_numbers(row, key_id)
            check_imprints(found[key_id], values)
    if names:
        shown = f"{min(names)} is over no signature that is here"
        raise DistrustError("E-TST-IMPRINT", shown, "a time-stamp of a signature of the bundle")
    return found


def _row(key_id: str) -> Iterator[str]:
    return (timestamp_name(key_id, number) for number in range(1, MAX_TOKENS + 1))


def _check_numbers(row: list[str], key_id: str) -> None:
    if row != [timestamp_name(key_id, number) for number in range(1, len(row) + 1)]:
        shown = f"{row[-1]} renews a time-stamp that is not here"
        raise DistrustError("E-TST-IMPRINT", shown, "every time-stamp from number 1 on")


def check_stamps(context: Context) -> dict[str, Stamp]:
    """Every trusted time-stamp in the bundle, by key; the first problem otherwise.

    Raises:
        DistrustError: one does not hold under the policy.
    """
    policy = context.policy
    rules = StampRules(policy.tsa_roots, policy.tsa_policies, policy.now)
    values = signatures(context)
    return {key: check_stamp(row, values[key], rules) for key, row in tokens(context).items()}


def look_at_certificates(context: Context) -> None:
    """Note for every key that signed the statement whether a certificate vouches for it.

    A key without a certificate in the bundle is left aside, and so are all of them if the policy
    names no accreditation body.
    """
    if not context.policy.roots:
        return
    for key_id in (key.key_id for key in context.signers):
        try:
            if not has_certificate(context, key_id):
                continue
            holder = vouch(context, key_id, Use.EVIDENCE)
        except DistrustError as error:
            context.distrusted[key_id] = error
        else:
            context.held[key_id] = holder
            context.names[key_id] = holder.told


def vouch(context: Context, key_id: str, use: Use) -> Holder:
    """Who held a key when it signed, by a certificate in the bundle below the policy's roots.

    Raises:
        DistrustError: nobody that the policy trusts says so.
    """
    found = shelf(context)
    at = context.policy.now
    stamp = _trusted_stamp(context, key_id)
    if stamp is not None:
        at = min(at, stamp.time)
    holder = find_holder(key_id, found, context.policy.roots, at, use)
    rules = RevocationRules(context.policy.now, context.policy.crl_max_age)
    check_revocation(holder.chain, lists(context), at, rules)
    return holder


def _trusted_stamp(context: Context, key_id: str) -> Stamp | None:
    if not context.policy.tsa_roots:
        return None
    try:
        return check_stamps(context).get(key_id)
    except DistrustError:  # the time-stamp step says so; it proves nothing here
        return None


def has_certificate(context: Context, key_id: str) -> bool:
    """Whether a certificate in the bundle is for this key.

    Raises:
        DistrustError: the certificates cannot be read.
    """
    return any(key_id_of(each) == key_id for each in shelf(context))
