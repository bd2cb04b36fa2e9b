"""The Ingresses through which applications take part in a shift."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from norikae.cluster.ports import Json, Kubernetes

INGRESSES = "ingresses.networking.k8s.io"
SHIFT = "norikae.dev/shift"
APP = "norikae.dev/app"
TEAM = "norikae.dev/team"
TRACKING_ID = "argocd.argoproj.io/tracking-id"


@dataclass(frozen=True, slots=True)
class ShiftingIngress:
    """An Ingress whose traffic norikae moves.

    Args:
        app: ``norikae.dev/app``, or else the Argo CD application that owns it, or else its own name.
        hosts: the public names of its rules.
        hostname: the load balancer's DNS name; empty until the controller has made one.
    """

    namespace: str
    name: str
    app: str
    team: str
    hosts: tuple[str, ...]
    hostname: str


def shifting_ingresses(kubernetes: Kubernetes) -> tuple[ShiftingIngress, ...]:
    """Every Ingress of the cluster that is annotated ``norikae.dev/shift: "true"``, by namespace and name."""
    found = (parse_ingress(obj) for obj in kubernetes.list(INGRESSES))
    return tuple(sorted((i for i in found if i is not None), key=lambda i: (i.namespace, i.name)))


def parse_ingress(obj: Json) -> ShiftingIngress | None:
    """The values of an Ingress object; None when it does not take part."""
    metadata = obj["metadata"]
    annotations = metadata.get("annotations") or {}
    if annotations.get(SHIFT) != "true":
        return None
    # "<application>:<group>/<kind>:<namespace>/<name>" (Argo CD docs, "Resource Tracking", annotation tracking)
    owner = annotations.get(TRACKING_ID, "").partition(":")[0]
    balancers = (obj.get("status", {}).get("loadBalancer") or {}).get("ingress") or []
    rules = obj.get("spec", {}).get("rules") or []
    return ShiftingIngress(
        namespace=metadata.get("namespace", "default"),
        name=metadata["name"],
        app=annotations.get(APP) or owner or metadata["name"],
        team=annotations.get(TEAM, ""),
        hosts=tuple(rule["host"] for rule in rules if rule.get("host")),
        hostname=next((b["hostname"] for b in balancers if b.get("hostname")), ""),
    )
