"""Whether green could carry traffic: the last look before the first weight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.argocd.applications import ROOT, children, descendants, follows_pin, read_applications
from norikae.argocd.ready import Expected, readiness
from norikae.cluster.health import waiting_for
from norikae.cluster.workloads import node_is_ready
from norikae.traffic.applications import find_applications
from norikae.upgrade.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from norikae.cluster.eks_port import Addons
    from norikae.cluster.ports import Kubernetes
    from norikae.environment import Environment

NAMED = 5
"""How many unmet things a waiting text names before it only counts them."""


def verify_green(
    eks: Addons, kubernetes: Kubernetes, environment: Environment, cluster: str, revision: str, now: float
) -> Progress:
    """Ready when nothing is unmet; otherwise what is, to be looked at again.

    Args:
        eks: add-ons.
        kubernetes: green's API.
        environment: what green is made of.
        cluster: green's name.
        revision: the pinned commit.
        now: this instant, in seconds since the epoch.
    """
    found = unmet(eks, kubernetes, environment, cluster, revision, now)
    if not found:
        return Progress.done()
    more = f" | and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return Progress.wait(" | ".join(found[:NAMED]) + more, environment.clusters.poll)


def unmet(
    eks: Addons, kubernetes: Kubernetes, environment: Environment, cluster: str, revision: str, now: float
) -> tuple[str, ...]:
    """Everything that keeps green from carrying traffic, each as a sentence."""
    return (
        *_nodes(kubernetes, environment),
        *_addons(eks, environment, cluster),
        *_applications(kubernetes, environment, revision, now),
        *_ingresses(kubernetes),
    )


def _nodes(kubernetes: Kubernetes, environment: Environment) -> Iterator[str]:
    nodes = kubernetes.list("nodes")
    for node in nodes:
        if not node_is_ready(node):
            yield f"node {node['metadata']['name']} is not Ready"
    wanted = sum(group.min_size for group in environment.clusters.node_groups)
    if len(nodes) < wanted:
        yield f"{len(nodes)} of at least {wanted} nodes have joined"


def _addons(eks: Addons, environment: Environment, cluster: str) -> Iterator[str]:
    found = {addon.name: addon for addon in eks.addons(cluster)}
    for name in environment.clusters.addons:
        if name not in found:
            yield f"add-on {name} is missing"
        elif waiting := waiting_for("add-on", [found[name]]):
            yield waiting


def _applications(kubernetes: Kubernetes, environment: Environment, revision: str, now: float) -> Iterator[str]:
    argocd = environment.argocd
    apps = read_applications(kubernetes, argocd)
    for name in (ROOT, *descendants(apps)):
        app = apps.get(name)
        if app is None:
            yield f"application {name} does not exist"
            continue
        pin = revision if follows_pin(app, argocd) else ""
        expected = Expected(now=now, settle_seconds=argocd.settle, revision=pin, is_parent=bool(children(app)))
        judged = readiness(app, expected)
        if not judged.ready:
            yield f"application {name}: {judged.reason}"


def _ingresses(kubernetes: Kubernetes) -> Iterator[str]:
    applications = find_applications(kubernetes.list("ingresses.networking.k8s.io"))
    if not applications:
        yield "no Ingress is annotated norikae.dev/shift"
    for application in applications:
        for ingress in application.ingresses:
            if not ingress.load_balancer:
                yield f"Ingress {ingress.namespace}/{ingress.name} has no load balancer yet"
