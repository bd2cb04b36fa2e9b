"""What the core needs to ask a load balancer as a client would."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request came to.

    Args:
        status: the HTTP status, 0 when there was no answer.
        reason: what went wrong when there was none, such as a certificate that is not for the name.
        server: the ``Server`` header; a load balancer that answers itself says ``awselb/2.0``.
    """

    status: int
    reason: str = ""
    server: str = ""


class Probe(Protocol):
    """Requests to a load balancer by its own name, for a public name."""

    def get(self, load_balancer: str, host: str, path: str, *, tls: bool) -> Answer:
        """One GET to a load balancer with ``Host`` (and SNI, whose certificate is verified) of a public name."""
