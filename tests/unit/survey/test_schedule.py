"""The scheduler lets run together only what may run together."""

from hypothesis import given
from hypothesis import strategies as st

from harness.model.declaration import ProbeDeclaration
from harness.model.states import Impact, Lock
from harness.survey.schedule import longest_path_s, ready


def declared(name, upstream=(), impact=Impact.GENTLE, locks=(), after=()):
    return ProbeDeclaration(
        name=name,
        version=1,
        summary=name,
        capabilities=(),
        upstream=upstream,
        after=after,
        impact=impact,
        locks=locks,
        timeout_s=1.0,
        estimate_s=1.0,
    )


def table(*declarations):
    return {entry.name: entry for entry in declarations}


def test_a_probe_waits_for_what_it_builds_on():
    declarations = table(declared("ports"), declared("services", upstream=("ports",)))
    assert ready(["services", "ports"], [], declarations) == ("ports",)
    assert ready(["services"], ["ports"], declarations) == ()
    assert ready(["services"], [], declarations) == ("services",)


def test_gentle_probes_finish_before_intrusive_ones_and_destructive_ones_come_last():
    declarations = table(
        declared("tls"),
        declared("input", impact=Impact.INTRUSIVE),
        declared("wipe", impact=Impact.DESTRUCTIVE),
    )
    assert ready(["tls", "input", "wipe"], [], declarations) == ("tls",)
    assert ready(["input", "wipe"], ["tls"], declarations) == ()
    assert ready(["input", "wipe"], [], declarations) == ("input",)


def test_two_probes_never_hold_one_lock():
    declarations = table(
        declared("a", locks=(Lock.AUTHENTICATION,)), declared("b", locks=(Lock.AUTHENTICATION,))
    )
    assert len(ready(["a", "b"], [], declarations)) == 1
    assert ready(["b"], ["a"], declarations) == ()


def test_a_probe_that_disturbs_the_device_runs_alone():
    declarations = table(declared("tls"), declared("console", locks=(Lock.DISTURBANCE,)))
    assert ready(["console"], ["tls"], declarations) == ()
    assert ready(["tls"], ["console"], declarations) == ()
    assert len(ready(["console", "tls"], [], declarations)) == 1


names = st.sampled_from("abcdef")


@given(
    st.dictionaries(names, st.sets(names, max_size=2), min_size=1),
    st.data(),
)
def test_every_acyclic_visit_ends(needs, data):
    order = sorted(needs)
    declarations = table(
        *(
            declared(
                name,
                upstream=tuple(
                    sorted(other for other in needs[name] if other < name and other in needs)
                ),
                impact=data.draw(st.sampled_from(list(Impact))),
                locks=data.draw(st.sampled_from([(), (Lock.NETWORK,), (Lock.DISTURBANCE,)])),
            )
            for name in order
        )
    )
    # An intrusive upstream of a gentle probe can't wait for that probe's phase.
    if any(
        declarations[up].impact.rank > declarations[name].impact.rank
        for name in order
        for up in declarations[name].upstream
    ):
        return
    total = longest_path_s(dict.fromkeys(order, 1.0), declarations)
    assert 1.0 <= total <= len(order)


def test_what_must_see_the_device_after_everything_starts_when_all_else_has_ended():
    declarations = table(
        declared("late").model_copy(update={"last": True}),
        declared("ports"),
        declared("wipe", impact=Impact.DESTRUCTIVE),
    )
    assert ready(["late", "ports", "wipe"], [], declarations) == ("ports",)
    assert ready(["late", "wipe"], [], declarations) == ("wipe",)
    assert ready(["late"], ["wipe"], declarations) == ()
    assert ready(["late"], [], declarations) == ("late",)
