"""Whether green could carry traffic: the last look before the first weight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from norikae.argocd.applications import children, descendants, follows_pin, read_applications
from norikae.argocd.ready import Expected, readiness
from norikae.cluster.health import waiting_for
from norikae.cluster.workloads import node_is_ready
from norikae.traffic.applications import find_applications

if TYPE_CHECKING:
    from collections.abc import Iterator

    from norikae.argocd.home import Home
    from norikae.cluster.eks_port import Addons
    from norikae.cluster.ports import Kubernetes
    from norikae.environment import Environment
    from norikae.singletons.ledger import Named


@dataclass(frozen=True, slots=True)
class Green:
    """The cluster that is looked at.

    Args:
        name: its name.
        api: its API.
        home: where its Argo CD applications are.
        home_api: the API of that cluster; the same in mode in-cluster.
        revision: the commit that everything of the run's repository has to have; empty when any will do.
        suspended: what norikae keeps suspended there.
    """

    name: str
    api: Kubernetes
    home: Home
    home_api: Kubernetes
    revision: str
    suspended: frozenset[Named] = frozenset()


def unmet(eks: Addons, environment: Environment, green: Green, now: float) -> tuple[str, ...]:
    """Everything that keeps green from carrying traffic, each as a sentence.

    Args:
        eks: add-ons.
        environment: what green is made of.
        green: the cluster.
        now: this instant, in seconds since the epoch.
    """
    return (
        *_nodes(green.api, environment),
        *_addons(eks, environment, green.name),
        *_applications(green, environment, now),
        *_ingresses(green.api),
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


def _applications(green: Green, environment: Environment, now: float) -> Iterator[str]:
    argocd = environment.argocd
    apps = read_applications(green.home_api, argocd)
    for name in (green.home.root, *descendants(apps, green.home.root)):
        app = apps.get(name)
        if app is None:
            yield f"application {name} does not exist"
            continue
        expected = Expected(
            now=now,
            settle_seconds=argocd.settle,
            revision=green.revision if follows_pin(app, argocd) else "",
            is_parent=bool(children(app)),
            suspended=green.suspended,
        )
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
