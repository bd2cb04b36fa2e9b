"""What draining needs of the world: the claims in the table, the machines in EC2, the nodes and pods of a cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from norikae.drain.budget import Budget
    from norikae.drain.claim import Claim, Wave
    from norikae.drain.interruption import Hook
    from norikae.drain.node import Node
    from norikae.drain.pod import Pod
    from norikae.errors import NorikaeError


class Claims(Protocol):
    """The claims in the table; all reads are consistent."""

    def open(self, cluster: str) -> list[Claim]:
        """The claims of a cluster that are not finished."""

    def unsettled(self, cluster: str) -> list[Claim]:
        """The open claims, and the finished ones of whose end people have still to hear (``norikae.drain.news``)."""

    def of(self, cluster: str, instance: str) -> Claim | None:
        """The claim on a node, also when it is finished."""

    def write(self, claim: Claim, *, instead_of: Claim | None) -> None:
        """Write a claim if what is there still is what was read; ConflictError otherwise.

        Finished claims are forgotten after days, so that late copies of their events find them.
        """

    def wave(self, cluster: str) -> Wave:
        """Which wave of a cluster is open; the first when none ever was."""

    def close(self, cluster: str, wave: Wave) -> None:
        """The next wave is open, if that one still was; nothing happens otherwise."""


@dataclass(frozen=True, slots=True)
class Machine:
    """An EC2 instance as far as it matters here.

    Args:
        instance: its id.
        state: EC2's word: ``running``, ``shutting-down``, ``terminated``, …
        dns_name: PrivateDnsName, often the node's name; "" once it is terminated.
        tags: key to value.
        spot: whether it is a spot instance.
    """

    instance: str
    state: str
    dns_name: str
    tags: Mapping[str, str]
    spot: bool = False

    @property
    def has_ended(self) -> bool:
        """Whether it does not come back."""
        return self.state in {"shutting-down", "terminated"}


@dataclass(frozen=True, slots=True)
class Waiting:
    """An instance that Auto Scaling holds for a lifecycle action.

    Args:
        instance: its id.
        transition: ``terminating`` or ``launching``.
        hooks: the hooks of its group for this transition; several may wait one after another.
    """

    instance: str
    transition: Literal["terminating", "launching"]
    hooks: tuple[Hook, ...]


@dataclass(frozen=True, slots=True)
class Impairment:
    """What EC2 says against an instance.

    Args:
        instance: its id.
        what: ``system-impaired``, ``instance-impaired`` or the code of a scheduled event.
        since: when it began or will begin, in seconds since the epoch.
    """

    instance: str
    what: str
    since: float


class Fleet(Protocol):
    """The machines: EC2, Auto Scaling, target groups."""

    def machines(self, instances: Sequence[str]) -> dict[str, Machine]:
        """Those of the instances that EC2 knows; one unknown or malformed id never hides the others."""

    def waiting(self, cluster: str) -> list[Waiting]:
        """Instances of a cluster's Auto Scaling groups in Terminating:Wait or Pending:Wait."""

    def impaired(self, instances: Sequence[str]) -> list[Impairment]:
        """Failed status checks and scheduled events that are not completed."""

    def complete(self, hook: Hook, instance: str, result: Literal["CONTINUE", "ABANDON"]) -> None:
        """The lifecycle action is answered; fine when there is none (any more) ("No active Lifecycle Action")."""

    def beat(self, hook: Hook, instance: str) -> bool:
        """The lifecycle action has its whole time again; False when there is none (any more)."""

    def heartbeat_seconds(self, hook: Hook) -> int:
        """The hook's HeartbeatTimeout, in seconds; 0 when the hook is gone."""

    def target_groups(self) -> tuple[str, ...]:
        """The target groups that have instances as targets and a load balancer that sends to them."""

    def targets(self, group: str) -> frozenset[str]:
        """The instances to which a target group still sends; none when it is gone."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of asking for one pod's end.

    Args:
        said: ``going`` (evicted or deleted), ``gone`` (404, or another pod has its name: 409), ``budget`` (429 with the
            cause DisruptionBudget), ``slow-down`` (429 of the server itself), ``two-budgets`` (500), ``leaving`` (403:
            its namespace is terminating), ``forbidden`` (403), ``failed`` (5xx, connection).
        retry_after: seconds that the server asks for, 0.0 when it does not say.
        text: Kubernetes' own message.
    """

    said: Literal["going", "gone", "budget", "slow-down", "two-budgets", "leaving", "forbidden", "failed"]
    retry_after: float = 0.0
    text: str = ""


class Yard(Protocol):
    """One cluster's API as a drain uses it: lists, never a look at one pod.

    Reads raise ``norikae.errors`` as ``norikae.cluster.ports.Kubernetes`` does.
    """

    def node(self, name: str) -> Node | None:
        """A node by name."""

    def nodes(self) -> list[Node]:
        """All nodes."""

    def patch_node(self, name: str, body: Mapping[str, object]) -> Node:
        """A merge patch; a ``resourceVersion`` in it is a precondition (ConflictError); NotFoundError without one."""

    def pods(self, node: str = "") -> list[Pod]:
        """The pods that are bound to a node, or all that are bound to any."""

    def budgets(self) -> list[Budget]:
        """The disruption budgets of all namespaces."""

    def attached(self) -> dict[str, frozenset[str]]:
        """Node to the persistent volumes that are attached to it."""

    def evict(self, pod: Pod, *, grace_seconds: int | None = None, dry_run: bool = False) -> Answer:
        """Ask for a pod's end as its budgets allow, under the precondition of its UID."""

    def delete(self, pod: Pod, *, grace_seconds: int) -> Answer:
        """A pod ends within seconds whatever its budgets say, under the precondition of its UID."""

    def together(self, calls: Iterable[Callable[[], object]]) -> list[object | NorikaeError]:
        """Make calls over the cluster's connections at once; the answers or errors in the order of the calls."""
