"""What a run was ordered to do, as its run directory keeps it for a later ``--resume``."""

from typing import ClassVar, Literal

from harness.model.base import Document
from harness.model.bench_config import BenchConfig
from harness.model.confirmation import Confirmation
from harness.model.dossier import Dossier
from harness.model.job import JobRecord
from harness.model.states import Purpose


class RunOrder(Document):
    """``private/order.json``: written before the first packet, never part of a bundle.

    Attributes:
        command: ``survey`` stops before judging.
        certbench: version that the run was begun with.
        bench_file: the bench config as an absolute path.
        bench: what it said then.
        dossier: what the dossier beside it said then.
        frameworks: ``slug@version`` of each framework.
        suites: folders of suites that were named instead.
        only: what was selected; empty = everything.
        seed: seed of everything made up.
        key: signing key, an absolute path, ``env:NAME`` or a ``pkcs11:`` URI; ``""`` = the user's.
        operator: who is at the bench; ``""`` = nobody.
        wait_s: how long each visit waits for people who answer on the page.
        answers: file of scripted answers, an absolute path.
        target: folder for bundles.
        bundle: name of the bundle to write there.
        job: the laboratory's record of the job; None = none was given.
        confirmations: those that lay beside the bench config.
        passwords: sample -> password that the bench sets on a reference device; secret.
    """

    SCHEMA: ClassVar[str] = "certbench/run-order/1"

    command: Literal["run", "survey"]
    certbench: str
    bench_file: str
    bench: BenchConfig
    dossier: Dossier
    frameworks: tuple[str, ...] = ()
    suites: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    purpose: Purpose
    seed: int
    key: str = ""
    operator: str = ""
    wait_s: float = 0.0
    answers: str = ""
    target: str = ""
    bundle: str = "bundle"
    job: JobRecord | None = None
    confirmations: tuple[Confirmation, ...] = ()
    passwords: dict[str, str] = {}
