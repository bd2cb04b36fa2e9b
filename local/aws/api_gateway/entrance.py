"""Where requests come in from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from local.aws.api_gateway.event import Request
from local.aws.api_gateway.gate import Passed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from local.aws.api_gateway.gate import Gate
    from local.kernel import Kernel, Steps
    from local.runtime import LambdaRuntime, Outcome

OWN_SECONDS = 0.01
"""What API Gateway itself takes for a request; within the usual range of a regional API."""


class Entrance:
    """Answers requests.

    Args:
        kernel: the world's clock.
        runtime: runs the functions.
        gate: judges requests.
    """

    def __init__(self, kernel: Kernel, runtime: LambdaRuntime, gate: Gate) -> None:
        self._kernel, self._runtime, self._gate = kernel, runtime, gate

    def arrives(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | Sequence[tuple[str, str]],
        body: bytes = b"",
        *,
        source: str = "198.51.100.7",
    ) -> Steps:
        """A request as a kernel process, beside which the world goes on; a function that is too slow works on.

        Args:
            method: the HTTP method.
            url: ``https://{api}.execute-api.{region}.amazonaws.com/{stage}/{path}``.
            headers: by name, or pairs when a name comes twice.
            body: its bytes.
            source: the address that it comes from.

        Returns:
            The ``Answer``.

        Raises:
            OSError: no API has that host name, or it is not asked by HTTPS.
        """
        env = self._kernel.env
        yield env.timeout(OWN_SECONDS)
        received = self._gate.received(_request(method, url, headers, body, source))
        if not isinstance(received, Passed):
            return received
        running = self._kernel.process(self._runtime.invoke(received.integration.function, received.event))
        yield running | env.timeout(received.integration.timeout)
        outcome = cast("Outcome", running.value) if running.processed else None
        return self._gate.answered(received, outcome)


def _request(
    method: str, url: str, headers: Mapping[str, str] | Sequence[tuple[str, str]], body: bytes, source: str
) -> Request:
    parts = urlsplit(url)
    if parts.scheme != "https":
        raise ConnectionRefusedError(f"{url}: API Gateway answers HTTPS only")
    pairs = headers if isinstance(headers, list | tuple) else cast("Mapping[str, str]", headers).items()
    return Request(method, parts.hostname or "", parts.path or "/", parts.query, tuple(pairs), body, source)
