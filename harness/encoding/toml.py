"""Text in TOML (v1.0.0) that the program writes for people to edit."""

import json


def basic_string(text: str) -> str:
    """A basic string: JSON's escapes are TOML's, but for DEL, which TOML wants escaped."""
    plain = text.encode(errors="replace").decode()
    return json.dumps(plain, ensure_ascii=False).replace("\x7f", "\\u007f")


def inline(value: object) -> str:
    """A text, number, truth, list or table as it stands behind ``key =``.

    Raises:
        TypeError: a value of another type.
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return basic_string(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(inline(entry) for entry in value)}]"
    if isinstance(value, dict):
        pairs = ", ".join(f"{key} = {inline(entry)}" for key, entry in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    message = f"no TOML for {type(value).__name__}"
    raise TypeError(message)
