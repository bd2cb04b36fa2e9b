"""The requests of a benchmark: how long each takes besides the work, and what came of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local.kubernetes.routes import route

if TYPE_CHECKING:
    from local.kubernetes.wire import Answer, Request


@dataclass(frozen=True)
class Latency:
    """What a request takes besides the server's own work, in seconds: the network, etcd, admission.

    Args:
        read: of a GET.
        write: of everything else.
    """

    read: float = 0.002
    write: float = 0.008


class RequestLog:
    """Delays each request in its own thread, so that requests in parallel overlap, and notes what came of it.

    Args:
        latency: the delays.
        clock: seconds since the beginning.
    """

    def __init__(self, latency: Latency, clock: Callable[[], float]) -> None:
        self._latency, self._clock = latency, clock
        self._guard = threading.Lock()
        self._entries: list[tuple[float, str, str, int, float]] = []
        self._flying = self.most_at_once = 0

    def arrives(self, request: Request) -> None:
        """Take the request's time."""
        with self._guard:
            self._flying += 1
            self.most_at_once = max(self.most_at_once, self._flying)
        time.sleep(self._latency.read if request.method == "GET" else self._latency.write)

    def answered(self, request: Request, answer: Answer, seconds: float) -> None:
        """Note it."""
        with self._guard:
            self._flying -= 1
            self._entries.append((self._clock(), request.method, request.target, answer.code, seconds))

    def told(self) -> list[dict[str, Any]]:
        """Every request so far: its end, its verb and resource, the HTTP status (0: reset) and its seconds."""
        with self._guard:
            entries = list(self._entries)
        found = []
        for at, method, target, status, seconds in entries:
            asked = route(method, target)
            kind = f"{asked.verb} {asked.asked or asked.path}"
            found.append({"at": round(at, 4), "kind": kind, "status": status, "seconds": round(seconds, 5)})
        return found

    def forget(self) -> None:
        """Begin anew."""
        with self._guard:
            self._entries.clear()
            self.most_at_once = 0
