from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from local.aws.eventbridge import EventBridgeSimulator, Targets
from local.aws.front import Front
from local.aws.identities import Identities
from local.kernel import Kernel

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT, REGION = "123456789012", "ap-northeast-1"
MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:recover"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/events"


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

    def queue(self, name: str) -> tuple[str, str]:
        url = self.front.client("sqs").create_queue(QueueName=name)["QueueUrl"]
        return url, f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"

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
