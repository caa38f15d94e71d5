"""A commented dossier.toml to fill in: what ``init`` and ``dossier new`` write."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

import jinja2

from harness.config.dossier import evidence_form
from harness.config.dossier.use import Framework, parts_for
from harness.encoding.text import neutralise
from harness.encoding.toml import basic_string, inline

TO_BE_STATED: Final = "to be stated"


def template(
    frameworks: Sequence[Framework],
    *,
    command: str,
    supplier: str = TO_BE_STATED,
    model: str = TO_BE_STATED,
) -> str:
    """The text of a dossier for these frameworks: every provision, table and field, as comments.

    Args:
        frameworks: only what they have or read is listed; two versions of one framework get an
            ICS table each.
        command: what the first line says wrote it.
        supplier: of the device.
        model: of the device.
    """
    versions = Counter(each.catalogue.framework.slug for each in frameworks)
    catalogues = [
        (_ics_name(each, alone=versions[each.catalogue.framework.slug] == 1), each.catalogue)
        for each in frameworks
    ]
    return render(
        "harness.config",
        "dossier.toml",
        command=command,
        supplier=supplier,
        model=model,
        catalogues=catalogues,
        parts=tuple(parts_for(frameworks)),
        evidence=tuple(evidence_form.FIELDS.values()),
    )


def _ics_name(framework: Framework, *, alone: bool) -> "_Toml":
    slug = framework.catalogue.framework.slug
    return _Toml(slug if alone else basic_string(framework.name))


def render(package: str, name: str, /, **values: object) -> str:
    """A template of TOML in ``templates`` of a package: texts are made harmless in comments.

    What goes through the filter ``toml`` is a TOML value.
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(package, "templates"),
        autoescape=False,  # noqa: S701  (TOML: texts go through the filter, comments are neutralised)
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=lambda value: value if isinstance(value, _Toml | int) else neutralise(str(value)),
    )
    environment.filters["toml"] = lambda value: _Toml(inline(value))
    return environment.get_template(name).render(values)


class _Toml(str):
    """A finished TOML value."""

    __slots__ = ()
