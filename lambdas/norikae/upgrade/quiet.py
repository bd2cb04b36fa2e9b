"""Whether anybody still talks to a cluster: every load balancer of it, planned or not, over a whole window.

A load balancer counts a request for a target group only when it chose a target of it, so scanners that end at the
default rule do not count, nor do health checks (Application Load Balancer guide, "CloudWatch metrics", RequestCount).
norikae's own probes ask green only, so none of its requests are among them. A WebSocket that was opened before the
window makes no request in it, but in each of its minutes it is a connection that was not opened in that minute.
CloudWatch has no figure for a minute without requests: silence counts only while the same load balancer reports that
its targets are healthy.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from norikae.traffic.applications import annotations as annotations_of
from norikae.traffic.applications import reference
from norikae.upgrade.progress import Progress, counted
from norikae.upgrade.quiet_port import Figures
from norikae.upgrade.talkers import top_talkers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from norikae.cluster.ports import Json, Kubernetes
    from norikae.environment import Decommission, Environment
    from norikae.ports import Ports
    from norikae.traffic.ports import LoadBalancers, TargetGroupHealth

INGRESSES = "ingresses.networking.k8s.io"
BINDINGS = "targetgroupbindings.elbv2.k8s.aws"
HOSTNAME = "external-dns.alpha.kubernetes.io/hostname"
STACKS = ("ingress.k8s.aws/stack", "service.k8s.aws/stack")
"""Labels of the bindings that the load balancer controller made for an Ingress or a Service (its pkg/deploy/k8s)."""

LOOKS = 48
"""Looks at who still talks to a cluster until the deadline (decision 007)."""

LATE_SECONDS = 600
"""Figures that are older say nothing about now; ELB sends them every minute."""


@dataclass(frozen=True, slots=True)
class Door:
    """An Ingress, or a Service of type LoadBalancer, through which a cluster is reached.

    Args:
        name: what it is and where, for people.
        balancer: DNS name of its load balancer.
        hosts: the public names that it serves.
        resources: what its target groups are tagged with; None for all of its load balancer.
    """

    name: str
    balancer: str
    hosts: tuple[str, ...] = ()
    resources: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Visited:
    """A target group with what came to it, and whose it is.

    Args:
        group: its name.
        doors: what leads to it.
        serving: how many targets could answer.
        figures: what its load balancer counted.
    """

    group: str
    doors: tuple[Door, ...]
    serving: int
    figures: Figures


def quiet(ports: Ports, cluster: str) -> Progress:
    """Nobody has talked to a cluster for the whole window; otherwise who does, in words.

    Args:
        ports: the world, which is only read.
        cluster: the cluster.
    """
    wanted = ports.environment.decommission
    doors, unknown = doors_of(ports.kubernetes(cluster))
    visited, missing = _visited(ports, doors, ports.now - wanted.quiet)
    texts = list(dict.fromkeys(text for one in visited if (text := noise(one, wanted, ports.now))))
    texts += [*missing, *unknown]
    if not texts:
        return Progress.done()
    if wanted.access_logs:
        noisy = {door.balancer for one in visited if noise(one, wanted, ports.now) for door in one.doors}
        texts = [*top_talkers(ports, noisy), *texts]  # first, since only the first few are shown
    return Progress.wait(f"nobody to talk to {cluster} any more: {counted(texts)}", poll_seconds(ports.environment))


def poll_seconds(environment: Environment) -> int:
    """Seconds between two looks at who still talks to a cluster."""
    return max(environment.soak.poll, math.ceil(environment.decommission.deadline / LOOKS))


def noise(visited: Visited, wanted: Decommission, now: float) -> str:
    """Why a target group does not count as quiet; empty when it does; pure.

    Args:
        visited: the target group.
        wanted: the window and what is overlooked.
        now: seconds since the epoch.
    """
    figures, window = visited.figures, f"in the last {wanted.quiet} s"
    at = f"target group {visited.group} of {', '.join(door.name for door in visited.doors)}"
    hosts = ", ".join(sorted({host for door in visited.doors for host in door.hosts})) or "no host name"
    if figures.requests > wanted.max_requests:
        return (
            f"{at} ({hosts}) had {figures.requests} requests {window}, {wanted.max_requests} allowed; find the clients "
            "in its access log: they keep an old DNS answer or use the load balancer's own name; restart them"
        )
    if figures.open > wanted.max_requests:
        return f"{at} ({hosts}) has {figures.open} open connections; restart the clients that hold them"
    if figures.held > wanted.max_connections:
        balancer = ", ".join(sorted({door.balancer for door in visited.doors}))
        named = ", ".join(door.name for door in visited.doors)
        return (
            f"load balancer {balancer} of {named} ({hosts}) had {figures.held} connections that stayed open for the "
            f"last {wanted.quiet} s, {wanted.max_connections} allowed, though no request came: WebSockets, or what "
            "keeps a connection open; restart it, on blue or at the clients, or raise decommission.max_connections"
        )
    if figures.reported_at is None or now - figures.reported_at > LATE_SECONDS:
        if visited.serving == 0:
            return ""  # nothing is registered that could answer, and then the load balancer reports nothing either
        return (
            f"{at} ({hosts}) has targets, but CloudWatch has no figures of the last {LATE_SECONDS} s, so nobody knows "
            "who talks to it; see that its metrics arrive"
        )
    return ""


def doors_of(api: Kubernetes) -> tuple[list[Door], list[str]]:
    """What leads into a cluster by a load balancer, and what of it nobody can count, in words."""
    doors = [
        Door(f"Ingress {one.namespace}/{one.name}", one.load_balancer.lower(), one.hosts, one.resources)
        for one in map(reference, api.list(INGRESSES))
    ]
    doors += [_service(one) for one in api.list("services") if one.get("spec", {}).get("type") == "LoadBalancer"]
    foreign = [
        f"TargetGroupBinding {one['metadata']['namespace']}/{one['metadata']['name']} lets a load balancer reach pods "
        "that no Ingress and no Service owns, so nobody knows who talks to them; delete it when green has taken over"
        for one in api.list(BINDINGS)
        if not set(STACKS) & set(one["metadata"].get("labels") or {})
    ]
    return [door for door in doors if door.balancer], foreign


def _service(obj: Json) -> Door:
    found = obj.get("status", {}).get("loadBalancer", {}).get("ingress") or [{}]
    hosts = tuple(host.strip() for host in annotations_of(obj).get(HOSTNAME, "").split(",") if host.strip())
    name = f"Service {obj['metadata']['namespace']}/{obj['metadata']['name']}"
    return Door(name, found[0].get("hostname", "").lower(), hosts)


def _visited(ports: Ports, doors: Sequence[Door], start: float) -> tuple[list[Visited], list[str]]:
    balancers = sorted({door.balancer for door in doors})
    known = ports.load_balancers.targets(balancers)
    missing = [
        f"{door.name} is served by {door.balancer}, which is no active load balancer of ELBv2, so nobody knows who "
        "talks to it; delete it when green has taken over"
        for door in doors
        if door.balancer not in known
    ]
    groups = [(balancer, group) for balancer in sorted(known) for group in ports.load_balancers.health(balancer, None)]
    figures = ports.visits.figures([group.dimensions for _, group in groups], start=start, end=ports.now)
    visited = []
    for (balancer, group), came in zip(groups, figures, strict=True):
        here = [door for door in doors if door.balancer == balancer]
        owners = _owners(ports.load_balancers, here, group) if came.requests else here
        visited.append(Visited(group.target_group, tuple(owners), group.total, came))
    return visited, missing


def _owners(load_balancers: LoadBalancers, doors: Sequence[Door], group: TargetGroupHealth) -> Sequence[Door]:
    """The doors that a target group was made for; all of its load balancer when its tags do not say."""
    mine = [
        door
        for door in doors
        if any(one.target_group == group.target_group for one in load_balancers.health(door.balancer, door.resources))
    ]
    return mine or doors
