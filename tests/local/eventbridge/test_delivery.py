from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from local.aws.eventbridge import EventBridgeSimulator, Targets
from local.aws.front import Front
from local.aws.identities import Identities
from local.aws.mischief import Mischief
from local.kernel import Kernel

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT, REGION = "123456789012", "ap-northeast-1"
MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:recover"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/events"
RULE = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/watch"


def policy(action: str | list[str], resource: str, rule: str, **more: Any) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": action,
        "Resource": resource,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement | more]})


class Bus:
    """The default event bus behind the front, with what its targets got."""

    def __init__(self) -> None:
        self.kernel = Kernel()
        self.functions: list[tuple[str, Any]] = []
        self.machines: list[tuple[str, str, str]] = []
        self.forbidden = False
        targets = Targets(
            function=lambda arn, event: self.functions.append((arn, event)),
            machine=lambda *start: self.machines.append(start),
            authorize=lambda _role, _action, _resource: not self.forbidden,
        )
        self.events = EventBridgeSimulator(self.kernel, account=ACCOUNT, region=REGION, targets=targets)
        self.front = Front(self.kernel, [self.events], Identities(ACCOUNT), ACCOUNT, REGION)
        self.front.start()

    def rule(self, target: dict[str, Any], **members: Any) -> None:
        client = self.front.client("events")
        client.put_rule(Name="watch", **(members or {"EventPattern": json.dumps({"source": ["norikae.test"]})}))
        client.put_targets(Rule="watch", Targets=[{"Id": "1", **target}])

    def put(self, source: str = "norikae.test", detail: str = "{}") -> dict[str, Any]:
        entry = {"Source": source, "DetailType": "Weight changed", "Detail": detail}
        answer: dict[str, Any] = self.front.client("events").put_events(Entries=[entry])
        return answer

    def queue(self, name: str, *, open_to: str = RULE, **attributes: str) -> tuple[str, str]:
        arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
        attributes = {"Policy": policy("sqs:SendMessage", arn, open_to), **attributes}
        url = self.front.client("sqs").create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        return url, arn

    def refused(self, url: str) -> str:
        [message] = self.received(url)
        return str(message["MessageAttributes"]["ERROR_CODE"]["StringValue"])

    def received(self, url: str) -> list[dict[str, Any]]:
        answer = self.front.client("sqs").receive_message(QueueUrl=url, MessageAttributeNames=["All"])
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        return messages


@pytest.fixture
def bus() -> Iterator[Bus]:
    made = Bus()
    yield made
    made.front.stop()


def test_a_matching_event_starts_a_state_machine(bus: Bus) -> None:
    bus.rule({"Arn": MACHINE, "RoleArn": ROLE})
    bus.put(detail='{"weight": 25}')
    bus.put(source="somebody.else")
    bus.kernel.run(1)
    [(arn, name, text)] = bus.machines
    assert arn == MACHINE
    assert name.startswith(json.loads(text)["id"])
    assert json.loads(text)["detail"] == {"weight": 25}


def test_a_disabled_rule_delivers_nothing(bus: Bus) -> None:
    bus.rule({"Arn": MACHINE, "RoleArn": ROLE})
    bus.front.client("events").disable_rule(Name="watch")
    bus.put()
    bus.kernel.run(1)
    assert bus.machines == []


def test_a_role_without_the_right_sends_the_event_to_the_dead_letters(bus: Bus) -> None:
    url, queue = bus.queue("dead")
    bus.forbidden = True
    bus.rule({"Arn": MACHINE, "RoleArn": ROLE, "DeadLetterConfig": {"Arn": queue}})
    bus.put()
    bus.kernel.run(1)
    [message] = bus.received(url)
    assert message["MessageAttributes"]["ERROR_CODE"]["StringValue"] == "NO_PERMISSIONS"
    assert json.loads(message["Body"])["source"] == "norikae.test"


def test_a_queue_gets_the_event_itself(bus: Bus) -> None:
    url, queue = bus.queue("audit")
    bus.rule({"Arn": queue})
    bus.put()
    bus.kernel.run(1)
    [message] = bus.received(url)
    assert json.loads(message["Body"])["detail-type"] == "Weight changed"


def test_a_queue_whose_policy_does_not_name_the_rule_gets_nothing(bus: Bus) -> None:
    dead, letters = bus.queue("dead")
    url, queue = bus.queue("audit", open_to=RULE.replace("watch", "another"))
    bus.rule({"Arn": queue, "DeadLetterConfig": {"Arn": letters}})
    bus.put()
    bus.kernel.run(1)
    assert bus.received(url) == []
    assert bus.refused(dead) == "NO_PERMISSIONS"


def test_a_deny_of_the_queue_wins(bus: Bus) -> None:
    dead, letters = bus.queue("dead")
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:audit"
    both = json.loads(policy("sqs:*", arn, RULE))
    both["Statement"].append({"Effect": "Deny", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn})
    _, queue = bus.queue("audit", Policy=json.dumps(both))
    bus.rule({"Arn": queue, "DeadLetterConfig": {"Arn": letters}})
    bus.put()
    bus.kernel.run(1)
    assert bus.refused(dead) == "NO_PERMISSIONS"


def test_a_queue_that_does_not_exist_sends_the_event_to_the_dead_letters(bus: Bus) -> None:
    dead, letters = bus.queue("dead")
    nowhere = f"arn:aws:sqs:{REGION}:{ACCOUNT}:nowhere"
    bus.rule({"Arn": nowhere, "DeadLetterConfig": {"Arn": letters}})
    bus.put()
    bus.kernel.run(1)
    assert bus.refused(dead) == "RESOURCE_NOT_FOUND"


def test_dead_letters_that_do_not_take_the_event_lose_it(bus: Bus) -> None:
    dead, letters = bus.queue("dead", Policy="")
    bus.rule({"Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:nowhere", "DeadLetterConfig": {"Arn": letters}})
    bus.put()
    bus.kernel.run(1)
    assert bus.received(dead) == []


@pytest.mark.parametrize(("actions", "arrives"), [(["kms:Decrypt", "kms:GenerateDataKey*"], 1), (["kms:Encrypt"], 0)])
def test_the_key_of_an_encrypted_queue_must_let_eventbridge_use_it(bus: Bus, actions: list[str], arrives: int) -> None:
    kms = bus.front.client("kms")
    key = kms.create_key(Policy=policy(actions, "*", RULE))["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/queues", TargetKeyId=key)
    url, queue = bus.queue("audit", KmsMasterKeyId="alias/queues")
    bus.rule({"Arn": queue})
    bus.put()
    bus.kernel.run(1)
    assert len(bus.received(url)) == arrives


def test_a_queue_encrypted_with_a_key_of_aws_gets_nothing_from_eventbridge(bus: Bus) -> None:
    url, queue = bus.queue("audit", KmsMasterKeyId="alias/aws/sqs")
    bus.rule({"Arn": queue})
    bus.put()
    bus.kernel.run(1)
    assert bus.received(url) == []


@pytest.mark.parametrize(
    ("mischief", "arrivals"),
    [(Mischief(), 1), (Mischief(duplicate=1), 2), (Mischief(loss=1), 0), (Mischief(delay=60), 1)],
)
def test_a_story_may_let_the_bus_lose_double_and_delay_events(bus: Bus, mischief: Mischief, arrivals: int) -> None:
    bus.events.mischief = mischief
    bus.rule({"Arn": MACHINE, "RoleArn": ROLE})
    bus.put()
    bus.kernel.run(1)
    early = len(bus.machines)
    bus.kernel.run(60)
    assert len(bus.machines) == arrivals
    assert early == (0 if mischief.delay else arrivals)


def test_an_event_of_aws_that_no_rule_wants_is_not_kept(bus: Bus) -> None:
    bus.rule({"Arn": MACHINE, "RoleArn": ROLE}, EventPattern=json.dumps({"source": ["aws.ec2"]}))
    assert bus.events.says("aws.health", "AWS Health Event", {}) is None
    said = bus.events.says("aws.ec2", "EC2 Instance Rebalance Recommendation", {"instance-id": "i-1"}, ["arn"])
    assert said is not None
    assert bus.events.events == [said]
    bus.kernel.run(1)
    assert json.loads(bus.machines[0][2]) == said


def test_a_schedule_fires_by_the_worlds_clock(bus: Bus) -> None:
    bus.rule({"Arn": MACHINE, "RoleArn": ROLE, "Input": "{}"}, ScheduleExpression="rate(5 minutes)")
    bus.kernel.run(901)
    assert len(bus.machines) == 3
    assert bus.events.events[-1]["detail-type"] == "Scheduled Event"


def test_a_customer_cannot_speak_for_aws(bus: Bus) -> None:
    answer = bus.put(source="aws.states")
    assert answer["FailedEntryCount"] == 1
    assert answer["Entries"][0]["ErrorCode"] == "NotAuthorizedForSourceException"


def test_a_malformed_detail_fails_its_entry_only(bus: Bus) -> None:
    assert bus.put(detail="{")["Entries"][0]["ErrorCode"] == "MalformedDetail"
    assert "EventId" in bus.put()["Entries"][0]


def test_an_unmodelled_target_is_loud(bus: Bus) -> None:
    bus.rule({"Arn": f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/x"})
    bus.put()
    with pytest.raises(NotImplementedError, match="kinesis"):
        bus.kernel.run(1)
