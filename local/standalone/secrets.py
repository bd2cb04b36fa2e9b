"""The truth about Secrets, whoever writes them: when each got which version."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from local.cluster.objects import annotation

if TYPE_CHECKING:
    from local.kubernetes.api import ApiServer
    from local.kubernetes.store import Change

VERSION = "norikae.dev/secret-version"


@dataclass
class SecretChronicle:
    """Follows the store's changes; called under the world's lock.

    Args:
        api: the cluster's API server.
        clock: seconds since the beginning.
    """

    api: ApiServer
    clock: Callable[[], float]
    versions: dict[str, list[tuple[str, float]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.api.store.observe(self._see)

    def told(self) -> dict[str, list[tuple[str, float]]]:
        """The versions of each Secret and when they came, by ``namespace/name``."""
        return dict(self.versions)

    def _see(self, change: Change) -> None:
        if change.resource != "secrets" or change.kind == "DELETED":
            return
        version = annotation(change.after.body, VERSION)
        known = self.versions.setdefault("/".join(change.key), [])
        if version and (not known or known[-1][0] != version):
            known.append((version, round(self.clock(), 4)))
