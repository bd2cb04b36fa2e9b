"""The machines behind nodes: what is asked of AWS, and which answer means what.

The answers are AWS's own XML, put in at boto3's last step before the network: parameters are checked against the
service models on the way out, and answers are parsed by them on the way in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config

from norikae.adapters.aws.fleet import AwsFleet
from norikae.drain.interruption import Hook
from norikae.drain.ports import Impairment, Machine, Waiting
from norikae.errors import AwsRefusedError, ThrottledError

MACHINE, OTHER, BLUE = "i-0a1b2c3d4e5f60718", "i-0b1b2c3d4e5f60718", "demo-1-33"
HOOK = Hook("workers", "drain", "71514b9d-6a40-4b26-8523-05e7eea1b2c3")


class _Body(BytesIO):
    def stream(self, **_: Any) -> Any:
        yield self.read()


@dataclass
class Aws:
    """Answers by operation, in turn; the last one is given again."""

    answers: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def client(self, service: str) -> Any:
        made = boto3.client(
            service,
            region_name="ap-northeast-1",
            aws_access_key_id="AKIDEXAMPLE",
            aws_secret_access_key="example",
            config=Config(retries={"total_max_attempts": 1}),
        )
        made.meta.events.register("before-send", self._send)
        return made

    def says(self, operation: str, *bodies: str, status: int = 200) -> None:
        self.answers[operation] = [(status, body) for body in bodies]

    def refuses(self, operation: str, code: str, text: str, status: int = 400) -> None:
        error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{text}</Message></Error>"
        self.says(operation, f"<ErrorResponse>{error}<RequestId>r</RequestId></ErrorResponse>", status=status)

    def of(self, operation: str) -> list[dict[str, str]]:
        """The parameters of each call of an operation."""
        return [params for name, params in self.asked if name == operation]

    def _send(self, request: Any, **_: Any) -> AWSResponse:
        body = request.body.decode() if isinstance(request.body, bytes) else str(request.body)
        params = {key: values[0] for key, values in parse_qs(body).items()}
        operation = params.pop("Action")
        self.asked.append((operation, params))
        answers = self.answers[operation]
        status, text = answers[0] if len(answers) == 1 else answers.pop(0)
        return AWSResponse(request.url, status, {"Content-Type": "text/xml"}, _Body(text.encode()))


@pytest.fixture
def aws() -> Aws:
    return Aws()


@pytest.fixture
def fleet(aws: Aws) -> AwsFleet:
    return AwsFleet(aws.client)


def within(*tags_and_text: str) -> str:
    """A text within tags, the outermost first."""
    *tags, text = tags_and_text
    for tag in reversed(tags):
        text = f"<{tag}>{text}</{tag}>"
    return text


def instances(*found: str, token: str = "") -> str:
    items = "".join(f"<item><instancesSet>{one}</instancesSet></item>" for one in found)
    more = f"<nextToken>{token}</nextToken>" if token else ""
    return within("DescribeInstancesResponse", f"<reservationSet>{items}</reservationSet>{more}")


def instance(name: str, state: str = "running", *, spot: bool = False) -> str:
    tags = f"<tagSet><item><key>kubernetes.io/cluster/{BLUE}</key><value>owned</value></item></tagSet>"
    dns = "<privateDnsName>ip-10-0-0-1.internal</privateDnsName>" if state == "running" else "<privateDnsName/>"
    lifecycle = "<instanceLifecycle>spot</instanceLifecycle>" if spot else ""
    known = f"<instanceId>{name}</instanceId>{within('instanceState', 'name', state)}"
    return within("item", known + dns + tags + lifecycle)


def test_a_machine_is_known_by_its_tags_state_and_name(aws: Aws, fleet: AwsFleet) -> None:
    aws.says("DescribeInstances", instances(instance(MACHINE, spot=True), instance(OTHER, "terminated")))
    tags = {f"kubernetes.io/cluster/{BLUE}": "owned"}
    assert fleet.machines([MACHINE, OTHER]) == {
        MACHINE: Machine(MACHINE, "running", "ip-10-0-0-1.internal", tags, spot=True),
        OTHER: Machine(OTHER, "terminated", "", tags),
    }


def test_ids_are_a_filter_so_that_an_unknown_one_hides_no_other(aws: Aws, fleet: AwsFleet) -> None:
    aws.says("DescribeInstances", instances(instance(MACHINE), token="more"), instances(instance(OTHER)))
    assert set(fleet.machines([MACHINE, OTHER, "i-0ffffffffffffffff"])) == {MACHINE, OTHER}
    first, second = aws.of("DescribeInstances")
    assert (first["Filter.1.Name"], first["Filter.1.Value.3"]) == ("instance-id", "i-0ffffffffffffffff")
    assert second["NextToken"] == "more"


def test_hundreds_of_ids_are_asked_for_a_hundred_at_a_time_and_none_not_at_all(aws: Aws, fleet: AwsFleet) -> None:
    aws.says("DescribeInstances", instances())
    assert fleet.machines([f"i-{number:017x}" for number in range(201)]) == {}
    assert [len([key for key in asked if ".Value." in key]) for asked in aws.of("DescribeInstances")] == [100, 100, 1]
    assert fleet.machines([]) == {}
    assert len(aws.of("DescribeInstances")) == 3


def test_ec2_that_asks_for_less_is_a_passing_trouble(aws: Aws, fleet: AwsFleet) -> None:
    error = "<Errors><Error><Code>RequestLimitExceeded</Code><Message>slow</Message></Error></Errors>"
    aws.says("DescribeInstances", f"<Response>{error}<RequestID>r</RequestID></Response>", status=503)
    with pytest.raises(ThrottledError, match="ec2:DescribeInstances"):
        fleet.machines([MACHINE])


# Lifecycle actions


def answered(operation: str) -> str:
    return within(f"{operation}Response", f"<{operation}Result/>")


def hooks(*names: str, transition: str = "TERMINATING") -> str:
    members = "".join(
        f"<member><AutoScalingGroupName>workers</AutoScalingGroupName><LifecycleHookName>{name}</LifecycleHookName>"
        f"<LifecycleTransition>autoscaling:EC2_INSTANCE_{transition}</LifecycleTransition>"
        "<HeartbeatTimeout>300</HeartbeatTimeout></member>"
        for name in names
    )
    return within("DescribeLifecycleHooksResponse", "DescribeLifecycleHooksResult", "LifecycleHooks", members)


def test_an_action_is_answered_by_hook_token_and_machine(aws: Aws, fleet: AwsFleet) -> None:
    aws.says("CompleteLifecycleAction", answered("CompleteLifecycleAction"))
    fleet.complete(HOOK, MACHINE, "CONTINUE")
    (asked,) = aws.of("CompleteLifecycleAction")
    assert {key: value for key, value in asked.items() if key != "Version"} == {
        "AutoScalingGroupName": "workers",
        "LifecycleHookName": "drain",
        "LifecycleActionToken": HOOK.token,
        "LifecycleActionResult": "CONTINUE",
        "InstanceId": MACHINE,
    }


def test_an_action_without_a_known_token_is_answered_by_its_machine(aws: Aws, fleet: AwsFleet) -> None:
    aws.says("RecordLifecycleActionHeartbeat", answered("RecordLifecycleActionHeartbeat"))
    assert fleet.beat(Hook("workers", "drain"), MACHINE)
    assert "LifecycleActionToken" not in aws.of("RecordLifecycleActionHeartbeat")[0]


GONE = [
    f"No active Lifecycle Action found with instance ID {MACHINE}",
    "No Lifecycle Hook found with name drain",
    "AutoScalingGroup name not found - AutoScalingGroup: workers not found",
]


@pytest.mark.parametrize("text", GONE)
def test_an_action_that_is_over_is_done(aws: Aws, fleet: AwsFleet, text: str) -> None:
    for operation in ("CompleteLifecycleAction", "RecordLifecycleActionHeartbeat"):
        aws.refuses(operation, "ValidationError", text)
    fleet.complete(HOOK, MACHINE, "CONTINUE")
    assert not fleet.beat(HOOK, MACHINE)


def test_any_other_refusal_is_none_of_these(aws: Aws, fleet: AwsFleet) -> None:
    aws.refuses("CompleteLifecycleAction", "ValidationError", "LifecycleActionResult is wrong")
    with pytest.raises(AwsRefusedError, match="LifecycleActionResult"):
        fleet.complete(HOOK, MACHINE, "CONTINUE")
    aws.refuses("CompleteLifecycleAction", "ResourceContention", "another update is under way", status=500)
    with pytest.raises(ThrottledError):
        fleet.complete(HOOK, MACHINE, "CONTINUE")


def test_a_hook_has_its_time_and_one_that_is_gone_has_none(aws: Aws, fleet: AwsFleet) -> None:
    aws.says("DescribeLifecycleHooks", hooks("backup", "drain"))
    assert fleet.heartbeat_seconds(HOOK) == 300
    aws.says("DescribeLifecycleHooks", hooks("backup"))
    assert fleet.heartbeat_seconds(HOOK) == 0
    aws.refuses("DescribeLifecycleHooks", "ValidationError", GONE[2])
    assert fleet.heartbeat_seconds(HOOK) == 0


def test_machines_that_auto_scaling_holds_are_found_with_the_hooks_of_their_transition(
    aws: Aws, fleet: AwsFleet
) -> None:
    held = "".join(
        f"<member><InstanceId>{name}</InstanceId><LifecycleState>{state}</LifecycleState></member>"
        for name, state in ((MACHINE, "Terminating:Wait"), (OTHER, "InService"))
    )
    group = f"<member><AutoScalingGroupName>workers</AutoScalingGroupName><Instances>{held}</Instances></member>"
    quiet = "<member><AutoScalingGroupName>quiet</AutoScalingGroupName><Instances/></member>"
    answer = ("DescribeAutoScalingGroupsResponse", "DescribeAutoScalingGroupsResult", "AutoScalingGroups")
    aws.says("DescribeAutoScalingGroups", within(*answer, group + quiet))
    aws.says("DescribeLifecycleHooks", hooks("drain", "backup"))
    assert fleet.waiting(BLUE) == [
        Waiting(MACHINE, "terminating", (Hook("workers", "drain"), Hook("workers", "backup")))
    ]
    (asked,) = aws.of("DescribeAutoScalingGroups")
    assert asked["Filters.member.1.Name"] == f"tag:kubernetes.io/cluster/{BLUE}"
    assert len(aws.of("DescribeLifecycleHooks")) == 1, "a group that holds nothing is not asked about"


# Impairments


def test_failed_checks_and_events_that_are_not_over_count_against_a_machine(aws: Aws, fleet: AwsFleet) -> None:
    since = within("details", "item", "<name>reachability</name><impairedSince>2026-11-28T03:00:00Z</impairedSince>")
    events = (
        "<item><code>instance-retirement</code><description>degraded</description>"
        "<notBefore>2026-12-12T13:00:00Z</notBefore></item>"
        "<item><code>system-reboot</code><description>[Completed] done</description></item>"
        "<item><code>instance-stop</code><description>[Canceled] not needed</description></item>"
    )
    status = (
        f"<item><instanceId>{MACHINE}</instanceId><eventsSet>{events}</eventsSet>"
        f"<systemStatus><status>impaired</status>{since}</systemStatus>"
        "<instanceStatus><status>ok</status></instanceStatus></item>"
    )
    aws.says("DescribeInstances", instances(instance(MACHINE)))
    aws.says("DescribeInstanceStatus", within("DescribeInstanceStatusResponse", "instanceStatusSet", status))
    assert fleet.impaired([MACHINE, OTHER]) == [
        Impairment(MACHINE, "system-impaired", 1795834800.0),
        Impairment(MACHINE, "instance-retirement", 1797080400.0),
    ]
    (asked,) = aws.of("DescribeInstanceStatus")
    assert [value for key, value in asked.items() if key.startswith("InstanceId.")] == [MACHINE]


# Targets


def targets(state: str = "healthy") -> str:
    member = within("Target", f"<Id>{MACHINE}</Id><Port>31080</Port>") + within("TargetHealth", "State", state)
    answer = ("DescribeTargetHealthResponse", "DescribeTargetHealthResult", "TargetHealthDescriptions", "member")
    return within(*answer, member)


def groups() -> str:
    balancer = "<LoadBalancerArns><member>arn:lb</member></LoadBalancerArns>"
    members = "".join(
        f"<member><TargetGroupArn>arn:{name}</TargetGroupArn><TargetType>{kind}</TargetType>{more}</member>"
        for name, kind, more in (("web", "instance", balancer), ("pods", "ip", balancer), ("alone", "instance", ""))
    )
    return within("DescribeTargetGroupsResponse", "DescribeTargetGroupsResult", "TargetGroups", members)


def test_groups_of_pods_or_without_a_load_balancer_send_nothing_to_a_machine(aws: Aws, fleet: AwsFleet) -> None:
    aws.says("DescribeTargetGroups", groups())
    assert fleet.target_groups() == ("arn:web",)


def test_a_machine_is_a_target_until_nothing_of_it_is_left(aws: Aws, fleet: AwsFleet) -> None:
    for state, sends in (("healthy", {MACHINE}), ("draining", {MACHINE}), ("unused", set())):
        aws.says("DescribeTargetHealth", targets(state))
        assert fleet.targets("arn:web") == sends
    assert {asked["TargetGroupArn"] for asked in aws.of("DescribeTargetHealth")} == {"arn:web"}


def test_a_target_group_that_goes_meanwhile_sends_nothing(aws: Aws, fleet: AwsFleet) -> None:
    aws.refuses("DescribeTargetHealth", "TargetGroupNotFound", "gone")
    assert not fleet.targets("arn:web")
