"""The machines behind nodes: EC2, Auto Scaling, target groups."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from norikae.adapters.aws.calls import call, look_up, pages
from norikae.drain.interruption import Hook
from norikae.drain.ports import Impairment, Machine, Waiting
from norikae.errors import AwsRefusedError, ThrottledError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

MOST_IDS = 100
"""Of one question (EC2 API reference, "DescribeInstanceStatus"; a filter takes 200 values)."""
WAITING: dict[str, Literal["terminating", "launching"]] = {
    "Terminating:Wait": "terminating",
    "Pending:Wait": "launching",
}
TRANSITIONS = {"terminating": "autoscaling:EC2_INSTANCE_TERMINATING", "launching": "autoscaling:EC2_INSTANCE_LAUNCHING"}
NO_ACTION = re.compile("no active lifecycle action|no lifecycle hook|not found", re.IGNORECASE)
"""Auto Scaling's ValidationError when an action was answered, or its hook, machine or group is gone."""
CONTENTION = {"ResourceContention": ThrottledError}
OVER = ("[Completed]", "[Canceled]")
"""Before the description of an event that needs nothing any more (EC2 API reference, "InstanceStatusEvent")."""
NO_GROUP = "TargetGroupNotFound"


class AwsFleet:
    """``Fleet`` over EC2, Auto Scaling and ELBv2.

    Args:
        client_of: makes boto3's client of a service; called when the first request to that service is due.
    """

    def __init__(self, client_of: Callable[[str], Any]) -> None:
        self._client_of = client_of

    @cached_property
    def _ec2(self) -> Any:
        return self._client_of("ec2")

    @cached_property
    def _autoscaling(self) -> Any:
        return self._client_of("autoscaling")

    @cached_property
    def _elb(self) -> Any:
        return self._client_of("elbv2")

    def machines(self, instances: Sequence[str]) -> dict[str, Machine]:
        """Those of the instances that EC2 knows, by a filter: one unknown id among ``InstanceIds`` refuses them all."""
        return {
            found["InstanceId"]: _machine(found)
            for ids in _batches(instances)
            for page in pages(self._ec2.describe_instances, Filters=[{"Name": "instance-id", "Values": ids}])
            for reservation in page["Reservations"]
            for found in reservation["Instances"]
        }

    def waiting(self, cluster: str) -> list[Waiting]:
        """Instances of a cluster's Auto Scaling groups in Terminating:Wait or Pending:Wait."""
        owned = [{"Name": f"tag:kubernetes.io/cluster/{cluster}", "Values": ["owned"]}]
        groups = [
            group
            for page in pages(self._autoscaling.describe_auto_scaling_groups, Filters=owned)
            for group in page["AutoScalingGroups"]
        ]
        return [waiting for group in groups for waiting in self._waiting_in(group)]

    def impaired(self, instances: Sequence[str]) -> list[Impairment]:
        """Failed status checks and scheduled events that are not completed.

        DescribeInstanceStatus has no filter for ids, so only those are asked for that EC2 knows.
        """
        return [
            impairment
            for ids in _batches(list(self.machines(instances)))
            for page in pages(self._ec2.describe_instance_status, InstanceIds=ids)
            for status in page["InstanceStatuses"]
            for impairment in _impairments(status)
        ]

    def complete(self, hook: Hook, instance: str, result: Literal["CONTINUE", "ABANDON"]) -> None:
        """The lifecycle action is answered; fine when there is none (any more)."""
        self._answer(self._autoscaling.complete_lifecycle_action, hook, instance, LifecycleActionResult=result)

    def beat(self, hook: Hook, instance: str) -> bool:
        """The lifecycle action has its whole time again; False when there is none (any more)."""
        return self._answer(self._autoscaling.record_lifecycle_action_heartbeat, hook, instance)

    def heartbeat_seconds(self, hook: Hook) -> int:
        """The hook's HeartbeatTimeout; 0 when the hook is gone."""
        named = [one for one in self._hooks(hook.group) if one["LifecycleHookName"] == hook.name]
        return int(named[0]["HeartbeatTimeout"]) if named else 0

    def target_groups(self) -> tuple[str, ...]:
        """The target groups that have instances as targets and a load balancer that sends to them."""
        return tuple(
            group["TargetGroupArn"]
            for page in pages(self._elb.describe_target_groups)
            for group in page["TargetGroups"]
            if group["TargetType"] == "instance" and group.get("LoadBalancerArns")
        )

    def targets(self, group: str) -> frozenset[str]:
        """The instances to which a target group still sends; none when it is gone.

        A target is ``unused`` once nothing of it is left (ELB guide, "Target health status").
        """
        answer = look_up(self._elb.describe_target_health, NO_GROUP, TargetGroupArn=group)
        found = [] if answer is None else answer["TargetHealthDescriptions"]
        return frozenset(one["Target"]["Id"] for one in found if one["TargetHealth"]["State"] != "unused")

    def _waiting_in(self, group: Mapping[str, Any]) -> Iterator[Waiting]:
        held = [one for one in group["Instances"] if one["LifecycleState"] in WAITING]
        hooks = self._hooks(group["AutoScalingGroupName"]) if held else []
        for one in held:
            transition = WAITING[one["LifecycleState"]]
            mine = [hook for hook in hooks if hook["LifecycleTransition"] == TRANSITIONS[transition]]
            named = tuple(Hook(group["AutoScalingGroupName"], hook["LifecycleHookName"]) for hook in mine)
            yield Waiting(one["InstanceId"], transition, named)

    def _hooks(self, group: str) -> list[dict[str, Any]]:
        """The hooks of a group; none when it is gone."""
        try:
            found = call(self._autoscaling.describe_lifecycle_hooks, expected=CONTENTION, AutoScalingGroupName=group)
        except AwsRefusedError as refusal:
            if _is_over(refusal):
                return []
            raise
        return list(found["LifecycleHooks"])

    def _answer(self, method: Callable[..., Any], hook: Hook, instance: str, **more: str) -> bool:
        """Whether there was a lifecycle action to say this about."""
        names = {"AutoScalingGroupName": hook.group, "LifecycleHookName": hook.name, "InstanceId": instance}
        token = {"LifecycleActionToken": hook.token} if hook.token else {}
        try:
            call(method, expected=CONTENTION, **names, **token, **more)
        except AwsRefusedError as refusal:
            if _is_over(refusal):
                return False
            raise
        return True


def _is_over(refusal: AwsRefusedError) -> bool:
    return refusal.code == "ValidationError" and bool(NO_ACTION.search(refusal.text))


def _batches(ids: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), MOST_IDS):
        yield list(ids[start : start + MOST_IDS])


def _machine(found: Mapping[str, Any]) -> Machine:
    return Machine(
        instance=found["InstanceId"],
        state=found["State"]["Name"],
        dns_name=found.get("PrivateDnsName", ""),
        tags={tag["Key"]: tag["Value"] for tag in found.get("Tags", [])},
        spot=found.get("InstanceLifecycle") == "spot",
    )


def _impairments(status: Mapping[str, Any]) -> Iterator[Impairment]:
    for check, what in (("SystemStatus", "system-impaired"), ("InstanceStatus", "instance-impaired")):
        said = status.get(check, {})
        if said.get("Status") == "impaired":
            began = [one["ImpairedSince"].timestamp() for one in said.get("Details", []) if "ImpairedSince" in one]
            yield Impairment(status["InstanceId"], what, min(began, default=0.0))
    for event in status.get("Events", []):
        if not event.get("Description", "").startswith(OVER):
            since = event["NotBefore"].timestamp() if "NotBefore" in event else 0.0
            yield Impairment(status["InstanceId"], event["Code"], since)
