"""One cluster by itself in real time: its API server over HTTPS, its controllers, and who lives in it."""

from __future__ import annotations

import gc
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from local.cluster.cluster import KubernetesCluster
from local.cluster.git import GitRepositories
from local.cluster.paces import Paces
from local.kernel import Kernel
from local.kubernetes import ApiServer, User, serve
from local.kubernetes.rbac import GROUP
from local.standalone.chronicle import Chronicle
from local.standalone.population import Population, settle
from local.standalone.secrets import SecretChronicle
from local.standalone.traffic import Latency, RequestLog
from local.standalone.wall_clock import WallClock

if TYPE_CHECKING:
    from types import TracebackType

DRAINERS = "drainers"
SETTLED_BEFORE = timedelta(minutes=5)
"""The population comes up before the clock is the wall's, or the API server's clock would be ahead of its clients'."""
_RULES = (
    ("", ("nodes",), ("get", "list", "watch", "patch")),
    ("", ("pods",), ("get", "list", "watch", "delete")),
    ("", ("pods/eviction",), ("create",)),
    ("", ("namespaces", "persistentvolumeclaims", "persistentvolumes"), ("get", "list", "watch")),
    ("policy", ("poddisruptionbudgets",), ("get", "list", "watch")),
    ("apps", ("daemonsets", "replicasets", "statefulsets"), ("get", "list", "watch")),
    ("storage.k8s.io", ("volumeattachments",), ("get", "list", "watch")),
)


@dataclass(frozen=True)
class Plan:
    """What is to run.

    Args:
        population: who lives in the cluster.
        latency: what each request takes besides the server's work.
        version: Kubernetes' version.
        stop_seconds: from SIGTERM to the end of every container.
        start_seconds: from a pod's binding to its readiness.
        disruption_lag: the shortest and longest lag of the disruption controller, in seconds.
        seed: of names, zones and lags.
        objects: what an administrator has put there besides.
        groups: those of whoever has the token, besides that of drainers.
    """

    population: Population = field(default_factory=Population)
    latency: Latency = field(default_factory=Latency)
    version: str = "1.34"
    stop_seconds: float = 3.0
    start_seconds: float = 5.0
    disruption_lag: tuple[float, float] = (0.1, 0.5)
    seed: int = 1
    objects: tuple[dict[str, Any], ...] = ()
    groups: tuple[str, ...] = ()


class Standalone:
    """A cluster whose clock starts when the context begins, and that is gone when it ends.

    Args:
        plan: what runs.
    """

    def __init__(self, plan: Plan) -> None:
        self.kernel = Kernel(seed=plan.seed, start=datetime.now(UTC) - SETTLED_BEFORE)
        self.api = ApiServer(
            name="standalone", version=plan.version, now=self.kernel.now, random=self.kernel.stream("kubernetes")
        )
        start, stop = (plan.start_seconds,) * 2, (plan.stop_seconds,) * 2
        paces = Paces(boot=(1.0, 1.0), start=start, probe=(0.0, 0.0), stop=stop, disruption_lag=plan.disruption_lag)
        self._cluster = KubernetesCluster(self.kernel, self.api, git=GitRepositories(), paces=paces)
        gc.disable()  # what is made here stays, and collecting it again and again takes half of the time
        try:
            settle(self._cluster, plan.population)
        finally:
            gc.enable()
        self.kernel.forward_to(datetime.now(UTC))
        self._admit_drainers()
        self._groups = (DRAINERS, *plan.groups)
        for obj in plan.objects:
            self.api.apply(obj, manager="administrator")
        self.clock = WallClock(self.kernel)
        self.chronicle = Chronicle(self.api, self.clock.seconds)
        self.secrets = SecretChronicle(self.api, self.clock.seconds)
        self.requests = RequestLog(plan.latency, self.clock.seconds)
        self.token = self.kernel.uuid("token")

    def __enter__(self) -> Self:
        """Answer from now on."""
        users = {self.token: User("drainer", self._groups)}
        self.endpoint = serve(self.api, lock=self.kernel.lock, authenticate=users.get, traffic=self.requests)
        self.clock.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Answer no more."""
        self.clock.stop()
        self.endpoint.close()

    def _admit_drainers(self) -> None:
        rules = [{"apiGroups": [group], "resources": list(what), "verbs": list(verbs)} for group, what, verbs in _RULES]
        self.api.create(f"clusterroles.{GROUP}", {"metadata": {"name": DRAINERS}, "rules": rules})
        binding = {
            "metadata": {"name": DRAINERS},
            "roleRef": {"apiGroup": GROUP, "kind": "ClusterRole", "name": DRAINERS},
            "subjects": [{"apiGroup": GROUP, "kind": "Group", "name": DRAINERS}],
        }
        self.api.create(f"clusterrolebindings.{GROUP}", binding)
