"""Tables 16, 17, 18, 20 and 23: how software and hardware limit and withstand harm."""

from typing import Literal

from harness.model.ixit.fields import IxitRow, official, structured


class CodeMin(IxitRow):
    """16-CodeMin: a technique that keeps unneeded code off the device."""

    description: str = official(
        "Description",
        "What is left out, and how that is made sure.",
        "Images are built from a list of needed packages.",
    )


class PrivlCtrl(IxitRow):
    """17-PrivlCtrl: a mechanism that gives software only the rights that it needs."""

    description: str = official(
        "Description",
        "Which part runs with which rights.",
        "Each service has a user of its own and no capability.",
    )


class AccCtrl(IxitRow):
    """18-AccCtrl: a mechanism that controls access to memory."""

    description: str = official(
        "Description",
        "What hardware does, and how software uses it.",
        "The memory management unit separates processes and marks data not executable.",
    )


class SecBoot(IxitRow):
    """20-SecBoot: a mechanism that verifies the software at start."""

    description: str = official(
        "Description",
        "Which stage checks which, with what.",
        "The read-only first stage checks the boot loader, which checks the kernel.",
    )
    security_guarantees: tuple[str, ...] = official(
        "Security Guarantees",
        "What it promises: `integrity`, `authenticity`.",
        ["integrity", "authenticity"],
        default=(),
    )
    detection_mechanisms: str = official(
        "Detection Mechanisms", "How an unauthorised change is found.", "Signature over the image."
    )
    user_notification: str = official(
        "User Notification", "How the user learns of a change.", "The status LED flashes red."
    )
    notification_functionality: str = official(
        "Notification Functionality",
        "What of the network the alert needs.",
        "One message to the maker's server.",
    )
    notification_destinations: tuple[str, ...] = structured(
        "The hosts outside that the alert needs, with the port where it matters; `none` if there "
        "are none.",
        ["alerts.example.com:443"],
        default=(),
    )


class ResMech(IxitRow):
    """23-ResMech: a mechanism that withstands an outage."""

    description: str = official(
        "Description", "What goes on, and what comes back how.", "Settings are kept in flash."
    )
    type: Literal["network", "power", ""] = official(
        "Type", "The outage that it withstands: `network` or `power`.", "power"
    )
    security_guarantees: tuple[str, ...] = official(
        "Security Guarantees", "What it promises.", ["availability", "integrity"], default=()
    )
    keeps_local_function: Literal["yes", "no", ""] = structured(
        "For a network outage: whether local functions go on.", "yes"
    )
