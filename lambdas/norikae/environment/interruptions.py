"""The part of an environment file that says what happens to a node whose machine goes away."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from norikae.environment.part import Part, Seconds, WholePercent

Do = Annotated[
    Literal["off", "notify", "cordon", "drain", "dry-run"],
    msgspec.Meta(
        description="off does nothing, notify tells people, cordon keeps new pods away, drain moves the pods, "
        "dry-run asks the API server what would happen and changes nothing."
    ),
]
Budgets = Annotated[
    Literal["respect", "bypass-at-deadline"],
    msgspec.Meta(
        description="Whether a pod that its disruption budget still keeps is deleted when its machine is about to go."
    ),
]


class Policy(Part, frozen=True):
    """A machine that somebody takes away and could keep."""

    do: Do = "drain"
    budgets: Budgets = "respect"


class EndPolicy(Part, frozen=True):
    """A machine that goes in any case: the pod that its budget keeps dies with it, without its grace period."""

    do: Do = "drain"
    budgets: Budgets = "bypass-at-deadline"


class ScheduledPolicy(Part, frozen=True):
    """A maintenance, retirement or reboot that AWS Health announces up to two weeks ahead."""

    do: Do = "drain"
    budgets: Budgets = "respect"
    when: Annotated[
        Literal["immediate", "before-start", "next-window"],
        msgspec.Meta(description="When the drain begins; degraded hardware never waits."),
    ] = "before-start"
    lead: Annotated[Seconds, msgspec.Meta(ge=300, description="How long before the start it begins at the latest.")] = (
        3600
    )
    window: Annotated[
        str,
        msgspec.Meta(
            pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$",
            description="For next-window: hours of the day such as 02:00-05:00.",
        ),
    ] = "02:00-05:00"
    timezone: Annotated[str, msgspec.Meta(description="Of the window, such as Asia/Tokyo.")] = "UTC"


class RebalancePolicy(Part, frozen=True):
    """A spot machine that is likely to be interrupted; often it is not."""

    do: Do = "notify"
    budgets: Budgets = "respect"
    back_after: Annotated[
        Seconds, msgspec.Meta(ge=300, description="A node that was not interrupted by then takes pods again.")
    ] = 1800


class ImpairedPolicy(Part, frozen=True):
    """A machine whose status checks fail."""

    do: Do = "notify"
    budgets: Budgets = "respect"


class ClusterPolicies(Part, frozen=True):
    """What one cluster does otherwise; what is left out is as above."""

    spot: EndPolicy | None = None
    capacity: EndPolicy | None = None
    state_change: EndPolicy | None = None
    scaling: Policy | None = None
    scheduled: ScheduledPolicy | None = None
    rebalance: RebalancePolicy | None = None
    impaired: ImpairedPolicy | None = None


class Interruptions(Part, frozen=True):
    """What happens to nodes whose machines go away, by kind of event."""

    spot: EndPolicy = EndPolicy()
    capacity: EndPolicy = EndPolicy()
    state_change: EndPolicy = EndPolicy()
    scaling: Policy = Policy()
    scheduled: ScheduledPolicy = ScheduledPolicy()
    rebalance: RebalancePolicy = RebalancePolicy()
    impaired: ImpairedPolicy = ImpairedPolicy()
    clusters: Annotated[
        dict[str, ClusterPolicies],
        msgspec.Meta(description="Other policies for blue, green, or a cluster by its name; the name counts first."),
    ] = {}
    margin: Annotated[
        Seconds, msgspec.Meta(ge=0, le=60, description="How long before the machine's end a node should be empty.")
    ] = 15
    scaling_deadline: Annotated[
        Seconds, msgspec.Meta(ge=60, le=172800, description="How long a drain may hold a lifecycle action.")
    ] = 900
    unhealthy_percent: Annotated[
        WholePercent,
        msgspec.Meta(description="No step passes while so many of green's nodes are being drained."),
    ] = 20

    def bypass_budgets(self) -> bool:
        """Whether any policy lets a pod be deleted that its disruption budget keeps."""
        own = [getattr(self, kind) for kind in ClusterPolicies.__struct_fields__]
        others = [getattr(one, kind) for one in self.clusters.values() for kind in one.__struct_fields__]
        drains = [policy for policy in (*own, *others) if policy is not None and policy.do == "drain"]
        return any(policy.budgets == "bypass-at-deadline" for policy in drains)
