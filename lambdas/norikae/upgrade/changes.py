"""What a run will create, delete and wait for, line by line, for the person who approves the plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from norikae.environment import Environment, NodeGroup
    from norikae.ports import Ports
    from norikae.traffic.applications import Application

RECORDS = ("A", "AAAA")
NO_WAITS = frozenset({"preflight"})
"""Parts of the environment file whose durations are ages and not waits."""


@dataclass(frozen=True, slots=True)
class Move:
    """What a run moves, and between which clusters.

    Args:
        blue: the name of the cluster that serves.
        green: the name of the one that will.
        version: green's Kubernetes version.
        revision: the commit that green is synced to.
        applications: what moves.
    """

    blue: str
    green: str
    version: str
    revision: str
    applications: tuple[Application, ...]

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every public name that moves."""
        return tuple(sorted({host for one in self.applications for host in one.hosts}))


def creations(environment: Environment, move: Move) -> tuple[str, ...]:
    """Everything that comes to be, in the order in which it does."""
    clusters, green = environment.clusters, move.green
    ingresses = sorted(f"{i.namespace}/{i.name}" for one in move.applications for i in one.ingresses)
    return (
        f"EKS cluster {green}: Kubernetes {move.version}",
        *(f"add-on {addon} of {green}" for addon in clusters.addons),
        *(_node_group(group, green) for group in clusters.node_groups),
        *(
            f"Pod Identity association {one.namespace}/{one.service_account} of {green}: {one.role}"
            for one in clusters.pod_identity
        ),
        *((f"IAM OIDC provider of {green}",) if clusters.irsa_roles else ()),
        *(f"statement for {green} in the trust policy of {role}" for role in clusters.irsa_roles),
        _argocd(environment, move),
        *(f"load balancer of Ingress {ingress} of {green}" for ingress in ingresses),
        *_records(move.hosts, green),
    )


def deletions(ports: Ports, move: Move) -> tuple[str, ...]:
    """Everything that goes after the soak, in the order in which it does."""
    blue = move.blue
    return (
        *_records(move.hosts, blue),
        *(f"load balancer of {balanced} of {blue}" for balanced in _balanced(ports, blue)),
        *(f"node group {group.name} of {blue}" for group in ports.eks.node_groups(blue)),
        *(f"Auto Scaling group {one.name} of {blue}" for one in ports.compute.scaling_groups(blue) if not one.managed),
        *(f"add-on {addon.name} of {blue}" for addon in ports.eks.addons(blue)),
        *(f"statement for {blue} in the trust policy of {role}" for role in ports.environment.clusters.irsa_roles),
        f"EKS cluster {blue} with its access entries, Pod Identity associations and everything that runs in it",
    )


def waits(environment: Environment) -> dict[str, int]:
    """Every deadline and pause that the run may come to, in seconds, by its key in the environment file."""
    return {
        f"{part.name}.{field.name}": getattr(values, field.name)
        for part in msgspec.structs.fields(environment)
        if isinstance(values := getattr(environment, part.name), msgspec.Struct) and part.name not in NO_WAITS
        for field in msgspec.structs.fields(values)
        if _is_duration(field)
    }


def _is_duration(field: msgspec.structs.FieldInfo) -> bool:
    """Whether the environment file writes it as a text like ``10m`` (``norikae.environment.part.Seconds``)."""
    metas = getattr(field.type, "__metadata__", ())
    return any((meta.extra_json_schema or {}).get("format") == "duration" for meta in metas)


def _node_group(group: NodeGroup, green: str) -> str:
    text = f"{group.kind} node group {group.name} of {green}: {group.min_size} to {group.max_size} of "
    text += ", ".join(group.instances)
    return f"{text}, {group.spot.percent} % spot above {group.spot.base}" if group.spot else text


def _argocd(environment: Environment, move: Move) -> str:
    argocd = environment.argocd
    if argocd.mode == "hub" and argocd.hub:
        return f"cluster {move.green} in the Argo CD of {argocd.hub.cluster}, synced to {move.revision}"
    return f"Argo CD in namespace {argocd.namespace} of {move.green}, synced to {move.revision}"


def _records(hosts: Sequence[str], cluster: str) -> Iterator[str]:
    return (f"record {kind} {host} with set identifier {cluster}" for host in hosts for kind in RECORDS)


def _balanced(ports: Ports, blue: str) -> Iterator[str]:
    """What holds load balancers in blue, of whatever application."""
    kubernetes = ports.kubernetes(blue)
    for ingress in kubernetes.list("ingresses.networking.k8s.io"):
        if any(one.get("hostname") for one in ingress.get("status", {}).get("loadBalancer", {}).get("ingress") or []):
            yield f"Ingress {ingress['metadata']['namespace']}/{ingress['metadata']['name']}"
    for service in kubernetes.list("services"):
        if service.get("spec", {}).get("type") == "LoadBalancer":
            yield f"Service {service['metadata']['namespace']}/{service['metadata']['name']}"
