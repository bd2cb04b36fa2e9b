"""A client's requests answered in its own thread: botocore makes and reads them as ever, only no socket is between."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectionClosedError

from local.aws.loopback import HttpRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from botocore.awsrequest import AWSPreparedRequest

    from local.aws.loopback import HttpAnswer


def answer_directly(client: Any, answer: Callable[[HttpRequest], HttpAnswer]) -> None:
    """From now on a client's requests go to a function, serialised and signed as they would be sent.

    Args:
        client: a boto3 client.
        answer: what a server would call for each request.
    """

    def send(request: AWSPreparedRequest, **_: object) -> AWSResponse:
        answered = answer(_as_it_arrives(request))
        if answered.lost:
            raise ConnectionClosedError(endpoint_url=request.url)
        headers = {**answered.headers, "Content-Length": str(len(answered.body))}
        return AWSResponse(request.url, answered.status, headers, _Raw(answered.body))

    # Source: botocore's Endpoint._do_get_response: what a handler of this event returns is the answer.
    client.meta.events.register("before-send.*", send)


def _as_it_arrives(request: AWSPreparedRequest) -> HttpRequest:
    parts = urlsplit(request.url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    headers = {name.lower(): _text(value) for name, value in request.headers.items()}
    body = request.body or b""
    if hasattr(body, "read"):
        body = body.read()
    return HttpRequest(request.method, target or "/", {"host": parts.netloc, **headers}, _bytes(body))


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _bytes(body: str | bytes) -> bytes:
    return body.encode() if isinstance(body, str) else bytes(body)


class _Raw:
    """The body in the form that botocore reads: as a stream, or at once."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: object) -> Iterator[bytes]:
        """The body in one piece."""
        yield self.read()

    def read(self, size: int | None = None) -> bytes:
        """The next bytes."""
        end = len(self._body) if size is None or size < 0 else size
        taken, self._body = self._body[:end], self._body[end:]
        return taken

    def close(self) -> None:
        """Nothing is open."""
