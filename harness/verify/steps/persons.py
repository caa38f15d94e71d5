"""Step "persons": did two persons vouch for this, and who were they?"""

from typing import Final

from harness.encoding.text import counted
from harness.model.job import JobRecord, Person
from harness.verify.context import Context
from harness.verify.report import StepFailed, StepSkipped
from harness.verify.steps.nonce import job_record

_TWO: Final = 2


def check_persons(context: Context) -> str:
    """Two trusted keys of two persons signed the statement, if the reader asks for that.

    Raises:
        StepFailed: one key only, or two keys of one person (``E-PERSONS``).
    """
    if not context.policy.two_persons:
        raise StepSkipped("the policy does not ask for two (persons.two)")
    persons = by_key(job_record(context))
    keys = context.trusted
    if len(keys) < _TWO:
        raise StepFailed(
            "E-PERSONS",
            f"{counted(len(keys), 'trusted key')} signed",
            "two trusted keys of two persons",
        )
    named = [context.names.get(key.key_id, "") for key in keys]
    recorded = [persons[key.key_id].id for key in keys if key.key_id in persons]
    for names in ([name for name in named if name], recorded):
        if names and len(names) == len(keys) and len(set(names)) < _TWO:
            raise StepFailed("E-PERSONS", f"only {names[0]} signed", "two persons")
    return ", ".join(name or f"key {key.key_id}" for name, key in zip(named, keys, strict=True))


def by_key(job: JobRecord | None) -> dict[str, Person]:
    """The persons of a job by the key that each signs with."""
    return {each.key_id: each for each in job.persons if each.key_id} if job else {}
