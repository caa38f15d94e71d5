"""What every stored document has in common: frozen, strict, and JCS-safe."""

from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict

from harness.encoding.canonical import canonical, digest_of, load_strict


class Frozen(BaseModel):
    """An immutable value. An unknown key is an error, never silently dropped."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        validate_default=True,
        validate_by_name=True,
        validate_by_alias=True,
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
        document = load_strict(data)
        if not isinstance(document, dict) or document.pop("schema", None) != cls.SCHEMA:
            message = f"expected a document of schema {cls.SCHEMA}"
            raise ValueError(message)
        return cls.model_validate_json(canonical(document))

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical content."""
        return digest_of({"schema": self.SCHEMA, **self.to_json()})
