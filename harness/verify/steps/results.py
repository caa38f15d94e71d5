"""Part of step "claims": an in-toto ``test-result`` says what the statement says."""

from harness.encoding.tree import read
from harness.errors import VerificationError
from harness.model.layout import TEST_RESULT
from harness.trust.dsse import MAX_ENVELOPE_BYTES
from harness.trust.result_statement import make_result, parse_result
from harness.verify.context import Context
from harness.verify.report import StepFailed

_EXPECTED = "the results of the statement, signed with a key that signed the statement"


def check_results(context: Context) -> None:
    """Compare the statement for other tools with the one that counts.

    Raises:
        StepFailed: it says something else, or somebody else signed it (``E-CLAIM``).
    """
    if TEST_RESULT not in context.tree.names():
        return
    try:
        envelope, said = parse_result(read(context.tree, TEST_RESULT, MAX_ENVELOPE_BYTES))
    except VerificationError as error:
        raise StepFailed("E-CLAIM", f"{TEST_RESULT}: {error}", _EXPECTED) from error
    wanted = make_result(context.predicate)
    if said != wanted:
        shown = f"{TEST_RESULT} says {said.predicate.result} and is not about the same results"
        raise StepFailed("E-CLAIM", shown, f"{wanted.predicate.result}, {_EXPECTED}")
    keys = {key.key_id: key for key in context.signers}
    good = [
        each.key_id in keys and keys[each.key_id].verifies(each.value, envelope.signed_bytes)
        for each in envelope.signatures
    ]
    if not all(good):
        raise StepFailed("E-CLAIM", f"{TEST_RESULT} is signed by somebody else", _EXPECTED)
