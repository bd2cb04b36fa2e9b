"""Events, verdicts and nodes as the stories of this folder need them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from norikae.drain.interruption import Hook, Interruption, Kind
from norikae.drain.node import Node
from norikae.drain.policy import in_force
from norikae.environment.interruptions import Interruptions
from norikae.errors import ConflictError, NorikaeError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from norikae.drain.policy import Verdict

MACHINE, NODE = "i-0a1b2c3d4e5f60718", "ip-10-0-0-1.ap-northeast-1.compute.internal"
NOW = 1_000_000.0
DRAIN = Hook("demo-1-33-worker", "drain", "token")
AFTER: dict[Kind, float] = {"spot": 120, "capacity": 600, "scheduled": 86400, "state-change": 0}


def heard(kind: Kind, at: float = NOW, **more: Any) -> Interruption:
    """An event of a kind; its id is the same whenever kind and time are."""
    end = {"ends_at": at + AFTER[kind]} if kind in AFTER else {}
    hook = {"hook": DRAIN} if kind == "scaling" else {}
    known: dict[str, Any] = {"event": f"{kind}@{at}", **end, **hook, **more}
    return Interruption(kind, MACHINE, at, **known)


def verdict(said: Interruption, now: float = NOW, interruptions: Interruptions | None = None) -> Verdict:
    """What the defaults want done about an event, or other policies."""
    return in_force(interruptions or Interruptions(), "demo-1-33", "blue", said, now)


class Nodes:
    """The nodes of one API server: merge patches under preconditions, and each request is remembered."""

    def __init__(self, *nodes: Node) -> None:
        self.objects = {node.name: node for node in nodes}
        self.requests: list[str] = []
        self.broken: NorikaeError | None = None
        self.meanwhile: list[Callable[[], None]] = []
        """What somebody else does between a look and the next write."""

    def node(self, name: str) -> Node | None:
        self._asked(f"GET {name}")
        return self.objects.get(name)

    def nodes(self) -> list[Node]:
        self._asked("LIST")
        return list(self.objects.values())

    def patch_node(self, name: str, body: Mapping[str, Any]) -> Node:
        self._asked(f"PATCH {name}")
        if self.meanwhile:
            self.meanwhile.pop(0)()
        if name not in self.objects:
            raise NotFoundError(f"nodes {name!r} not found")
        node = self.objects[name]
        if body["metadata"].get("resourceVersion", node.version) != node.version:
            raise ConflictError("the object has been modified")
        self.objects[name] = _patched(node, body)
        return self.objects[name]

    def together(self, calls: Iterable[Callable[[], object]]) -> list[object]:
        return [_outcome(call) for call in calls]

    def changed(self, name: str, **more: Any) -> None:
        """Somebody else writes a node."""
        node = self.objects[name]
        self.objects[name] = msgspec.structs.replace(node, version=_next(node), **more)

    def writes(self) -> list[str]:
        """The writes that were asked for."""
        return [request for request in self.requests if request.startswith("PATCH")]

    def _asked(self, request: str) -> None:
        self.requests.append(request)
        if self.broken:
            raise self.broken


def _patched(node: Node, body: Mapping[str, Any]) -> Node:
    """RFC 7386: a key whose value is null goes, a list is replaced."""
    spec: dict[str, Any] = dict(body["spec"])
    taints = msgspec.convert(spec.pop("taints", msgspec.to_builtins(node.taints)), type=tuple[Any, ...])
    return msgspec.convert(
        {
            **msgspec.to_builtins(node),
            "version": _next(node),
            "labels": _merged(node.labels, body["metadata"].get("labels", {})),
            "annotations": _merged(node.annotations, body["metadata"].get("annotations", {})),
            "unschedulable": bool(spec.get("unschedulable", node.unschedulable)),
            "taints": taints,
        },
        type=Node,
    )


def _merged(old: Mapping[str, str], new: Mapping[str, str | None]) -> dict[str, str]:
    return {key: value for key, value in {**old, **new}.items() if value is not None}


def _next(node: Node) -> str:
    return str(int(node.version) + 1)


def _outcome(call: Callable[[], object]) -> object:
    try:
        return call()
    except NorikaeError as error:
        return error


def node(name: str = NODE, instance: str = MACHINE, **more: Any) -> Node:
    """A node as EKS makes them."""
    return Node(name=name, instance=instance, version="7", **more)
