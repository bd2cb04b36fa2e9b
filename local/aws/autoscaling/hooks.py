"""The operations on lifecycle hooks and on single instances of a group."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from moto.sqs.exceptions import QueueDoesNotExist

from local.aws.autoscaling.records import ABANDON, CONTINUE, LAUNCHING, TERMINATING, Hook
from local.aws.ec2.filters import page
from local.aws.queues import queue_of
from local.aws.simulator import AwsError, Simulator

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local.aws.autoscaling.groups import Launcher
    from local.aws.autoscaling.records import Action, Group
    from local.aws.ec2.records import Instance

MOST_HOOKS, MOST_IDS = 50, 50
"""Hooks of a group; ids of one DescribeAutoScalingInstances (Auto Scaling quotas, API reference)."""
HEARTBEATS = range(30, 7201)
_MEMBERS = {
    "LifecycleTransition": "transition",
    "HeartbeatTimeout": "heartbeat",
    "DefaultResult": "result",
    "NotificationMetadata": "metadata",
    "NotificationTargetARN": "target",
    "RoleARN": "role",
}


class LifecycleOperations(Simulator):
    """Hooks, their actions, and the end of single instances."""

    groups: dict[str, Group]
    launcher: Launcher
    authorize: Callable[[str, str, str], bool]

    def put_lifecycle_hook(self, **request: Any) -> dict[str, Any]:
        """A hook is made or changed; its queue or topic gets a test message, without which it is refused."""
        group, name = self.group(request["AutoScalingGroupName"]), request["LifecycleHookName"]
        given = {field: request[member] for member, field in _MEMBERS.items() if member in request}
        hook = replace(group.hooks.get(name) or Hook(name, ""), **given)
        self._check_hook(group, hook)
        self._check_target(hook)
        group.hooks[name] = hook
        if hook.target:
            self.launcher.lifecycle.test(group, hook)
        return {}

    def _check_hook(self, group: Group, hook: Hook) -> None:
        if hook.transition not in {LAUNCHING, TERMINATING}:
            text = "A valid LifecycleTransition must be specified when creating a new lifecycle hook"
            raise AwsError("ValidationError", f"{text}, not '{hook.transition}'")
        if hook.result not in {CONTINUE, ABANDON}:
            raise AwsError("ValidationError", f"Invalid lifecycle action result {hook.result}: CONTINUE or ABANDON")
        if hook.heartbeat not in HEARTBEATS:
            raise AwsError("ValidationError", f"HeartbeatTimeout must be from 30 to 7200 seconds, not {hook.heartbeat}")
        if hook.name not in group.hooks and len(group.hooks) >= MOST_HOOKS:
            raise AwsError("LimitExceeded", f"A group has at most {MOST_HOOKS} lifecycle hooks")

    def _check_target(self, hook: Hook) -> None:
        """Auto Scaling tries the target with the role when the hook is put."""
        if not hook.target:
            return
        action = {"sqs": "sqs:SendMessage", "sns": "sns:Publish"}.get(hook.target.split(":")[2], "")
        if not hook.role or not action or not self._reaches(hook, action):
            text = f"Unable to publish test message to notification target {hook.target} using IAM role {hook.role}."
            again = "Please check your target and role configuration and try to put lifecycle hook again."
            raise AwsError("ValidationError", f"{text} {again}")

    def _reaches(self, hook: Hook, action: str) -> bool:
        if action.startswith("sqs"):
            try:
                queue_of(hook.target)
            except QueueDoesNotExist:
                return False
        return self.authorize(hook.role, action, hook.target)

    def describe_lifecycle_hooks(self, **request: Any) -> dict[str, Any]:
        """The hooks of a group."""
        group = self.group(request["AutoScalingGroupName"])
        names = request.get("LifecycleHookNames") or list(group.hooks)
        return {"LifecycleHooks": [one.described(group.name) for one in group.hooks.values() if one.name in names]}

    def delete_lifecycle_hook(self, **request: Any) -> dict[str, Any]:
        """A hook goes; instances that wait at it go on."""
        group, name = self.group(request["AutoScalingGroupName"]), request["LifecycleHookName"]
        if name not in group.hooks:
            raise AwsError("ValidationError", f"No Lifecycle Hook found with name {name} for group {group.name}")
        self.launcher.lifecycle.unhook(group, group.hooks[name])
        return {}

    def complete_lifecycle_action(self, **request: Any) -> dict[str, Any]:
        """An instance need not wait any longer."""
        group, action = self._action(request)
        result = request["LifecycleActionResult"]
        if result not in {CONTINUE, ABANDON}:
            raise AwsError("ValidationError", f"Invalid lifecycle action result {result}: CONTINUE or ABANDON")
        self.launcher.lifecycle.complete(group, action, result)
        return {}

    def record_lifecycle_action_heartbeat(self, **request: Any) -> dict[str, Any]:
        """An instance may wait for the hook's time again."""
        _, action = self._action(request)
        self.launcher.lifecycle.heartbeat(action)
        return {}

    def _action(self, request: Mapping[str, Any]) -> tuple[Group, Action]:
        """The action of a token or, without one, of an instance (words of the service, as threads quote them)."""
        group, name = self.group(request["AutoScalingGroupName"]), request["LifecycleHookName"]
        token, instance = request.get("LifecycleActionToken"), request.get("InstanceId")
        if not token and not instance:
            raise AwsError("ValidationError", "Either a LifecycleActionToken or an InstanceId must be specified")
        for one in group.actions:
            if one.hook.name == name and (one.token == token if token else one.instance.id == instance):
                return group, one
        what = f"token {token}" if token else f"instance ID {instance}"
        raise AwsError("ValidationError", f"No active Lifecycle Action found with {what}")

    def terminate_instance_in_auto_scaling_group(self, **request: Any) -> dict[str, Any]:
        """An instance leaves its group by way of its hooks, and is replaced unless the group gets smaller."""
        if unknown := set(request) - {"InstanceId", "ShouldDecrementDesiredCapacity"}:
            raise AwsError("NotImplemented", f"the embedded world has no termination with {sorted(unknown)}", 501)
        group, instance = self._member(request["InstanceId"])
        if request["ShouldDecrementDesiredCapacity"]:
            if group.desired <= group.min_size:
                raise AwsError("ValidationError", _TOO_FEW.format(group.min_size))
            group.desired -= 1
        return {"Activity": self.launcher.give_up(group, instance)}

    def set_instance_health(self, **request: Any) -> dict[str, Any]:
        """Somebody calls an instance unhealthy; the group replaces it."""
        group, instance = self._member(request["InstanceId"])
        if request["HealthStatus"] == "Unhealthy":
            instance.impaired.add("group")
            self.launcher.look_soon(group)
        else:
            instance.impaired.discard("group")
        return {}

    def describe_auto_scaling_instances(self, **request: Any) -> dict[str, Any]:
        """Instances of groups; ids that are of none are left out."""
        ids = request.get("InstanceIds", [])
        if len(ids) > MOST_IDS:
            raise AwsError("ValidationError", f"The number of instance ids ({len(ids)}) is over {MOST_IDS}")
        rows = [
            {**row, "AutoScalingGroupName": group.name}
            for group in self.groups.values()
            for row in group.members()
            if not ids or row["InstanceId"] in ids
        ]
        return page([_upper(row) for row in rows], request, "AutoScalingInstances")

    def _member(self, instance_id: str) -> tuple[Group, Instance]:
        for group in self.groups.values():
            for one in group.instances:
                if one.id == instance_id and group.state_of(one):
                    return group, one
        text = f"Instance Id not found - No managed instance found for instance ID: {instance_id}"
        raise AwsError("ValidationError", text)

    def group(self, name: str) -> Group:
        """A group by name.

        Raises:
            AwsError: ValidationError.
        """
        if name not in self.groups:
            raise AwsError("ValidationError", f"Group {name} not found")
        return self.groups[name]


def _upper(row: dict[str, Any]) -> dict[str, Any]:
    """Health is spelled in capitals here, and as a word in groups (examples of the API reference)."""
    return {**row, "HealthStatus": row["HealthStatus"].upper()}


_TOO_FEW = (
    "Currently, desiredSize equals minSize ({}). Terminating instance without replacement will violate group's min "
    "size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size."
)
