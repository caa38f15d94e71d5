"""Tables 3, 4, 5 and 19: how the supplier handles vulnerabilities and develops, and confirms it."""

from typing import Literal

from harness.model.ixit.fields import IxitRow, official, structured

Confirmed = Literal["yes", "no", ""]
"""What a supplier confirms; empty is no confirmation."""


class VulnTypes(IxitRow):
    """3-VulnTypes: a kind of vulnerability and what is done about it."""

    description: str = official(
        "Description", "Which vulnerabilities fall under it.", "Remotely exploitable, in our code."
    )
    action: str = official(
        "Action",
        "What is done, by whom, in which order, when one is reported.",
        "Reproduced, mended, released; reporter told at each step.",
    )
    time_frame: str = official("Time Frame", "How long each action takes.", "Mended in 30 days.")
    days: int | None = structured("The longest time to the remedy, in days.", 30, default=None)


class Conf(IxitRow):
    """4-Conf: what the supplier confirms to have in operation, one row for the whole product."""

    id: str = "Conf-1"
    vulnerability_actions: Confirmed = official(
        "Confirmation of Vulnerability Actions",
        "The actions of 3-VulnTypes are taken as described: `yes` or `no`.",
        "yes",
    )
    vulnerability_monitoring: Confirmed = official(
        "Confirmation of Vulnerability Monitoring",
        "The monitoring of 5-VulnMon is done as described: `yes` or `no`.",
        "yes",
    )
    update_procedures: Confirmed = official(
        "Confirmation of Update Procedures",
        "The procedures of 8-UpdProc are followed: `yes` or `no`.",
        "yes",
    )
    secure_management: Confirmed = official(
        "Confirmation of Secure Management",
        "The processes of 14-SecMgmt are followed: `yes` or `no`.",
        "yes",
    )
    secure_development: Confirmed = official(
        "Confirmation of Secure Development",
        "The processes of 19-SecDev are followed: `yes` or `no`.",
        "yes",
    )


class VulnMon(IxitRow):
    """5-VulnMon: a way in which vulnerabilities are watched for, found and mended."""

    description: str = official(
        "Description",
        "Sources, methods and how often.",
        "The bill of materials is compared with published vulnerabilities each day.",
    )


class SecDev(IxitRow):
    """19-SecDev: a process of secure development."""

    description: str = official(
        "Description",
        "What is done in design, coding, review, test and release.",
        "Threat model, review by a second person, static analysis and fuzzing of each release.",
    )
