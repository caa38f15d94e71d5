"""What one TLS scanner found and another did not."""

from benchmarks.findings import EXPIRED, TlsFindings, it_missed, only_it_found

RC4, GOOD = ("TLSv1.2", 0xC007), ("TLSv1.2", 0xC02B)


def found(*suites, versions=("TLSv1.2",), problems=()) -> TlsFindings:
    return TlsFindings.of({"versions": list(versions), "problems": list(problems)}, list(suites))


def test_old_versions_broken_suites_and_certificate_problems_are_weak():
    findings = found(RC4, GOOD, versions=("TLSv1.0", "TLSv1.2"), problems=(EXPIRED,))
    assert findings.weak == {"TLSv1.0", "TLS_ECDHE_ECDSA_WITH_RC4_128_SHA at TLSv1.2", EXPIRED}


def test_each_tool_is_told_what_only_it_found_and_what_it_missed():
    tools = {"one": found(RC4, GOOD), "two": found(GOOD, problems=(EXPIRED,)), "three": found(GOOD)}
    assert only_it_found("one", tools) == ("TLS_ECDHE_ECDSA_WITH_RC4_128_SHA at TLSv1.2",)
    assert only_it_found("three", tools) == ()
    assert it_missed("three", tools) == ("TLS_ECDHE_ECDSA_WITH_RC4_128_SHA at TLSv1.2", EXPIRED)
