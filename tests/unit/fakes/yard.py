"""A cluster on a virtual clock: pods that take their time to stop, replacements, budgets whose controller lags."""

from __future__ import annotations

import heapq
import itertools
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from norikae.drain.budget import Budget, Selector
from norikae.drain.node import Node, Taint
from norikae.drain.pod import Pod
from norikae.drain.ports import Answer
from norikae.errors import ConflictError, NorikaeError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

READ, WRITE = 0.002, 0.008
"""Seconds that a request takes."""
CONNECTIONS = 32


class VirtualClock:
    """Time that passes only when somebody waits; what was planned for an instant happens at it."""

    def __init__(self, now: float = 1_000_000.0) -> None:
        self._now = now
        self._plans: list[tuple[float, int, Callable[[], object]]] = []
        self._number = itertools.count()

    def now(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        until = self._now + max(0.0, seconds)
        while self._plans and self._plans[0][0] <= until:
            at, _, plan = heapq.heappop(self._plans)
            self._now = max(self._now, at)
            plan()
        self._now = until

    def plan(self, seconds: float, plan: Callable[[], object]) -> None:
        """Something happens so many seconds from now."""
        heapq.heappush(self._plans, (self._now + seconds, next(self._number), plan))


@dataclass
class App:
    """Pods that are replaced when they go.

    Args:
        name: label ``app`` of its pods.
        budget: whether it has a budget, and how many pods may be away; None for no budget.
        ready_after: seconds from a pod's end being asked to its replacement being Ready.
    """

    name: str
    budget: int | None = None
    ready_after: float = 5.0


@dataclass
class FakeYard:
    """``Yard`` in memory, with the API server's refusals and a disruption controller.

    Args:
        clock: its time.
        lag: seconds after which the disruption controller has counted again.
        stop: seconds that a pod takes to stop, unless its grace is shorter.
    """

    clock: VirtualClock
    lag: float = 0.1
    stop: float = 3.0
    by_name: dict[str, Node] = field(default_factory=dict)
    by_key: dict[str, Pod] = field(default_factory=dict)
    of_name: dict[str, Budget] = field(default_factory=dict)
    apps: dict[str, App] = field(default_factory=dict)
    volumes: dict[str, set[str]] = field(default_factory=dict)
    stops: dict[str, float] = field(default_factory=dict)
    """Seconds that a pod takes by its key, where it is not the usual."""
    answers: dict[str, Answer] = field(default_factory=dict)
    """What evictions of a pod are answered, whatever else would be."""
    broken: dict[str, NorikaeError] = field(default_factory=dict)
    """The error of a kind of request, or of ``pods:<node>``."""
    calls: Counter[str] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)
    """What evictions were answered."""
    asked: list[tuple[float, str, str, int | None]] = field(default_factory=list)
    """Instant, request, pod and grace of every eviction and deletion."""
    most_away: Counter[str] = field(default_factory=Counter)
    """The most pods of an app that were away at once by eviction."""
    elsewhere: str = "spare"
    deletes_allowed: bool = True
    _disrupted: dict[str, set[str]] = field(default_factory=dict)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    node_of: dict[str, str] = field(default_factory=dict)
    """Where each pod was when it began, also those that are gone."""
    _spent: float | None = None
    _of_app: dict[str, list[str]] = field(default_factory=dict)

    def add_node(self, name: str, instance: str, **more: Any) -> Node:
        """A node joins."""
        self.by_name[name] = Node(name=name, instance=instance, version="1", **more)
        return self.by_name[name]

    def add_app(self, app: App) -> None:
        """An application, and its budget."""
        self.apps[app.name] = app
        if app.budget is not None:
            selector = Selector(labels={"app": app.name})
            self.of_name[f"shop/{app.name}"] = Budget(namespace="shop", name=app.name, selector=selector)

    def add_pod(self, node: str, name: str = "", app: str = "", **more: Any) -> Pod:
        """A pod runs."""
        number = next(self._numbers)
        known: dict[str, Any] = {"owner": "ReplicaSet", "labels": {"app": app} if app else {}}
        pod = Pod(
            **{
                **known,
                "namespace": "shop",
                "name": name or f"{app or 'pod'}-{number}",
                "uid": f"uid-{number}",
                **more,
            },
            node=node,
        )
        self.by_key[pod.key] = pod
        self.node_of[pod.key] = node
        self._of_app.setdefault(app, []).append(pod.key)
        return pod

    def settle(self) -> None:
        """The disruption controller has counted everything."""
        for key in self.of_name:
            self._count(key)

    def node(self, name: str) -> Node | None:
        self._called("node", READ)
        return self.by_name.get(name)

    def nodes(self) -> list[Node]:
        self._called("nodes", READ)
        return list(self.by_name.values())

    def patch_node(self, name: str, body: Mapping[str, Any]) -> Node:
        self._called("patch_node", WRITE)
        node = self.by_name.get(name)
        if node is None:
            raise NotFoundError(f"there is no node {name}")
        meta, spec = body["metadata"], body["spec"]
        if meta.get("resourceVersion", node.version) != node.version:
            raise ConflictError("the object has been modified")
        self.by_name[name] = msgspec.structs.replace(
            node,
            version=str(int(node.version) + 1),
            unschedulable=bool(spec["unschedulable"]),
            taints=tuple(msgspec.convert(one, Taint) for one in spec["taints"] or ()),
            labels=_merged(node.labels, meta.get("labels", {})),
            annotations=_merged(node.annotations, meta.get("annotations", {})),
        )
        return self.by_name[name]

    def pods(self, node: str = "") -> list[Pod]:
        self._called("pods", READ, of=f"pods:{node}")
        return [pod for pod in self.by_key.values() if pod.node and node in {"", pod.node}]

    def budgets(self) -> list[Budget]:
        self._called("budgets", READ)
        return list(self.of_name.values())

    def attached(self) -> dict[str, frozenset[str]]:
        self._called("attached", READ)
        return {node: frozenset(names) for node, names in self.volumes.items() if names}

    def evict(self, pod: Pod, *, grace_seconds: int | None = None, dry_run: bool = False) -> Answer:
        self._called("dry-run" if dry_run else "evict", WRITE)
        self.asked.append((self.clock.now(), "dry-run" if dry_run else "evict", pod.key, grace_seconds))
        answer = self.answers.get(pod.key) or self._evicted(pod, grace_seconds, dry_run=dry_run)
        self.said[answer.said] += 1
        return answer

    def delete(self, pod: Pod, *, grace_seconds: int) -> Answer:
        self._called("delete", WRITE)
        self.asked.append((self.clock.now(), "delete", pod.key, grace_seconds))
        known = self._known(pod)
        if known is None:
            return Answer("gone")
        if not self.deletes_allowed:
            return Answer("forbidden", text="pods is forbidden")
        self._end(known, grace_seconds)
        return Answer("going")

    def together(self, calls: Iterable[Callable[[], object]]) -> list[object | NorikaeError]:
        """At once over the connections: a batch takes as long as its slowest request."""
        answers: list[object | NorikaeError] = []
        waiting = list(calls)
        for start in range(0, len(waiting), CONNECTIONS):
            self._spent = 0.0
            try:
                answers += [_attempt(call) for call in waiting[start : start + CONNECTIONS]]
            finally:
                spent, self._spent = self._spent, None
            self.clock.sleep(spent)
        return answers

    def on(self, node: str) -> list[Pod]:
        """What runs on a node, without a request."""
        return [pod for pod in self.by_key.values() if pod.node == node]

    def remove_node(self, name: str) -> None:
        """The machine is gone, and everything on it."""
        del self.by_name[name]
        for pod in self.on(name):
            del self.by_key[pod.key]

    def _evicted(self, pod: Pod, grace: int | None, *, dry_run: bool) -> Answer:
        known = self._known(pod)
        if known is None:
            return Answer("gone")
        away = known.deleted_at is not None or known.phase in {"Pending", "Succeeded", "Failed"}
        covering = [] if away else self._covering(known)
        if len(covering) > 1:
            return Answer("two-budgets", text="This pod has more than one PodDisruptionBudget")
        for budget in covering:
            if not known.ready and (budget.evicts_unhealthy or 0 < budget.desired <= budget.healthy):
                continue
            if not budget.seen:
                return Answer("budget", retry_after=10.0)
            if budget.allowed <= 0:
                return Answer("budget")
            if not dry_run:
                self._disrupted.setdefault(budget.key, set()).add(known.uid)
                self.of_name[budget.key] = msgspec.structs.replace(budget, allowed=budget.allowed - 1)
        if not dry_run:
            self._end(known, known.grace_seconds if grace is None else grace)
        return Answer("going")

    def _known(self, pod: Pod) -> Pod | None:
        found = self.by_key.get(pod.key)
        return found if found is not None and found.uid == pod.uid else None

    def _covering(self, pod: Pod) -> list[Budget]:
        chosen = self.of_name.values()
        return [one for one in chosen if one.namespace == pod.namespace and _selected(one, pod)]

    def _end(self, pod: Pod, grace: int) -> None:
        """A pod ends within its grace; one that ends already can only end sooner."""
        is_first = pod.deleted_at is None
        ends = self.clock.now() + grace
        if pod.deleted_at is not None and ends >= pod.deleted_at:
            return
        self.by_key[pod.key] = msgspec.structs.replace(pod, deleted_at=ends, ready=False)
        takes = min(self.stops.get(pod.key, self.stop), grace)
        self.clock.plan(takes, lambda: self._gone(pod))
        if is_first:
            self._replace(pod)
        self._changed(pod)

    def _gone(self, pod: Pod) -> None:
        if self._known(pod) is not None:
            del self.by_key[pod.key]

    def _replace(self, pod: Pod) -> None:
        app = self.apps.get(pod.labels.get("app", ""))
        if app is None:
            return
        made = self.add_pod(self.elsewhere, app=app.name, ready=False)
        alive = [one for one in self._pods_of(app) if one.deleted_at is None]
        self.most_away[app.name] = max(self.most_away[app.name], sum(not one.ready for one in alive))

        def be_ready() -> None:
            self.by_key[made.key] = msgspec.structs.replace(self.by_key[made.key], ready=True)
            self._changed(made)

        self.clock.plan(app.ready_after, be_ready)

    def _pods_of(self, app: App) -> list[Pod]:
        keys = self._of_app.get(app.name, [])
        return [self.by_key[key] for key in keys if key in self.by_key]

    def _changed(self, pod: Pod) -> None:
        for budget in self._covering(pod):
            self.clock.plan(self.lag, partial(self._count, budget.key))

    def _count(self, key: str) -> None:
        """What the disruption controller does (``pkg/controller/disruption/disruption.go``)."""
        budget = self.of_name[key]
        app = self.apps[budget.name]
        alive = [pod for pod in self._pods_of(app) if pod.deleted_at is None]
        healthy = sum(pod.ready for pod in alive)
        expected = len(alive)
        desired = max(0, expected - (app.budget or 0))
        self.of_name[key] = msgspec.structs.replace(
            budget, seen=True, healthy=healthy, expected=expected, desired=desired, allowed=max(0, healthy - desired)
        )

    def _called(self, kind: str, seconds: float, of: str = "") -> None:
        self.calls[kind] += 1
        if self._spent is None:
            self.clock.sleep(seconds)
        else:
            self._spent = max(self._spent, seconds)
        for name in (kind, of):
            if name in self.broken:
                raise self.broken[name]


def _selected(budget: Budget, pod: Pod) -> bool:
    selector = budget.selector
    return selector is not None and all(pod.labels.get(key) == value for key, value in selector.labels.items())


def _merged(known: Mapping[str, str], patch: Mapping[str, str | None]) -> dict[str, str]:
    return {key: value for key, value in {**known, **patch}.items() if value is not None}


def _attempt(call: Callable[[], object]) -> object | NorikaeError:
    try:
        return call()
    except NorikaeError as error:
        return error
