"""A topic that counts what people are told."""

from __future__ import annotations

from typing import Any


class Topic:
    """``Topic`` of a bench."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []

    def tell(self, subject: str, message: dict[str, Any]) -> None:
        """One message."""
        del subject
        self.messages.append(message)
