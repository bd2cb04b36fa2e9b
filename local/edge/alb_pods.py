"""The pods of one cluster as its network sees them: by address, with what each would answer at this instant."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.kernel import Kernel
    from local.kubernetes.api import ApiServer

Json = dict[str, Any]

ERROR_RATE = "world.norikae.dev/error-rate"
"""Pod annotation: the share of requests, 0 to 1, that the application answers with 500."""
HEALTH_CHECK = "world.norikae.dev/health-check"
"""Pod annotation: ``failing`` makes the load balancer's health check fail though the pod is ready."""


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
    passes_health_check: bool = True
    stops_at: float | None = None
    """When a terminating pod gets SIGTERM: at deletion, or after its preStop sleep."""

    def serves(self, now: float) -> bool:
        """Whether a new connection is accepted: ready, or terminating and still in its preStop sleep."""
        return self.ready if self.stops_at is None else now < self.stops_at

    @property
    def registrable(self) -> bool:
        """Whether the pod belongs into target groups, as it would into the ready addresses of an EndpointSlice."""
        return self.ready and self.stops_at is None and bool(self.address)


@dataclass(slots=True, eq=False)
class PodIndex:
    """Every pod of a cluster that has an address, kept by the API server's own notifications.

    Args:
        kernel: the world's clock.
        api: the cluster's API server.
        on_change: called with a pod whose answer to clients or health checks may have changed.
    """

    kernel: Kernel
    api: ApiServer
    on_change: Callable[[PodEndpoint], None] = lambda _pod: None
    by_address: dict[str, PodEndpoint] = field(default_factory=dict)
    _by_name: dict[tuple[str, str], PodEndpoint] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for pod in self.api.list("pods"):
            self._keep(pod)
        self.api.subscribe(self._notice)

    def ready(self, namespace: str, selector: dict[str, str]) -> list[PodEndpoint]:
        """The pods that belong into the target group of a Service, in the order of their names."""
        found = [
            pod
            for pod in self._by_name.values()
            if pod.namespace == namespace and pod.registrable and selector.items() <= pod.labels.items()
        ]
        return sorted(found, key=lambda pod: pod.name)

    def _notice(self, event: str, resource: str, pod: Json) -> None:
        if resource != "pods":
            return
        if event == "DELETED":
            gone = self._by_name.pop((pod["metadata"]["namespace"], pod["metadata"]["name"]), None)
            if gone:
                if self.by_address.get(gone.address) is gone:
                    del self.by_address[gone.address]
                gone.ready, gone.stops_at = False, 0.0
                self.on_change(gone)
            return
        before, after = self._keep(pod)
        if before is None or _differs(before, after):
            self.on_change(after)

    def _keep(self, pod: Json) -> tuple[PodEndpoint | None, PodEndpoint]:
        after = _endpoint(pod)
        key = after.namespace, after.name
        before = self._by_name.get(key)
        if pod["metadata"].get("deletionTimestamp"):
            after.stops_at = before.stops_at if before else None
            if after.stops_at is None:
                was_ready = before.ready if before else after.ready
                after.stops_at = self.kernel.now() + _pre_stop_seconds(pod) if was_ready else 0.0
        self._by_name[key] = after
        if before and before.address != after.address:
            self.by_address.pop(before.address, None)
        if after.address:
            self.by_address[after.address] = after
        return before, after


def _differs(before: PodEndpoint, after: PodEndpoint) -> bool:
    return any(
        getattr(before, name) != getattr(after, name)
        for name in ("address", "ready", "stops_at", "labels", "passes_health_check")
    )


def _endpoint(pod: Json) -> PodEndpoint:
    metadata, status = pod["metadata"], pod.get("status") or {}
    annotations = metadata.get("annotations") or {}
    conditions = {known["type"]: known["status"] for known in status.get("conditions") or ()}
    containers = (pod.get("spec") or {}).get("containers") or ()
    return PodEndpoint(
        name=metadata["name"],
        namespace=metadata.get("namespace", "default"),
        address=status.get("podIP", ""),
        ready=conditions.get("Ready") == "True",
        labels=dict(metadata.get("labels") or {}),
        ports={
            port["name"]: port["containerPort"]
            for container in containers
            for port in container.get("ports") or ()
            if "name" in port
        },
        error_rate=float(annotations.get(ERROR_RATE, 0)),
        passes_health_check=annotations.get(HEALTH_CHECK) != "failing",
    )


def _pre_stop_seconds(pod: Json) -> float:
    """The longest preStop sleep: ``sleep.seconds`` (KEP-3960) or ``exec`` of ``sleep N``."""
    longest = 0.0
    for container in pod["spec"].get("containers") or ():
        hook = (container.get("lifecycle") or {}).get("preStop") or {}
        if "sleep" in hook:
            longest = max(longest, float(hook["sleep"]["seconds"]))
        words = " ".join((hook.get("exec") or {}).get("command") or ()).split()
        if "sleep" in words[:-1]:
            longest = max(longest, float(words[words.index("sleep") + 1].rstrip("s;")))
    return longest
