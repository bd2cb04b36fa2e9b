"""Requests between a chat and an app: those that it was asked, and how it makes its own and how long it waits."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from local.kernel import Kernel, Steps

if TYPE_CHECKING:
    import simpy

Answer = tuple[int, Mapping[str, str], bytes]
"""Status, headers and body."""
Send = Callable[[str, Mapping[str, str], bytes], Answer | Steps]
"""Posts a body to a URL, at once or as steps that return the answer; ``OSError`` when nobody is there."""
Trouble = Literal["", "timeout", "unreachable"]


@dataclass(frozen=True, slots=True)
class Sent:
    """A request of a chat, and what came of it.

    Args:
        at: when, in seconds since the epoch.
        url: where to.
        headers: as they were sent.
        body: as it was sent, byte for byte.
        status: of the answer; 0 when there was none.
        answer: its body.
        media: its media type, such as ``application/json``; "" when it says none.
        seconds: how long it took.
        trouble: why there was no answer.
    """

    at: float
    url: str
    headers: Mapping[str, str]
    body: bytes
    status: int = 0
    answer: bytes = b""
    media: str = ""
    seconds: float = 0.0
    trouble: Trouble = ""

    @property
    def accepted(self) -> bool:
        """Whether the app has said that it has it."""
        return 200 <= self.status < 300  # noqa: PLR2004 - the class of statuses that says yes


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that a chat was asked by an app, and its answer; without the token that proves who asked.

    Args:
        at: when, in seconds since the epoch.
        target: method, host and path.
        body: as it came.
        status: of the answer.
        answer: its body.
    """

    at: float
    target: str
    body: bytes
    status: int
    answer: bytes


def post(kernel: Kernel, send: Send, url: str, headers: Mapping[str, str], body: bytes, limit: float) -> Steps:
    """Make a request and hang up when there is no answer in time; returns a ``Sent``.

    Args:
        kernel: the world's clock.
        send: makes the request.
        url: where to.
        headers: of the request.
        body: of the request.
        limit: seconds after which the chat hangs up, whatever becomes of the request.
    """
    at, began = kernel.now(), kernel.seconds()
    call: simpy.Process = kernel.process(_called(kernel, send, url, headers, body))
    yield call | kernel.env.timeout(limit)
    took = kernel.seconds() - began
    if not call.triggered:
        return Sent(at, url, headers, body, seconds=took, trouble="timeout")
    if call.value is None:
        return Sent(at, url, headers, body, seconds=took, trouble="unreachable")
    status, told, answer = call.value
    media = next((value for name, value in told.items() if name.lower() == "content-type"), "")
    return Sent(at, url, headers, body, status, answer, media.partition(";")[0].strip().lower(), took)


def _called(kernel: Kernel, send: Send, url: str, headers: Mapping[str, str], body: bytes) -> Steps:
    try:
        answer: Any = send(url, headers, body)
        if isinstance(answer, Generator):
            answer = yield from answer
    except OSError:
        answer = None
    yield kernel.spent()
    return answer
