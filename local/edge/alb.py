"""The data path: one request to a load balancer's name, answered from the state of this very instant.

Sources: Application Load Balancer guide, "Target group health checks" (fail open) and "Troubleshoot your Application
Load Balancers" (502: the target refused the connection; 503: no registered targets; 504: the connection timed out).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from local.aws.elbv2.attributes import LOGGING
from local.edge.alb_pods import PodIndex
from local.edge.alb_rules import rule_for

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from local.aws.elbv2 import ElbSimulator, LoadBalancer, Target, TargetGroup
    from local.edge.access_logs import AccessLogs, Caller
    from local.edge.alb_pods import Cluster, PodEndpoint
    from local.edge.pod_load import PodLoad
    from local.kernel import Kernel

CLUSTER_TAG = "elbv2.k8s.aws/cluster"
NO_CONNECTION = 0
CONNECT_TIMEOUT_SECONDS = 10.0
FASTEST_SECONDS, SPREAD_SECONDS = 0.004, 0.036
NOTICE_SECONDS = 0.1
OVERLOADED = "has more to do than it can"


class Response(NamedTuple):
    """What a client gets.

    Args:
        status: the HTTP status; 0 when no connection came about.
        cluster: the cluster whose load balancer answered; empty when none did.
        target: the address of the pod, or empty.
        latency_seconds: from the request to the answer.
        reason: why it failed, in words; empty when it did not.
    """

    status: int
    cluster: str
    target: str
    latency_seconds: float
    reason: str

    @property
    def failed(self) -> bool:
        """Whether a user would call it an error of the site: no connection, 404 of the load balancer, or 5xx."""
        return bool(self.reason)


@dataclass(slots=True)
class Counts:
    """What one load balancer saw in the running minute, for one of its target groups or without any."""

    load_balancer: LoadBalancer
    group: TargetGroup | None
    requests: int = 0
    on_kept: int = 0
    """Of the requests, those on connections that outlive a request."""
    target_5xx: int = 0
    fixed: int = 0
    elb: dict[int, int] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)

    @property
    def target_2xx(self) -> int:
        """Requests that a target answered with 200."""
        return len(self.latencies) - self.target_5xx

    def start_over(self) -> None:
        """Begin another minute."""
        self.requests = self.on_kept = self.target_5xx = self.fixed = 0
        self.elb, self.latencies = {}, []


@dataclass(slots=True)
class Route:
    """Where requests with one name and host go, until anything changes."""

    cluster: str = ""
    answer: Response | None = None
    counts: Counts | None = None
    targets: tuple[str, ...] = ()
    pods: PodIndex | None = None
    answers: Callable[[str], bool] = lambda _address: False
    logged: LoadBalancer | None = None
    """The load balancer, when its access logs are on."""


class Alb:
    """All load balancers of the world, as clients meet them.

    Args:
        kernel: the world's clock.
        elb: where load balancers, rules and targets are kept; its health checks ask this object from now on.
    """

    def __init__(self, kernel: Kernel, elb: ElbSimulator) -> None:
        self.kernel, self.elb = kernel, elb
        self.counts: dict[tuple[str, str], Counts] = {}
        self.logs: AccessLogs | None = None
        """Where requests are written down for the load balancers that ask for it; the world sets it."""
        self._clusters: dict[str, tuple[Cluster, PodIndex]] = {}
        self._routes: dict[tuple[str, str, str, int], Route] = {}
        self._generation = -1
        elb.probe = self._probe

    def attach(self, cluster_name: str, cluster: Cluster) -> None:
        """From now on the pods of this cluster can be reached."""
        pods = PodIndex(cluster.api, lambda pod: self._notice(cluster_name, pod.address))
        self._clusters[cluster_name] = cluster, pods
        self._generation = -1

    def load(self, cluster_name: str, namespace: str, pod: str) -> PodLoad | None:
        """What a pod of a cluster has to do, if it says how much it can."""
        found = self._clusters.get(cluster_name)
        return found[1].load(namespace, pod) if found else None

    def detach(self, cluster_name: str) -> None:
        """The cluster is gone, and its pods with it; connections to them time out."""
        if self._clusters.pop(cluster_name, None):
            self._generation = -1
            self.kernel.after(NOTICE_SECONDS, lambda: self._recheck(cluster_name, None))

    def has(self, pods: PodIndex, pod: PodEndpoint) -> bool:
        """Whether a pod still exists in its cluster; another one may have its address by now."""
        return any(known is pods for _, known in self._clusters.values()) and pods.holds(pod)

    def start_minute(self) -> None:
        """Count from zero again, and forget load balancers that are gone."""
        for key, counts in list(self.counts.items()):
            counts.start_over()
            if counts.load_balancer.arn not in self.elb.load_balancers:
                del self.counts[key]

    def handle(
        self,
        dns_name: str,
        host: str,
        draw: random.Random,
        path: str = "/",
        port: int = 0,
        caller: Caller | None = None,
    ) -> Response:
        """Answer one request.

        Args:
            dns_name: the load balancer's name, as the client resolved it.
            host: the Host header.
            draw: the client's random numbers.
            path: the path that rules look at.
            port: the listener's; without one that of HTTPS, if there is any.
            caller: who asks, for access logs.
        """
        route = self.route(dns_name, host, path, port)
        response = _answer(route, draw, self.kernel.now())
        if route.logged is not None and self.logs is not None:
            group = route.counts.group if route.counts else None
            self.logs.note(route.logged, group, response, host, path, caller)
        return response

    def route(self, dns_name: str, host: str, path: str = "/", port: int = 0) -> Route:
        """Where a request goes at this instant."""
        if self._generation != self.elb.generation:
            self._routes.clear()
            self._generation = self.elb.generation
        route = self._routes.get((dns_name, host, path, port))
        if route is None:
            route = self._routes[dns_name, host, path, port] = self._find(dns_name, host, path, port)
        return route

    def _find(self, dns_name: str, host: str, path: str, port: int) -> Route:
        name = dns_name.lower().removesuffix(".").removeprefix("dualstack.")
        found = next((known for known in self.elb.load_balancers.values() if known.dns_name.lower() == name), None)
        if found is None:
            return _closed("", "no load balancer has this name")
        cluster = found.tags.get(CLUSTER_TAG, "")
        if found.state != "active":
            return _closed(cluster, f"the load balancer is {found.state}")
        listeners = [listener for listener in self.elb.listeners_of(found) if port in (0, listener.port)]
        if not listeners:
            return _closed(cluster, "the load balancer has no listener" + (f" on port {port}" if port else ""))
        secure = next((listener for listener in listeners if listener.protocol == "HTTPS"), listeners[0])
        action = rule_for(secure, host, path).actions[0]
        if action["Type"] == "redirect":
            return Route(cluster, Response(301, cluster, "", FASTEST_SECONDS, ""))
        if action["Type"] == "fixed-response":
            status = int(action["FixedResponseConfig"]["StatusCode"])
            answer = Response(status, cluster, "", FASTEST_SECONDS, "no rule of the load balancer has this host")
            return Route(cluster, answer, self._counts(found, None))
        group_arn = action.get("TargetGroupArn") or action["ForwardConfig"]["TargetGroups"][0]["TargetGroupArn"]
        route = self._to_group(found, self.elb.target_group(group_arn), cluster)
        route.logged = found if found.attributes[LOGGING] == "true" else None
        return route

    def _to_group(self, owner: LoadBalancer, group: TargetGroup, cluster: str) -> Route:
        registered = [target for target in group.targets.values() if target.state != "draining"]
        healthy = [target for target in registered if target.state == "healthy"]
        counts = self._counts(owner, group)
        if not registered:
            reason = f"target group {group.name} has no targets"
            return Route(cluster, Response(503, cluster, "", FASTEST_SECONDS, reason), counts)
        route = Route(cluster, None, counts, tuple(target.id for target in healthy or registered))
        if cluster in self._clusters:
            attached, route.pods = self._clusters[cluster]
            route.answers = attached.answers
        return route

    def _counts(self, owner: LoadBalancer, group: TargetGroup | None) -> Counts:
        key = owner.arn, group.arn if group else ""
        if key not in self.counts:
            self.counts[key] = Counts(owner, group)
        return self.counts[key]

    def _probe(self, group: TargetGroup, target: Target) -> bool:
        found = self._clusters.get(group.tags.get(CLUSTER_TAG, ""))
        pod = found[1].by_address.get(target.id) if found else None
        return bool(found and pod and found[0].answers(target.id) and pod.passes_health_check)

    def _notice(self, cluster_name: str, address: str) -> None:
        if address:
            self.kernel.after(NOTICE_SECONDS, lambda: self._recheck(cluster_name, address))

    def _recheck(self, cluster_name: str, address: str | None) -> None:
        for group in self.elb.target_groups.values():
            if group.tags.get(CLUSTER_TAG) == cluster_name:
                for target in group.targets.values():
                    if address in (None, target.id):
                        self.elb.recheck(group, target)


def _answer(route: Route, draw: random.Random, now: float) -> Response:
    counts = route.counts
    if route.answer is not None or counts is None:
        return _without_target(route)
    place = draw.random() * len(route.targets)
    chosen = int(place)
    address = route.targets[chosen]
    counts.requests += 1
    pod = route.pods.by_address.get(address) if route.pods else None
    if pod is None or not route.answers(address):
        return _unreachable(route, counts, address, pod)
    latency = FASTEST_SECONDS + SPREAD_SECONDS * (place - chosen) + pod.response_seconds
    if pod.load is not None:
        waited = pod.load.admit(now)
        if waited is None:
            return _turned_away(route, counts, pod, latency)
        latency += waited
    counts.latencies.append(latency)
    if pod.error_rate and draw.random() < pod.error_rate:
        counts.target_5xx += 1
        return Response(500, route.cluster, address, latency, f"pod {pod.name} answered 500")
    return Response(200, route.cluster, address, latency, "")


def _unreachable(route: Route, counts: Counts, address: str, pod: PodEndpoint | None) -> Response:
    """502 when something refuses the connection, 504 when nothing is there to refuse it."""
    status, seconds = (504, CONNECT_TIMEOUT_SECONDS) if pod is None or pod.ready else (502, FASTEST_SECONDS)
    counts.elb[status] = counts.elb.get(status, 0) + 1
    why = f"pod {pod.name} does not answer" if pod else "there is no pod at the target's address"
    return Response(status, route.cluster, address, seconds, why)


def _turned_away(route: Route, counts: Counts, pod: PodEndpoint, latency: float) -> Response:
    counts.latencies.append(latency)
    counts.target_5xx += 1
    return Response(503, route.cluster, pod.address, latency, f"pod {pod.name} {OVERLOADED}")


def _without_target(route: Route) -> Response:
    answer = route.answer or Response(NO_CONNECTION, route.cluster, "", 0.0, "the load balancer is gone")
    if route.counts:
        route.counts.elb[answer.status] = route.counts.elb.get(answer.status, 0) + 1
        route.counts.fixed += route.counts.group is None
    return answer


def _closed(cluster: str, reason: str) -> Route:
    return Route(cluster, Response(NO_CONNECTION, cluster, "", 0.0, reason))
