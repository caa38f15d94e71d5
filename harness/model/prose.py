"""Sentences for people: what each reason code says.

Nothing is ever derived from a sentence; it may be reworded at any time. A code without a sentence,
or without a particular that its sentence needs, is shown as it is.
"""

import string
from typing import Final

from harness.encoding.text import neutralise
from harness.model.judgement import Reason

_RULES: Final = {
    "crypto-broken": "{names}: broken or disallowed ({sources})",
    "crypto-in-table": "{names}: found in the table of cryptography, version {version}",
    "crypto-legacy": "{names}: legacy; whether it will do depends on the use",
    "crypto-unknown": "{names}: not in the table of cryptography",
    "debug-off": "the debug interface is declared off",
    "debug-on": "the debug interface is declared enabled",
    "debug-switch-declared": "a means to switch the debug interface off in software is declared",
    "debug-without-switch": "nothing can switch the debug interface off, as declared",
    "exposed-but-unused": "the interface is exposed although it is disabled",
    "exposure-declared": "the interface is declared as exposed and in use",
    "field-missing": "{row}: the field {field} is empty",
    "guarantee-lacking": "a {type} parameter needs {lacking}, which is not promised",
    "guarantees-match": "the guarantees are those that a {type} parameter needs",
    "hard-coded-in-use": "a hard-coded critical parameter is used in operation, as declared",
    "hard-coded-not-used": "the hard-coded value is replaced before operation, as declared",
    "input-covered": "covered by {by}",
    "input-not-covered": "no validation method covers this source of input",
    "interface-enclosed": "the interface is inside the casing, as declared",
    "interface-not-debug": "not a debug interface, as declared",
    "interface-not-intermittent": "needed at all times, as declared",
    "interface-not-physical": "neither a physical interface nor a radio",
    "interface-unprotected": "the interface needs no exposure and nothing encloses it",
    "intermittent-always-on": "needed only now and then, yet enabled at all times",
    "intermittent-off": "off until it is needed, as declared",
    "login-without-crypto": "a login over a network is declared without cryptography",
    "no-crypto-declared": "neither security guarantees nor cryptography are declared",
    "no-rows": "table {table} has no row to judge",
    "no-remote-login-declared": "no login is declared that can be reached from outside",
    "not-reviewed": "the supplier states that there was no review",
    "parameter-is-public": "not a critical parameter",
    "parameter-provisioned": "the parameter is provisioned on each unit, as declared",
    "radio-off": "the radio is not needed and off, as declared",
    "radio-on-unneeded": "the radio is declared enabled although it is not needed",
    "reference-ambiguous": "{reference} names more than one row of {table}",
    "reference-dangling": "{reference} names no row of {table}",
    "reference-resolves": "refers to {reference}",
    "remote-login-declared": "a login that can be reached from outside is declared",
    "reviewed": "{product} {version}: review and report are named",
    "service-disabled": "the service is declared disabled",
    "service-not-on-network": "the service is not reachable over a network, as declared",
    "service-without-authentication": "the service is declared to need no authentication",
}

_PEOPLE: Final = {
    "answer-unsure": "{question}: the answer decides nothing",
    "answer-void": "{question}: the question or the facts shown have changed since the answer",
    "answered": "{person} answered: {value}",
    "person-not-asked": "nobody has answered yet",
}

_ROLL_UP: Final = {
    "all-mandatory-pass": "all mandatory, applicable provisions pass",
    "attempts-disagree": "attempts contradict each other: {attempts}",
    "capture-incomplete": "the captures of {fact} are incomplete",
    "fact-missing": "a fact is missing",
    "firmware-changed": "facts come from several firmware versions: {versions}",
    "firmware-not-confirmed": "the firmware version was read before visit {visit} and not after it",
    "firmware-unknown": "the firmware version could not be read",
    "follows-from-unit": "follows from unit {unit} ({because})",
    "held-without-evidence": "held, but cites no evidence",
    "held-without-rows": "held, but cites no row of the dossier",
    "judged-twice": "two functions judged this unit",
    "mandatory-not-supported": "mandatory, and not supported: {detail}",
    "marker-refused": "a pytest marker has no place on a unit: {markers}",
    "no-declaration": "findings only: without a declaration nothing is said about conformity",
    "no-ics-row": "the ICS has no row for {provision}",
    "no-judgement": "the unit recorded no judgement",
    "no-unit": "no unit belongs to this provision",
    "not-applicable": "not applicable: {detail}",
    "not-applicable-not-allowed": "declared not applicable, which this provision does not allow",
    "not-claimed": "not claimed: {detail}",
    "not-implemented": "no test is implemented yet",
    "not-judged": "not judged: {broken}",
    "not-selected": "not selected: this run was for {only} alone",
    "nothing-applicable": "no mandatory provision was applicable and passed",
    "nothing-examined": "nothing was examined",
    "provisions-fail": "these provisions fail: {provisions}",
    "provisions-open": "{count} provisions that count are open",
    "survey-not-whole": "the survey ended early, or only a part of the tests was selected",
    "undeclared-fact": "the unit read something that it had not declared",
    "unit-raised": "the unit broke off",
    "unit-returned-no-judgements": "the unit returned something else than judgements",
    "unit-touched-the-world": "the unit tried to open something: {events}",
}

_LOGINS: Final = {
    "acceptance-means-nothing": "a random password is accepted too, so acceptance means nothing",
    "candidates-untried": "some candidates were not tried",
    "candidates-unanswered": "{count} candidates got no clear answer",
    "change-forced": "only a change of password is allowed after the factory login",
    "change-not-forced": "the factory password goes on working without a change",
    "control-missing": "a known-good attempt did not succeed in the same run",
    "derived-password-accepted": "a password computed from public data is accepted",
    "derived-password-refused": "{tried} passwords computed from public data were refused",
    "equal-on-two-samples": "the factory password is equal on samples {samples}",
    "fewer-attempts-than-declared": "{attempts} wrong logins in a row were answered; {declared} are"
    " declared to be allowed",
    "former-password-accepted": "the replaced password is still accepted",
    "former-password-refused": "the replaced password is refused",
    "hindered": "guessing is hindered by {kind} after {attempts} attempts",
    "hindered-later-than-declared": "hindered after {attempts} attempts; {declared} are declared",
    "known-good-login-fails": "the right credentials are refused",
    "known-good-login-works": "the right credentials are accepted",
    "needs-declaration": "needs what a black box does not have: {what}",
    "needs-two-samples": "two samples are needed to compare",
    "no-candidate-tried": "no candidate was tried",
    "no-factory-login-worked": "no factory login worked",
    "not-equal-on-samples": "no factory password is equal on two samples",
    "not-hindered": "all {attempts} wrong logins in a row were answered without delay or lock-out,"
    " at a pace of {per_1000_s} in 1000 s",
    "published-login-accepted": "a login out of public lists is accepted",
    "published-login-refused": "{tried} logins out of public lists were refused",
    "any-credentials-accepted": "a made-up user with a made-up password is accepted",
    "random-password-accepted": "a random password is accepted",
    "random-password-refused": "a random password is refused",
}

_ACCESS: Final = {
    "command-ran-without-login": "a command ran without login",
    "encrypted": "the exchange is encrypted",
    "login-declared": "the login is declared",
    "login-in-clear": "a login is asked for without encryption",
    "login-not-observable": "whether it asks for a login could not be observed",
    "login-required": "a login is required",
    "login-undeclared": "a login that no mechanism declares",
    "no-login-seen": "no login was seen",
    "page-unread": "a page could not be read whole: {why}",
    "no-login-service": "the protocol has no login",
    "no-method-seen": "no authentication method was seen",
    "redirects-only": "every request is redirected to HTTPS",
    "serves-in-clear": "content is served without encryption",
    "service-in-clear": "the service runs without encryption",
    "service-seen": "the service was seen",
    "session-without-login": "a session opens without login",
    "session-shows-no-topic": "a session opens without login, and shows no topic of the device",
    "settings-without-login": "settings can be reached without login",
    "topics-without-login": "{count} topics are delivered without login, {topic} among them",
    "upgrade-not-enforced": "encryption is offered, and it is not known whether it is enforced",
}

_DISCOVERY: Final = {
    "descriptions-not-read": "{count} of {announced} announced UPnP descriptions were read",
    "descriptions-read": "every UPnP description that was announced was read: {count}",
    "gateway-not-tried": "{tried} of {of} services that map ports were tried",
    "identifier-told": "the {kind} of this unit is told to everybody: {where}",
    "identifiers-not-known": "the bench does not know what to look for: {kinds}; write it into the "
    "bench config",
    "no-gateway-service": "no service that maps ports is offered",
    "no-identifier-told": "neither serial number nor MAC address is told",
    "no-upnp-on-wan": "UPnP does not answer on the WAN address; asked: {asked}",
    "port-mapped": "a port was opened inwards without a login, and closed again",
    "port-mapped-and-left": "a port was opened inwards without a login, and could not be closed: "
    "remove the mapping named certbench",
    "port-mapping-refused": "mapping a port without a login is refused (UPnP error: {fault})",
    "responder-undeclared": "{protocol} answers everybody on the link and is not declared",
    "responders-asked": "mDNS and SSDP were asked, by their groups and directly",
    "serial-claimed": "a field calls itself a serial number ({where}); the bench does not know the "
    "unit's",
    "upnp-on-wan": "UPnP answers on the WAN address: {found}",
    "wan-not-configured": "the bench config names no network.wan_address, so that nothing is known "
    "of the WAN side",
}
_SNMP: Final = {
    "agents-asked": "asked for an SNMP agent: {endpoints}",
    "any-name-reads": "a made-up community or user reads data",
    "community-in-clear": "data is served in {versions}, whose community crosses in clear",
    "made-up-name-refused": "made-up communities and users are refused",
    "no-agent": "no SNMP agent listens",
    "no-published-community-writes": "no published community writes",
    "published-community-reads": "published communities read: {names}",
    "published-community-refused": "published communities are refused ({tried} trials)",
    "published-community-writes": "published communities write: {names}",
    "version-not-observed": "it was not observed which versions it serves",
    "user-without-key-reads": "a published user reads without a key",
    "user-without-key-refused": "published users without a key are refused",
}

_CRYPTOGRAPHY: Final = {
    "certificate-expired": "the certificate expired at {not_after}",
    "certificate-hash-weak": "the certificate is signed over {hash}",
    "certificate-key-weak": "the key of the certificate is too short: {key}",
    "certificate-not-yet-valid": "the certificate is valid only from {not_before}",
    "certificate-valid": "the certificate is valid until {not_after}",
    "declared-version-negotiated": "a declared version was negotiated",
    "declared-version-not-tried": "no declared version was tried",
    "declared-version-refused": "the declared version {version} is refused",
    "key-exchange-not-seen": "the key exchange was not seen",
    "keys-differ": "no two samples share a key",
    "no-certificate-seen": "no certificate was seen",
    "no-identification-seen": "no identification was seen",
    "no-key-seen": "no key was seen",
    "no-weak-algorithm": "no weak algorithm is offered",
    "same-key-on-two-samples": "samples {samples} use the same private key",
    "ssh-1-offered": "protocol version 1 is offered",
    "validity-unreadable": "the dates of the certificate can't be read",
    "version-not-tried": "version {version} was not tried",
    "weak-algorithms-offered": "weak algorithms are offered: {algorithms}",
    "weak-key-exchange": "the key exchange {method} is too weak",
    "weak-suite-3des": "3DES cipher suites are accepted",
    "weak-suite-anon": "cipher suites without authentication are accepted",
    "weak-suite-des": "DES cipher suites are accepted",
    "weak-suite-export": "export cipher suites are accepted",
    "weak-suite-md5": "cipher suites with MD5 are accepted",
    "weak-suite-null": "cipher suites without encryption are accepted",
    "weak-suite-rc4": "RC4 cipher suites are accepted",
    "weak-suites-refused": "weak cipher suites are refused",
    "weak-version-negotiated": "the deprecated version {version} is negotiated",
    "weak-versions-refused": "deprecated versions are refused",
}

_SURFACE: Final = {
    "boot-loader-prompt": "the boot can be interrupted and the prompt runs commands",
    "boot-went-on": "keys during the boot had no effect",
    "closed-as-declared": "closed, as declared",
    "closed-though-enabled": "declared enabled, found closed",
    "console-silent": "the console wrote nothing",
    "died-of-unexpected-input": "the server died of unexpected input",
    "discloses-undeclared": "{product} {version} is disclosed without login and not declared",
    "every-port-examined": "every port was examined",
    "every-service-examined": "every service was examined",
    "host-silent": "the host answered nothing",
    "internals-shown": "internals were shown on unexpected input",
    "no-answer": "no answer",
    "no-boot-watched": "no boot was watched from power-on",
    "no-evidence": "no capture shows it",
    "no-input-tried": "no unexpected input was tried",
    "no-open-port": "no open port was found",
    "no-product-named": "the disclosure names no product",
    "no-secret-written": "no secret was written",
    "not-examined": "not examined: {why}",
    "not-observed": "not observed: {why}",
    "nothing-answered": "no server answered",
    "nothing-undeclared-disclosed": "nothing undeclared is disclosed",
    "open-as-declared": "open, as declared",
    "open-though-disabled": "declared disabled, found open",
    "other-version-than-reviewed": "version {observed} was found; {reviewed} was reviewed",
    "port-closed": "nothing listens",
    "port-declared": "the port is declared",
    "port-not-closed": "the port is {state}",
    "port-not-examined": "port {port} was not examined",
    "port-state-unclear": "the port is {state}",
    "port-undeclared": "the port is open and not declared",
    "anonymous-login-accepted": "the login anonymous is accepted, and what needs a login works",
    "file-servers-asked": "file servers were asked for: {count} found",
    "files-given-to-anybody": "files are handed out without credentials: {files}",
    "files-refused": "no file was handed out: what was asked for was refused",
    "files-taken-from-anybody": "a file is taken without credentials",
    "writing-refused": "writing a file without credentials is refused",
    "control-queries-ignored": "control queries got no answer, while the time was given",
    "control-query-answered": "a control query was answered with {times} times its bytes",
    "no-zone-named": "the server names no zone that could be asked for",
    "servers-asked": "servers were asked: {count} found",
    "transfer-refused": "a zone transfer is refused",
    "zone-handed-out": "a whole zone is handed out",
    "port-undeclared-late": "the port was closed at first, opened during the visit and is not "
    "declared ({protocol})",
    "opened-too-late": "{protocol} opened when its probe had ended, and was not examined",
    "port-vanished": "the port was open for a part of the run only",
    "ports-and-services-disagree": "{target}: open in one probe, not in another",
    "product-not-reviewed": "the product names version {version} and stands in no reviewed row",
    "product-reviewed": "the product stands in a reviewed row",
    "protocol-unconfirmed": "the protocol could not be confirmed",
    "reviewed-version-observed": "the reviewed version {version} was found",
    "row-names-no-product": "the row names no product",
    "row-names-no-version": "the row names no version; {observed} was found",
    "secret-written": "a secret was written in clear ({kind})",
    "server-error-on-unexpected-input": "unexpected input led to a server error",
    "unexpected-input-refused": "unexpected input was refused",
    "version-not-obtainable": "no version can be had from outside",
}

TEMPLATES: Final = {
    **_RULES,
    **_PEOPLE,
    **_ROLL_UP,
    **_LOGINS,
    **_ACCESS,
    **_DISCOVERY,
    **_SNMP,
    **_CRYPTOGRAPHY,
    **_SURFACE,
}
"""Reason code -> sentence without a full stop, with its particulars in braces."""


def render(reason: Reason) -> str:
    """One line for a person: ``tcp/443: a random password is refused (method: form)``.

    The subject stands in front, particulars that the sentence does not use behind it. All of them
    are made harmless for a terminal; HTML still needs escaping.
    """
    shown = {name: neutralise(value) for name, value in sorted(reason.params.items())}
    template = TEMPLATES.get(reason.code)
    used = _fields(template) if template is not None else frozenset[str]()
    if template is None or not used <= shown.keys():
        return reason.code + _behind(shown)
    subject = "" if "subject" in used else shown.pop("subject", "")
    left = {name: value for name, value in shown.items() if name not in used}
    return (f"{subject}: " if subject else "") + template.format_map(shown) + _behind(left)


def _fields(template: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in string.Formatter().parse(template) if name)


def _behind(particulars: dict[str, str]) -> str:
    if not particulars:
        return ""
    return " (" + ", ".join(f"{name}: {value}" for name, value in particulars.items()) + ")"
