"""Where the names of chats lead: to servers on loopback that show certificates for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.aws.loopback import HttpAnswer, Loopback

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local.aws.loopback import HttpRequest
    from local.edge.certificates import Authority
    from local.kernel import Kernel

HTTPS = 443
CLOSED = ("127.0.0.1", 1)
"""A port at which nobody listens: the connection is refused."""


class Hosts:
    """HTTPS servers by name; each starts when it is first asked for.

    Args:
        kernel: the world's clock and lock.
        authority: who issues the certificates.
        served: who answers, by the names under which they are called.
    """

    def __init__(
        self,
        kernel: Kernel,
        authority: Authority,
        served: Mapping[tuple[str, ...], Callable[[HttpRequest], HttpAnswer]],
    ) -> None:
        self._kernel, self._authority = kernel, authority
        self._names = {name: names for names in served for name in names}
        self._served = served
        self._servers: dict[tuple[str, ...], tuple[Loopback, int]] = {}

    def resolve(self, name: str, port: int) -> tuple[str, int] | None:
        """Address and port that a connection to a name really goes to; None for a name that is no chat's.

        To be called under the world's lock.
        """
        names = self._names.get(name.lower().removesuffix("."))
        if names is None:
            return None
        if port != HTTPS:
            return CLOSED
        if names not in self._servers:
            self._servers[names] = self._serve(names)
        return "127.0.0.1", self._servers[names][1]

    def close(self) -> None:
        """Nobody is answered any more."""
        for server, _ in self._servers.values():
            server.stop()
        self._servers.clear()

    def _serve(self, names: tuple[str, ...]) -> tuple[Loopback, int]:
        def answer(request: HttpRequest) -> HttpAnswer:
            with self._kernel.lock:
                return self._served[names](request)

        server = Loopback(answer, tls=self._authority.context(names))
        return server, int(server.start().rpartition(":")[2])
