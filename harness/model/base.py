"""What every stored document has in common: frozen, strict, and JCS-safe."""

from functools import lru_cache
from typing import Any, ClassVar, Final, Self, TypeVar

from pydantic import BaseModel, ConfigDict

from harness.encoding.canonical import canonical, digest_of, load_strict

DocumentT = TypeVar("DocumentT", bound="Document")
_LONG_BYTES: Final = 16 * 1024


class Frozen(BaseModel):
    """An immutable value. An unknown key is an error, never silently dropped."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        validate_default=True,
        validate_by_name=True,
        validate_by_alias=True,
        defer_build=True,  # most commands use a few of the models: half of their start
    )

    def to_json(self) -> dict[str, Any]:
        """The value as plain JSON data."""
        return self.model_dump(mode="json", exclude_none=True, by_alias=True)


class Document(Frozen):
    """A value that is stored on its own, under a schema name ``certbench/<name>/<n>``.

    Subclasses set ``SCHEMA``. ``to_bytes`` is canonical (RFC 8785), so that equal documents have
    equal digests.
    """

    SCHEMA: ClassVar[str]

    def to_bytes(self) -> bytes:
        """The canonical file content: one object that starts with its schema name."""
        return canonical({"schema": self.SCHEMA, **self.to_json()}) + b"\n"

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read what `to_bytes` wrote.

        Raises:
            CaptureError: not strict JSON.
            ValueError: another schema, or not valid under this one.
        """
        # Several steps read the long ones, such as catalogues; being frozen, these can be shared.
        return _parsed_long(cls, data) if len(data) > _LONG_BYTES else _parsed(cls, data)

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical content."""
        return digest_of({"schema": self.SCHEMA, **self.to_json()})


def _parsed(model: type[DocumentT], data: bytes) -> DocumentT:
    document = load_strict(data)
    if not isinstance(document, dict) or document.pop("schema", None) != model.SCHEMA:
        message = f"expected a document of schema {model.SCHEMA}"
        raise ValueError(message)
    return model.model_validate_json(canonical(document))


@lru_cache(maxsize=8)
def _parsed_long(model: type[DocumentT], data: bytes) -> DocumentT:
    return _parsed(model, data)
