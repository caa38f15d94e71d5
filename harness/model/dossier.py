"""The dossier: what the supplier says of the DUT (TS 103 701: identification, ICS, IXIT).

Field names follow the IXIT tables of TS 103 701 V1.1.1; beside each free text stands the structured
form that rules and criteria read (``endpoints``, ``crypto``, ``limit``), since no machine should
guess from prose. Tables that no unit reads yet are kept as `PlainRow`.
"""

from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from harness.model.base import Document, Frozen

EndpointName = Annotated[str, Field(pattern=r"^(tcp|udp)/[0-9]{1,5}$|^console$|^ble$")]
"""``tcp/443``, ``udp/53``, ``console``: how a row names a place that probes can look at."""


class Support(StrEnum):
    """The supplier's answer in an ICS row."""

    YES = "Y"
    NO = "N"
    NOT_APPLICABLE = "N/A"


class IcsRow(Frozen):
    """One row of the implementation conformance statement; ``detail`` is always required."""

    provision: str
    support: Support
    detail: Annotated[str, Field(min_length=1)]


class PlainRow(Frozen):
    """A row of an IXIT table that no unit reads in structured form yet."""

    id: str
    description: str = ""
    fields: dict[str, str] = {}


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

    kind: Literal["lockout", "delay", "rate-limit"]
    attempts: int


class AuthMech(Frozen):
    """1-AuthMech: an authentication mechanism."""

    id: str
    description: str
    authentication_factor: str
    subject: Literal["user", "machine"] = "user"
    password_generation_mechanism: str = ""
    generation: Generation
    security_guarantees: tuple[str, ...] = ()
    cryptographic_details: str = ""
    crypto: tuple[str, ...] = ()
    brute_force_prevention: str = ""
    limit: BruteForceLimit | None = None
    endpoints: tuple[EndpointName, ...] = ()


class SecParam(Frozen):
    """10-SecParam: a security parameter."""

    id: str
    description: str
    type: Literal["public", "critical"]
    hard_coded: bool = False
    used_in_operation: bool = True
    security_guarantees: tuple[str, ...] = ()
    protection_scheme: str = ""
    provisioning_mechanism: str = ""
    communication_mechanisms: tuple[str, ...] = ()
    generation_mechanism: str = ""


class ComMech(Frozen):
    """11-ComMech: a communication mechanism.

    Attributes:
        crypto: protocols and suites as declared: ``TLSv1.2``, ``TLSv1.3``, ``SSHv2``.
        remote: reachable from outside the local network.
    """

    id: str
    description: str
    security_guarantees: tuple[str, ...] = ()
    cryptographic_details: str = ""
    crypto: tuple[str, ...] = ()
    resilience_measures: str = ""
    remote: bool = False
    endpoints: tuple[EndpointName, ...] = ()


class NetSecImpl(Frozen):
    """12-NetSecImpl: an implementation of network or security functions and its review."""

    id: str
    description: str
    review_method: str = ""
    report: str = ""
    product: str = ""
    version: str = ""


class SoftServ(Frozen):
    """13-SoftServ: a software service; ``authentication_mechanism`` names a 1-AuthMech row."""

    id: str
    description: str
    status: Literal["enabled", "disabled"]
    justification: str = ""
    allows_configuration: bool = False
    authentication_mechanism: str = ""
    endpoints: tuple[EndpointName, ...] = ()


class Intf(Frozen):
    """15-Intf: a network, logical or physical interface.

    Attributes:
        disclosed_information: what it tells before login, as declared.
        exposed: a physical interface that the casing leaves open.
        intermittent: switched on only now and then.
    """

    id: str
    description: str
    type: Literal["network", "logical", "physical", "radio"]
    status: Literal["enabled", "disabled"]
    disclosed_information: tuple[str, ...] = ()
    debug_interface: bool = False
    exposed: bool = False
    intermittent: bool = False
    protection: str = ""
    endpoints: tuple[EndpointName, ...] = ()


class UserIntf(Frozen):
    """27-UserIntf: a user interface."""

    id: str
    description: str
    endpoints: tuple[EndpointName, ...] = ()


class ExtApi(Frozen):
    """28-ExtAPI: an interface for other systems."""

    id: str
    description: str
    endpoints: tuple[EndpointName, ...] = ()


class InpVal(Frozen):
    """29-InpVal: how input is validated; ``covers`` names rows of 11, 27 and 28."""

    id: str
    description: str
    covers: tuple[str, ...] = ()


class Ixit(Frozen):
    """The IXIT tables; the TOML key is the table's name: ``[[ixit.1-AuthMech]]``."""

    auth_mech: tuple[AuthMech, ...] = Field(default=(), alias="1-AuthMech")
    user_info: tuple[PlainRow, ...] = Field(default=(), alias="2-UserInfo")
    sec_param: tuple[SecParam, ...] = Field(default=(), alias="10-SecParam")
    com_mech: tuple[ComMech, ...] = Field(default=(), alias="11-ComMech")
    net_sec_impl: tuple[NetSecImpl, ...] = Field(default=(), alias="12-NetSecImpl")
    soft_serv: tuple[SoftServ, ...] = Field(default=(), alias="13-SoftServ")
    intf: tuple[Intf, ...] = Field(default=(), alias="15-Intf")
    user_intf: tuple[UserIntf, ...] = Field(default=(), alias="27-UserIntf")
    ext_api: tuple[ExtApi, ...] = Field(default=(), alias="28-ExtAPI")
    inp_val: tuple[InpVal, ...] = Field(default=(), alias="29-InpVal")


class DutIdentification(Frozen):
    """What the DUT is (fields of the official form are not confirmed, see the catalogue)."""

    supplier: str
    model: str
    hardware: str = ""
    firmware: str = ""
    description: str = ""
    associated_services: tuple[str, ...] = ()


class Dossier(Document):
    """DUT identification + ICS + IXIT, one frozen revision.

    Attributes:
        revision, author, reason, trigger: a change after the freeze is a new number with these.
        ics: framework slug -> rows.
    """

    SCHEMA: ClassVar[str] = "certbench/dossier/1"

    revision: int = 1
    author: str = ""
    reason: str = ""
    trigger: str = ""
    dut: DutIdentification
    ics: dict[str, tuple[IcsRow, ...]] = {}
    ixit: Ixit = Ixit()

    def ics_row(self, framework: str, provision: str) -> IcsRow | None:
        """The supplier's answer on one provision."""
        rows = self.ics.get(framework, ())
        return next((row for row in rows if row.provision == provision), None)
