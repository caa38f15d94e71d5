"""The IXIT: 29 tables in which the supplier says how the product works (TS 103 701).

One superset serves both editions of TS 103 701: each field says which edition has it, and forms
show each edition under its own names (docs/adr/0019).
"""

from typing import Final

from pydantic import Field

from harness.model.base import Frozen
from harness.model.ixit.access import (
    AuthMech,
    BruteForceLimit,
    Generation,
    SecMgmt,
    SecParam,
)
from harness.model.ixit.fields import EDITIONS, EndpointName, IxitRow
from harness.model.ixit.links import (
    ComMech,
    ExtApi,
    InpVal,
    Intf,
    NetSecImpl,
    SoftServ,
    UserIntf,
)
from harness.model.ixit.people import DelFunc, ExtSens, PersData, TelData, UserDec, UserInfo
from harness.model.ixit.platform import AccCtrl, CodeMin, PrivlCtrl, ResMech, SecBoot
from harness.model.ixit.updates import ReplSup, SoftComp, UpdMech, UpdProc
from harness.model.ixit.upkeep import Conf, SecDev, VulnMon, VulnTypes

__all__ = [
    "ATTRIBUTES",
    "EDITIONS",
    "AccCtrl",
    "AuthMech",
    "BruteForceLimit",
    "CodeMin",
    "ComMech",
    "Conf",
    "DelFunc",
    "EndpointName",
    "ExtApi",
    "ExtSens",
    "Generation",
    "InpVal",
    "Intf",
    "Ixit",
    "IxitRow",
    "NetSecImpl",
    "PersData",
    "PrivlCtrl",
    "ReplSup",
    "ResMech",
    "SecBoot",
    "SecDev",
    "SecMgmt",
    "SecParam",
    "SoftComp",
    "SoftServ",
    "TelData",
    "UpdMech",
    "UpdProc",
    "UserDec",
    "UserInfo",
    "UserIntf",
    "VulnMon",
    "VulnTypes",
]


class Ixit(Frozen):
    """The IXIT tables; the TOML key is the table's name: ``[[ixit.1-AuthMech]]``."""

    auth_mech: tuple[AuthMech, ...] = Field(
        default=(), alias="1-AuthMech", description="Authentication mechanisms: every login."
    )
    user_info: tuple[UserInfo, ...] = Field(
        default=(), alias="2-UserInfo", description="What users are told, in one row."
    )
    vuln_types: tuple[VulnTypes, ...] = Field(
        default=(),
        alias="3-VulnTypes",
        description="Kinds of vulnerabilities, and what is done about each.",
    )
    conf: tuple[Conf, ...] = Field(
        default=(), alias="4-Conf", description="What the supplier confirms, in one row."
    )
    vuln_mon: tuple[VulnMon, ...] = Field(
        default=(), alias="5-VulnMon", description="How vulnerabilities are watched for and mended."
    )
    soft_comp: tuple[SoftComp, ...] = Field(
        default=(), alias="6-SoftComp", description="Software parts, and what updates each."
    )
    upd_mech: tuple[UpdMech, ...] = Field(
        default=(), alias="7-UpdMech", description="Mechanisms that install updates."
    )
    upd_proc: tuple[UpdProc, ...] = Field(
        default=(), alias="8-UpdProc", description="How security updates come about, and how fast."
    )
    repl_sup: tuple[ReplSup, ...] = Field(
        default=(),
        alias="9-ReplSup",
        description="What serves where software can't be updated, in one row.",
    )
    sec_param: tuple[SecParam, ...] = Field(
        default=(),
        alias="10-SecParam",
        description="Security parameters: passwords, keys, certificates.",
    )
    com_mech: tuple[ComMech, ...] = Field(
        default=(), alias="11-ComMech", description="Communication mechanisms."
    )
    net_sec_impl: tuple[NetSecImpl, ...] = Field(
        default=(),
        alias="12-NetSecImpl",
        description="Implementations of network and security functions, and their review.",
    )
    soft_serv: tuple[SoftServ, ...] = Field(
        default=(),
        alias="13-SoftServ",
        description="Software services, those that are disabled included.",
    )
    sec_mgmt: tuple[SecMgmt, ...] = Field(
        default=(),
        alias="14-SecMgmt",
        description="Processes that manage critical security parameters.",
    )
    intf: tuple[Intf, ...] = Field(
        default=(),
        alias="15-Intf",
        description="Network, logical and physical interfaces, those that are disabled included.",
    )
    code_min: tuple[CodeMin, ...] = Field(
        default=(), alias="16-CodeMin", description="How unneeded code is kept off the device."
    )
    privl_ctrl: tuple[PrivlCtrl, ...] = Field(
        default=(), alias="17-PrivlCtrl", description="How software is kept to the rights it needs."
    )
    acc_ctrl: tuple[AccCtrl, ...] = Field(
        default=(), alias="18-AccCtrl", description="How access to memory is controlled."
    )
    sec_dev: tuple[SecDev, ...] = Field(
        default=(), alias="19-SecDev", description="Processes of secure development."
    )
    sec_boot: tuple[SecBoot, ...] = Field(
        default=(), alias="20-SecBoot", description="How software is verified at start."
    )
    pers_data: tuple[PersData, ...] = Field(
        default=(), alias="21-PersData", description="Personal data that is processed."
    )
    ext_sens: tuple[ExtSens, ...] = Field(
        default=(), alias="22-ExtSens", description="External sensors."
    )
    res_mech: tuple[ResMech, ...] = Field(
        default=(), alias="23-ResMech", description="How outages of network and power are met."
    )
    tel_data: tuple[TelData, ...] = Field(
        default=(), alias="24-TelData", description="Telemetry that is collected."
    )
    del_func: tuple[DelFunc, ...] = Field(
        default=(), alias="25-DelFunc", description="Ways to delete data."
    )
    user_dec: tuple[UserDec, ...] = Field(
        default=(), alias="26-UserDec", description="Decisions that users take."
    )
    user_intf: tuple[UserIntf, ...] = Field(
        default=(), alias="27-UserIntf", description="User interfaces."
    )
    ext_api: tuple[ExtApi, ...] = Field(
        default=(), alias="28-ExtAPI", description="Interfaces for other systems."
    )
    inp_val: tuple[InpVal, ...] = Field(
        default=(), alias="29-InpVal", description="How input is validated."
    )

    none: tuple[str, ...] = Field(
        default=(),
        description="Tables that are empty because there is nothing to declare: "
        '`["22-ExtSens"]`. A table that is empty and not named here was not answered.',
    )

    def declares_none(self, table: str) -> bool:
        """Whether the supplier states that a table is empty because there is nothing to declare."""
        return table in self.none and not self.rows(table)

    def names(self, endpoint: str) -> bool:
        """Whether any row of any table names an endpoint (``ble``)."""
        return any(
            endpoint in getattr(row, "endpoints", ())
            for table in ATTRIBUTES
            for row in self.rows(table)
        )

    def rows(self, table: str) -> tuple[IxitRow, ...]:
        """The rows of a table by its name, ``1-AuthMech``. Raises KeyError for another name."""
        found: tuple[IxitRow, ...] = getattr(self, ATTRIBUTES[table])
        return found


ATTRIBUTES: Final = {
    field.alias: name for name, field in Ixit.model_fields.items() if field.alias is not None
}
"""Name of each table, in the order of the form -> its attribute."""
