"""The pods of one cluster as load balancers see them: by address, with how each behaves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from local.edge.pod_load import CAPACITY, PodLoad

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.kubernetes.api import ApiServer

Json = dict[str, Any]

ERROR_RATE = "world.norikae.dev/error-rate"
"""Pod annotation: the share of requests, 0 to 1, that the application answers with 500."""
RESPONSE_SECONDS = "world.norikae.dev/response-seconds"
"""Pod annotation: what every answer of the application takes beyond a few milliseconds, in seconds."""
BREAKS_FROM = "world.norikae.dev/breaks-from"
"""Pod annotation: the first Kubernetes version, such as 1.35, on which the two above hold; without it on every one."""
HEALTH_CHECK = "world.norikae.dev/health-check"
"""Pod annotation: ``failing`` makes the load balancer's health check fail though the pod is ready."""


class Cluster(Protocol):
    """What the edge needs of a cluster."""

    @property
    def api(self) -> ApiServer:
        """The cluster's API server."""

    def answers(self, address: str) -> bool:
        """Whether a connection to a pod's address is accepted at this instant, whatever the API server says."""


@dataclass(slots=True, eq=False)
class PodEndpoint:
    """What stands behind a pod's address."""

    name: str
    namespace: str
    address: str
    ready: bool
    labels: dict[str, str]
    ports: dict[str, int]
    error_rate: float = 0.0
    response_seconds: float = 0.0
    passes_health_check: bool = True
    load: PodLoad | None = None
    """What it has to do; None when it can serve any number of requests."""

    def differs(self, other: PodEndpoint) -> bool:
        """Whether target groups or health checks could see a difference."""
        return any(
            getattr(self, name) != getattr(other, name)
            for name in ("address", "ready", "labels", "ports", "passes_health_check")
        )


@dataclass(slots=True, eq=False)
class PodIndex:
    """Every pod of a cluster that has an address, kept by the API server's own notifications.

    Args:
        api: the cluster's API server.
        on_change: called with a pod whose answer to clients or health checks may have changed.
    """

    api: ApiServer
    on_change: Callable[[PodEndpoint], None] = lambda _pod: None
    by_address: dict[str, PodEndpoint] = field(default_factory=dict)
    _by_name: dict[tuple[str, str], PodEndpoint] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for pod in self.api.list("pods"):
            self._keep(_endpoint(pod, self.api.minor))
        self.api.subscribe(self._notice)

    def ready(self, namespace: str, selector: dict[str, str]) -> list[PodEndpoint]:
        """The pods that belong into the target group of a Service: ready, not terminating; by name."""
        if not selector:
            return []
        found = [
            pod
            for pod in self._by_name.values()
            if pod.ready and pod.address and pod.namespace == namespace and selector.items() <= pod.labels.items()
        ]
        return sorted(found, key=lambda pod: pod.name)

    def holds(self, pod: PodEndpoint) -> bool:
        """Whether a pod that was seen here is still there: same name, same address."""
        known = self._by_name.get((pod.namespace, pod.name))
        return known is not None and known.address == pod.address

    def load(self, namespace: str, name: str) -> PodLoad | None:
        """What a pod has to do; None when it can serve any number of requests, or is not there."""
        found = self._by_name.get((namespace, name))
        return found.load if found else None

    def _notice(self, event: str, resource: str, pod: Json) -> None:
        if resource != "pods":
            return
        after = _endpoint(pod, self.api.minor)
        if event == "DELETED":
            gone = self._by_name.pop((after.namespace, after.name), after)
            if self.by_address.get(gone.address) is gone:
                del self.by_address[gone.address]
            self.on_change(gone)
            return
        before = self._keep(after)
        if before is None or before.differs(after):
            self.on_change(after)

    def _keep(self, after: PodEndpoint) -> PodEndpoint | None:
        before = self._by_name.get((after.namespace, after.name))
        self._by_name[after.namespace, after.name] = after
        if before:
            after.load = before.load
        if before and before.address != after.address:
            self.by_address.pop(before.address, None)
        if after.address:
            self.by_address[after.address] = after
        return before


def _endpoint(pod: Json, minor: int) -> PodEndpoint:
    metadata, status = pod["metadata"], pod.get("status") or {}
    annotations = metadata.get("annotations") or {}
    conditions = {known["type"]: known["status"] for known in status.get("conditions") or ()}
    containers = (pod.get("spec") or {}).get("containers") or ()
    ports = [port for container in containers for port in container.get("ports") or () if "name" in port]
    bad = annotations if minor >= int(annotations.get(BREAKS_FROM, "1.0").partition(".")[2]) else {}
    return PodEndpoint(
        name=metadata["name"],
        namespace=metadata.get("namespace", "default"),
        address=status.get("podIP", ""),
        ready=conditions.get("Ready") == "True" and not metadata.get("deletionTimestamp"),
        labels=dict(metadata.get("labels") or {}),
        ports={port["name"]: port["containerPort"] for port in ports},
        error_rate=float(bad.get(ERROR_RATE, 0)),
        response_seconds=float(bad.get(RESPONSE_SECONDS, 0)),
        passes_health_check=annotations.get(HEALTH_CHECK) != "failing",
        load=PodLoad(float(annotations[CAPACITY])) if CAPACITY in annotations else None,
    )
