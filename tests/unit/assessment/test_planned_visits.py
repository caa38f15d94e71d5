"""The visits of a plan: each state once for each sample, in the order of a device's life."""

from hypothesis import given
from hypothesis import strategies as st

from harness.assessment.planning import survey_plan
from harness.model.declaration import FactNeed, ProbeDeclaration, Samples
from harness.model.ids import ProbeName, SampleId
from harness.model.life import LIFE, refusal
from harness.model.states import DeviceState, Impact, Means

PROBES = {
    ProbeName(name): ProbeDeclaration(
        name=ProbeName(name),
        version=1,
        summary=name,
        capabilities=(),
        upstream=upstream,
        impact=Impact.GENTLE,
        timeout_s=1,
        estimate_s=1,
    )
    for name, upstream in {"ports": (), "services": ("ports",), "tls": ("services",)}.items()
}
SAMPLES = tuple(map(SampleId, "AB"))
NEEDS = st.lists(
    st.builds(
        FactNeed,
        probe=st.sampled_from(sorted(PROBES)),
        state=st.sampled_from(LIFE),
        samples=st.sampled_from(Samples),
    )
)


@given(NEEDS, st.sets(st.sampled_from(LIFE)))
def test_each_state_is_entered_once_and_in_the_order_of_life(needs, looked_at):
    visits = survey_plan(needs, PROBES, SAMPLES, looked_at).visits
    assert len({(visit.sample, visit.state) for visit in visits}) == len(visits)
    for sample in SAMPLES:
        states = [visit.state for visit in visits if visit.sample == sample]
        assert states == [state for state in LIFE if state in states]
        assert DeviceState.AS_RECEIVED not in states[1:]


@given(NEEDS, st.sets(st.sampled_from(LIFE)))
def test_what_is_planned_is_never_refused_by_the_state_machine(needs, looked_at):
    for sample in SAMPLES:
        plan = survey_plan(needs, PROBES, SAMPLES, looked_at)
        visits = [visit for visit in plan.visits if visit.sample == sample]
        for place, visit in enumerate(visits):
            before = [(f"{number}", each.state) for number, each in enumerate(visits[:place])]
            assert refusal(before, visit.state, Means.SCRIPT) == ""


@given(NEEDS, st.sets(st.sampled_from(LIFE)))
def test_every_need_is_served_with_what_it_builds_on(needs, looked_at):
    visits = {
        (visit.sample, visit.state): visit.probes
        for visit in survey_plan(needs, PROBES, SAMPLES, looked_at).visits
    }
    for need in needs:
        for sample in SAMPLES if need.samples is Samples.EACH else SAMPLES[:1]:
            assert need.probe in visits[sample, need.state]
            assert {*PROBES[need.probe].upstream} <= {*visits[sample, need.state]}
    assert {(SAMPLES[0], state) for state in looked_at} <= visits.keys()


def test_people_look_at_the_first_sample_alone():
    (visit,) = survey_plan([], PROBES, SAMPLES, [DeviceState.AS_RECEIVED]).visits
    assert (visit.sample, visit.state, visit.probes) == ("A", DeviceState.AS_RECEIVED, ())
