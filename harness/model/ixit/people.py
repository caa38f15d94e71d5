"""Tables 2, 21, 22 and 24 to 26: what users are told and decide, and what becomes of their data."""

from typing import Literal

from harness.model.ixit.fields import EndpointName, IxitRow, official, structured


class UserInfo(IxitRow):
    """2-UserInfo: what users are told, and where; one row for the whole product."""

    id: str = "UserInfo-1"
    description: str = structured("The documents as a whole.", "User manual, edition 4.")
    documentation_of_change_mechanisms: str = official(
        "Documentation of Change Mechanisms",
        "Where and how users read to change a login.",
        "Manual, chapter 3: log in, open Password, type old and new, press Save.",
    )
    documentation_of_replacement: str = official(
        "Documentation of Replacement",
        "Where users read about parts that can't be updated: why, and what replaces them.",
        "Product page, section Support.",
    )
    documentation_of_sensors: str = official(
        "Documentation of Sensors", "Where users read about sensors.", "Manual, chapter 7."
    )
    documentation_of_secure_setup: str = official(
        "Documentation of Secure Setup", "Where the secure set-up is explained.", "Quick guide."
    )
    documentation_of_setup_check: str = official(
        "Documentation of Setup Check",
        "Where users read how to check that the device is set up securely.",
        "Manual, chapter 5.",
    )
    documentation_of_maintenance_check: str = official(
        "Documentation of Maintenance Check",
        "Where users read how to check it after maintenance.",
        "Manual, chapter 5.",
        editions=(2,),
    )
    documentation_of_personal_data: str = official(
        "Documentation of Personal Data",
        "Where users read what personal data is processed, how, by whom and why.",
        "Privacy notice.",
    )
    documentation_of_telemetry_data: str = official(
        "Documentation of Telemetry Data",
        "Where users read what telemetry is collected, how, by whom and why.",
        "Privacy notice, section Telemetry.",
    )
    documentation_of_deletion: str = official(
        "Documentation of Deletion", "Where users read how to delete data.", "Manual, chapter 6."
    )
    model_designation: str = official(
        "Model Designation",
        "Where the model's name can be read, and the name as it stands there.",
        "Label below the device: RR-1.",
    )
    designation_endpoints: tuple[EndpointName, ...] = structured(
        "Where the model's name can be read without a person: `ble`, in Device Information.",
        ["ble"],
        default=(),
    )
    support_period: str = official(
        "Support Period", "How long security updates are given.", "Five years from the last sale."
    )
    publication_of_support_period: str = official(
        "Publication of Support Period", "Where the support period is published.", "Product page."
    )
    publication_of_vulnerability_disclosure_policy: str = official(
        "Publication of Vulnerability Disclosure Policy",
        "Where the policy is published.",
        "Page Security of the maker's site.",
    )
    publication_of_non_updatable: str = official(
        "Publication of Non-Updatable",
        "Where the parts that can't be updated are published: why, and what replaces them.",
        "Product page, section Support.",
    )
    support_until: str = structured(
        "The end of the support period as it is published: `2031-12-31`, or its words.",
        "2031-12-31",
    )
    support_period_url: str = structured(
        "Page that publishes the support period.", "https://example.com/rr-1/support"
    )
    disclosure_policy_url: str = structured(
        "Page that publishes the policy.", "https://example.com/security"
    )
    non_updatable_url: str = structured(
        "Page that publishes what can't be updated.", "https://example.com/rr-1/support"
    )
    sensors_url: str = structured("Page that tells of sensors.", "https://example.com/rr-1/manual")

    @property
    def pages(self) -> tuple[str, ...]:
        """Addresses of the public pages that the row names, each once."""
        named = (
            self.disclosure_policy_url,
            self.support_period_url,
            self.non_updatable_url,
            self.sensors_url,
        )
        return tuple(dict.fromkeys(url.strip() for url in named if url.strip()))


class PersData(IxitRow):
    """21-PersData: a kind of personal data."""

    description: str = official("Description", "Which data, of whom.", "The administrator's name.")
    purpose: str = official("Purpose", "What it is for.", "Login.", editions=(2,))
    aggregation: str = official(
        "Aggregation", "With what it is brought together.", "none", editions=(2,)
    )
    authorized_parties: str = official(
        "Authorized Parties", "Who may have it.", "The owner.", editions=(2,)
    )
    lifecycle: str = official(
        "Lifecycle", "From collection to deletion.", "Kept until reset.", editions=(2,)
    )
    processing_activities: str = official(
        "Processing Activities", "What is done with it, by whom.", "Stored on the device for login."
    )
    communication_mechanisms: tuple[str, ...] = official(
        "Communication Mechanisms",
        "Rows of 11-ComMech that it crosses.",
        ["ComMech-1"],
        default=(),
    )
    sensitive: bool = official(
        "Sensitive", "Whether its disclosure could harm the person much.", default=False
    )
    services: tuple[str, ...] = structured(
        "Associated services that hold it; empty if it stays on the device.",
        ["Example cloud"],
        default=(),
    )
    on_device: bool = structured("The device stores it.", default=True)
    consent_based: bool = structured("It is processed because the user consented.", default=False)
    obtaining_consent: str = official(
        "Obtaining Consent", "How consent is asked for.", "A box on the first page, not ticked."
    )
    withdrawing_consent: str = official(
        "Withdrawing Consent", "How it is taken back.", "Settings, Privacy, Withdraw."
    )
    storing_consent: str = official(
        "Storing Consent", "Where it is recorded.", "In the settings.", editions=(2,)
    )
    anonymization: str = official(
        "Anonymization", "How the person is taken out of it.", "none", editions=(2,)
    )


class ExtSens(IxitRow):
    """22-ExtSens: an external sensor."""

    description: str = official("Description", "What it senses, and when.", "Camera, always on.")


class TelData(IxitRow):
    """24-TelData: a kind of telemetry data."""

    description: str = official("Description", "Which data, how often.", "Restarts in a day.")
    purpose: str = official("Purpose", "What it is for.", "Finding devices that crash.")
    security_examination: str = official(
        "Security Examination",
        "How it is examined for security anomalies, or `none`.",
        "Restarts that rise in many devices are looked into.",
    )
    personal_data: tuple[str, ...] = official(
        "Personal Data", "Rows of 21-PersData that it contains.", ["PersData-1"], default=()
    )


class DelFunc(IxitRow):
    """25-DelFunc: a way to delete data."""

    description: str = official("Description", "What it deletes, and how.", "Factory reset.")
    target_type: Literal["device", "services", "both", ""] = official(
        "Target Type",
        "Whether it deletes user data on the device or personal data on services.",
        "device",
    )
    services: tuple[str, ...] = structured(
        "Associated services that it covers.", ["Example cloud"], default=()
    )
    initiation_and_interaction: str = official(
        "Initiation and Interaction", "What the user does.", "Reset page, one confirmation."
    )
    confirmation: str = official(
        "Confirmation", "How the user learns that it was done.", "The set-up page appears."
    )


class UserDec(IxitRow):
    """26-UserDec: a decision that the user takes in set-up or maintenance."""

    description: str = official("Description", "What is decided.", "The administrator's password.")
    options: str = official(
        "Options", "The choices, and the one that holds if none is made.", "A text; there is none."
    )
    triggered_by: str = official("Triggered By", "When the question comes up.", "First login.")
