"""A storm: EC2 takes most of blue's spot machines back at once, while traffic is half on its way to green.

What is seen here is seen in the world itself: in EC2, in the API server of blue, in what clients and people get.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from local.aws.mischief import Mischief
from local.demo.brownfield import set_identifier
from local.kubernetes.selectors import matches
from norikae.adapters.aws.claims import DynamoClaims
from norikae.drain.node import EPISODE, TAINT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from local.aws.ec2.records import Instance
    from local.aws.front import Call
    from local.demo.stage import Stage
    from local.kubernetes.api import ApiServer
    from local.kubernetes.store import Change
    from local.world import World
    from norikae.traffic.applications import Application

SHARE = 0.6
WEIGHT = 25
"""Green's weight, in percent, of the first application that gets there: then it breaks out."""
LOOK_SECONDS = 5
OVER_SECONDS = 300
"""From the warnings until everything about them has to be over: the machines end after 120."""
BUS = Mischief(duplicate=1.0, delay=5.0)
"""Every event comes twice, each time up to five seconds late, so that none keeps its place."""
QUEUE = Mischief(duplicate=0.5, delay=2.0, reorder=True)
BUDGETS = "poddisruptionbudgets.policy"


@dataclass(slots=True)
class Reclaimed:
    """What became of one node whose machine was taken back; instants in seconds since the warning.

    Args:
        name: of the node.
        instance: its machine.
        marked: when it first took no new pods on norikae's account.
        evicted: when a pod on it was first asked to go.
        empty: when the last pod that had to move was gone.
        ended: when its machine ended.
        lost: pods that were on it then (``namespace/name``).
    """

    name: str
    instance: str
    marked: float | None = None
    evicted: float | None = None
    empty: float | None = None
    ended: float | None = None
    lost: tuple[str, ...] = ()

    @property
    def short(self) -> str:
        """Its name without the domain."""
        return self.name.partition(".")[0]


@dataclass(slots=True)
class Seen:
    """What was seen of a storm.

    Args:
        at_weight: the application that had come so far, and its weight on green; "" before it broke out.
        spot: how many spot machines blue had.
        nodes: those that were taken back.
        exposed: applications that nobody could keep whole, and why.
        told: what people were told, as episode and state, in order; only about these machines.
        named: pods that messages called lost.
        claims_open: claims on nodes of blue that were not finished when it had to be over.
        marks_left: nodes of blue that carried norikae's mark then.
    """

    at_weight: str = ""
    spot: int = 0
    nodes: list[Reclaimed] = field(default_factory=list)
    exposed: dict[str, str] = field(default_factory=dict)
    told: list[tuple[str, str, str]] = field(default_factory=list)
    named: set[str] = field(default_factory=set)
    claims_open: list[str] = field(default_factory=list)
    marks_left: list[str] = field(default_factory=list)


class Storm:
    """Waits for the middle of a shift, takes the machines back, and writes down what becomes of them.

    Args:
        world: where it breaks out.
        blue: the cluster that serves.
        applications: whose weights are looked at.
        open_claims: names the nodes of a cluster of which norikae's table has an unfinished claim.
        say: is told what happens, for the log.
    """

    def __init__(
        self,
        world: World,
        blue: str,
        applications: Sequence[Application],
        open_claims: Callable[[str], list[str]],
        say: Callable[[str], None],
    ) -> None:
        self.seen = Seen()
        self._world, self._blue, self._applications = world, blue, applications
        self._open_claims, self._say = open_claims, say
        self._api = world.clusters[blue].api
        self._began = 0.0
        world.kernel.every(LOOK_SECONDS, self._look)

    def break_out(self, why: str) -> None:
        """The machines are warned now; they end two minutes later."""
        world, seen = self._world, self.seen
        world.events.mischief, world.functions.pollers.mischief = BUS, QUEUE
        seen.at_weight, self._began = why, world.kernel.seconds()
        seen.spot = sum(one.spot and one.state == "running" for one in self._machines())
        instances = world.ec2.reclaim(SHARE, self._blue)
        seen.nodes = [Reclaimed(world.ec2.instances[one].name, one) for one in instances]
        seen.exposed = exposed(self._api, self._applications, {one.name for one in seen.nodes})
        self._api.store.observe(self._observe)
        world.ec2.on_ended.insert(0, self._ends)
        world.front.on_call.append(self._hear)
        world.kernel.after(OVER_SECONDS, self._over)
        names = ", ".join(one.short for one in seen.nodes)
        self._say(f"EC2 takes {len(instances)} of {seen.spot} spot machines of {self._blue} back: {names}")
        self._say("its events come twice, up to five seconds late, in any order")
        for name, reason in seen.exposed.items():
            self._say(f"{name} may lose requests whatever anybody does: {reason}")

    def _machines(self) -> list[Instance]:
        tag = f"kubernetes.io/cluster/{self._blue}"
        return [one for one in self._world.ec2.instances.values() if one.tags.get(tag) == "owned"]

    def _look(self) -> None:
        if self.seen.at_weight:
            return
        mine = {self._blue, set_identifier(self._blue)}
        for one in self._applications:
            weights = self._world.route53.weights_of(one.hosts[0])
            green = sum(weight for name, weight in weights.items() if name not in mine)
            if WEIGHT <= green < sum(weights.values()):
                self.break_out(f"{one.name} at {green} %")
                return

    def _since(self) -> float:
        return self._world.kernel.seconds() - self._began

    def _observe(self, change: Change) -> None:
        body = change.after.body
        if change.resource == "nodes":
            node = self._node(body["metadata"]["name"])
            if node and node.marked is None and is_marked(body):
                node.marked = self._since()
                self._say(f"{node.short} takes no new pods, after {node.marked:.1f} s")
        elif change.resource == "pods" and moves(body):
            node = self._node(body["spec"].get("nodeName", ""))
            if node and node.ended is None:
                self._pod_changed(node, change.kind, body)

    def _pod_changed(self, node: Reclaimed, kind: str, pod: Mapping[str, Any]) -> None:
        if node.evicted is None and is_asked_to_go(pod):
            node.evicted = self._since()
        if kind == "DELETED" and node.empty is None and not self._pods_on(node.name):
            node.empty = self._since()
            self._say(f"{node.short} is empty, after {node.empty:.1f} s")

    def _pods_on(self, node: str) -> tuple[str, ...]:
        bound = (one for one in self._api.list("pods", fields=f"spec.nodeName={node}") if moves(one))
        return tuple(sorted(f"{one['metadata']['namespace']}/{one['metadata']['name']}" for one in bound))

    def _ends(self, instance: Instance) -> None:
        node = self._node(instance.name)
        if node and node.ended is None:
            node.ended, node.lost = self._since(), self._pods_on(node.name)
            self._say(f"the machine of {node.short} ends, with {len(node.lost)} pods, after {node.ended:.1f} s")

    def _hear(self, call: Call, phase: str) -> None:
        if phase != "after" or (call.service, call.operation) != ("sns", "Publish") or call.error_code:
            return
        message = json.loads(call.params["Message"])
        if message["event"] != "interruption":
            return
        ours = {one.instance for one in self.seen.nodes}
        for episode in message.get("episodes", [message]):
            if episode["instance"] in ours:
                self.seen.told.append((episode["instance"], episode["episode"], episode["state"]))
                self.seen.named |= set(episode["lost"])

    def _over(self) -> None:
        self.seen.claims_open = self._open_claims(self._blue)
        marked = (one["metadata"]["name"] for one in self._api.list("nodes") if is_marked(one))
        self.seen.marks_left = sorted(marked)

    def _node(self, name: str) -> Reclaimed | None:
        return next((one for one in self.seen.nodes if one.name == name), None)


def storm_of(stage: Stage, say: Callable[[str], None]) -> Storm:
    """The storm of a stage.

    Args:
        stage: whose blue it comes over.
        say: is told what happens, for the log.
    """
    world = stage.world
    table = next(value for key, value in stage.deployment.ids.items() if "Table" in key)

    def open_claims(cluster: str) -> list[str]:
        with world.kernel.unlocked():
            claims = DynamoClaims(world.client("dynamodb"), table, world.kernel.now()).open(cluster)
        return [one.node or one.instance for one in claims]

    return Storm(world, stage.blue, stage.applications, open_claims, say)


def exposed(api: ApiServer, applications: Sequence[Application], nodes: set[str]) -> dict[str, str]:
    """Applications of which requests can be lost however the nodes are emptied, with the reason.

    A budget that lets some of its pods go keeps the others until their successors are ready; so whoever has one, or a
    pod elsewhere, loses nothing.

    Args:
        api: of their cluster, as it is before any pod moves.
        applications: all of them.
        nodes: the names of the nodes that go.
    """
    pods, budgets = [one for one in api.list("pods") if is_ready(one)], api.list(BUDGETS)
    found = {}
    for application in applications:
        for ingress in application.ingresses:
            for service in ingress.services:
                selector = {"matchLabels": api.get("services", service, ingress.namespace)["spec"]["selector"]}
                mine = [one for one in pods if _selects(selector, ingress.namespace, one)]
                keep = [one for one in budgets if any(_covers(one, pod) for pod in mine)]
                reason = _why_exposed(mine, keep, nodes)
                if reason:
                    found[application.name] = reason
    return found


def _why_exposed(pods: Sequence[Mapping[str, Any]], budgets: Sequence[Mapping[str, Any]], nodes: set[str]) -> str:
    if any(one["spec"]["nodeName"] not in nodes for one in pods):
        return ""
    if len(pods) <= 1:
        return "its only pod is on a node that goes"
    if not budgets:
        return f"all of its {len(pods)} pods are on nodes that go, and no budget keeps some of them"
    if any(one["status"]["disruptionsAllowed"] == 0 for one in budgets):
        return f"all of its {len(pods)} pods are on nodes that go, and its budget lets none of them go"
    return ""


def _covers(budget: Mapping[str, Any], pod: Mapping[str, Any]) -> bool:
    return _selects(budget["spec"]["selector"], budget["metadata"]["namespace"], pod)


def _selects(selector: dict[str, Any], namespace: str, pod: Mapping[str, Any]) -> bool:
    meta = pod["metadata"]
    return meta["namespace"] == namespace and matches(selector, meta.get("labels", {}))


def is_ready(pod: Mapping[str, Any]) -> bool:
    """Whether a pod serves, and nobody has asked it to go."""
    conditions = pod.get("status", {}).get("conditions") or []
    ready = any((one["type"], one["status"]) == ("Ready", "True") for one in conditions)
    return ready and "deletionTimestamp" not in pod["metadata"]


def is_marked(node: Mapping[str, Any]) -> bool:
    """Whether a node carries norikae's mark."""
    tainted = any(one["key"] == TAINT for one in node["spec"].get("taints") or [])
    return tainted or EPISODE in (node["metadata"].get("annotations") or {})


def is_asked_to_go(pod: Mapping[str, Any]) -> bool:
    """Whether the eviction API has taken a pod (condition DisruptionTarget), or it is being deleted."""
    conditions = pod.get("status", {}).get("conditions") or []
    return "deletionTimestamp" in pod["metadata"] or any(one["type"] == "DisruptionTarget" for one in conditions)


def moves(pod: Mapping[str, Any]) -> bool:
    """Whether a pod has to go somewhere else with its node: not one of a DaemonSet, and none that has ended."""
    owners = {one["kind"] for one in pod["metadata"].get("ownerReferences", [])}
    return not owners & {"DaemonSet", "Node"} and pod.get("status", {}).get("phase") not in {"Succeeded", "Failed"}
