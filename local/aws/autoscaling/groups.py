"""Groups of instances that keep their size: they launch what is missing, and write down how it went."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from local.aws.ec2.instances import Launch
from local.aws.simulator import AwsError

if TYPE_CHECKING:
    from datetime import datetime

    from local.aws.ec2.records import Instance
    from local.aws.ec2.simulator import Ec2Simulator
    from local.kernel import Kernel

RETRY_SECONDS = 60.0
"""Between a failed launch and the next; the real one waits longer after many failures."""


@dataclass(slots=True)
class Group:
    """An Auto Scaling group.

    Attributes:
        template: id of its launch template.
        types: instance types, best first.
        base: instances that are on-demand in any case.
        percent: share of on-demand instances above the base.
        tags: key to value and whether instances get it.
        instances: all that were launched and have not terminated.
        activities: newest first.
        was_there: ids of instances that were in service.
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

    @property
    def living(self) -> list[Instance]:
        """Instances that run or are about to."""
        return [one for one in self.instances if one.state in {"pending", "running"}]

    def next_is_spot(self) -> bool:
        """Whether the next instance is spot: the base first, then the share (API reference, InstancesDistribution)."""
        on_demand = sum(1 for one in self.living if not one.spot)
        above = len(self.living) + 1 - self.base
        return above > 0 and on_demand >= self.base + -(-above * self.percent // 100)


class Launcher:
    """Keeps groups at their desired size.

    Args:
        kernel: the clock.
        ec2: where instances come from.
    """

    def __init__(self, kernel: Kernel, ec2: Ec2Simulator) -> None:
        self._kernel, self._ec2 = kernel, ec2
        self.groups: dict[str, Group] = {}
        ec2.on_ended.append(self._instance_ended)

    def look_soon(self, group: Group, seconds: float = 3.0) -> None:
        """The group is brought to its size a little later."""
        spent = self._kernel.seconds() - self._kernel.env.now
        self._kernel.after(spent + seconds, lambda: self._reconcile(group))

    def remove(self, group: Group) -> None:
        """The group goes with its instances; it is gone when none is left."""
        group.status = "Delete in progress"
        for one in group.living:
            self._ec2.end(one)
        self._forget_when_empty(group)

    def _forget_when_empty(self, group: Group) -> None:
        if any(one.state != "terminated" for one in group.instances):
            spent = self._kernel.seconds() - self._kernel.env.now
            self._kernel.after(spent + 10, lambda: self._forget_when_empty(group))
        elif self.groups.get(group.name) is group:
            del self.groups[group.name]

    def _instance_ended(self, instance: Instance) -> None:
        for group in self.groups.values():
            if instance in group.instances and not group.status:
                self.look_soon(group)

    def _reconcile(self, group: Group) -> None:
        if group.status or self.groups.get(group.name) is not group:
            return
        for one in group.living[group.desired :]:
            self._ec2.end(one)
        while len(group.living) < group.desired:
            spot = group.next_is_spot()
            refusal = self._launch(group, spot=spot)
            if refusal:
                group.activities.insert(0, self._activity(group, "Failed", _status_message(refusal, spot=spot)))
                self._kernel.after(RETRY_SECONDS, lambda: self._reconcile(group))
                return

    def _launch(self, group: Group, *, spot: bool) -> AwsError | None:
        """One more instance, in the zone that has the fewest; every type and zone is tried before it fails."""
        template = self._ec2.templates.get(group.template)
        if template is None:
            text = f"The specified launch template, with template ID {group.template}, does not exist."
            return AwsError("InvalidLaunchTemplateId.NotFound", text)
        counts = {key: sum(1 for one in group.living if one.subnet.id == key) for key in group.subnets}
        first: AwsError | None = None
        for subnet in sorted(group.subnets, key=lambda key: (counts[key], group.subnets.index(key))):
            for kind in group.types:
                try:
                    launch = Launch(template, kind, self._ec2.subnets[subnet], spot)
                    made = self._ec2.launch(launch, self._instance_tags(group))
                except AwsError as refusal:
                    first = first or refusal
                    continue
                group.instances.append(made)
                group.activities.insert(0, self._activity(group, "Successful", "", made.id))
                return None
        return first

    def _instance_tags(self, group: Group) -> dict[str, str]:
        ours = {"aws:autoscaling:groupName": group.name}
        return {**{key: value for key, (value, goes_on) in group.tags.items() if goes_on}, **ours}

    def _activity(self, group: Group, code: str, message: str, instance: str = "") -> dict[str, Any]:
        now = self._kernel.utcnow()
        what = f"Launching a new EC2 instance: {instance}" if instance else "Launching a new EC2 instance."
        status = {"StatusMessage": message} if message else {}
        cause = (
            f"At {now:%Y-%m-%dT%H:%M:%SZ} an instance was started in response to a difference between desired and "
            "actual capacity."
        )
        return {
            "ActivityId": self._kernel.uuid("autoscaling/activities"),
            "AutoScalingGroupName": group.name,
            "AutoScalingGroupARN": group.arn,
            "Description": f"{what} Status Reason: {message}" if message else what,
            "Cause": cause,
            "StartTime": now,
            "EndTime": now,
            "StatusCode": code,
            **status,
            "Progress": 100,
            "Details": "{}",
        }


def _status_message(refusal: AwsError, *, spot: bool) -> str:
    """What a failed activity of a group with several instance types says (Auto Scaling guide, "Troubleshoot …")."""
    option = "Spot" if spot else "On-Demand"
    return f"Could not launch {option} Instances. {refusal.code} - {refusal.message} Launching EC2 instance failed."
