"""The network that workers see: where names lead, and which connections come about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

CONNECT_SECONDS = 3.0
"""How long norikae waits for a connection that never comes about."""


@dataclass
class Network:
    """Answers the questions of workers; without further arrangement no name leads anywhere and every address is open.

    Args:
        resolve: a name and a port to a place on this host, or None when there is no such name.
        reaches: whether a function, by its name, gets to a port of this host.
    """

    resolve: Callable[[str, int], tuple[str, int] | None] = lambda _name, _port: None
    reaches: Callable[[str, int], bool] = lambda _function, _port: True

    def answer(self, function: str, message: dict[str, Any], elapse: Callable[[float], object]) -> dict[str, Any]:
        """What a worker is told; nothing when it has not asked about the network.

        Args:
            function: its name.
            message: its question.
            elapse: lets seconds pass, which a connection that does not come about takes.
        """
        if message["kind"] == "resolve":
            return {"place": self.resolve(message["name"], message["port"])}
        if message["kind"] != "reach":
            return {}
        is_open = self.reaches(function, message["port"])
        if not is_open:
            elapse(CONNECT_SECONDS)
        return {"open": is_open}
