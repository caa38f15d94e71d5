"""What all three OSCAL files speak of: the device, its samples, the tools, the documents."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from harness.encoding.canonical import digest_of
from harness.encoding.tree import DirectoryTree
from harness.evidence.revisions import dossier_in, newest_file
from harness.model.assessment import Assessment
from harness.model.catalogue import Catalogue
from harness.model.ids import FactKey, SampleId
from harness.model.record import AttemptRecord, SurveyRecord
from harness.report.oscal.values import (
    OSCAL_VERSION,
    Json,
    control,
    identifier,
    line,
    markup,
    moment,
    objective,
    properties,
    resource,
)
from harness.report.source import ReportSource
from harness.report.survey_view import REDACTION, attempts_in

NO_SSP: Final = (
    "No system security plan: the supplier's declaration (ICS and IXIT) stands in its place."
)


@dataclass(frozen=True)
class Judged:
    """One assessment with the catalogue that it was made by."""

    assessment: Assessment
    catalogue: Catalogue


class Scene:
    """One bundle, seen from OSCAL."""

    def __init__(self, source: ReportSource) -> None:
        """Read the documents.

        Raises:
            OSError: the dossier or a catalogue is missing.
            ValueError: one of them is not valid.
        """
        self.source = source
        self.survey: SurveyRecord = source.survey.survey
        survey = DirectoryTree(source.folder / "survey")
        self.dossier = dossier_in(survey)
        self.dossier_file = f"survey/{newest_file(self.dossier, survey)}"
        self.judged = tuple(self._judged(entry) for entry in source.in_order)

    def content(self, path: str) -> bytes | None:
        """A file below ``data/``; None if this edition has none."""
        file = self.source.folder / path
        return file.read_bytes() if file.is_file() else None

    @cached_property
    def names(self) -> frozenset[str]:
        """Files below ``survey/``."""
        return frozenset(DirectoryTree(self.source.folder / "survey").names())

    @cached_property
    def attempts(self) -> dict[FactKey, AttemptRecord]:
        """Every attempt, by its address."""
        found = attempts_in(self.source.folder / "survey", self.source.survey.visits)
        return {attempt.key: attempt for attempt in found}

    @property
    def run(self) -> str:
        """The run's id."""
        return self.survey.run_id

    @property
    def ended(self) -> str:
        """When the survey ended, or began if nobody knows."""
        return moment(self.survey.ended, self.survey.started)

    @property
    def dut(self) -> str:
        """Supplier and model in one line."""
        return f"{self.dossier.dut.supplier} {self.dossier.dut.model}"

    def id_of(self, *parts: str) -> str:
        """An id within this run."""
        return identifier(self.run, *parts)

    def collected(self, facts: Iterable[FactKey]) -> str:
        """When the last of the attempts behind ``facts`` ended; the end of the survey else."""
        ends = [self.attempts[key].ended for key in facts if key in self.attempts]
        return max((moment(end, self.ended) for end in ends), default=self.ended)

    def device(self, kind: str) -> Json:
        """The DUT as a component of this ``kind``."""
        dut = self.dossier.dut
        firmware = ", ".join(sorted({e.assessment.firmware for e in self.judged} - {""}))
        return {
            "uuid": self.id_of("dut"),
            "type": kind,
            "title": markup(self.dut),
            "description": markup(dut.description or self.dut),
            "props": properties(
                supplier=dut.supplier,
                model=dut.model,
                hardware=dut.hardware,
                firmware_declared=dut.firmware,
                firmware_tested=firmware,
                dossier_revision=self.dossier.revision,
                dossier_sha256=self.dossier.digest,
            ),
        }

    def samples(self) -> list[Json]:
        """The physical units, as inventory."""
        return [
            {
                "uuid": self.id_of("sample", sample.id),
                "description": markup(f"Sample {sample.id} of {self.dut}"),
                "props": properties(
                    sample=sample.id,
                    origin=sample.origin,
                    serial=sample.serial,
                    hardware=sample.hardware,
                ),
                "implemented-components": [{"component-uuid": self.id_of("dut")}],
            }
            for sample in self.survey.samples
        ]

    def subjects(self, samples: Iterable[SampleId]) -> list[Json]:
        """References to samples; to the DUT where none is named."""
        known = {sample.id for sample in self.survey.samples}
        named = [
            {"subject-uuid": self.id_of("sample", sample), "type": "inventory-item"}
            for sample in dict.fromkeys(samples)
            if sample in known
        ]
        return named or [{"subject-uuid": self.id_of("dut"), "type": "component"}]

    def tools(self) -> list[Json]:
        """The software that took part, certbench first."""
        names = sorted(self.survey.tools, key=lambda name: (name != "certbench", name))
        return [
            {
                "uuid": self.id_of("tool", name),
                "type": "software",
                "title": markup(name),
                "description": markup(f"{name} {self.survey.tools[name]}"),
                "props": properties(version=self.survey.tools[name]),
                "status": {"state": "operational"},
            }
            for name in names
        ]

    def reviewed(self, judged: Iterable[Judged]) -> Json:
        """The provisions of assessments as controls and as objectives."""
        every = [
            (entry.assessment.framework, result.provision)
            for entry in judged
            for result in entry.assessment.provisions
        ]
        return {
            "control-selections": [
                {"include-controls": [{"control-id": control(*one)} for one in every]}
            ],
            "control-objective-selections": [
                {"include-objectives": [{"objective-id": objective(*one)} for one in every]}
            ],
        }

    def catalogue_resource(self, entry: Judged) -> Json:
        """The framework's catalogue, as stored in the bundle."""
        path = f"assessments/{entry.assessment.framework}/catalogue.json"
        title = f"{entry.catalogue.title} ({entry.assessment.framework})"
        return self._resource(title, path)

    def _resource(self, title: str, path: str) -> Json:
        return resource(f"{self.run} {path}", title, path, self.content(path), self.source.data)

    def resources(self) -> list[Json]:
        """Dossier and catalogues."""
        declared = self._resource("Dossier: identification, ICS, IXIT", self.dossier_file)
        return [declared, *(self.catalogue_resource(entry) for entry in self.judged)]

    def document(self, kind: str, title: str, body: Mapping[str, Any]) -> bytes:
        """A whole OSCAL file; its id depends on everything in it."""
        supplier = self.id_of("supplier")
        metadata: Json = {
            "title": markup(title),
            "last-modified": self.ended,
            "version": line(self.run),
            "oscal-version": OSCAL_VERSION,
            "props": properties(
                purpose=self.survey.purpose.value,
                bench=self.survey.bench,
                job=self.survey.job,
                survey_complete=self.survey.complete,
                edition="public" if self.content(REDACTION) else "laboratory",
            ),
            "roles": [{"id": "supplier", "title": "Supplier organisation"}],
            "parties": [
                {"uuid": supplier, "type": "organization", "name": line(self.dossier.dut.supplier)}
            ],
            "responsible-parties": [{"role-id": "supplier", "party-uuids": [supplier]}],
        }
        whole = {"metadata": metadata, **body}
        named = {kind: {"uuid": self.id_of(kind, digest_of(whole)), **whole}}
        return (json.dumps(named, indent=1, ensure_ascii=True) + "\n").encode()

    def _judged(self, assessment: Assessment) -> Judged:
        file = self.source.folder / "assessments" / str(assessment.framework) / "catalogue.json"
        return Judged(assessment, Catalogue.from_bytes(file.read_bytes()))
