"""Nodes, pods, budgets and attachments as the API server writes them, with only the fields that a drain reads.

Thousands of pods come in one answer; a decoder that knows the fields skips the others without making anything of them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Generic, TypeVar

import msgspec

from norikae.drain.budget import Budget, Expression, Selector
from norikae.drain.node import Node, Taint
from norikae.drain.pod import Pod, Toleration

T = TypeVar("T")
MIRROR = "kubernetes.io/config.mirror"
PROVIDER = "aws:///"


class _Object(msgspec.Struct, rename="camel"):
    """What all of them have in common."""


class Owner(_Object):
    """An owner reference."""

    kind: str
    name: str
    controller: bool = False


class Metadata(_Object):
    """ObjectMeta."""

    name: str
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    generation: int = 0
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    owner_references: list[Owner] = []
    deletion_timestamp: datetime | None = None


class Page(_Object):
    """ListMeta."""

    continue_: str = msgspec.field(default="", name="continue")


class Listing(_Object, Generic[T]):
    """A list of objects, or one page of it."""

    items: list[T] | None = None
    metadata: Page = msgspec.field(default_factory=Page)


class Condition(_Object):
    """A condition of a node or a pod."""

    type: str
    status: str


class Status(_Object):
    """Status of a node or a pod."""

    phase: str = ""
    conditions: list[Condition] = []

    @property
    def ready(self) -> bool:
        """Whether the condition Ready is True."""
        return any(one.type == "Ready" and one.status == "True" for one in self.conditions)


class NodeSpec(_Object):
    """Of a node."""

    provider_id: str = msgspec.field(default="", name="providerID")
    unschedulable: bool = False
    taints: tuple[Taint, ...] = ()


class NodeObject(_Object):
    """A node."""

    metadata: Metadata
    spec: NodeSpec = msgspec.field(default_factory=NodeSpec)
    status: Status = msgspec.field(default_factory=Status)

    def node(self) -> Node:
        """The same as a drain sees it."""
        _, _, instance = self.spec.provider_id.removeprefix(PROVIDER).rpartition("/")
        ours = self.spec.provider_id.startswith(PROVIDER) and instance.startswith("i-")
        return Node(
            name=self.metadata.name,
            instance=instance if ours else "",
            version=self.metadata.resource_version,
            unschedulable=self.spec.unschedulable,
            ready=self.status.ready,
            taints=self.spec.taints,
            labels=self.metadata.labels,
            annotations=self.metadata.annotations,
        )


class ClaimSource(_Object):
    """A volume's PersistentVolumeClaim."""

    claim_name: str


class Volume(_Object):
    """A pod's volume."""

    name: str
    empty_dir: dict[str, object] | None = None
    ephemeral: dict[str, object] | None = None
    persistent_volume_claim: ClaimSource | None = None


class PodSpec(_Object):
    """Of a pod."""

    node_name: str = ""
    tolerations: tuple[Toleration, ...] = ()
    priority: int = 0
    priority_class_name: str = ""
    termination_grace_period_seconds: int = 30
    volumes: list[Volume] = []


class PodObject(_Object):
    """A pod."""

    metadata: Metadata
    spec: PodSpec
    status: Status = msgspec.field(default_factory=Status)

    def pod(self) -> Pod:
        """The same as a drain sees it."""
        meta, spec = self.metadata, self.spec
        owner = next((one for one in meta.owner_references if one.controller), None)
        return Pod(
            namespace=meta.namespace,
            name=meta.name,
            uid=meta.uid,
            node=spec.node_name,
            phase=self.status.phase or "Pending",
            ready=self.status.ready,
            owner=owner.kind if owner else "",
            owner_name=owner.name if owner else "",
            mirror=MIRROR in meta.annotations,
            labels=meta.labels,
            annotations=meta.annotations,
            tolerations=spec.tolerations,
            priority=spec.priority,
            priority_class=spec.priority_class_name,
            grace_seconds=spec.termination_grace_period_seconds,
            deleted_at=meta.deletion_timestamp.timestamp() if meta.deletion_timestamp else None,
            empty_dir=any(one.empty_dir is not None for one in spec.volumes),
            volumes=tuple(self._claims()),
        )

    def _claims(self) -> list[str]:
        """Its claims; an ephemeral volume's has the name of pod and volume (Kubernetes docs, "Ephemeral Volumes")."""
        named = [one.persistent_volume_claim.claim_name for one in self.spec.volumes if one.persistent_volume_claim]
        return named + [f"{self.metadata.name}-{one.name}" for one in self.spec.volumes if one.ephemeral is not None]


class SelectorObject(_Object):
    """A LabelSelector."""

    match_labels: dict[str, str] = {}
    match_expressions: tuple[Expression, ...] = ()


class BudgetSpec(_Object):
    """Of a PodDisruptionBudget."""

    selector: SelectorObject | None = None
    unhealthy_pod_eviction_policy: str = ""


class BudgetStatus(_Object):
    """Of a PodDisruptionBudget."""

    observed_generation: int = 0
    disruptions_allowed: int = 0
    current_healthy: int = 0
    desired_healthy: int = 0
    expected_pods: int = 0


class BudgetObject(_Object):
    """A PodDisruptionBudget."""

    metadata: Metadata
    spec: BudgetSpec = msgspec.field(default_factory=BudgetSpec)
    status: BudgetStatus = msgspec.field(default_factory=BudgetStatus)

    def budget(self) -> Budget:
        """The same as a drain sees it."""
        selector, status = self.spec.selector, self.status
        return Budget(
            namespace=self.metadata.namespace,
            name=self.metadata.name,
            selector=Selector(selector.match_labels, selector.match_expressions) if selector else None,
            allowed=status.disruptions_allowed,
            healthy=status.current_healthy,
            desired=status.desired_healthy,
            expected=status.expected_pods,
            seen=status.observed_generation >= self.metadata.generation,
            evicts_unhealthy=self.spec.unhealthy_pod_eviction_policy == "AlwaysAllow",
        )


class AttachmentSource(_Object):
    """What is attached."""

    persistent_volume_name: str = ""


class AttachmentSpec(_Object):
    """Of a VolumeAttachment."""

    node_name: str
    source: AttachmentSource


class AttachmentObject(_Object):
    """A VolumeAttachment; it is there until the volume is detached."""

    metadata: Metadata
    spec: AttachmentSpec
