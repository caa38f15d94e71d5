"""Tables 11, 12, 13, 15, 27, 28 and 29: links, services, interfaces, and what they take in."""

from typing import Annotated, Literal

from pydantic import Field

from harness.model.ixit.fields import (
    ClassicName,
    EndpointName,
    IxitRow,
    Uuid,
    official,
    structured,
)


class ComMech(IxitRow):
    """11-ComMech: a communication mechanism."""

    description: str = official(
        "Description",
        "What talks to what, over what.",
        "HTTPS of the web pages.",
        default=...,
    )
    interface: str = official(
        "Interface", "The interface that it runs over.", "Intf-1", editions=(2,)
    )
    security_guarantees: tuple[str, ...] = official(
        "Security Guarantees",
        "What it promises.",
        ["confidentiality", "integrity", "authenticity"],
        default=(),
    )
    cryptographic_details: str = official(
        "Cryptographic Details",
        "Protocols, algorithms and keys in words.",
        "TLS 1.2 and 1.3 with ECDHE and AES-GCM.",
    )
    crypto: tuple[str, ...] = structured(
        "The same one by one: `TLSv1.2`, `TLSv1.3`, `SSHv2`. Empty only where there is none and "
        "nothing is promised.",
        ["TLSv1.2", "TLSv1.3"],
        default=(),
    )
    resilience_measures: str = official(
        "Resilience Measures",
        "What keeps it usable under load and loss.",
        "Connections are bounded in number and time.",
        editions=(1,),
    )
    connects_to: tuple[str, ...] = structured(
        "Hosts to which the device itself connects, with the port where it matters; `none` if it "
        "only answers.",
        ["cloud.example.com:443"],
        default=(),
    )
    most_connects_a_minute: int | None = structured(
        "The most connections that it begins in a minute to one host that fails.", 6, default=None
    )
    reconnect_backoff: Literal["yes", "no", ""] = structured(
        "Whether it waits longer after each failed attempt to connect.", "yes"
    )
    reconnect_jitter: Literal["yes", "no", ""] = structured(
        "Whether a part of each such pause is drawn at random.", "yes"
    )
    remote: bool = structured(
        "It can be reached from outside the local network.", example=True, default=False
    )
    endpoints: tuple[EndpointName, ...] = structured(
        "Where it ends on the device.", ["tcp/443"], default=()
    )
    bluetooth_level: Annotated[int, Field(ge=1, le=4)] | None = structured(
        "Of Bluetooth: the level of security mode 1 (LE) or 4 (Classic) without which nothing is "
        "obeyed: 1 open, 2 encrypted, 3 authenticated, 4 authenticated with Secure Connections.",
        4,
        default=None,
    )
    bluetooth_services: tuple[Uuid, ...] = structured(
        "Of Bluetooth LE: the GATT services that it carries, those of the Bluetooth SIG left out.",
        ["a1b20000-5c1e-4d3f-9a7b-6f0d2c8e1b44"],
        default=(),
    )
    classic_services: tuple[ClassicName, ...] = structured(
        "Of Bluetooth Classic: the services that it carries, by server channel of RFCOMM or PSM.",
        ["rfcomm/3", "l2cap/0x0019"],
        default=(),
    )


class NetSecImpl(IxitRow):
    """12-NetSecImpl: an implementation of network or security functions and its review."""

    description: str = official("Description", "What it does.", "Web server.", default=...)
    review_method: str = official(
        "Review/Evaluation Method",
        "How it was reviewed; `none` says that it was not.",
        "Public review of the open-source project.",
    )
    report: str = official("Report", "The review's report.", "REVIEW-WEB, edition 2")
    product: str = structured(
        "Name of the product or library, as it would show in a banner.", "lighttpd"
    )
    version: str = structured("The version that was reviewed.", "1.4.79")


class SoftServ(IxitRow):
    """13-SoftServ: a software service; ``authentication_mechanism`` names a 1-AuthMech row."""

    description: str = official("Description", "What it does.", "Web server.", default=...)
    status: Literal["enabled", "disabled"] = official(
        "Status",
        "As shipped. What is declared disabled and found reachable is a FAIL.",
        "enabled",
        default=...,
    )
    justification: str = official(
        "Justification", "Why it is needed.", "Administration by browser."
    )
    allows_configuration: bool = official(
        "Allows Configuration",
        "Settings of the device can be changed through it.",
        example=True,
        default=False,
    )
    authentication_mechanism: str = official(
        "Authentication Mechanism", "The row of 1-AuthMech that guards it, or `none`.", "AuthMech-1"
    )
    endpoints: tuple[EndpointName, ...] = structured("Where it listens.", ["tcp/443"], default=())
    bluetooth_services: tuple[Uuid, ...] = structured(
        "Of Bluetooth LE: the GATT services that it consists of.",
        ["a1b20000-5c1e-4d3f-9a7b-6f0d2c8e1b44"],
        default=(),
    )
    classic_services: tuple[ClassicName, ...] = structured(
        "Of Bluetooth Classic: where it listens, by server channel of RFCOMM or PSM.",
        ["rfcomm/3", "l2cap/0x0019"],
        default=(),
    )


class Intf(IxitRow):
    """15-Intf: a network, logical or physical interface.

    The second edition splits the table: 15-PhyIntf has the physical rows, 28-LogIntf the others.
    """

    description: str = official("Description", "What it is for.", "HTTPS: web pages.", default=...)
    type: Literal["network", "logical", "physical", "radio"] = official(
        "Type", "What kind of interface.", "network", default=...
    )
    access: str = official(
        "Access", "From where it can be reached.", "local network", editions=(2,)
    )
    status: Literal["enabled", "disabled"] = official(
        "Status",
        "As shipped. What is declared disabled and found open is a FAIL.",
        "enabled",
        default=...,
    )
    disclosed_information: tuple[str, ...] = official(
        "Disclosed Information",
        "What it tells before login.",
        ["model name on the login page"],
        default=(),
    )
    resilience_measures: str = official(
        "Resilience Measures",
        "What keeps it usable under load and loss.",
        "Connections are bounded in number and time.",
        editions=(2,),
    )
    debug_interface: bool = official(
        "Debug Interface", "Meant for development or service.", default=False
    )
    exposed: bool = structured("The casing leaves it open.", default=False)
    intermittent: bool = structured("Needed only now and then.", default=False)
    protection: str = official(
        "Protection",
        "What keeps others off it: casing, fuse, login, a means to switch it off in software.",
        "Inside the casing, and locked by a fuse.",
    )
    endpoints: tuple[EndpointName, ...] = structured(
        "Where it can be found: `tcp/443`, `console`.", ["tcp/443"], default=()
    )
    bluetooth_services: tuple[Uuid, ...] = structured(
        "Of Bluetooth LE: the GATT services behind it, those of the Bluetooth SIG left out.",
        ["a1b20000-5c1e-4d3f-9a7b-6f0d2c8e1b44"],
        default=(),
    )
    classic_services: tuple[ClassicName, ...] = structured(
        "Of Bluetooth Classic: the services behind it, by server channel of RFCOMM or PSM.",
        ["rfcomm/3", "l2cap/0x0019"],
        default=(),
    )
    private_address: Literal["yes", "no", ""] = structured(
        "Of Bluetooth LE: whether it changes its address, so that nobody can follow it.", "yes"
    )


class UserIntf(IxitRow):
    """27-UserIntf: a user interface."""

    description: str = official(
        "Description", "Who does what through it.", "Web pages: status, settings.", default=...
    )
    type: str = official("Type", "What kind of interface.", "graphical", editions=(2,))
    endpoints: tuple[EndpointName, ...] = structured(
        "Where it can be reached.", ["tcp/443"], default=()
    )


class ExtApi(IxitRow):
    """28-ExtAPI: an interface for other systems."""

    description: str = official(
        "Description", "Who calls it for what.", "JSON API for a home hub.", default=...
    )
    endpoints: tuple[EndpointName, ...] = structured(
        "Where it can be reached.", ["tcp/443"], default=()
    )


class InpVal(IxitRow):
    """29-InpVal: how input is validated; ``covers`` names rows of 11, 27 and 28."""

    description: str = official(
        "Description",
        "What is checked, and what becomes of the rest.",
        "Type, length and range of each field; anything else is refused.",
        default=...,
    )
    covers: tuple[str, ...] = official(
        "Source",
        "Rows of 11-ComMech, 27-UserIntf and 28-ExtAPI whose input it checks.",
        ["UserIntf-1"],
        default=(),
        editions=(2,),
    )
