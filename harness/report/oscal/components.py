"""OSCAL component definition: the device as its supplier declares it, and what answers on it."""

from collections.abc import Iterator

from harness.model.dossier import IcsRow, Support
from harness.report.oscal.scene import Judged, Scene
from harness.report.oscal.values import Json, control, line, markup, properties
from harness.report.survey_view import services_of


def component_definition(scene: Scene) -> bytes:
    """The file. ``protocols`` is what the survey saw answer; the rest is the supplier's word."""
    device = scene.device("hardware")
    protocols = list(_protocols(scene))
    declared = list(_declared(scene))
    if protocols:
        device["protocols"] = protocols
    if declared:
        device["control-implementations"] = declared
    return scene.document(
        "component-definition",
        f"Component definition: {scene.dut}",
        {"components": [device], "back-matter": {"resources": scene.resources()}},
    )


def _protocols(scene: Scene) -> Iterator[Json]:
    for service in services_of(scene.source.survey):
        transport, _, port = service.endpoint.partition("/")
        name = f"{service.protocol} in TLS" if service.tls else service.protocol
        yield {
            "uuid": scene.id_of("protocol", service.endpoint, name),
            "name": line(name),
            "title": markup(f"{name} on {service.endpoint}"),
            "port-ranges": [
                {"start": int(port), "end": int(port), "transport": transport.upper()},
            ],
        }


def _declared(scene: Scene) -> Iterator[Json]:
    """The ICS, for each framework of which the supplier declares anything."""
    for entry in scene.judged:
        rows = scene.dossier.ics_rows(str(entry.assessment.framework))
        if rows:
            yield {
                "uuid": scene.id_of("ics", str(entry.assessment.framework)),
                "source": f"#{scene.catalogue_resource(entry)['uuid']}",
                "description": markup(f"ICS of {entry.catalogue.title}, as the supplier states it"),
                "props": properties(framework=str(entry.assessment.framework)),
                "implemented-requirements": [_requirement(scene, entry, row) for row in rows],
            }


def _requirement(scene: Scene, entry: Judged, row: IcsRow) -> Json:
    framework = entry.assessment.framework
    said: Json = {
        "uuid": scene.id_of("ics", str(framework), row.provision),
        "control-id": control(framework, row.provision),
        "description": markup(row.detail),
        "props": properties(provision=row.provision, support=row.support.value),
    }
    if row.support is Support.YES:
        said["props"].append({"name": "implementation-status", "value": "implemented"})
    if row.support is Support.NOT_APPLICABLE:
        said["props"].append({"name": "implementation-status", "value": "not-applicable"})
    return said
