"""Steps "signature" and "signer": whose signatures are these, and does the reader trust one?"""

from harness.encoding.tree import read
from harness.errors import VerificationError
from harness.model.layout import SIGNER, STATEMENT
from harness.trust.dsse import MAX_ENVELOPE_BYTES, Envelope, parse_envelope
from harness.trust.in_toto import PAYLOAD_TYPE
from harness.trust.keys import PublicKey, parse_public_keys
from harness.verify.context import Context
from harness.verify.report import StepFailed, StepSkipped
from harness.verify.vouching import certified_keys, look_at_certificates

_MAX_PEM = 64 * 1024


def check_signature(context: Context) -> str:
    """The envelope is well-formed, and each signature of a key that is there is that key's."""
    try:
        envelope = parse_envelope(read(context.tree, STATEMENT, MAX_ENVELOPE_BYTES))
        beside = parse_public_keys(read(context.tree, SIGNER, _MAX_PEM), SIGNER)
    except VerificationError as error:
        raise StepFailed("E-ENVELOPE", str(error), "a DSSE envelope and a public key") from error
    context.envelope_read = envelope
    if envelope.payload_type != PAYLOAD_TYPE:
        raise StepFailed("E-PAYLOAD-TYPE", f"{STATEMENT}: {envelope.payload_type}", PAYLOAD_TYPE)
    known = (*beside, *certified_keys(context), *context.trust.keys)
    context.signers = _verified(envelope, known)
    return f"by key {', '.join(key.key_id for key in context.signers)}"


def _verified(envelope: Envelope, known: tuple[PublicKey, ...]) -> tuple[PublicKey, ...]:
    keys = {key.key_id: key for key in known}
    good: list[PublicKey] = []
    for signature in envelope.signatures:
        key = keys.get(signature.key_id)
        if key is None:
            continue
        if not key.verifies(signature.value, envelope.signed_bytes):
            raise StepFailed(
                "E-SIGNATURE",
                f"{STATEMENT}: the signature that claims key {key.key_id} is not that key's",
                "a signature by the key that it names",
            )
        good.append(key)
    if not good:
        raise StepFailed(
            "E-SIGNATURE",
            f"{STATEMENT}: signed by a key that is neither trusted nor in the bundle",
            "a signature by a key that is there",
        )
    return tuple({key.key_id: key for key in good}.values())


def check_signer(context: Context) -> str:
    """One of the keys that signed is trusted: by name, or by a certificate that holds.

    Raises:
        StepFailed: none is: ``E-UNKNOWN-KEY``, or the code of the certificate that does not hold.
    """
    if context.policy.integrity_only:
        raise StepSkipped("only integrity was asked for; nobody vouches for this bundle")
    if not context.signers:
        raise StepSkipped("there is no valid signature")
    look_at_certificates(context)
    context.trusted = tuple(
        key
        for key in context.signers
        if context.trust.find(key.key_id) or key.key_id in context.held
    )
    if not context.trusted:
        raise _untrusted(context)
    return ", ".join(f"key {key.key_id} {_why(context, key)}" for key in context.trusted)


def _why(context: Context, key: PublicKey) -> str:
    return "is trusted" if context.trust.find(key.key_id) else "is certified"


def _untrusted(context: Context) -> StepFailed:
    for problem in context.distrusted.values():
        return StepFailed(problem.code, problem.shown, problem.expected)
    return StepFailed(
        "E-UNKNOWN-KEY",
        f"signed by key {context.signers[0].key_id}, which is not trusted",
        "a trusted key: get the laboratory's public key by another way than this bundle "
        "and give it with --trust FILE",
    )
