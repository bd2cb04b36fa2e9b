"""The event history of one execution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.aws.step_functions.errors import HistoryFullError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

LIMIT = 25_000
"""A hard quota; the last place is kept for the event that ends the execution ("Avoid reaching the history quota")."""


class History:
    """Events in order, numbered from 1.

    Args:
        utcnow: the world's clock.
    """

    def __init__(self, utcnow: Callable[[], datetime]) -> None:
        self._utcnow = utcnow
        self.events: list[dict[str, Any]] = []

    def add(self, kind: str, previous: int, details: dict[str, Any] | None = None, *, last: bool = False) -> int:
        """Record an event and give its number.

        Args:
            kind: AWS's event type, such as ``TaskStateEntered``.
            previous: the number of the event that led to this one.
            details: the members of the type's details.
            last: whether this event ends the execution.

        Raises:
            HistoryFullError: only the event that ends the execution still has a place.
        """
        if len(self.events) >= LIMIT - 1 and not last:
            raise HistoryFullError
        number = len(self.events) + 1
        event = {"timestamp": self._utcnow(), "type": kind, "id": number, "previousEventId": previous}
        member = _member(kind)
        if details is not None and member:
            event[member] = {key: value for key, value in details.items() if value is not None}
        self.events.append(event)
        return number

    @property
    def latest(self) -> int:
        """The number of the last event; 0 when there is none."""
        return len(self.events)


def _member(kind: str) -> str:
    """The member of ``HistoryEvent`` that holds the details of a type (botocore's service model)."""
    for ending in ("StateEntered", "StateExited"):
        if kind.endswith(ending):
            return f"s{ending[1:]}EventDetails"
    if kind.endswith("Aborted") and "State" in kind:
        return ""
    return f"{kind[0].lower()}{kind[1:]}EventDetails"
