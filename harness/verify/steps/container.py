"""Steps "container" and "profile": is this safe to read, and does it have the files of a bundle?"""

from harness.evidence.bag import TAG_FILES
from harness.evidence.names import problems
from harness.model.layout import REQUIRED, may_stand_in
from harness.verify.context import Context
from harness.verify.report import StepFailed

_REQUIRED = (*sorted(REQUIRED), *TAG_FILES, "data/survey/survey.json", "data/survey/dossier.json")


def check_container(context: Context) -> str:
    """Every name is plain, relative and distinct."""
    names = context.tree.names()
    for name, problem in problems(names):
        raise StepFailed("E-CONTAINER", f"{name} {problem}", "plain, distinct, relative names")
    return f"{len(names)} files"


def check_profile(context: Context) -> str:
    """What the profile demands is there, and nothing beside ``data/`` that it does not know."""
    names = set(context.tree.names())
    lacking = [name for name in _REQUIRED if name not in names]
    if lacking:
        raise StepFailed("E-PROFILE", f"missing: {', '.join(lacking)}", "profile evb/1")
    beside = (name for name in names - set(TAG_FILES) if not name.startswith("data/"))
    extra = sorted(name for name in beside if not may_stand_in(name))
    if extra:
        raise StepFailed(
            "E-FILE-ADDED",
            f"added: {', '.join(extra[:5])}",
            "no file beside data/ but those of the profile",
        )
    return "evb/1"
