"""What is known while one slice runs: what was read of the world, and what the world answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from norikae.drain.budget import Budget
    from norikae.drain.node import Node
    from norikae.drain.pod import Pod
    from norikae.drain.ports import Answer

FIRST_REST, LONGEST_REST = 0.5, 10.0
"""Seconds for which a budget that refused is left alone: doubled at each refusal."""
AGAIN = {"going": 10.0, "gone": 10.0, "leaving": 5.0, "failed": 2.0, "forbidden": 10.0, "two-budgets": 10.0}
"""Seconds after which a pod that is still there may be asked again, by what was answered."""
BREATH = 1.0
"""Seconds for which nothing is asked when the API server wants less and does not say for how long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """The world at one instant, by instance.

    Args:
        now: the instant.
        nodes: those that exist; an instance that is missing has no node.
        pods: what is bound to them.
        budgets: all of them, from this very instant.
        attached: how many volumes are attached to a node; missing where nobody asked.
        targets: 1 where a load balancer sends to the machine; missing where nobody asked.
        running: 1 where EC2 says that it runs; missing where nobody asked.
        heartbeats: HeartbeatTimeout of the hook that waits, in seconds; missing where none waits.
        unseen: instances of which the cluster could not be asked.
    """

    now: float
    nodes: Mapping[str, Node] = field(default_factory=dict)
    pods: Mapping[str, Sequence[Pod]] = field(default_factory=dict)
    budgets: Sequence[Budget] = ()
    attached: Mapping[str, int] = field(default_factory=dict)
    targets: Mapping[str, int] = field(default_factory=dict)
    running: Mapping[str, int] = field(default_factory=dict)
    heartbeats: Mapping[str, int] = field(default_factory=dict)
    unseen: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Rest:
    """A budget that refused.

    Args:
        until: it is left alone until then.
        seconds: how long that was meant to be, without jitter.
    """

    until: float
    seconds: float


@dataclass(slots=True)
class Memory:
    """What the API server answered in this slice; forgetting it costs requests and nothing else.

    Args:
        again: uid to the instant from which a pod may be asked again.
        refused: uid to why a pod cannot go, in words.
        rests: budgets that refused.
        quiet_until: the API server wants nothing before.
        mounted: instances of which a pod with volumes moved.
        seen: instances whose pods were seen while there were some.
        tried: uid to what was answered when it was only asked whether the pod could go.
    """

    again: dict[str, float] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    rests: dict[str, Rest] = field(default_factory=dict)
    quiet_until: float = 0.0
    mounted: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    tried: dict[str, Answer] = field(default_factory=dict)

    def resting(self, now: float) -> frozenset[str]:
        """Keys of the budgets that are left alone."""
        return frozenset(key for key, rest in self.rests.items() if now < rest.until)

    def is_asked(self, pod: Pod, now: float) -> bool:
        """Whether a pod was asked and may still follow."""
        return now < self.again.get(pod.uid, 0.0)

    def hear(
        self, pod: Pod, answer: Answer, budgets: Sequence[str], now: float, *, jitter: float, forced: bool = False
    ) -> None:
        """Remember an answer.

        Args:
            pod: which was asked.
            answer: what was said.
            budgets: keys of those that select it.
            now: the instant.
            jitter: from 0 to 1; two slices that are refused together shall not come again together.
            forced: it was to be deleted, so that there is nothing left to try before it may be asked again.
        """
        self.refused.pop(pod.uid, None)
        if answer.said == "slow-down":
            self.quiet_until = max(self.quiet_until, now + (answer.retry_after or BREATH))
        elif answer.said == "budget":
            for key in budgets:
                self._rest(key, answer.retry_after, now, jitter)
        else:
            self.again[pod.uid] = now + AGAIN[answer.said]
            if answer.said in {"forbidden", "two-budgets"} and not forced:
                self.refused[pod.uid] = answer.text or answer.said
            if answer.said == "going":
                for key in set(budgets) - self.resting(now):
                    self.rests.pop(key, None)

    def _rest(self, key: str, at_least: float, now: float, jitter: float) -> None:
        known = self.rests.get(key)
        if known and now < known.until:  # others of the same volley said the same
            return
        seconds = min(known.seconds * 2, LONGEST_REST) if known else FIRST_REST
        self.rests[key] = Rest(now + max(at_least, seconds * (0.5 + jitter / 2)), seconds)
