"""Nodes in memory, with the refusals of an API server; enough for those who evict nobody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from norikae.drain.node import DEADLINE, EPISODE, EXCLUDED, OURS, TAINT, Node, Taint
from norikae.drain.pod import Pod
from norikae.errors import ConflictError, NotFoundError, UnreachableError


class Nodes:
    """A yard that has nodes and nothing else."""

    def __init__(self, *nodes: Node) -> None:
        self.known = {node.name: node for node in nodes}
        self.bound: list[Pod] = []
        self.answers = True
        self.lists = 0
        self.patched: list[str] = []

    def node(self, name: str) -> Node | None:
        self._asked()
        return self.known.get(name)

    def nodes(self) -> list[Node]:
        self._asked()
        self.lists += 1
        return list(self.known.values())

    def pods(self, node: str = "") -> list[Pod]:
        self._asked()
        return [pod for pod in self.bound if node in {"", pod.node}]

    def patch_node(self, name: str, body: Mapping[str, Any]) -> Node:
        self._asked()
        if name not in self.known:
            raise NotFoundError(name)
        node = self.known[name]
        if body["metadata"]["resourceVersion"] != node.version:
            raise ConflictError(name)
        self.patched.append(name)
        self.known[name] = msgspec.structs.replace(
            node,
            version=f"{node.version}+",
            unschedulable=bool(body["spec"].get("unschedulable", node.unschedulable)),
            taints=tuple(msgspec.convert(body["spec"]["taints"] or [], list[Taint])),
            labels=_merged(node.labels, body["metadata"]["labels"]),
            annotations=_merged(node.annotations, body["metadata"]["annotations"]),
        )
        return self.known[name]

    def _asked(self) -> None:
        if not self.answers:
            raise UnreachableError("the API server does not answer")


def marked(number: int = 1, episode: str | None = None, *more: Taint) -> Node:
    """A node that carries the mark of an episode, and what others put there."""
    return Node(
        name=f"ip-10-0-0-{number}",
        instance=f"i-{number:017x}",
        version="7",
        unschedulable=True,
        taints=(*more, Taint(key=TAINT, effect="NoSchedule", value="rebalance")),
        labels={"role": "worker", EXCLUDED: OURS},
        annotations={"note": "kept", DEADLINE: "2026-11-24T00:00:00Z", EPISODE: episode or f"episode-{number}"},
    )


def _merged(before: Mapping[str, str], changes: Mapping[str, str | None]) -> dict[str, str]:
    after = {**before, **changes}
    return {key: value for key, value in after.items() if value is not None}
