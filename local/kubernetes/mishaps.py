"""What goes wrong between a client and an API server that is fine: a control of the world, not of Kubernetes.

Source of the words: ``k8s.io/apiserver/pkg/server/filters/priority-and-fairness.go`` and ``maxinflight.go`` (the 429 is
plain text with Retry-After), ``pkg/endpoints/handlers/responsewriters/status.go`` (an error of etcd is a 500 without
reason).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from local.kubernetes.errors import ApiError, unauthorized
from local.kubernetes.routes import Route
from local.kubernetes.wire import Answer


class Kind(StrEnum):
    """What a client sees."""

    THROTTLED = "throttled"
    """429 with Retry-After, before anything was done: Priority and Fairness has no seat."""
    FAILED = "failed"
    """500: etcd did not answer in time; nothing was stored."""
    UNAVAILABLE = "unavailable"
    """503: no server behind the address."""
    EXPIRED = "expired"
    """401, as for a token whose time is over."""
    RESET = "reset"
    """The connection is reset before the request was read."""
    LOST = "lost"
    """The request is done, and the connection is reset before the answer."""


@dataclass
class Mishap:
    """One kind of trouble for some of the requests.

    Args:
        kind: what a client sees.
        times: how many requests meet it; None for no end.
        share: the share of the matching requests that meet it, 0 to 1.
        verb: only requests of this verb; "" for every verb.
        asked: only requests for this resource, such as ``pods/eviction``; "" for everything.
        retry_after: seconds of the Retry-After of a 429.
    """

    kind: Kind
    times: int | None = 1
    share: float = 1.0
    verb: str = ""
    asked: str = ""
    retry_after: int = 1

    def concerns(self, route: Route) -> bool:
        """Whether a request may meet it."""
        return self.times != 0 and self.verb in {"", route.verb} and self.asked in {"", route.asked}


class Mishaps:
    """The trouble that is due; without any, nothing is drawn and nothing changes.

    Args:
        draw: the next number from 0 to 1 of a seeded stream.
    """

    def __init__(self, draw: Callable[[], float]) -> None:
        self._draw = draw
        self._due: list[Mishap] = []

    def happen(self, mishap: Mishap) -> None:
        """From now on, after what is due already."""
        self._due.append(mishap)

    def end(self) -> None:
        """Nothing goes wrong any more."""
        self._due.clear()

    def strike(self, route: Route) -> Mishap | None:
        """What this request meets; it counts as met."""
        for mishap in self._due:
            if mishap.concerns(route) and (mishap.share >= 1 or self._draw() < mishap.share):
                if mishap.times is not None:
                    mishap.times -= 1
                return mishap
        return None


def answer(mishap: Mishap) -> Answer:
    """What is answered in place of the request; a reset connection gets no answer.

    Raises:
        ApiError: the 401, 500 and 503, which are ``Status`` objects.
    """
    match mishap.kind:
        case Kind.THROTTLED:
            text = "Too many requests, please try again later.\n"
            return Answer(429, text, {"Retry-After": str(mishap.retry_after)})
        case Kind.FAILED:
            raise ApiError(500, "", "etcdserver: request timed out")
        case Kind.UNAVAILABLE:
            raise ApiError(503, "ServiceUnavailable", "the server is currently unable to handle the request")
        case Kind.EXPIRED:
            raise unauthorized()
    return Answer(0, "", is_lost=True)
