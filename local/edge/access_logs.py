"""Access logs of load balancers: every request as a line, every five minutes an object in S3.

Source: Application Load Balancer guide, "Access logs": the fields of an entry in their order, the name of an object,
the five minutes. Fields that this world has no value for are ``-``, as the guide says of values that do not apply.
"""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from local.aws.elbv2.attributes import LOG_BUCKET, LOG_PREFIX, LOGGING

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.aws.elbv2 import LoadBalancer, TargetGroup
    from local.edge.alb import Response
    from local.kernel import Kernel

EVERY_SECONDS = 300.0
TRACE = "Root=1-00000000-000000000000000000000000"


class Caller(NamedTuple):
    """Who makes a request: an address (IPv4), a port, and what it says of itself."""

    address: str
    agent: str
    port: int = 40000


NOBODY = Caller("203.0.113.1", "-")


class AccessLogs:
    """The lines of the running five minutes, and the objects that they become.

    Args:
        kernel: the clock.
        account: in whose folder the objects lie.
        region: likewise.
        put: keeps an object, by bucket, key and body.
    """

    def __init__(self, kernel: Kernel, *, account: str, region: str, put: Callable[[str, str, bytes], object]) -> None:
        self._kernel, self._account, self._region, self._put = kernel, account, region, put
        self._lines: dict[LoadBalancer, list[str]] = {}
        kernel.every(EVERY_SECONDS, self._deliver, first=EVERY_SECONDS - kernel.now() % EVERY_SECONDS)

    def note(
        self,
        balancer: LoadBalancer,
        group: TargetGroup | None,
        response: Response,
        host: str,
        path: str,
        caller: Caller | None,
    ) -> None:
        """Write one request down."""
        who, at, taken = caller or NOBODY, _instant(self._kernel.now()), f"{response.latency_seconds:.3f}"
        target = f"{response.target}:{group.port}" if response.target and group else "-"
        answered = response.status if response.target and response.status < 502 else "-"  # noqa: PLR2004 - else its own
        fields = [
            *("https", at, balancer.dimension, f"{who.address}:{who.port}", target),
            *("0.000", taken, "0.000", str(response.status), str(answered), "200", "1000"),
            *(f'"GET https://{host}:443{path} HTTP/1.1"', f'"{who.agent}"', "ECDHE-RSA-AES128-GCM-SHA256", "TLSv1.2"),
            *(group.arn if group else "-", f'"{TRACE}"', f'"{host}"', '"-"', "0", at, '"forward"', '"-"', '"-"'),
            *(f'"{target}"', f'"{answered}"', '"-"', '"-"', "TID_" + "0" * 32, '"-"', '"-"', '"-"'),
        ]
        self._lines.setdefault(balancer, []).append(" ".join(fields))

    def _deliver(self) -> None:
        for balancer, lines in self._lines.items():
            if balancer.attributes[LOGGING] == "true":
                body = gzip.compress("".join(f"{line}\n" for line in lines).encode(), mtime=0)
                self._put(balancer.attributes[LOG_BUCKET], self._key(balancer), body)
        self._lines.clear()

    def _key(self, balancer: LoadBalancer) -> str:
        prefix = balancer.attributes[LOG_PREFIX]
        now = datetime.fromtimestamp(self._kernel.now(), UTC)
        identifier = balancer.dimension.replace("/", ".")
        name = f"{self._account}_elasticloadbalancing_{self._region}_{identifier}_{now:%Y%m%dT%H%MZ}_10.0.0.1"
        folder = f"AWSLogs/{self._account}/elasticloadbalancing/{self._region}/{now:%Y/%m/%d}"
        suffix = f"{self._kernel.stream('access-logs').getrandbits(32):08x}"
        return f"{prefix}/{folder}/{name}_{suffix}.log.gz".removeprefix("/")


def _instant(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S.%f}Z"
