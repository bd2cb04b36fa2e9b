"""One request to a load balancer by its own name, as a client makes it once DNS leads there."""

from __future__ import annotations

import ssl

import urllib3

from norikae.gates.probe_port import Answer

CONNECT_SECONDS, READ_SECONDS = 3.0, 5.0
HTTP, HTTPS = 80, 443
AGENT = "norikae-probe"


class HttpProbe:
    """``Probe`` over urllib3; redirects are not followed, nothing is sent twice, certificates are verified.

    The name that is connected to (the load balancer's) and the name that is asked for (the public one) differ:
    ``server_hostname`` is the SNI and ``assert_hostname`` what the certificate has to be for (urllib3 docs, "Custom SNI
    Hostname").
    """

    def get(self, load_balancer: str, host: str, path: str, *, tls: bool) -> Answer:
        """One GET to a load balancer with ``Host`` (and SNI) of a public name; a failure is an answer, too."""
        headers = {"Host": host, "User-Agent": AGENT, "Accept": "*/*"}
        with self._pool(load_balancer, host, tls=tls) as pool:
            try:
                response = pool.request(
                    "GET", path, headers=headers, redirect=False, retries=False, preload_content=False
                )
            except urllib3.exceptions.HTTPError as error:
                return Answer(0, _words(error))
            response.drain_conn()
            return Answer(response.status, server=response.headers.get("Server", ""))

    @staticmethod
    def _pool(load_balancer: str, host: str, *, tls: bool) -> urllib3.HTTPConnectionPool:
        timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
        if not tls:
            return urllib3.HTTPConnectionPool(load_balancer, HTTP, timeout=timeout)
        return urllib3.HTTPSConnectionPool(
            load_balancer,
            HTTPS,
            timeout=timeout,
            ssl_context=ssl.create_default_context(),
            server_hostname=host,
            assert_hostname=host,
        )


def _words(error: urllib3.exceptions.HTTPError) -> str:
    """What went wrong, without the addresses of objects that urllib3 puts into its texts."""
    if isinstance(error, urllib3.exceptions.NameResolutionError):
        return "its name cannot be resolved"
    if isinstance(error, urllib3.exceptions.NewConnectionError):  # a kind of ConnectTimeoutError, but no timeout
        return "it refuses the connection"
    if isinstance(error, urllib3.exceptions.ConnectTimeoutError):
        return f"no connection within {CONNECT_SECONDS:.0f} s"
    if isinstance(error, urllib3.exceptions.ReadTimeoutError):
        return f"no answer within {READ_SECONDS:.0f} s"
    return " ".join(str(part) for part in error.args) or type(error).__name__
