"""Reads a cluster for a slice, with as few requests as it can: they are what hundreds of nodes have in common."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from norikae.drain.evictions import leaving
from norikae.drain.hooks import waits
from norikae.drain.interruption import Hook
from norikae.drain.sight import Sight
from norikae.errors import NorikaeError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from norikae.drain.claim import Claim
    from norikae.drain.node import Node
    from norikae.drain.pod import Pod
    from norikae.drain.ports import Fleet, Yard
    from norikae.drain.sight import Memory

K = TypeVar("K")
T = TypeVar("T")
MANY = 8
"""Nodes from which on one list of all pods is cheaper than one for each: a look costs a node next to nothing then."""
SOON = 5.0
"""Seconds between two readings of what seldom changes: nodes that are not there, what EC2 and load balancers say."""


class Eyes:
    """What one slice has read so far; nothing of it outlives the slice.

    Args:
        yard: the cluster's API.
        fleet: its machines.
        memory: of this slice.
    """

    def __init__(self, yard: Yard, fleet: Fleet, memory: Memory) -> None:
        self._yard, self._fleet, self._memory = yard, fleet, memory
        self._nodes: dict[str, Node] = {}
        self._nodes_at: dict[str, float] = {}
        self._pods: dict[str, Sequence[Pod]] = {}
        self._unseen: set[str] = set()
        self._heartbeats: dict[Hook, int] = {}
        self._groups: tuple[str, ...] | None = None
        self._sends: dict[str, frozenset[str]] = {}
        self._facts: dict[str, dict[str, tuple[float, int]]] = {}

    def know(self, node: Node) -> None:
        """A node as a patch answered it."""
        self._nodes[node.instance] = node

    def forget(self, instance: str) -> None:
        """Read a node again at the next look."""
        self._nodes.pop(instance, None)
        self._nodes_at.pop(instance, None)

    def look(self, claims: Sequence[Claim], now: float, *, at_pods: bool) -> Sight:
        """The world for claims that are due.

        Args:
            claims: those that are due.
            now: the instant.
            at_pods: whether pods are read again; those of nodes that are new here are in any case.

        Raises:
            NorikaeError: the cluster cannot be read.
        """
        self._look_at_nodes([one for one in claims if self._is_wanted(one, now)], now)
        there = [one for one in claims if one.instance in self._nodes and one.kind != "launch" and one.do != "cordon"]
        self._look_at_pods(there if at_pods else [one for one in there if one.instance not in self._pods])
        there = [one for one in there if one.instance not in self._unseen]
        empty = [one for one in there if not leaving(self._pods[one.instance], one.kind)]
        moving = any(self._has_to_ask(one, now) for one in there)
        ends = [one.instance for one in there if one.kind == "state-change" and self._nodes[one.instance].ready]
        return Sight(
            now=now,
            nodes=dict(self._nodes),
            pods=dict(self._pods),
            budgets=self._yard.budgets() if moving else (),
            attached=self._lately(
                "attached", now, [one.instance for one in empty if self._may_hold(one)], self._attached
            ),
            targets=self._lately("targets", now, [one.instance for one in empty], self._targets),
            running=self._lately("running", now, ends, self._running),
            heartbeats=self.heartbeats(claims),
            unseen=frozenset(self._unseen),
        )

    def heartbeats(self, claims: Sequence[Claim]) -> dict[str, int]:
        """HeartbeatTimeout by instance, as far as Auto Scaling says it; each hook is asked about once."""
        waiting = {one.instance: one.hook for one in claims if one.hook and waits(one) and one.kind != "launch"}
        new = [hook for hook in dict.fromkeys(map(_of_all_actions, waiting.values())) if hook not in self._heartbeats]
        self._heartbeats |= self._each(new, self._fleet.heartbeat_seconds)
        return {instance: self._heartbeats.get(_of_all_actions(hook), 0) for instance, hook in waiting.items()}

    def _is_wanted(self, claim: Claim, now: float) -> bool:
        """Whether a node has to be read: it never was, or it was not there, or not Ready, some time ago."""
        node = self._nodes.get(claim.instance)
        settled = node is not None and (node.ready or claim.kind != "launch")
        return not settled and now >= self._nodes_at.get(claim.instance, 0.0) + SOON

    def _look_at_nodes(self, claims: Sequence[Claim], now: float) -> None:
        if len(claims) == 1 and claims[0].node:
            found = self._yard.node(claims[0].node)
            nodes = [found] if found is not None else []
        else:
            nodes = self._yard.nodes() if claims else []
        by_instance = {node.instance: node for node in nodes}
        for claim in claims:
            self._nodes_at[claim.instance] = now
            if claim.instance in by_instance:
                self._nodes[claim.instance] = by_instance[claim.instance]

    def _look_at_pods(self, claims: Sequence[Claim]) -> None:
        names = {one.instance: self._nodes[one.instance].name for one in claims}
        self._unseen -= set(names)
        if len(names) > MANY:
            by_node = defaultdict(list)
            for pod in self._yard.pods():
                by_node[pod.node].append(pod)
            found: Mapping[str, Sequence[Pod]] = {instance: by_node[name] for instance, name in names.items()}
        else:
            found = self._each(list(names), lambda instance: self._yard.pods(names[instance]))
        self._unseen |= set(names) - set(found)
        for claim in claims:
            if claim.instance in found:
                self._pods[claim.instance] = found[claim.instance]
                self._remember(claim, found[claim.instance])

    def _remember(self, claim: Claim, pods: Sequence[Pod]) -> None:
        left = leaving(pods, claim.kind)
        if left:
            self._memory.seen.add(claim.instance)
        if any(pod.volumes for pod in left):
            self._memory.mounted.add(claim.instance)

    def _has_to_ask(self, claim: Claim, now: float) -> bool:
        left = leaving(self._pods[claim.instance], claim.kind)
        if claim.do == "dry-run":
            return bool(left)
        return any(pod.deleted_at is None and not self._memory.is_asked(pod, now) for pod in left)

    def _may_hold(self, claim: Claim) -> bool:
        """Whether volumes may still be attached: a pod with some moved, or nobody here saw what has moved."""
        return claim.instance in self._memory.mounted or claim.instance not in self._memory.seen

    def _attached(self, instances: Sequence[str]) -> dict[str, int]:
        """How many volumes are attached beyond those of the pods that stay; one when nobody can say."""
        try:
            attached = self._yard.attached()
        except NorikaeError:
            return dict.fromkeys(instances, 1)
        staying = {one: len({claim for pod in self._pods[one] for claim in pod.volumes}) for one in instances}
        return {one: max(0, len(attached.get(self._nodes[one].name, ())) - staying[one]) for one in instances}

    def _targets(self, instances: Sequence[str]) -> dict[str, int]:
        """Whether load balancers send to machines; yes when nobody can say.

        One question for each target group, however many machines there are; and a group that was read once is only
        read again while it sends to one of them, because a node that is excluded joins no others.
        """
        try:
            if self._groups is None:
                self._groups = self._fleet.target_groups()
        except NorikaeError:
            return dict.fromkeys(instances, 1)
        asked = [one for one in self._groups if self._sends.get(one, frozenset(instances)).intersection(instances)]
        self._sends |= self._each(asked, self._fleet.targets)
        still = frozenset[str]().union(*self._sends.values())
        unknown = len(self._sends) < len(self._groups)
        return {one: int(unknown or one in still) for one in instances}

    def _running(self, instances: Sequence[str]) -> dict[str, int]:
        """Whether EC2 says that machines run; no when nobody can say."""
        try:
            machines = self._fleet.machines(instances)
        except NorikaeError:
            return dict.fromkeys(instances, 0)
        return {one: int(one in machines and machines[one].state == "running") for one in instances}

    def _lately(
        self, fact: str, now: float, instances: Sequence[str], read: Callable[[Sequence[str]], dict[str, int]]
    ) -> dict[str, int]:
        """A fact about machines, read again for those of which it is old or not known."""
        known = self._facts.setdefault(fact, {})
        if old := [one for one in instances if one not in known or now >= known[one][0] + SOON]:
            known |= {one: (now, value) for one, value in read(old).items()}
        return {one: known[one][1] for one in instances}

    def _each(self, things: Sequence[K], ask: Callable[[K], T]) -> dict[K, T]:
        """What was answered for each thing, asked at once; those that could not be asked are left out."""
        answers: list[Any] = self._yard.together([partial(ask, one) for one in things])
        both = zip(things, answers, strict=True)
        return {one: answer for one, answer in both if not isinstance(answer, NorikaeError)}


def _of_all_actions(hook: Hook) -> Hook:
    """The hook itself, whichever machine waits for it."""
    return Hook(hook.group, hook.name)
