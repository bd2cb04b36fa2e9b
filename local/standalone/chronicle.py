"""The truth about a drain, whoever does it: when each node was cordoned, lost its first pod, and was empty."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from local.cluster.objects import annotation, controller_of, is_terminating

if TYPE_CHECKING:
    from local.kubernetes.api import ApiServer
    from local.kubernetes.store import Change, Key

Json = dict[str, Any]
_MIRROR = "kubernetes.io/config.mirror"


@dataclass
class NodeStory:
    """What happened to one node, in seconds since the beginning; None for what did not happen.

    Args:
        instance: the EC2 instance.
        cordoned: when it became unschedulable.
        first_deletion: when the first pod of it was told to go, after that.
        empty: when the last pod was gone, after that; DaemonSets' and static pods do not count.
        pods: how many are there now.
    """

    instance: str = ""
    cordoned: float | None = None
    first_deletion: float | None = None
    empty: float | None = None
    pods: int = 0


@dataclass
class Chronicle:
    """Follows the store's changes; called under the world's lock.

    Args:
        api: the cluster's API server, with everything that is there at the beginning.
        clock: seconds since the beginning.
    """

    api: ApiServer
    clock: Callable[[], float]
    nodes: dict[str, NodeStory] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for key, stored in self.api.store.scan("nodes"):
            self.nodes[key[1]] = NodeStory(stored.body["spec"].get("providerID", "").rpartition("/")[2])
        self._where: dict[Key, str] = {}
        for key, stored in self.api.store.scan("pods"):
            self._count(key, stored.body)
        self.api.store.observe(self._see)

    def told(self) -> dict[str, Json]:
        """The stories, by the names of the nodes."""
        return {name: asdict(story) for name, story in self.nodes.items()}

    def _see(self, change: Change) -> None:
        if change.resource == "nodes":
            story = self.nodes.setdefault(change.key[1], NodeStory())
            if change.after.body["spec"].get("unschedulable") and story.cordoned is None:
                story.cordoned = self.clock()
        elif change.resource == "pods" and change.kind == "DELETED":
            self._uncount(change.key)
        elif change.resource == "pods":
            self._count(change.key, change.after.body)

    def _count(self, key: Key, pod: Json) -> None:
        node = pod["spec"].get("nodeName", "")
        if not node or annotation(pod, _MIRROR) or (controller_of(pod) or {}).get("kind") == "DaemonSet":
            return
        story = self.nodes.setdefault(node, NodeStory())
        if key not in self._where:
            self._where[key] = node
            story.pods += 1
        if story.cordoned is not None and story.first_deletion is None and is_terminating(pod):
            story.first_deletion = self.clock()

    def _uncount(self, key: Key) -> None:
        node = self._where.pop(key, "")
        if not node:
            return
        story = self.nodes[node]
        story.pods -= 1
        if story.cordoned is not None and not story.pods:
            story.empty = self.clock()
