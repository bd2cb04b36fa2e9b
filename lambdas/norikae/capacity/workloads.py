"""The workloads that serve an application in one cluster, how large they are, and what keeps them so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from norikae.singletons.policy import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from norikae.cluster.ports import Json, Kubernetes
    from norikae.traffic.applications import IngressRef

AUTOSCALERS = "horizontalpodautoscalers.autoscaling"
WORKLOADS = ("deployments.apps", "statefulsets.apps")
LOWEST = "minReplicas"
"""The field of a HorizontalPodAutoscaler below which it does not scale in; 1 when absent (API reference)."""


@dataclass(frozen=True, slots=True)
class Autoscaler:
    """A HorizontalPodAutoscaler as it was read.

    Args:
        name: in the workload's namespace.
        lowest: its ``minReplicas``.
        highest: its ``maxReplicas``.
        owner: what made it, such as ``ScaledObject chat``; "" when nothing did.
        obj: all of it.
    """

    name: str
    lowest: int
    highest: int
    owner: str
    obj: Json


@dataclass(frozen=True, slots=True)
class Workload:
    """A Deployment or StatefulSet behind an application's Services.

    Args:
        resource: ``plural.group``.
        namespace: where it is.
        name: its name there.
        replicas: how many pods it is to have.
        ready: how many of them are ready.
        behind: what its target groups are tagged with, ``<namespace>/<ingress>-<service>``, by load balancer.
        autoscaler: what scales it; None when nothing does.
        obj: all of it.
    """

    resource: str
    namespace: str
    name: str
    replicas: int
    ready: int
    behind: tuple[tuple[str, str], ...]
    autoscaler: Autoscaler | None
    obj: Json

    @property
    def key(self) -> tuple[str, str, str]:
        """Resource, namespace and name."""
        return self.resource, self.namespace, self.name

    @property
    def title(self) -> str:
        """For people."""
        return f"{KINDS[self.resource]} {self.namespace}/{self.name}"


def workloads_of(kubernetes: Kubernetes, ingresses: Iterable[IngressRef]) -> tuple[Workload, ...]:
    """The Deployments and StatefulSets whose pods the Services of some Ingresses select, by kind and name.

    Argo Rollouts and other kinds are not among them, nor is what a Service without a selector leads to.

    Args:
        kubernetes: the cluster's API.
        ingresses: an application's Ingresses there.
    """
    found: dict[tuple[str, str, str], Workload] = {}
    services = _services(kubernetes, ingresses)
    for namespace in sorted({namespace for namespace, _ in services}):
        mine = {key: one for key, one in services.items() if key[0] == namespace}
        autoscalers = kubernetes.list(AUTOSCALERS, namespace)
        for resource in WORKLOADS:
            for obj in kubernetes.list(resource, namespace):
                behind = tuple(sorted({place for _, selector, place in _flat(mine) if _selects(selector, obj)}))
                if behind:
                    workload = _workload(resource, obj, behind, autoscalers)
                    found[workload.key] = workload
    return tuple(found[key] for key in sorted(found))


Services = dict[tuple[str, str], tuple["Mapping[str, str]", list[tuple[str, str]]]]


def _services(kubernetes: Kubernetes, ingresses: Iterable[IngressRef]) -> Services:
    """The selector of each Service, and where its target groups are."""
    found: Services = {}
    for ingress in ingresses:
        for name, resource in zip(ingress.services, ingress.resources, strict=True):
            key = ingress.namespace, name
            if key not in found:
                obj = kubernetes.get("services", name, ingress.namespace) or {}
                found[key] = (obj.get("spec") or {}).get("selector") or {}, []
            found[key][1].append((ingress.load_balancer, resource))
    return found


def _flat(services: Services) -> list[tuple[str, Mapping[str, str], tuple[str, str]]]:
    return [(key[1], selector, place) for key, (selector, places) in services.items() for place in places]


def _selects(selector: Mapping[str, str], obj: Json) -> bool:
    labels = (obj["spec"].get("template") or {}).get("metadata", {}).get("labels") or {}
    return bool(selector) and selector.items() <= labels.items()


def _workload(resource: str, obj: Json, behind: tuple[tuple[str, str], ...], autoscalers: list[Json]) -> Workload:
    meta = obj["metadata"]
    return Workload(
        resource=resource,
        namespace=meta["namespace"],
        name=meta["name"],
        replicas=int(obj["spec"].get("replicas", 1)),
        ready=int((obj.get("status") or {}).get("readyReplicas") or 0),
        behind=behind,
        autoscaler=next((_autoscaler(one) for one in autoscalers if _scales(one, resource, meta["name"])), None),
        obj=obj,
    )


def _scales(autoscaler: Json, resource: str, name: str) -> bool:
    target = autoscaler["spec"]["scaleTargetRef"]
    return (target.get("kind"), target.get("name")) == (KINDS[resource], name)


def _autoscaler(obj: Json) -> Autoscaler:
    owners = obj["metadata"].get("ownerReferences") or []
    owner = next((f"{one['kind']} {one['name']}" for one in owners if one.get("controller")), "")
    spec = obj["spec"]
    return Autoscaler(obj["metadata"]["name"], int(spec.get(LOWEST) or 1), int(spec["maxReplicas"]), owner, obj)
