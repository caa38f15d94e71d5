"""Login criteria through the facts of one unit."""

from collections.abc import Callable

from harness.assessment import criteria
from harness.facts.credentials import CredentialsFacts
from harness.facts.store import FactRecord
from harness.model.ids import SampleId
from harness.model.judgement import Judgement, Judgements
from harness.model.states import DeviceState
from harness.testing.view import FactView

LoginCriterion = Callable[[FactRecord[CredentialsFacts], str, str], Judgement]


def judge_login(
    facts: FactView,
    state: DeviceState,
    criterion: LoginCriterion,
    item: str,
    target: str,
    sample: SampleId | None = None,
) -> Judgement:
    """What a login criterion says of one login point, over every attempt.

    Args:
        facts: the unit's facts; it must declare credentials in ``state``.
        state: the device state.
        criterion: function of `harness.assessment.criteria`, named as its id is.
        item: what the judgement speaks of.
        target: ``tcp/443``, ``console``.
        sample: the first one by default.
    """
    name = criterion.__name__.replace("_", "-")
    return facts.judge(
        CredentialsFacts,
        state,
        item,
        name,
        lambda record: criterion(record, item, target),
        sample,
    )


def factory_login_judgements(
    facts: FactView, state: DeviceState, item: str, target: str
) -> Judgements:
    """No published login works on any sample, and no factory password on two of them.

    Needs credentials of each sample.
    """
    everyone = [
        record
        for sample in facts.samples
        for record in facts.records(CredentialsFacts, state, sample)
    ]
    published = [
        judge_login(facts, state, criteria.default_credentials_accepted, item, target, sample)
        for sample in facts.samples
    ]
    return (criteria.universal_default_password(everyone, item, target), *published)
