"""A pod as a drain sees it."""

from __future__ import annotations

import msgspec


class Toleration(msgspec.Struct, frozen=True):
    """A pod's toleration (Kubernetes API, Toleration); an empty key with Exists tolerates everything."""

    key: str = ""
    operator: str = "Equal"
    value: str = ""
    effect: str = ""


class Pod(msgspec.Struct, frozen=True, kw_only=True):
    """A pod that is bound to a node.

    Args:
        namespace: where it is.
        name: its name.
        uid: its own; another pod of the same name has another.
        node: the node that it is bound to.
        phase: ``Pending``, ``Running``, ``Succeeded`` or ``Failed``.
        ready: whether its condition Ready is True.
        owner: kind of its controller; "" for a naked pod.
        owner_name: the controller's name.
        mirror: a static pod's image in the API (annotation ``kubernetes.io/config.mirror``).
        labels: what budgets select by.
        annotations: its annotations.
        tolerations: its tolerations.
        priority: of its PriorityClass.
        priority_class: its PriorityClass.
        grace_seconds: ``terminationGracePeriodSeconds``.
        deleted_at: its deletionTimestamp in seconds since the epoch, which is when its grace ends; None while it lives.
        empty_dir: whether it has an emptyDir volume, whose data goes with it.
        volumes: names of the PersistentVolumeClaims that it mounts.
    """

    namespace: str
    name: str
    uid: str
    node: str
    phase: str = "Running"
    ready: bool = True
    owner: str = ""
    owner_name: str = ""
    mirror: bool = False
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    tolerations: tuple[Toleration, ...] = ()
    priority: int = 0
    priority_class: str = ""
    grace_seconds: int = 30
    deleted_at: float | None = None
    empty_dir: bool = False
    volumes: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """``namespace/name``."""
        return f"{self.namespace}/{self.name}"
