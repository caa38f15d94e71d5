"""Tables 1, 10 and 14: logins, security parameters, and how those are managed."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from harness.model.base import Frozen
from harness.model.ixit.fields import EndpointName, IxitRow, Uuid, official, structured


class Generation(StrEnum):
    """How the password of a mechanism comes about (EN 303 645 5.1-1)."""

    UNIQUE_RANDOM = "unique-random"
    """Factory-set, random, different on every unit."""
    USER_DEFINED = "user-defined"
    """No factory password; the user sets one before first use."""
    UNIQUE_THEN_USER = "unique-then-user-defined"
    """Factory-set and unique; the user must replace it at first login."""
    NO_PASSWORD = "no-password"  # noqa: S105  (a kind of mechanism)


class BruteForceLimit(Frozen):
    """What stops guessing, as declared: after ``attempts`` wrong logins, ``kind``."""

    kind: Literal["lockout", "delay", "rate-limit"] = Field(
        description="What happens after too many wrong logins."
    )
    attempts: int = Field(description="After how many in a row.")


class AuthMech(IxitRow):
    """1-AuthMech: an authentication mechanism."""

    description: str = official(
        "Description",
        "What is authenticated, for what.",
        "Administrator's login on the web pages.",
        default=...,
    )
    default_status: str = official(
        "Default Status",
        "Whether the mechanism is on when the device leaves the factory.",
        "enabled",
        editions=(2,),
    )
    authentication_factor: str = official(
        "Authentication Factor", "Password, key, biometric, ...", "password", default=...
    )
    subject: Literal["user", "machine"] = structured("Who logs in.", "user", default="user")
    password_generation_mechanism: str = official(
        "Password Generation Mechanism",
        "How the factory password comes about.",
        "14 random characters from a hardware source, printed on the label.",
    )
    generation: Generation = structured(
        "The same as one of four words; criteria compare the device with it.",
        "unique-then-user-defined",
        default=...,
    )
    security_guarantees: tuple[str, ...] = official(
        "Security Guarantees",
        "What the mechanism promises.",
        ["confidentiality", "integrity"],
        default=(),
    )
    cryptographic_details: str = official(
        "Cryptographic Details",
        "Protocols, algorithms and keys in words.",
        "Inside TLS 1.3.",
    )
    crypto: tuple[str, ...] = structured(
        "The same one by one: `TLSv1.2`, `TLSv1.3`, `SSHv2`.", ["TLSv1.2", "TLSv1.3"], default=()
    )
    brute_force_prevention: str = official(
        "Brute Force Prevention",
        "What stops guessing, in words.",
        "The login locks for a minute after five wrong attempts.",
    )
    limit: BruteForceLimit | None = structured(
        "The same in numbers.", {"kind": "lockout", "attempts": 5}, default=None
    )
    endpoints: tuple[EndpointName, ...] = structured(
        "Where the login is offered: `tcp/443`, `udp/53`, `console`.", ["tcp/443"], default=()
    )


class SecParam(IxitRow):
    """10-SecParam: a security parameter."""

    description: str = official(
        "Description", "What it is.", "Private key of the web server.", default=...
    )
    type: Literal["public", "critical"] = official(
        "Type",
        "`critical` must stay secret, `public` only unchanged.",
        "critical",
        default=...,
    )
    hard_coded: bool = structured("Its value is part of the software.", default=False)
    used_in_operation: bool = structured(
        "A hard-coded value is used while the device operates.", example=False, default=True
    )
    hard_coded_identity: bool = structured(
        "It is an identity fixed in this unit's hardware that serves security (5.4-2).",
        default=False,
    )
    for_updates_or_services: bool = structured(
        "It checks updates or guards a link to an associated service (5.4-4).", default=False
    )
    unique_per_unit: Literal["yes", "no", ""] = structured(
        "Whether its value differs on every unit; a public key of the maker does not.", "yes"
    )
    security_guarantees: tuple[str, ...] = official(
        "Security Guarantees",
        "What protects it: `confidentiality`, `integrity`.",
        ["confidentiality", "integrity"],
        default=(),
    )
    protection_scheme: str = official(
        "Protection Scheme", "How it is stored.", "File that only the web server may read."
    )
    provisioning_mechanism: str = official(
        "Provisioning Mechanism", "How it gets onto the unit.", "Made on the unit at first start."
    )
    communication_mechanisms: tuple[str, ...] = official(
        "Communication Mechanisms",
        "Rows of 11-ComMech that it crosses.",
        ["ComMech-1"],
        default=(),
    )
    generation_mechanism: str = official(
        "Generation Mechanism", "How it is made.", "Drawn by the kernel's random generator."
    )
    bluetooth_characteristics: tuple[Uuid, ...] = structured(
        "The Bluetooth LE characteristics whose values hold it.",
        ["a1b20002-5c1e-4d3f-9a7b-6f0d2c8e1b44"],
        default=(),
    )


class SecMgmt(IxitRow):
    """14-SecMgmt: a process that manages critical security parameters over their life."""

    description: str = official(
        "Description",
        "What the process covers, from generation to destruction.",
        "Keys of the production line are made in a hardware module and destroyed after five years.",
    )
