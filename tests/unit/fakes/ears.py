"""The world of an ear in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from norikae.errors import NorikaeError


@dataclass
class FakeEarPorts:
    """Keys by chat, and what was put and logged; a queue or an extension that fails as the test says."""

    now: float
    keys: dict[str, str]
    put_fails: NorikaeError | None = None
    key_fails: NorikaeError | None = None
    asked: list[tuple[str, str]] = field(default_factory=list)
    letters: list[dict[str, Any]] = field(default_factory=list)
    lines: list[dict[str, object]] = field(default_factory=list)

    def key(self, door: str, name: str) -> str:
        self.asked.append((door, name))
        if self.key_fails is not None:
            raise self.key_fails
        return self.keys[door]

    def put(self, letter: dict[str, Any]) -> None:
        if self.put_fails is not None:
            raise self.put_fails
        self.letters.append(letter)

    def log(self, line: Mapping[str, object]) -> None:
        self.lines.append(dict(line))
