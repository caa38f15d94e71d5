"""Sentences for people: what each reason code says.

Nothing is ever derived from a sentence; it may be reworded at any time. A code without a sentence,
or without a particular that its sentence needs, is shown as it is.
"""

import string
from typing import Final

from harness.encoding.text import neutralise
from harness.model.judgement import Reason
from harness.model.prose_of_bluetooth import BLUETOOTH
from harness.model.prose_of_classic import CLASSIC
from harness.model.prose_of_experiments import EXPERIMENTS
from harness.model.prose_of_external import EXTERNALS
from harness.model.prose_of_reviews import REVIEWS
from harness.model.prose_of_samples import SAMPLES

_RULES: Final = {
    "automation-not-settable": "the part has no automatic updating that could be set, as declared",
    "automation-off": "automatic updating can be set and is off by default, as declared",
    "automation-on": "updated by itself, by default, by {by}, as declared",
    "boot-guarantee-lacking": "a boot mechanism needs to promise {lacking}, and does not",
    "boot-guarantees-match": "integrity and authenticity of the software are promised",
    "component-without-crypto": "the software part does no cryptography, as declared",
    "component-without-updates": "no mechanism updates the part, and a reason is given",
    "crypto-broken": "{names}: broken or disallowed ({sources})",
    "crypto-in-table": "{names}: found in the table of cryptography, version {version}",
    "crypto-legacy": "{names}: legacy; whether it will do depends on the use",
    "crypto-not-updatable": "it does cryptography and can't be updated, as declared",
    "crypto-unknown": "{names}: not in the table of cryptography",
    "data-deletable": "{by} deletes data there, as declared",
    "data-not-deletable": "no function is declared that deletes users' data on {place}",
    "data-not-on-device": "the device does not store these data, as declared",
    "data-on-no-service": "no associated service holds these data, as declared",
    "debug-off": "the debug interface is declared off",
    "debug-protected": "a protection of the debug interface is declared",
    "debug-on": "the debug interface is declared enabled",
    "debug-switch-declared": "a means to switch the debug interface off in software is declared",
    "debug-without-switch": "nothing can switch the debug interface off, as declared",
    "departure-justified": "answered {support}, with a reason: {detail}",
    "departure-unjustified": "answered {support} without a reason: {detail}",
    "exposed-but-unused": "the interface is exposed although it is disabled",
    "exposure-declared": "the interface is declared as exposed and in use",
    "field-filled": "{row}: the field {field} is filled in",
    "field-missing": "{row}: the field {field} is empty",
    "generation-not-stated": "the supplier states no way in which the value is generated",
    "guarantee-lacking": "a {type} parameter needs {lacking}, which is not promised",
    "guarantees-match": "the guarantees are those that a {type} parameter needs",
    "hard-coded-in-use": "a hard-coded critical parameter is used in operation, as declared",
    "hard-coded-not-used": "the hard-coded value is replaced before operation, as declared",
    "identity-against-ics": "an identity fixed in the hardware, which the ICS says is not there",
    "identity-claimed-without-row": "the ICS speaks of such an identity, and no row is one",
    "identity-declared": "an identity fixed in the hardware, different on every unit, as declared",
    "identity-not-unique": "declared an identity of the unit, and the same on several units",
    "input-covered": "covered by {by}",
    "input-not-covered": "no validation method covers this source of input",
    "interface-enclosed": "the interface is inside the casing, as declared",
    "interface-not-debug": "not a debug interface, as declared",
    "interface-not-intermittent": "needed at all times, as declared",
    "interface-not-physical": "neither a physical interface nor a radio",
    "interface-unprotected": "the interface needs no exposure and nothing encloses it",
    "intermittent-always-on": "needed only now and then, yet enabled at all times",
    "intermittent-off": "off until it is needed, as declared",
    "interruption-announced": "the device announces an interruption by an update, as declared",
    "interruption-not-announced": "an update interrupts a function unannounced, as declared",
    "link-confidential": "confidentiality is promised",
    "link-not-confidential": "what crosses the link needs confidentiality, which is not promised",
    "link-not-observed": "no probe looks at {endpoints}",
    "local-function-kept": "local functions go on while the network is away, as declared",
    "local-function-not-kept": "no mechanism keeps local functions going while the network "
    "is away, as declared",
    "login-of-people": "a login of people, not of machines",
    "login-without-crypto": "a login over a network is declared without cryptography",
    "no-consent-needed": "the processing does not rest on consent, as declared",
    "machine-login-by-other-factor": "machines log in by something other than a password",
    "machine-login-by-password": "machines log in by a password, as declared",
    "no-crypto-declared": "neither security guarantees nor cryptography are declared",
    "no-rows": "table {table} has no row to judge",
    "no-remote-login-declared": "no login is declared that can be reached from outside",
    "no-service-declared": "no row names an associated service that holds personal data",
    "not-an-identity": "not an identity fixed in the hardware, as declared",
    "not-for-updates-or-services": "neither for updates nor for links to services, as declared",
    "not-reviewed": "the supplier states that there was no review",
    "nothing-there": "{field}: the supplier states that there is nothing",
    "outage-not-covered": "no mechanism is declared for outages of: {outage}",
    "outages-covered": "mechanisms are declared for outages of network and power",
    "parameter-is-public": "not a critical parameter",
    "parameter-made-per-unit": "made for each unit, as declared",
    "parameter-provisioned": "the parameter is provisioned on each unit, as declared",
    "parameter-shared": "the value is the same on several units, as declared",
    "practice-confirmed": "the supplier confirms {practice}",
    "practice-not-confirmed": "the supplier does not confirm {practice}",
    "radio-off": "the radio is not needed and off, as declared",
    "radio-on-unneeded": "the radio is declared enabled although it is not needed",
    "recommendation-claimed": "the recommendation is claimed, so that nothing has to be justified",
    "reference-ambiguous": "{reference} names more than one row of {table}",
    "reference-dangling": "{reference} names no row of {table}",
    "reference-resolves": "refers to {reference}",
    "remote-login-declared": "a login that can be reached from outside is declared",
    "reviewed": "{product} {version}: review and report are named",
    "service-disabled": "the service is declared disabled",
    "service-not-on-network": "the service is not reachable over a network, as declared",
    "service-without-authentication": "the service is declared to need no authentication",
    "side-effects-considered": "what an exchange of the cryptography touches is stated",
    "side-effects-ignored": "the effects of an exchange were not considered, as declared",
    "side-effects-unclear": "{said}: nothing is touched, or nobody looked",
    "telemetry-without-personal-data": "no personal data is part of it, as declared",
    "update-guarantee-lacking": "an update mechanism needs {lacking}, which is not promised",
    "update-guarantees-match": "integrity and authenticity of updates are promised",
    "update-never-interrupts": "no update interrupts a basic function, as declared",
    "update-not-verified": "nobody checks an update before it is installed, as declared",
    "update-not-verified-on-device": "the device does not check updates itself, as declared ({by})",
    "update-setting-absent": "the mechanism has no {setting} that could be set, as declared",
    "update-setting-controllable": "the user controls {setting}, as declared",
    "update-setting-fixed": "the user can't control {setting}, as declared",
    "update-setting-off": "{setting} is off after the first set-up, as declared",
    "update-setting-on": "{setting} is on after the first set-up, as declared",
    "update-verified-by": "updates are checked before installation by: {by}, as declared",
    "update-verified-on-device": "the device itself checks the {guarantee} of updates, as declared",
    "update-without-crypto": "an update mechanism is declared without cryptography",
}

_PEOPLE: Final = {
    "answer-unsure": "{question}: the answer decides nothing",
    "answer-void": "{question}: the question or what is beside it has changed since the answer",
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
    "not-applicable-denied": "declared not applicable, though {rows} show that it does apply",
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

_PUBLICATIONS: Final = {
    "no-contact-recognised": "neither mail address nor telephone number nor form was recognised",
    "period-not-published": "the page does not say {declared}",
    "period-not-recognised": "{declared} was not recognised on the page; it may stand there in "
    "other words",
    "period-published": "the page says {declared}",
    "policy-names-contact": "the policy names {contact}",
    "publication-behind-login": "a login or a payment stands before the page",
    "publication-gone": "the page is not there (status {status}), while its host serves others",
    "publication-served": "the page is served to everybody",
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
    **BLUETOOTH,
    **CLASSIC,
    **_PEOPLE,
    **_ROLL_UP,
    **_LOGINS,
    **_ACCESS,
    **_DISCOVERY,
    **_SNMP,
    **_PUBLICATIONS,
    **_CRYPTOGRAPHY,
    **_SURFACE,
    **EXPERIMENTS,
    **EXTERNALS,
    **REVIEWS,
    **SAMPLES,
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
