"""Words that several steps say."""


def counted(number: int, noun: str) -> str:
    """``1 digest``, ``2 digests``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
