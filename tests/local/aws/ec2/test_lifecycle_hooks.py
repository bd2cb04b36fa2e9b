"""Instances wait at lifecycle hooks as docs/world/ec2.md promises."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .conftest import ACCOUNT, REGION, Region, group_request, refusal

TERMINATING, LAUNCHING = "autoscaling:EC2_INSTANCE_TERMINATING", "autoscaling:EC2_INSTANCE_LAUNCHING"
SENDER = f"arn:aws:iam::{ACCOUNT}:role/sender"
Said = tuple[str, str, dict[str, Any], list[str]]


class Hooked:
    """A group of two spot instances with a hook, and what it has told EventBridge."""

    def __init__(self, region: Region) -> None:
        self.region, self.client = region, region.client("autoscaling")
        self.said: list[Said] = []
        region.ec2.says = lambda *event: self.said.append(event) if event[0] == "aws.autoscaling" else None
        template = region.template()
        policy = group_request(template)["MixedInstancesPolicy"]
        policy["InstancesDistribution"] = {"OnDemandPercentageAboveBaseCapacity": 0}
        region.group(template, MixedInstancesPolicy=policy)
        self.first, self.second = (one["InstanceId"] for one in region.described()["Instances"])

    def hook(self, name: str = "drain", transition: str = TERMINATING, **more: Any) -> None:
        self.client.put_lifecycle_hook(
            AutoScalingGroupName="worker", LifecycleHookName=name, LifecycleTransition=transition, **more
        )

    def shrink(self) -> None:
        """The newest instance has to go."""
        self.client.set_desired_capacity(AutoScalingGroupName="worker", DesiredCapacity=1)
        self.region.kernel.run(5)

    def complete(self, result: str = "CONTINUE", name: str = "drain", **which: str) -> None:
        which = which or {"InstanceId": self.second}
        self.client.complete_lifecycle_action(
            AutoScalingGroupName="worker", LifecycleHookName=name, LifecycleActionResult=result, **which
        )

    def state(self, instance: str) -> str:
        """The lifecycle state of an instance, or nothing when it is in no group."""
        found = self.client.describe_auto_scaling_instances(InstanceIds=[instance])["AutoScalingInstances"]
        return str(found[0]["LifecycleState"]) if found else ""

    def ec2_state(self, instance: str) -> str:
        return self.region.ec2.instances[instance].state


@pytest.fixture
def hooked(region: Region) -> Hooked:
    return Hooked(region)


def test_scaling_in_waits_at_the_hook_until_the_action_is_completed(hooked: Hooked) -> None:
    hooked.hook(NotificationMetadata="blue")
    hooked.shrink()
    [(source, kind, detail, (arn,))] = hooked.said
    assert (source, kind) == ("aws.autoscaling", "EC2 Instance-terminate Lifecycle Action")
    assert arn == hooked.region.described()["AutoScalingGroupARN"]
    token = detail.pop("LifecycleActionToken")
    assert detail == {
        "AutoScalingGroupName": "worker",
        "LifecycleHookName": "drain",
        "EC2InstanceId": hooked.second,
        "LifecycleTransition": TERMINATING,
        "NotificationMetadata": "blue",
        "Origin": "AutoScalingGroup",
        "Destination": "EC2",
    }
    hooked.region.kernel.run(3000)
    assert (hooked.state(hooked.second), hooked.ec2_state(hooked.second)) == ("Terminating:Wait", "running")
    described = {one["InstanceId"]: one["LifecycleState"] for one in hooked.region.described()["Instances"]}
    assert described == {hooked.first: "InService", hooked.second: "Terminating:Wait"}
    hooked.complete(LifecycleActionToken=token)
    assert (hooked.state(hooked.second), hooked.ec2_state(hooked.second)) == ("Terminating:Proceed", "shutting-down")
    hooked.region.kernel.run(60)
    assert hooked.state(hooked.second) == ""


def test_an_action_can_be_named_by_its_instance_alone(hooked: Hooked) -> None:
    hooked.hook()
    hooked.shrink()
    hooked.complete()
    assert hooked.ec2_state(hooked.second) == "shutting-down"


@pytest.mark.parametrize("result", ["CONTINUE", "ABANDON"])
def test_the_default_result_ends_the_instance_when_nobody_says_anything(hooked: Hooked, result: str) -> None:
    hooked.hook(HeartbeatTimeout=60, DefaultResult=result)
    hooked.shrink()
    hooked.region.kernel.run(50)
    assert hooked.state(hooked.second) == "Terminating:Wait"
    hooked.region.kernel.run(10)
    assert hooked.ec2_state(hooked.second) == "shutting-down"


def test_a_heartbeat_gives_the_whole_time_again_but_not_beyond_the_limit(hooked: Hooked) -> None:
    hooked.hook(HeartbeatTimeout=30)
    hooked.shrink()
    which = {"AutoScalingGroupName": "worker", "LifecycleHookName": "drain", "InstanceId": hooked.second}
    for _ in range(149):
        hooked.region.kernel.run(20)
        hooked.client.record_lifecycle_action_heartbeat(**which)
    assert hooked.state(hooked.second) == "Terminating:Wait", "49 minutes"
    hooked.region.kernel.run(25)
    code, text = refusal(hooked.client.record_lifecycle_action_heartbeat, **which)
    assert (code, text) == ("ValidationError", f"No active Lifecycle Action found with instance ID {hooked.second}")
    assert hooked.ec2_state(hooked.second) == "shutting-down", "a hundred heartbeats are over"


def test_with_two_hooks_the_instance_waits_for_both(hooked: Hooked) -> None:
    hooked.hook()
    hooked.hook("backup")
    hooked.shrink()
    assert [detail["LifecycleHookName"] for _, _, detail, _ in hooked.said] == ["drain", "backup"]
    hooked.complete()
    assert hooked.ec2_state(hooked.second) == "running"
    hooked.complete(name="backup")
    assert hooked.ec2_state(hooked.second) == "shutting-down"


def test_an_abandoned_instance_waits_for_no_other_hook(hooked: Hooked) -> None:
    hooked.hook()
    hooked.hook("backup")
    hooked.shrink()
    hooked.complete("ABANDON")
    assert hooked.ec2_state(hooked.second) == "shutting-down"


def test_an_action_that_is_over_is_refused_in_the_words_of_the_service(hooked: Hooked) -> None:
    hooked.hook()
    members = {"AutoScalingGroupName": "worker", "LifecycleHookName": "drain", "LifecycleActionResult": "CONTINUE"}
    complete = hooked.client.complete_lifecycle_action
    text = f"No active Lifecycle Action found with instance ID {hooked.second}"
    assert refusal(complete, **members, InstanceId=hooked.second) == ("ValidationError", text)
    token = "5cc27bd6-4d51-4f4f-9a51-1d6a54a1d3b4"
    text = f"No active Lifecycle Action found with token {token}"
    assert refusal(complete, **members, LifecycleActionToken=token) == ("ValidationError", text)
    assert refusal(complete, **members)[0] == "ValidationError"
    nowhere = {**members, "AutoScalingGroupName": "nowhere", "InstanceId": hooked.second}
    assert refusal(complete, **nowhere) == ("ValidationError", "Group nowhere not found")


def test_a_reclaimed_spot_instance_does_not_wait_for_its_hook(hooked: Hooked) -> None:
    hooked.hook()
    hooked.shrink()
    hooked.region.ec2.interrupt(hooked.second)
    hooked.region.kernel.run(121)
    assert (hooked.state(hooked.second), hooked.ec2_state(hooked.second)) == ("Terminating:Wait", "shutting-down")
    hooked.complete()
    hooked.region.kernel.run(60)
    assert hooked.state(hooked.second) == ""


def test_a_group_learns_late_of_an_instance_that_ended_by_itself(hooked: Hooked) -> None:
    hooked.hook(HeartbeatTimeout=60)
    hooked.region.ec2.interrupt(hooked.first)
    hooked.region.kernel.run(119)
    assert hooked.said == []
    hooked.region.kernel.run(10)
    assert [detail["EC2InstanceId"] for _, _, detail, _ in hooked.said] == [hooked.first]
    hooked.region.kernel.run(120)
    after = [one["InstanceId"] for one in hooked.region.described()["Instances"]]
    assert hooked.first not in after
    assert len(after) == 2


def test_an_unhealthy_instance_is_replaced_by_way_of_the_hook(hooked: Hooked) -> None:
    hooked.hook()
    hooked.client.set_instance_health(InstanceId=hooked.first, HealthStatus="Unhealthy")
    hooked.region.kernel.run(60)
    states = sorted(one["LifecycleState"] for one in hooked.region.described()["Instances"])
    assert states == ["InService", "InService", "Terminating:Wait"], "the new one does not wait for the old one"
    assert hooked.state(hooked.first) == "Terminating:Wait"


def test_terminating_one_instance_goes_through_the_hook_and_may_shrink_the_group(hooked: Hooked) -> None:
    hooked.hook()
    activity = hooked.client.terminate_instance_in_auto_scaling_group(
        InstanceId=hooked.first, ShouldDecrementDesiredCapacity=True
    )["Activity"]
    assert activity["StatusCode"] == "MidLifecycleAction"
    hooked.region.kernel.run(60)
    assert hooked.state(hooked.first) == "Terminating:Wait"
    assert hooked.region.described()["DesiredCapacity"] == 1
    terminate = hooked.client.terminate_instance_in_auto_scaling_group
    code, text = refusal(terminate, InstanceId=hooked.second, ShouldDecrementDesiredCapacity=True)
    assert (code, text.partition(".")[0]) == ("ValidationError", "Currently, desiredSize equals minSize (1)")
    terminate(InstanceId=hooked.second, ShouldDecrementDesiredCapacity=False)
    hooked.region.kernel.run(60)
    assert [one["LifecycleState"] for one in hooked.region.described()["Instances"]].count("InService") == 1
    code, text = refusal(terminate, InstanceId="i-01234567", ShouldDecrementDesiredCapacity=False)
    assert (code, text.partition(" - ")[0]) == ("ValidationError", "Instance Id not found")


def test_a_launch_hook_keeps_an_instance_from_service(hooked: Hooked) -> None:
    hooked.hook("ready", LAUNCHING, HeartbeatTimeout=300)
    hooked.client.set_desired_capacity(AutoScalingGroupName="worker", DesiredCapacity=3)
    hooked.region.kernel.run(60)
    [(_, kind, detail, _)] = hooked.said
    assert kind == "EC2 Instance-launch Lifecycle Action"
    assert (detail["Origin"], detail["Destination"]) == ("EC2", "AutoScalingGroup")
    newest = detail["EC2InstanceId"]
    assert hooked.state(newest) == "Pending:Wait"
    hooked.complete(name="ready", InstanceId=newest)
    assert hooked.state(newest) == "InService"


def test_an_abandoned_launch_is_tried_with_another_instance(hooked: Hooked) -> None:
    hooked.hook("ready", LAUNCHING, HeartbeatTimeout=30)
    hooked.client.set_desired_capacity(AutoScalingGroupName="worker", DesiredCapacity=3)
    hooked.region.kernel.run(150)
    seen = [detail["EC2InstanceId"] for _, _, detail, _ in hooked.said]
    assert len(set(seen)) > 1
    assert hooked.ec2_state(seen[0]) in {"shutting-down", "terminated"}


def test_deleting_a_hook_or_its_group_lets_the_instance_go(hooked: Hooked) -> None:
    hooked.hook()
    hooked.shrink()
    hooked.client.delete_lifecycle_hook(AutoScalingGroupName="worker", LifecycleHookName="drain")
    assert hooked.ec2_state(hooked.second) == "shutting-down"
    assert hooked.client.describe_lifecycle_hooks(AutoScalingGroupName="worker")["LifecycleHooks"] == []
    hooked.hook()
    hooked.client.delete_auto_scaling_group(AutoScalingGroupName="worker", ForceDelete=True)
    assert hooked.ec2_state(hooked.first) == "shutting-down"
    assert len(hooked.said) == 1, "no hook keeps a group that is deleted by force"


def test_a_hook_is_described_with_its_limits_and_changed_in_parts(hooked: Hooked) -> None:
    hooked.hook(HeartbeatTimeout=7200, DefaultResult="CONTINUE")
    hooked.client.put_lifecycle_hook(
        AutoScalingGroupName="worker", LifecycleHookName="drain", NotificationMetadata="blue"
    )
    [hook] = hooked.client.describe_lifecycle_hooks(AutoScalingGroupName="worker")["LifecycleHooks"]
    assert hook == {
        "LifecycleHookName": "drain",
        "AutoScalingGroupName": "worker",
        "LifecycleTransition": TERMINATING,
        "NotificationMetadata": "blue",
        "HeartbeatTimeout": 7200,
        "GlobalTimeout": 172800,
        "DefaultResult": "CONTINUE",
    }


def queue(region: Region) -> tuple[Any, str, str]:
    sqs = region.client("sqs")
    return sqs, sqs.create_queue(QueueName="hooks")["QueueUrl"], f"arn:aws:sqs:{REGION}:{ACCOUNT}:hooks"


def test_a_queue_gets_a_test_message_and_then_the_actions_without_an_envelope(hooked: Hooked) -> None:
    sqs, url, arn = queue(hooked.region)
    hooked.hook(NotificationTargetARN=arn, RoleARN=SENDER)
    hooked.shrink()
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    tested, told = (json.loads(message["Body"]) for message in found)
    assert (tested["Event"], tested["AutoScalingGroupName"]) == ("autoscaling:TEST_NOTIFICATION", "worker")
    [(_, _, detail, _)] = hooked.said
    assert told.items() >= detail.items(), "EventBridge is told the same"
    assert {"RequestId", "Time", "Service", "AccountId"} <= told.keys()


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"HeartbeatTimeout": 29}, "30"),
        ({"HeartbeatTimeout": 7201}, "7200"),
        ({"DefaultResult": "RETRY"}, "CONTINUE or ABANDON"),
        ({"NotificationTargetARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:nowhere", "RoleARN": SENDER}, "test message"),
        ({"NotificationTargetARN": f"arn:aws:sns:{REGION}:{ACCOUNT}:topic"}, "test message"),
    ],
)
def test_a_hook_that_cannot_work_is_refused(hooked: Hooked, wrong: dict[str, Any], text: str) -> None:
    members = {"AutoScalingGroupName": "worker", "LifecycleHookName": "drain", "LifecycleTransition": TERMINATING}
    code, message = refusal(hooked.client.put_lifecycle_hook, **members, **wrong)
    assert code == "ValidationError"
    assert text in message


def test_a_role_that_may_not_send_makes_the_hook_refused(hooked: Hooked) -> None:
    _, _, arn = queue(hooked.region)
    hooked.region.autoscaling.authorize = lambda *_: False
    members = {"AutoScalingGroupName": "worker", "LifecycleHookName": "drain", "LifecycleTransition": TERMINATING}
    code, text = refusal(hooked.client.put_lifecycle_hook, **members, NotificationTargetARN=arn, RoleARN=SENDER)
    assert (code, text.partition(f" {arn}")[0]) == (
        "ValidationError",
        "Unable to publish test message to notification target",
    )


def test_a_new_hook_needs_a_transition(hooked: Hooked) -> None:
    members = {"AutoScalingGroupName": "worker", "LifecycleHookName": "drain"}
    assert refusal(hooked.client.put_lifecycle_hook, **members)[0] == "ValidationError"
    assert refusal(hooked.client.delete_lifecycle_hook, **members)[0] == "ValidationError"


def test_a_group_can_be_made_with_its_hooks(region: Region) -> None:
    hook = {"LifecycleHookName": "drain", "LifecycleTransition": TERMINATING, "HeartbeatTimeout": 600}
    region.group(region.template(), LifecycleHookSpecificationList=[hook])
    client = region.client("autoscaling")
    [made] = client.describe_lifecycle_hooks(AutoScalingGroupName="worker")["LifecycleHooks"]
    assert (made["LifecycleHookName"], made["GlobalTimeout"]) == ("drain", 60000)
    wrong = group_request(region.template("other"), AutoScalingGroupName="other")
    wrong["LifecycleHookSpecificationList"] = [{**hook, "HeartbeatTimeout": 1}]
    assert refusal(client.create_auto_scaling_group, **wrong)[0] == "ValidationError"
    assert list(region.autoscaling.groups) == ["worker"]


def test_at_most_fifty_instances_are_described_by_their_ids(hooked: Hooked) -> None:
    describe = hooked.client.describe_auto_scaling_instances
    assert refusal(describe, InstanceIds=["i-01234567"] * 51)[0] == "ValidationError"
    found = describe(InstanceIds=[hooked.first, "i-01234567"])["AutoScalingInstances"]
    assert [(one["InstanceId"], one["AutoScalingGroupName"], one["HealthStatus"]) for one in found] == [
        (hooked.first, "worker", "HEALTHY")
    ]
    assert len(describe()["AutoScalingInstances"]) == 2


def test_a_function_needs_the_right_on_the_group(hooked: Hooked) -> None:
    hooked.hook()
    hooked.shrink()
    arn = hooked.region.described()["AutoScalingGroupARN"]
    client = hooked.region.client("autoscaling", as_function=True)
    members = {"AutoScalingGroupName": "worker", "LifecycleHookName": "drain", "LifecycleActionResult": "CONTINUE"}
    hooked.region.grant({"Effect": "Allow", "Action": "autoscaling:CompleteLifecycleAction", "Resource": arn + "x"})
    code, text = refusal(client.complete_lifecycle_action, **members, InstanceId=hooked.second)
    assert code == "AccessDenied"
    assert f"autoscaling:CompleteLifecycleAction on resource: {arn}" in text
    hooked.region.grant({"Effect": "Allow", "Action": "autoscaling:*", "Resource": [arn, "*"]})
    client.complete_lifecycle_action(**members, InstanceId=hooked.second)
    assert hooked.ec2_state(hooked.second) == "shutting-down"


def test_a_right_on_a_group_covers_calls_that_name_only_its_instance(hooked: Hooked) -> None:
    arn = hooked.region.described()["AutoScalingGroupARN"]
    action = "autoscaling:TerminateInstanceInAutoScalingGroup"
    hooked.region.grant({"Effect": "Allow", "Action": action, "Resource": arn})
    client = hooked.region.client("autoscaling", as_function=True)
    client.terminate_instance_in_auto_scaling_group(InstanceId=hooked.first, ShouldDecrementDesiredCapacity=False)
    assert hooked.ec2_state(hooked.first) == "shutting-down"
    assert refusal(client.set_instance_health, InstanceId=hooked.second, HealthStatus="Unhealthy")[0] == "AccessDenied"


def test_a_hook_with_a_role_needs_the_right_to_pass_it(hooked: Hooked) -> None:
    _, _, arn = queue(hooked.region)
    put = {"Effect": "Allow", "Action": "autoscaling:PutLifecycleHook", "Resource": "*"}
    hooked.region.grant(put)
    client = hooked.region.client("autoscaling", as_function=True)
    members = {"AutoScalingGroupName": "worker", "LifecycleHookName": "drain", "LifecycleTransition": TERMINATING}
    members |= {"NotificationTargetARN": arn, "RoleARN": SENDER}
    code, text = refusal(client.put_lifecycle_hook, **members)
    assert (code, "iam:PassRole" in text) == ("AccessDenied", True)
    passing = {"iam:PassedToService": "autoscaling.amazonaws.com"}
    condition = {"StringEquals": passing}
    hooked.region.grant(put, {"Effect": "Allow", "Action": "iam:PassRole", "Resource": SENDER, "Condition": condition})
    client.put_lifecycle_hook(**members)
    assert list(hooked.region.autoscaling.groups["worker"].hooks) == ["drain"]
