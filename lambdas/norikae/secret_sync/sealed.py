"""A value that no text shows: whoever prints, logs, compares or encodes it by accident gets nothing of it."""

from __future__ import annotations

from typing import NoReturn


class Sealed:
    """Bytes that only ``open`` gives out.

    Args:
        content: the bytes.
    """

    __slots__ = ("_content",)

    def __init__(self, content: bytes) -> None:
        self._content = content

    def open(self) -> bytes:
        """The bytes; for whoever hashes, renders or sends them, and for nobody else."""
        return self._content

    def __repr__(self) -> str:
        return "<sealed>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a sealed value stays in this process")
