"""One application whose pods are scaled by load: on blue by the traffic of today, on green to its minimum."""

from __future__ import annotations

from typing import Any

from norikae.capacity.back import give_back
from norikae.capacity.green import scale_green
from norikae.capacity.ledger import ScaleItem
from norikae.capacity.workloads import AUTOSCALERS
from norikae.errors import NorikaeError
from norikae.traffic.ports import TargetGroupHealth
from norikae.upgrade.progress import Progress
from tests.unit.fakes.demo import ingress
from tests.unit.fakes.kubernetes import FakeKubernetes
from tests.unit.fakes.ports import FakeBalancers
from tests.unit.fakes.story import APP, BLUE, GREEN, HOST, RUN, WRITER, Story

Json = dict[str, Any]
DEPLOYMENTS = "deployments.apps"
LABELS = {"app": APP}


def service() -> Json:
    return {"kind": "Service", "metadata": {"name": APP, "namespace": "shop"}, "spec": {"selector": LABELS}}


def deployment(ready: int, *, replicas: int | None = None) -> Json:
    return {
        "kind": "Deployment",
        "metadata": {"name": APP, "namespace": "shop"},
        "spec": {
            "replicas": ready if replicas is None else replicas,
            "template": {"metadata": {"labels": {**LABELS, "version": "7"}}},
        },
        "status": {"readyReplicas": ready},
    }


def autoscaler(lowest: int, highest: int = 10) -> Json:
    return {
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": f"{APP}-load", "namespace": "shop"},
        "spec": {
            "scaleTargetRef": {"kind": "Deployment", "name": APP},
            "minReplicas": lowest,
            "maxReplicas": highest,
        },
    }


class PodBalancers(FakeBalancers):
    """Load balancers whose targets are pods."""

    def health(self, dns_name: str, resources: Any) -> tuple[TargetGroupHealth, ...]:
        return tuple(
            TargetGroupHealth(one.target_group, one.healthy, one.total, one.dimensions, of_pods=True)
            for one in super().health(dns_name, resources)
        )


class Scaling(Story):
    """Blue has eight pods of at least two; green has two."""

    def __init__(self, *, blue: int = 8, highest: int = 10) -> None:
        super().__init__("A", "AAAA")
        self.ports.load_balancers = PodBalancers(**{BLUE: (blue, blue), GREEN: (2, 2)})
        self.blue, self.green = FakeKubernetes(), FakeKubernetes()
        for api, name, ready in ((self.blue, BLUE, blue), (self.green, GREEN, 2)):
            self.ports.apis[name] = api
            for obj in (
                ingress(APP, HOST, hostname=f"{name}.elb.example"),
                service(),
                deployment(ready),
                autoscaler(2, highest),
            ):
                api.put(obj)

    def lowest(self, cluster: FakeKubernetes) -> int:
        found = cluster.get(AUTOSCALERS, f"{APP}-load", "shop")
        assert found is not None
        return int(found["spec"]["minReplicas"])

    def sets_lowest(self, cluster: FakeKubernetes, lowest: int) -> None:
        """Somebody else does."""
        cluster.patch(AUTOSCALERS, f"{APP}-load", "shop", {"spec": {"minReplicas": lowest}})

    def pods(self, name: str, ready: int, *, registered: int | None = None) -> None:
        """So many pods are ready in a cluster, and so many of them registered."""
        self.ports.apis[name].put(deployment(ready))
        count = ready if registered is None else registered
        self.ports.load_balancers.groups[f"{name}.elb.example"] = (count, count)

    def scaled(self, weight: int = 5) -> Json:
        return scale_green(self.ports, WRITER, APP, weight)

    def grown(self) -> None:
        """Green has been made as large as blue."""
        assert self.scaled()["next"] == "wait"
        self.pods(GREEN, 8)
        assert self.scaled()["next"] == "go-on"

    def given_back(self) -> Progress:
        return give_back(self.ports, WRITER, APP)

    def known(self) -> ScaleItem:
        item = self.ports.table.read(RUN, f"SCALE#{APP}", ScaleItem)
        assert item is not None
        return item

    def cannot_be_patched(self, cluster: FakeKubernetes, error: NorikaeError) -> None:
        """A cluster's API reads, and refuses to write."""

        def refuse(*_: object, **__: object) -> Json:
            raise error

        cluster.patch = refuse  # type: ignore[method-assign]
