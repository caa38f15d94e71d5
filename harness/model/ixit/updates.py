"""Tables 6 to 9: software parts, how they are updated, and what replaces an update."""

from typing import Literal

from harness.model.ixit.fields import EndpointName, IxitRow, official, structured

YesNo = Literal["yes", "no", ""]
"""An answer that may still be missing."""


class SoftComp(IxitRow):
    """6-SoftComp: a part of the software."""

    description: str = official("Description", "What it is and does.", "Root file system.")
    update_mechanisms: tuple[str, ...] = official(
        "Update Mechanism",
        "Rows of 7-UpdMech that update it; empty if it can't be updated.",
        ["UpdMech-1"],
        default=(),
    )
    no_update_reason: str = structured(
        "Why it can't be updated, where no mechanism is named.",
        "The first stage of the boot loader is in read-only memory.",
    )
    cryptographic_usage: str = official(
        "Cryptographic Usage",
        "What cryptography it does, or `none`.",
        "Signature check of the next stage, Ed25519.",
    )
    update_side_effects: str = structured(
        "What an exchange of its cryptography would touch, as the supplier considered it.",
        "Stored settings must be read with the old key once.",
    )


class UpdMech(IxitRow):
    """7-UpdMech: a mechanism that installs updates."""

    description: str = official(
        "Description",
        "How an update gets from the maker onto the device, step by step.",
        "The administrator uploads a signed image on the Firmware page.",
    )
    over_network: YesNo = structured("Whether updates arrive over a network interface.", "yes")
    endpoints: tuple[EndpointName, ...] = structured(
        "Where the device takes updates.", ["tcp/443"], default=()
    )
    sources: tuple[str, ...] = structured(
        "Hosts from which the device fetches updates, with the port where it matters.",
        ["updates.example.com:443"],
        default=(),
    )
    security_guarantees: tuple[str, ...] = official(
        "Security Guarantees",
        "What the mechanism promises: `integrity`, `authenticity`, `freshness`.",
        ["integrity", "authenticity"],
        default=(),
    )
    cryptographic_details: str = official(
        "Cryptographic Details",
        "Algorithms, keys, and who checks what with which key.",
        "Ed25519 over the SHA-256 of the image.",
    )
    crypto: tuple[str, ...] = structured(
        "The same one by one, as `dossier check` knows them.", ["Ed25519", "SHA-256"], default=()
    )
    verified_by: Literal["device", "other", "none", ""] = structured(
        "Who checks authenticity and integrity before installation.", "device"
    )
    trust_relationship: str = structured(
        "Whom the device trusts, and how it tells them from others.",
        "The maker's public key in the boot loader.",
    )
    initiation_and_interaction: str = official(
        "Initiation and Interaction",
        "What starts an update, and what the user has to do.",
        "The administrator chooses the image and confirms once.",
    )
    automatic: Literal["configurable", "fixed", "none", ""] = structured(
        "Whether it updates by itself: as the user sets it, always, or never.", "configurable"
    )
    automatic_default: Literal["on", "off", ""] = structured(
        "Whether updating by itself is on after the first set-up.", "on"
    )
    configuration: str = official(
        "Configuration",
        "What the user can set: automatic, notices, postponing.",
        "Automatic updates can be switched off and postponed on the Firmware page.",
    )
    update_checking: str = official(
        "Update Checking",
        "Who looks for updates, when and how often.",
        "The device asks the maker's server after set-up and each night.",
    )
    user_notification: str = official(
        "User Notification",
        "How the user learns of an update and of what it mends.",
        "A banner on each page, with the risk that the update removes.",
    )
    notices: Literal["configurable", "fixed", "none", ""] = structured(
        "Whether notices of updates are given: as the user sets it, always, or never.",
        "configurable",
    )
    notices_default: Literal["on", "off", ""] = structured(
        "Whether notices are on after the first set-up.", "on"
    )
    acts_within_hours: int | None = structured(
        "The longest time from the day an update is there until the device installs it or tells of "
        "it by itself, in hours.",
        24,
        default=None,
    )
    interrupts: YesNo = structured("Whether installing interrupts a basic function.", "yes")
    interruption_announced: YesNo = structured(
        "Whether the device says so before it starts.", "yes"
    )


class UpdProc(IxitRow):
    """8-UpdProc: how the supplier makes and releases security updates."""

    description: str = official(
        "Description",
        "Who does what from the report to the release.",
        "Triage, fix, test on the reference devices, release by two people.",
    )
    time_frame: str = official("Time Frame", "How long that takes.", "30 days.")
    days: int | None = structured("The longest time to a release, in days.", 30, default=None)


class ReplSup(IxitRow):
    """9-ReplSup: what serves where software can't be updated; one row for the whole product."""

    id: str = "ReplSup-1"
    isolation: str = official(
        "Isolation",
        "How the product can be isolated, and what still works then.",
        "Unplug the WAN; the home network goes on.",
    )
    hardware_replacement: str = official(
        "Hardware Replacement", "What can be replaced, by whom, how.", "The module is plugged."
    )
