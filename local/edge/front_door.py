"""Load balancers as functions reach them: by name, over HTTP and TLS on loopback.

Users' requests are calls inside the kernel (``clients.py``); a function is another process and opens a connection. Each
listener that is asked for gets a port of 127.0.0.1, its requests go the same way as users' (``Alb.handle``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.aws.loopback import HttpAnswer, Loopback

if TYPE_CHECKING:
    import ssl

    from local.aws.elbv2 import ElbSimulator, Listener
    from local.aws.loopback import HttpRequest
    from local.edge.alb import Alb
    from local.edge.certificates import CertificateStore
    from local.kernel import Kernel

CLOSED = ("127.0.0.1", 1)
"""A port at which nobody listens: the connection is refused."""
BY_BALANCER, BY_TARGET = "awselb/2.0", "pod"
"""The ``Server`` header of what a load balancer answers itself, and of what a pod answers."""
_BALANCERS_OWN = frozenset({502, 503, 504})


class FrontDoor:
    """Where the names of load balancers lead.

    Args:
        kernel: the world's clock and lock.
        elb: load balancers and their listeners.
        alb: the data path.
        certificates: what HTTPS listeners show.
    """

    def __init__(self, kernel: Kernel, elb: ElbSimulator, alb: Alb, certificates: CertificateStore) -> None:
        self._kernel, self._elb, self._alb, self._certificates = kernel, elb, alb, certificates
        self._servers: dict[tuple[str, int], tuple[Loopback, int]] = {}

    def resolve(self, name: str, port: int) -> tuple[str, int] | None:
        """Address and port that a connection to a name really goes to; None for a name that does not exist.

        To be called under the world's lock.
        """
        wanted = name.lower().removesuffix(".").removeprefix("dualstack.")
        found = next((known for known in self._elb.load_balancers.values() if known.dns_name.lower() == wanted), None)
        if found is None:
            return None
        listener = next((one for one in self._elb.listeners_of(found) if one.port == port), None)
        if listener is None or found.state != "active":
            return CLOSED
        if (listener.arn, port) not in self._servers:
            self._servers[listener.arn, port] = self._serve(listener, found.dns_name)
        return "127.0.0.1", self._servers[listener.arn, port][1]

    def close(self) -> None:
        """Nobody is answered any more."""
        for server, _ in self._servers.values():
            server.stop()
        self._servers.clear()

    def _serve(self, listener: Listener, dns_name: str) -> tuple[Loopback, int]:
        def answer(request: HttpRequest) -> HttpAnswer:
            return self._answer(request, dns_name, listener.port)

        server = Loopback(answer, tls=self._tls(listener) if listener.protocol == "HTTPS" else None)
        return server, int(server.start().rpartition(":")[2])

    def _tls(self, listener: Listener) -> ssl.SSLContext:
        arns = [one["CertificateArn"] for one in listener.certificates]

        def choose(connection: ssl.SSLObject | ssl.SSLSocket, server_name: str | None, _: ssl.SSLContext) -> None:
            chosen = self._certificates.chosen(arns, server_name or "")
            if chosen is not None:
                connection.context = chosen

        return self._certificates.listening(arns, choose)

    def _answer(self, request: HttpRequest, dns_name: str, port: int) -> HttpAnswer:
        host, path = request.headers.get("host", "").partition(":")[0], request.target.partition("?")[0]
        with self._kernel.lock:
            response = self._alb.handle(dns_name, host, self._kernel.stream("front-door"), path, port)
            self._kernel.elapse(response.latency_seconds)
        if not response.status:
            return HttpAnswer(0, lost=True)
        own = not response.target or response.status in _BALANCERS_OWN
        return HttpAnswer(response.status, headers={"Server": BY_BALANCER if own else BY_TARGET})
