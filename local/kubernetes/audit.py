"""Who still writes in API versions that a later Kubernetes does not serve; EKS reads it from the audit log."""

from dataclasses import dataclass

from local.kubernetes.resources import Resource, last_minor
from local.kubernetes.writes import Write


@dataclass
class Outdated:
    """Writes of one client in one API version.

    Args:
        path: the collection, such as ``/apis/batch/v1beta1/cronjobs``.
        replacement: the same in the preferred version.
        removed_in: the first minor that does not serve it.
        agent: who writes.
        count: how often.
        last: when it was last, in seconds since the epoch.
    """

    path: str
    replacement: str
    removed_in: int
    agent: str
    count: int = 0
    last: float = 0.0


class Audit:
    """The writes that would not work on a later version."""

    def __init__(self) -> None:
        self.outdated: dict[tuple[str, str], Outdated] = {}

    def note(self, kind: Resource, write: Write, now: float) -> None:
        """Remember a write, if its API version goes one day."""
        last = last_minor(kind.name, write.version)
        if last is None or write.dry_run:
            return
        path = f"/apis/{kind.api_version(write.version)}/{kind.plural}"
        known = self.outdated.setdefault(
            (path, write.manager),
            Outdated(path, f"/apis/{kind.api_version()}/{kind.plural}", last + 1, write.manager),
        )
        known.count += 1
        known.last = now
