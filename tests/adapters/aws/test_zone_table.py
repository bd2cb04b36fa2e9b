"""Intents, slots and readings over the wire: the conditions of the table are what keeps two functions apart."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from norikae.adapters.aws.bell import SqsBell
from norikae.adapters.aws.intents import DynamoIntents
from norikae.adapters.aws.readings import DynamoReadings
from norikae.adapters.aws.route53 import Route53Dns
from norikae.adapters.aws.tokens import DynamoTokens
from norikae.errors import ConflictError, ForeignWriteError, ThrottledError
from norikae.traffic.records import Change
from norikae.zone.deferred import ZoneDns
from norikae.zone.intent import Head, Intent
from norikae.zone.pace import DISTANCE, PATIENCE
from norikae.zone.reading import Reading
from norikae.zone.shared import SharedReading
from tests.unit.fakes.ports import alias
from tests.unit.fakes.zone import FakeBell, FakeClock

if TYPE_CHECKING:
    from .conftest import Cloud

NOW, ZONE = 1_795_482_000.0, "Z0DEMO1EXAMPLE"


@pytest.fixture
def intents(dynamodb: Any) -> DynamoIntents:
    return DynamoIntents(dynamodb, "runs", ZONE, NOW, 365)


def intent(number: int = 1, at: float = NOW) -> Intent:
    return Intent.of([Change("CREATE", alias(f"app{number:03}.example.com", "green", 5))], "weight=5", at)


def pending(intents: DynamoIntents, one: Intent) -> Head:
    head = Head.of(one, "pending", one.made_at)
    intents.post(one, head, instead_of=intents.head(one.subject))
    return head


def test_an_intent_is_read_as_it_was_written_the_oldest_first(intents: DynamoIntents) -> None:
    newer, older = intent(1, NOW + 1), intent(2, NOW)
    head = pending(intents, newer)
    pending(intents, older)
    assert intents.open(100) == [older, newer]
    assert intents.open(1) == [older]
    assert intents.head(newer.subject) == head
    assert intents.body(newer.id) == newer
    assert intents.head("nobody.example.com") is None


def test_who_has_not_read_the_last_word_does_not_write_the_next(intents: DynamoIntents) -> None:
    first = pending(intents, intent())
    second = intent(at=NOW + 1)
    with pytest.raises(ConflictError, match="somebody else changes it"):
        intents.post(second, Head.of(second, "pending", NOW), instead_of=None)
    assert intents.open(9) == [intent()]
    intents.post(second, Head.of(second, "pending", NOW), instead_of=first)
    assert intents.take(intents.open(9), NOW).heads == ()
    assert intents.open(9) == [second], "the one that was replaced is forgotten"
    assert [head.id for head in intents.take(intents.open(9), NOW).heads] == [second.id]


def test_what_somebody_took_and_left_is_taken_again_and_said_so(intents: DynamoIntents) -> None:
    pending(intents, intent(1))
    intents.take(intents.open(9), NOW)
    pending(intents, intent(2))
    taken = intents.take(intents.open(9), NOW + 200)
    assert [head.state for head in taken.heads] == ["taken", "taken"]
    assert taken.before == {intent(1).id}


def test_a_hundred_are_settled_and_one_that_was_replaced_is_left_alone(intents: DynamoIntents) -> None:
    for number in range(100):
        pending(intents, intent(number))
    taken = intents.take(intents.open(100), NOW)
    assert len(taken.heads) == 100
    later = intent(7, NOW + 100)
    intents.post(later, Head.of(later, "pending", NOW), instead_of=intents.head(later.subject))
    refusal = ForeignWriteError("somebody else wrote")
    intents.settle([taken.heads[0].refused(refusal, NOW), *(one.applied("/change/C1", NOW) for one in taken.heads[1:])])
    heads = [intents.head(intent(number).subject) for number in range(100)]
    assert [head.state for head in heads if head] == ["refused", *["applied"] * 6, "pending", *["applied"] * 92]
    assert heads[0]
    assert str(heads[0].refusal()) == str(refusal)
    assert later in intents.open(100)


def test_only_one_asks_for_a_change_at_a_time(intents: DynamoIntents) -> None:
    assert intents.may_ask("/change/C1", NOW, 5) is True
    assert intents.may_ask("/change/C1", NOW + 4, 5) is False
    assert intents.may_ask("/change/C1", NOW + 5, 5) is True
    intents.in_sync("/change/C1")
    assert intents.may_ask("/change/C1", NOW + 5, 5) is None


def test_slots_keep_their_distance_whoever_asks(dynamodb: Any) -> None:
    clock = FakeClock(NOW)
    made = []
    for function in range(8):
        clock.time = NOW + function * 0.01  # eight functions at almost the same time
        DynamoTokens(dynamodb, "runs", clock).wait()
        made.append(clock.time)
    assert [round(later - earlier, 3) for earlier, later in pairwise(made)] == [DISTANCE] * 7
    clock.time = NOW
    assert DynamoTokens(dynamodb, "runs", clock).backlog() == pytest.approx(8 * DISTANCE)


def test_whoever_would_wait_too_long_comes_again(dynamodb: Any) -> None:
    clock = FakeClock(NOW)
    tokens = DynamoTokens(dynamodb, "runs", clock)
    with pytest.raises(ThrottledError, match="too many wait"):  # noqa: PT012 - how many that are is the point
        while True:
            clock.time = NOW
            tokens.wait()
    clock.time = NOW + 2 * PATIENCE
    tokens.wait()
    assert clock.time == NOW + 2 * PATIENCE


def test_every_attempt_of_a_client_takes_a_slot_first(cloud: Cloud, dynamodb: Any) -> None:
    clock = FakeClock(NOW)
    route53 = cloud.client("route53")
    cloud.route53.create_hosted_zone(Name="demo.example.com", CallerReference="test", zone_id=ZONE)
    for _ in range(2):
        DynamoTokens(dynamodb, "runs", clock).pace(route53)
    for _ in range(4):
        route53.list_resource_record_sets(HostedZoneId=ZONE)
    assert clock.slept == [pytest.approx(DISTANCE)] * 3


def test_many_read_the_zone_once(cloud: Cloud, dynamodb: Any, intents: DynamoIntents) -> None:
    cloud.route53.create_hosted_zone(Name="example.com", CallerReference="test", zone_id=ZONE)
    hosts = [f"app{number:03}.example.com" for number in range(300)]
    records = [alias(host, "green", 5, kind) for host in hosts for kind in ("A", "AAAA")]
    for start in range(0, len(records), 300):
        changes: list[Any] = [
            {"Action": "CREATE", "ResourceRecordSet": dict(one.raw)} for one in records[start : start + 300]
        ]
        for change in changes:
            target = change["ResourceRecordSet"]["AliasTarget"]
            target["DNSName"] = "dualstack.k8s-green-1.ap-northeast-1.elb.amazonaws.com."
        cloud.route53.change_resource_record_sets(HostedZoneId=ZONE, ChangeBatch={"Changes": changes})
    clock, names = FakeClock(NOW), Route53Dns(cloud.client("route53"), ZONE)
    backlog = [0.0]

    def reader() -> ZoneDns:
        readings = DynamoReadings(dynamodb, "runs", ZONE, NOW)
        shared = SharedReading(names, readings, lambda: backlog[0], clock)
        return ZoneDns(names, intents, clock.time, bell=FakeBell(), directly_after=None, looks_every=5, shared=shared)

    alone = reader().records([hosts[7]])
    backlog[0] = 5.0
    cloud.time_passes(60)
    before = len(cloud.called("ListResourceRecordSets"))
    together = [reader().records([host]) for host in hosts]
    assert together[7] == alone
    assert [[record.name for record in found] for found in together] == [[host] * 2 for host in hosts]
    assert len(cloud.called("ListResourceRecordSets")) - before == 3

    applied = intent(7, NOW + 5)
    intents.post(applied, Head.of(applied, "taken", NOW + 5), instead_of=None)
    clock.time = NOW + 6
    cloud.time_passes(60)
    reader().records([hosts[7]])
    assert len(cloud.called("ListResourceRecordSets")) - before == 6, "older than the last change of the name"

    changed = intent(7, NOW + 8)
    intents.post(changed, Head.of(changed, "taken", NOW + 8), instead_of=Head.of(applied, "taken", NOW + 5))
    clock.time = NOW + 9.5
    cloud.time_passes(60)
    marks = [f"a-{hosts[7]}", f"aaaa-{hosts[7]}"]
    reader().records([*marks, hosts[7]])
    assert len(cloud.called("ListResourceRecordSets")) - before > 6, "also when its marks are asked for before it"


def test_a_reading_is_begun_by_one(dynamodb: Any) -> None:
    readings = DynamoReadings(dynamodb, "runs", ZONE, NOW)
    mine = Reading(claimed_at=NOW)
    assert readings.last() is None
    assert readings.begin(mine, instead_of=None) is True
    assert readings.begin(mine, instead_of=None) is False
    assert readings.begin(msgspec.structs.replace(mine, claimed_at=NOW + 1), instead_of=mine) is True


def test_a_bell_rings_once_for_one_reason(cloud: Cloud) -> None:
    sqs = cloud.client("sqs")
    attributes = {"FifoQueue": "true", "VisibilityTimeout": "180"}
    queue = sqs.create_queue(QueueName="bell.fifo", Attributes=attributes)["QueueUrl"]
    bell = SqsBell(lambda: sqs, queue, ZONE)
    for reason in ("intent:1:*.example.com", "intent:1:*.example.com", "intent:2:b.example.com"):
        bell.ring(reason)
    messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    assert [message["Body"] for message in messages] == [ZONE, ZONE]
