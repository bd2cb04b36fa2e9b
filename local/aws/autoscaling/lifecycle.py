"""Lifecycle hooks at work: an instance waits until its actions are completed, or until their time is over.

Sources: Auto Scaling guide, "Amazon EC2 Auto Scaling lifecycle hooks", "How lifecycle hooks work" and "EventBridge
events for lifecycle actions"; API reference, PutLifecycleHook.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from local.aws import in_process
from local.aws.autoscaling.records import ABANDON, CONTINUE, LAUNCHING, TERMINATING, Action

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.aws.autoscaling.records import Group, Hook
    from local.aws.ec2.records import Instance
    from local.aws.ec2.simulator import Ec2Simulator
    from local.kernel import Kernel

_EVENTS = {LAUNCHING: "EC2 Instance-launch Lifecycle Action", TERMINATING: "EC2 Instance-terminate Lifecycle Action"}
_WAYS = {
    LAUNCHING: {"Origin": "EC2", "Destination": "AutoScalingGroup"},
    TERMINATING: {"Origin": "AutoScalingGroup", "Destination": "EC2"},
}


class Lifecycle:
    """Lets instances wait at hooks, and go on.

    Args:
        kernel: the clock.
        ec2: where instances end.
        account: for notifications.
        look: brings a group to its size soon.
    """

    def __init__(self, kernel: Kernel, ec2: Ec2Simulator, *, account: str, look: Callable[[Group], object]) -> None:
        self._kernel, self._ec2, self._account, self._look = kernel, ec2, account, look

    def arrive(self, group: Group, instance: Instance) -> None:
        """An instance of the group runs; it is in service when its hooks let it."""
        self._wait(group, instance, LAUNCHING)

    def leave(self, group: Group, instance: Instance) -> None:
        """The group gives an instance up: it ends, or waits at the group's hooks before it does.

        Also one that has ended by itself: the group learns of it and begins the same actions, for which it is too late.
        """
        if instance.id in group.leaving:
            return
        group.leaving.add(instance.id)
        group.actions = [one for one in group.actions if one.instance is not instance]
        if not self._wait(group, instance, TERMINATING):
            self._ec2.end(instance)

    def heartbeat(self, action: Action) -> None:
        """The action may take its whole time again, but never longer than its limit."""
        action.ends = min(self._kernel.seconds() + action.hook.heartbeat, action.limit)

    def complete(self, group: Group, action: Action, result: str) -> None:
        """An action is over; an instance goes on when it waits for no other, or at once if it is abandoned."""
        group.actions.remove(action)
        instance = action.instance
        if result == ABANDON:
            group.actions = [one for one in group.actions if one.instance is not instance]
        if action.hook.transition == LAUNCHING and result == ABANDON:
            group.leaving.add(instance.id)
            self._ec2.end(instance)
            self._look(group)
        elif action.hook.transition == TERMINATING and not group.actions_of(instance):
            self._ec2.end(instance)

    def unhook(self, group: Group, hook: Hook) -> None:
        """A hook goes; what waits at it is completed first (API reference, DeleteLifecycleHook)."""
        del group.hooks[hook.name]
        for action in [one for one in group.actions if one.hook.name == hook.name]:
            if action in group.actions:
                self.complete(group, action, CONTINUE if hook.transition == TERMINATING else ABANDON)

    def test(self, group: Group, hook: Hook) -> None:
        """The message that a queue or topic gets when a hook is put."""
        self._send(
            hook,
            {
                "AccountId": self._account,
                "RequestId": self._kernel.uuid("autoscaling/requests"),
                "AutoScalingGroupARN": group.arn,
                "AutoScalingGroupName": group.name,
                "Service": "AWS Auto Scaling",
                "Event": "autoscaling:TEST_NOTIFICATION",
                "Time": self._time(),
            },
        )

    def _wait(self, group: Group, instance: Instance, transition: str) -> bool:
        """Begin an action for each hook of a transition; false when there is none."""
        hooks = [hook for hook in group.hooks.values() if hook.transition == transition]
        for hook in hooks:
            now = self._kernel.seconds()
            token = self._kernel.uuid("autoscaling/lifecycle-actions")
            action = Action(token, hook, instance, now + hook.heartbeat, now + hook.longest)
            group.actions.append(action)
            self._tell(group, action)
            self._kernel.process(self._expiry(group, action))
        return bool(hooks)

    def _expiry(self, group: Group, action: Action) -> Any:
        while action in group.actions:
            left = action.ends - self._kernel.env.now
            if left <= 0:
                self.complete(group, action, action.hook.result)
                return
            yield self._kernel.env.timeout(left)

    def _tell(self, group: Group, action: Action) -> None:
        hook = action.hook
        detail = {
            "LifecycleActionToken": action.token,
            "AutoScalingGroupName": group.name,
            "LifecycleHookName": hook.name,
            "EC2InstanceId": action.instance.id,
            "LifecycleTransition": hook.transition,
            **({"NotificationMetadata": hook.metadata} if hook.metadata else {}),
            **_WAYS[hook.transition],
        }
        self._ec2.says("aws.autoscaling", _EVENTS[hook.transition], detail, [group.arn])
        letter = {"AccountId": self._account, "RequestId": self._kernel.uuid("autoscaling/requests"), **detail}
        self._send(hook, letter | {"Service": "AWS Auto Scaling", "Time": self._time()})

    def _send(self, hook: Hook, letter: dict[str, str]) -> None:
        kind = hook.target.split(":")[2] if hook.target else ""
        if kind == "sqs":
            in_process.send(hook.target, json.dumps(letter), now=self._kernel.utcnow())
        elif kind == "sns":
            in_process.publish(hook.target, json.dumps(letter), now=self._kernel.utcnow())

    def _time(self) -> str:
        return self._kernel.utcnow().isoformat(timespec="milliseconds").replace("+00:00", "Z")
