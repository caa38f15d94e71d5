"""What the job record says, field by field: stated, or the reason why it is not."""

from collections.abc import Iterable, Mapping
from typing import Any

from harness.model.job import JobRecord, Person

Field = dict[str, Any]
"""``{"lines": [...]}`` for what is stated, ``{"absent": why}`` for what is not."""

_FULL_ONLY = (
    "This report may be reproduced in full only, unless the laboratory agrees in writing to less."
)


def stated(*parts: object, absent: str = "left open in the job record") -> Field:
    """A field of the parts that say something; absent if none does."""
    lines = [str(part) for part in parts if part not in {None, ""}]
    return {"lines": lines} if lines else {"absent": absent}


def job_fields(job: JobRecord | None) -> dict[str, Field]:
    """Every field of the report that only the laboratory can know."""
    if job is None:
        why = "the run was made without a job record"
        names = job_fields(JobRecord())
        return {
            name: value if "text" in value else {"absent": why} for name, value in names.items()
        }
    lab, customer, contract = job.laboratory, job.customer, job.contract
    clock, room = job.clock, job.environment
    return {
        "report_id": stated(job.report_id),
        "nonce": stated(job.nonce, absent="no job number of a certifier"),
        "laboratory": stated(lab.name, lab.address),
        "accreditation": stated(_none(lab.accreditation, "not accredited")),
        "locations": stated(*(f"{s.id} ({s.kind}): {s.address}" for s in job.sites)),
        "customer": stated(customer.name, customer.address, customer.contact),
        "issued": stated(job.issued),
        "authorised_by": stated(who(job, job.authorised_by)),
        "contract": stated(_contract(job)),
        "agreed": stated(*(f"{each.name}: {each.decision_rule}" for each in contract.frameworks)),
        "sampling": stated(job.sampling),
        "received": stated(*(f"sample {i.sample}: {i.received}" for i in job.items if i.received)),
        "condition": stated(
            *(f"sample {i.sample}: {i.condition}" for i in job.items if i.condition)
        ),
        "environment": stated(room.conditions, _with(room.recorded_with)),
        "clock": stated(
            f"{clock.offset_ms} ms against {clock.against}, {clock.at:%Y-%m-%d %H:%M %Z}, "
            f"by {who(job, clock.by)}"
            if clock.against and clock.at is not None and clock.offset_ms is not None
            else ""
        ),
        "impartiality": _impartiality(job),
        "external": _external(job),
        "deviations": _deviations(job),
        "uncertainty": stated(
            job.uncertainty or "None is reported: no result is a measured quantity."
        ),
        "opinions": stated(
            *(f"{o.text} ({o.by}; rests on {o.basis})" for o in job.opinions),
            "" if job.opinions else "None.",
        ),
        "amends": stated(_amends(job) or "This report replaces no other."),
        "reproduction": stated(job.reproduction or _FULL_ONLY),
    }


def people(job: JobRecord | None) -> list[dict[str, str]]:
    """Who worked on it, for a table."""
    return [
        {
            "who": f"{each.id} ({each.name or 'not named'})",
            "roles": ", ".join([*each.roles, *["may override"] * each.may_override]) or "none",
            "frameworks": ", ".join(each.frameworks) or "none",
            "period": f"{each.since or 'not stated'} to {each.until or 'further notice'}",
        }
        for each in (job.persons if job else ())
    ]


def equipment(job: JobRecord | None, recorded: Iterable[str]) -> list[dict[str, str]]:
    """What was tested with: as the job record has it, then what only the bench config names."""
    rows = [
        {
            "id": each.id,
            "name": each.name or "not stated",
            "check": f"{each.check}, {each.checked or 'not stated'}",
            "due": str(each.due or "not stated"),
            "reference": each.reference or "none",
        }
        for each in (job.equipment if job else ())
    ]
    known = {row["name"] for row in rows}
    blank = {"id": "", "check": "not stated", "due": "not stated", "reference": "bench config"}
    return [*rows, *(blank | {"name": name} for name in recorded if name not in known)]


def who(job: JobRecord | None, person: str) -> str:
    """A person by id and name; in a bundle the name is a pseudonym."""
    found: Person | None = job.find_person(person) if job else None
    return f"{person} ({found.name})" if found is not None and found.name else person


def merged(*tables: Mapping[str, Field]) -> dict[str, Field]:
    """All fields; the later table wins."""
    return {name: value for table in tables for name, value in table.items()}


def _none(text: str, meaning: str) -> str:
    return meaning if text.strip().lower() == "none" else text


def _with(equipment_id: str) -> str:
    return f"recorded with {equipment_id}" if equipment_id else ""


def _contract(job: JobRecord) -> str:
    contract = job.contract
    if contract.reviewed is None:
        return ""
    changes = f"changed since: {contract.changes}" if contract.changes else "unchanged since"
    return f"reviewed {contract.reviewed} by {who(job, contract.by) or 'nobody named'}; {changes}"


def _impartiality(job: JobRecord) -> Field:
    said = job.impartiality
    reviewed = f"risks reviewed {said.reviewed} by {who(job, said.by)}" if said.reviewed else ""
    return stated(said.statement, reviewed if said.statement else "")


def _external(job: JobRecord) -> Field:
    if job.external is None:
        return stated("")
    rows = [
        f"{each.what}: by {each.provider} ({each.accreditation or 'accreditation not stated'}), "
        f"{each.reference or 'no reference'}"
        for each in job.external
    ]
    return stated(*rows or ["None: every result is the laboratory's own."])


def _deviations(job: JobRecord) -> Field:
    if job.deviations is None:
        return stated("")
    rows = [
        f"{each.what}: {each.reason}" + (f" (agreed: {each.agreed})" if each.agreed else "")
        for each in job.deviations
    ]
    return stated(*rows or ["None declared by the laboratory."])


def _amends(job: JobRecord) -> str:
    amends = job.amends
    if amends is None:
        return ""
    return f"Replaces {amends.report}. Reason: {amends.reason}. Changed: {amends.changes}"
