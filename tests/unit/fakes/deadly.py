"""A process that dies at one of its calls, before or after the effect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class Killed(BaseException):
    """The process ended; nothing catches this."""


class Deadly:
    """A part of the world whose calls are counted, and at one of which the process dies."""

    def __init__(self, part: Any, moment: Callable[[str, str], None]) -> None:
        self._part, self._moment = part, moment

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._part, name)
        if not callable(found):
            return found

        def call(*args: Any, **kwargs: Any) -> Any:
            self._moment(name, "before")
            answer = found(*args, **kwargs)
            self._moment(name, "after")
            return answer

        return call
