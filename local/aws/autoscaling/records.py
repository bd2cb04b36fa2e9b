"""What Auto Scaling keeps: groups, lifecycle hooks, and the actions that hooks have begun."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from local.aws.ec2.records import Instance

LAUNCHING, TERMINATING = "autoscaling:EC2_INSTANCE_LAUNCHING", "autoscaling:EC2_INSTANCE_TERMINATING"
CONTINUE, ABANDON = "CONTINUE", "ABANDON"
LONGEST_WAIT, MOST_HEARTBEATS = 48 * 3600, 100
"""An action lasts 48 hours at most, or a hundred times its heartbeat (Auto Scaling guide, "Lifecycle hooks")."""
_STATES = {"pending": "Pending", "running": "InService", "shutting-down": "Terminating"}


@dataclass(frozen=True, slots=True)
class Hook:
    """A lifecycle hook.

    Attributes:
        transition: at which an instance waits.
        heartbeat: seconds until the default result, unless somebody asks for more time.
        result: what happens when nobody completes the action.
        metadata: said along with each action.
        target: ARN of the queue or topic that is told besides EventBridge.
        role: that may send there.
    """

    name: str
    transition: str
    heartbeat: int = 3600
    result: str = ABANDON
    metadata: str = ""
    target: str = ""
    role: str = ""

    @property
    def longest(self) -> int:
        """Seconds for which an action can be kept waiting."""
        return min(LONGEST_WAIT, MOST_HEARTBEATS * self.heartbeat)

    def described(self, group: str) -> dict[str, Any]:
        """The hook as DescribeLifecycleHooks gives it."""
        told = {"NotificationTargetARN": self.target, "RoleARN": self.role, "NotificationMetadata": self.metadata}
        return {
            "LifecycleHookName": self.name,
            "AutoScalingGroupName": group,
            "LifecycleTransition": self.transition,
            "HeartbeatTimeout": self.heartbeat,
            "GlobalTimeout": self.longest,
            "DefaultResult": self.result,
            **{key: value for key, value in told.items() if value},
        }


@dataclass(slots=True, eq=False)
class Action:
    """An instance waits at a hook.

    Attributes:
        ends: when the default result counts, in seconds of the world.
        limit: beyond which no heartbeat helps.
    """

    token: str
    hook: Hook
    instance: Instance
    ends: float
    limit: float


@dataclass(slots=True)
class Group:
    """An Auto Scaling group.

    Attributes:
        template: id of its launch template.
        types: instance types, best first.
        base: instances that are on-demand in any case.
        percent: share of on-demand instances above the base.
        tags: key to value and whether instances get it.
        instances: all that were launched.
        activities: newest first.
        hooks: by name.
        actions: those that are not completed.
        leaving: ids of instances that the group has given up.
    """

    name: str
    arn: str
    template: str
    types: list[str]
    base: int
    percent: int
    subnets: list[str]
    min_size: int
    max_size: int
    desired: int
    created_at: datetime
    request: dict[str, Any]
    tags: dict[str, tuple[str, bool]] = field(default_factory=dict)
    status: str = ""
    instances: list[Instance] = field(default_factory=list)
    activities: list[dict[str, Any]] = field(default_factory=list)
    hooks: dict[str, Hook] = field(default_factory=dict)
    actions: list[Action] = field(default_factory=list)
    leaving: set[str] = field(default_factory=set)

    @property
    def living(self) -> list[Instance]:
        """Instances that run or are about to, and that the group wants."""
        return [one for one in self.instances if one.state in {"pending", "running"} and one.id not in self.leaving]

    def next_is_spot(self) -> bool:
        """Whether the next instance is spot: the base first, then the share (API reference, InstancesDistribution)."""
        on_demand = sum(1 for one in self.living if not one.spot)
        above = len(self.living) + 1 - self.base
        return above > 0 and on_demand >= self.base + -(-above * self.percent // 100)

    def actions_of(self, instance: Instance) -> list[Action]:
        """The actions for which an instance waits."""
        return [one for one in self.actions if one.instance is instance]

    def state_of(self, instance: Instance) -> str:
        """The lifecycle state of an instance; empty when the group has forgotten it.

        Source: Auto Scaling guide, "Amazon EC2 Auto Scaling instance lifecycle".
        """
        waiting = self.actions_of(instance)
        if waiting:
            return "Terminating:Wait" if waiting[0].hook.transition == TERMINATING else "Pending:Wait"
        hooked = any(hook.transition == TERMINATING for hook in self.hooks.values())
        state = _STATES.get(instance.state, "")
        return "Terminating:Proceed" if state == "Terminating" and hooked and instance.id in self.leaving else state

    def members(self) -> list[dict[str, Any]]:
        """The instances as the API describes them."""
        return [
            {
                "InstanceId": one.id,
                "InstanceType": one.type,
                "AvailabilityZone": one.subnet.zone,
                "LifecycleState": state,
                "HealthStatus": "Unhealthy" if one.impaired or one.ended_at is not None else "Healthy",
                "ProtectedFromScaleIn": False,
            }
            for one in self.instances
            if (state := self.state_of(one))
        ]
