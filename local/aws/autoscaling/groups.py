"""Groups of instances that keep their size: they launch what is missing, and write down how it went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.aws.autoscaling.lifecycle import Lifecycle
from local.aws.ec2.instances import Launch
from local.aws.simulator import AwsError

if TYPE_CHECKING:
    from local.aws.autoscaling.records import Group
    from local.aws.ec2.records import Instance
    from local.aws.ec2.simulator import Ec2Simulator
    from local.kernel import Kernel

HEALTH_CHECK_SECONDS = 60.0
"""Between a failed status check and the replacement of its instance."""
RETRY_SECONDS = 60.0
"""Between a failed launch and the next; the real one waits longer after many failures."""


class Launcher:
    """Keeps groups at their desired size.

    Args:
        kernel: the clock.
        ec2: where instances come from.
        account: for notifications.
    """

    def __init__(self, kernel: Kernel, ec2: Ec2Simulator, *, account: str) -> None:
        self._kernel, self._ec2 = kernel, ec2
        self.groups: dict[str, Group] = {}
        self.lifecycle = Lifecycle(kernel, ec2, account=account, look=self.look_soon)
        ec2.on_ended.append(self.look_soon_at)
        ec2.on_impaired.append(lambda instance: self.look_soon_at(instance, HEALTH_CHECK_SECONDS))
        ec2.on_running.append(self._instance_runs)

    def look_soon(self, group: Group, seconds: float = 3.0) -> None:
        """The group is brought to its size a little later."""
        spent = self._kernel.seconds() - self._kernel.env.now
        self._kernel.after(spent + seconds, lambda: self.reconcile(group))

    def remove(self, group: Group) -> None:
        """The group goes with its instances, whatever hooks they wait at; it is gone when none is left."""
        group.status = "Delete in progress"
        group.actions.clear()
        for one in group.instances:
            self._ec2.end(one)
        self._forget_when_empty(group)

    def give_up(self, group: Group, instance: Instance) -> dict[str, Any]:
        """An instance leaves its group, which is brought to its size; the activity that says so."""
        self.lifecycle.leave(group, instance)
        self.look_soon(group)
        waits = group.actions_of(instance)
        activity = self._activity(group, "MidLifecycleAction" if waits else "InProgress", "", instance.id)
        activity |= {"Description": f"Terminating EC2 instance: {instance.id}", "Progress": 50}
        del activity["EndTime"]
        group.activities.insert(0, activity)
        return activity

    def _forget_when_empty(self, group: Group) -> None:
        if any(one.state != "terminated" for one in group.instances):
            spent = self._kernel.seconds() - self._kernel.env.now
            self._kernel.after(spent + 10, lambda: self._forget_when_empty(group))
        elif self.groups.get(group.name) is group:
            del self.groups[group.name]

    def look_soon_at(self, instance: Instance, seconds: float = 3.0) -> None:
        """The group of an instance is brought to its size a little later, without what is not healthy."""
        for group in self.groups.values():
            if instance in group.instances and not group.status:
                self.look_soon(group, seconds)

    def _instance_runs(self, instance: Instance) -> None:
        for group in self.groups.values():
            if instance in group.living:
                self.lifecycle.arrive(group, instance)

    def reconcile(self, group: Group) -> None:
        """What is not healthy or too much leaves, what is missing is launched."""
        if group.status or self.groups.get(group.name) is not group:
            return
        for one in [one for one in group.instances if one.impaired or one.ended_at is not None]:
            self.lifecycle.leave(group, one)
        for one in group.living[group.desired :]:
            self.lifecycle.leave(group, one)
        self.fill(group)

    def fill(self, group: Group, *, booted: bool = False) -> list[Instance]:
        """Launch what a group lacks; a launch that fails is written down and tried again a minute later.

        Args:
            group: that is to have its size.
            booted: the machines run already.

        Returns:
            The machines that were launched.
        """
        made: list[Instance] = []
        while len(group.living) < group.desired:
            spot = group.next_is_spot()
            try:
                made.append(self._launch(group, spot=spot, booted=booted))
            except AwsError as refusal:
                group.activities.insert(0, self._activity(group, "Failed", _status_message(refusal, spot=spot)))
                self._kernel.after(RETRY_SECONDS, lambda: self.reconcile(group))
                break
        return made

    def _launch(self, group: Group, *, spot: bool, booted: bool) -> Instance:
        """One more instance, in the zone that has the fewest; every type and zone is tried before it fails."""
        template = self._ec2.templates.get(group.template)
        if template is None:
            text = f"The specified launch template, with template ID {group.template}, does not exist."
            raise AwsError("InvalidLaunchTemplateId.NotFound", text)
        counts = {key: sum(1 for one in group.living if one.subnet.id == key) for key in group.subnets}
        first: AwsError | None = None
        for subnet in sorted(group.subnets, key=lambda key: (counts[key], group.subnets.index(key))):
            for kind in group.types:
                try:
                    launch = Launch(template, kind, self._ec2.subnets[subnet], spot)
                    made = self._ec2.launch(launch, self._instance_tags(group), booted=booted)
                except AwsError as refusal:
                    first = first or refusal
                    continue
                group.instances.append(made)
                group.activities.insert(0, self._activity(group, "Successful", "", made.id))
                return made
        raise first or AwsError("ValidationError", f"{group.name} has no subnet or no instance type")

    def _instance_tags(self, group: Group) -> dict[str, str]:
        ours = {
            "aws:autoscaling:groupName": group.name,
            "aws:ec2launchtemplate:id": group.template,
            "aws:ec2launchtemplate:version": "1",
        }
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
