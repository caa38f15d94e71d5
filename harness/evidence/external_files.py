"""The files of third-party evidence as a survey keeps them: hashed, never opened otherwise."""

from harness.encoding.tree import Tree
from harness.evidence.manifest import file_digest
from harness.model.dossier import Dossier
from harness.model.external import MAX_FILE_BYTES


def digests_in(survey: Tree, dossier: Dossier) -> dict[str, str]:
    """SHA-256 of each file that a record of the dossier names and ``survey/`` has, by its name.

    A file larger than any that is taken has no digest here.

    Raises:
        EvidenceError: a file is damaged.
    """
    wanted = {record.stored_name for record in dossier.evidence or ()}
    there = [name for name in survey.names() if name in wanted] if wanted else []
    return {
        name: file_digest(survey, name) for name in there if survey.size(name) <= MAX_FILE_BYTES
    }
