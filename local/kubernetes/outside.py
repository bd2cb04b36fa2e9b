"""What an API server has besides its objects: who watches its requests, and who answers what it does not do itself."""

from collections.abc import Callable
from typing import Any

from local.kubernetes.audit import Audit
from local.kubernetes.mishaps import Mishaps
from local.kubernetes.objects import Json
from local.kubernetes.store import Key
from local.kubernetes.tokens import TokenIssuer


class Outside:
    """The surroundings of an API server; the world fills them in once it has them.

    Args:
        draw: the next number from 0 to 1 of the cluster's seeded stream.
    """

    def __init__(self, draw: Callable[[], float]) -> None:
        self.audit = Audit()
        """Which API versions clients ask for."""
        self.mishaps = Mishaps(draw)
        """What goes wrong between it and its clients."""
        self.read_logs: Callable[[Json], str] | None = None
        """What a pod has written, once there are kubelets."""
        self.token_issuer: TokenIssuer | None = None
        """Who signs its service account tokens, once AWS knows one."""
        self.backends: dict[Key, Callable[..., Any]] = {}
        """Who plays a Service, by namespace and name."""
