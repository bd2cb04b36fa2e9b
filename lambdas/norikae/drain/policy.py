"""Which policy is in force for a machine that goes, when its drain begins, and by when its node must be empty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from norikae.environment.interruptions import RebalancePolicy, ScheduledPolicy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from norikae.drain.claim import Budgets, Do
    from norikae.drain.interruption import Interruption, Kind
    from norikae.environment.interruptions import (
        ClusterPolicies,
        EndPolicy,
        ImpairedPolicy,
        Interruptions,
        Policy,
    )

    AnyPolicy = Policy | EndPolicy | ScheduledPolicy | RebalancePolicy | ImpairedPolicy

SPOT_NOTICE = 120
"""Seconds between the warning and the end of a spot instance (EC2 guide, "Spot Instance interruption notices")."""
DEGRADED = ("RETIREMENT", "DEGRADED")
"""In the codes of AWS Health and of EC2's scheduled events for hardware that fails already."""
OURS: frozenset[Kind] = frozenset({"decommission", "asked"})
"""Kinds that norikae or a person began: nobody takes the machine away, so nothing excuses a broken budget."""
_KEYS: dict[Kind, str] = {"state-change": "state_change", "launch": "scaling"}
"""Where the environment file has a kind under another name; a launch is the other half of scaling."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is done about one machine.

    Args:
        do: how much.
        budgets: whether disruption budgets count until the end.
        due: when it begins, in seconds since the epoch.
        deadline: by when the node must be empty, in seconds since the epoch; never after the machine's end.
    """

    do: Do
    budgets: Budgets
    due: float
    deadline: float


def in_force(interruptions: Interruptions, cluster: str, role: str, interruption: Interruption, now: float) -> Verdict:
    """What the environment file wants done about a machine that goes: by cluster, else by role, else for all.

    Args:
        interruptions: that part of the file.
        cluster: the cluster's name.
        role: ``blue``, ``green`` or "".
        interruption: what was said.
        now: the instant, in seconds since the epoch.
    """
    policy = policy_of(interruptions, cluster, role, interruption.kind)
    deadline = _deadline(interruptions, policy, interruption)
    if interruption.kind in OURS:
        return Verdict("drain", "respect", interruption.at, deadline)
    due = interruption.at
    if isinstance(policy, ScheduledPolicy):
        due = max(due, min(_scheduled_for(policy, interruption, now), deadline))
    return Verdict(policy.do, policy.budgets, due, deadline)


def policy_of(interruptions: Interruptions, cluster: str, role: str, kind: Kind) -> AnyPolicy:
    """The policy for a kind: of the cluster by name, else of its role, else of all clusters.

    Args:
        interruptions: that part of the environment file.
        cluster: the cluster's name.
        role: ``blue``, ``green`` or "".
        kind: why a machine goes; for ``decommission`` and ``asked`` there is none, that of ``scaling`` answers.
    """
    key = "scaling" if kind in OURS else _KEYS.get(kind, kind)
    for part in (*_exceptions(interruptions, cluster, role), interruptions):
        policy: AnyPolicy | None = getattr(part, key)
        if policy is not None:
            return policy
    raise AssertionError(key)  # pragma: no cover - the part for all clusters has every key


def is_degraded(detail: str) -> bool:
    """Whether a code of AWS Health or EC2 says that the hardware fails already."""
    code = detail.upper().replace("-", "_")
    return any(word in code for word in DEGRADED)


def _exceptions(interruptions: Interruptions, cluster: str, role: str) -> Iterator[ClusterPolicies]:
    for name in (cluster, role):
        if name in interruptions.clusters:
            yield interruptions.clusters[name]


def _deadline(interruptions: Interruptions, policy: AnyPolicy, interruption: Interruption) -> float:
    at, margin = interruption.at, interruptions.margin
    end = None if interruption.ends_at is None else interruption.ends_at - margin
    if interruption.kind == "scheduled" and end is not None and end <= at:
        end = None  # a start that has passed, or that EC2 does not name: the machine runs still, and may go any moment
    if interruption.kind == "state-change":
        latest = at
    elif interruption.kind == "spot":
        latest = at + SPOT_NOTICE - margin
    elif isinstance(policy, RebalancePolicy):
        latest = at + policy.back_after
    elif interruption.kind == "scaling" or end is None:
        latest = at + interruptions.scaling_deadline
    else:
        latest = end
    return latest if end is None else min(latest, end)


def _scheduled_for(policy: ScheduledPolicy, interruption: Interruption, now: float) -> float:
    """When the drain begins; no window delays it beyond its lead, least of all in a time zone that is unknown here."""
    if policy.when == "immediate" or is_degraded(interruption.detail):
        return interruption.at
    start = interruption.ends_at
    latest = float("inf") if start is None else start - policy.lead
    if policy.when == "before-start":
        return interruption.at if start is None else latest
    from norikae.drain.windows import next_opening  # noqa: PLC0415 - time zones cost, and few environments have a window

    try:
        return min(next_opening(policy.window, policy.timezone, now), latest)
    except KeyError:  # the time zone was known at synth, and is not where the function runs
        return interruption.at if start is None else latest
