"""One table: whoever holds the lease writes, everybody else is told so, and nothing is lost between pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local.aws.front import Fault
from local.aws.simulator import AwsError
from norikae.adapters.aws.table import DynamoRunTable
from norikae.errors import AwsRefusedError, ConflictError, StaleWriterError, ThrottledError, UnreachableError
from norikae.upgrade.identity import Writer
from norikae.upgrade.lease import Lease, next_lease
from norikae.upgrade.state import AppItem, ClustersItem, Event, Flags, PhaseItem

if TYPE_CHECKING:
    from local.aws.front import Call

    from .conftest import Cloud

NOW, KEEP_DAYS = 1_795_482_000.0, 365
RUN = "demo-1-35-0001"
FIRST, SECOND = "arn:execution:first", "arn:execution:second"
HELD = Lease(FIRST, RUN, 1)
WRITER = Writer(RUN, 1, 1)
STALE = Writer(RUN, 1, 0)


@pytest.fixture
def table(dynamodb: Any) -> DynamoRunTable:
    return DynamoRunTable(dynamodb, "runs", "demo", NOW, KEEP_DAYS)


@pytest.fixture
def held(table: DynamoRunTable) -> DynamoRunTable:
    table.take("", HELD, instead_of=None)
    return table


def raw(dynamodb: Any, pk: str, sk: str) -> dict[str, Any]:
    item: dict[str, Any] = dynamodb.get_item(TableName="runs", Key={"pk": {"S": pk}, "sk": {"S": sk}})["Item"]
    return item


def test_a_free_environment_is_taken_once(table: DynamoRunTable) -> None:
    assert table.lease("") is None
    table.take("", HELD, instead_of=None)
    assert table.lease("") == HELD
    with pytest.raises(ConflictError):
        table.take("", Lease(SECOND, "other", 1), instead_of=None)
    assert table.lease("") == HELD


@pytest.mark.parametrize("read", [Lease(FIRST, RUN, 7), Lease(SECOND, RUN, 1)])
def test_a_lease_that_is_not_as_it_was_read_is_not_taken(held: DynamoRunTable, read: Lease) -> None:
    with pytest.raises(ConflictError):
        held.take("", Lease(SECOND, "other", 8), instead_of=read)
    assert held.lease("") == HELD


def test_a_lease_is_taken_over_from_whom_it_was_read(held: DynamoRunTable) -> None:
    held.take("", Lease(SECOND, "other", 2), instead_of=HELD)
    assert held.lease("") == Lease(SECOND, "other", 2)


def test_each_application_has_a_lease_of_its_own(held: DynamoRunTable) -> None:
    held.take("billing", Lease(SECOND, RUN, 1), instead_of=None)
    assert held.lease("shop") is None
    assert (held.lease("billing"), held.lease("")) == (Lease(SECOND, RUN, 1), HELD)


def test_only_the_holder_frees_a_lease_and_the_next_token_is_greater(held: DynamoRunTable) -> None:
    assert held.release("", SECOND) is False
    assert held.lease("") == HELD
    assert held.release("", FIRST) is True
    assert held.release("", FIRST) is False
    free = held.lease("")
    assert free == Lease("", RUN, 1)
    taken = next_lease(free, holder=SECOND, run="other", holder_status="UNKNOWN")
    held.take("", taken, instead_of=free)
    assert held.lease("") == Lease(SECOND, "other", 2)


def test_what_nobody_holds_cannot_be_freed(table: DynamoRunTable) -> None:
    assert table.release("billing", FIRST) is False


def test_another_refusal_than_a_lost_lease_is_not_swallowed(dynamodb: Any) -> None:
    with pytest.raises(AwsRefusedError, match="ResourceNotFoundException"):
        DynamoRunTable(dynamodb, "elsewhere", "demo", NOW, KEEP_DAYS).release("", FIRST)


def test_the_holder_writes_and_reads_back_what_it_wrote(held: DynamoRunTable, dynamodb: Any) -> None:
    written = AppItem(application="billing", weight=5, snapshot=({"Name": "billing.example.com."},))
    held.write(WRITER, "APP#billing", written)
    assert held.read(RUN, "APP#billing", AppItem) == written
    assert held.read(RUN, "APP#shop", AppItem) is None
    assert held.read("other", "APP#billing", AppItem) is None
    assert raw(dynamodb, f"RUN#{RUN}", "APP#billing")["expires"] == {"N": str(int(NOW) + KEEP_DAYS * 86400)}


@pytest.mark.parametrize("item", ["PHASE", "CLUSTERS"])
def test_a_writer_that_lost_the_lease_writes_nothing_any_more(held: DynamoRunTable, item: str) -> None:
    held.take("", Lease(SECOND, "other", 2), instead_of=HELD)
    with pytest.raises(StaleWriterError, match=r"demo-1-35-0001 lost the lease of demo \(its token is 1\)"):
        held.write(WRITER, item, PhaseItem(phase="soak"))
    with pytest.raises(StaleWriterError):
        held.write_environment(WRITER, item, ClustersItem(blue="demo-1-33"))
    assert held.read(RUN, item, PhaseItem) is None
    assert held.environment(item, ClustersItem) is None


def test_a_writer_without_any_lease_writes_nothing(table: DynamoRunTable) -> None:
    with pytest.raises(StaleWriterError):
        table.write(WRITER, "PHASE", PhaseItem(phase="soak"))
    assert table.read(RUN, "PHASE", PhaseItem) is None


def test_a_token_from_before_is_refused_even_in_the_same_run(held: DynamoRunTable) -> None:
    with pytest.raises(StaleWriterError):
        held.write(STALE, "PHASE", PhaseItem(phase="soak"))


def test_the_environment_keeps_its_items_for_ever(held: DynamoRunTable, dynamodb: Any) -> None:
    held.write_environment(WRITER, "CLUSTERS", ClustersItem(blue="demo-1-33", green="demo-1-35-a", run=RUN))
    assert held.environment("CLUSTERS", ClustersItem) == ClustersItem(blue="demo-1-33", green="demo-1-35-a", run=RUN)
    assert "expires" not in raw(dynamodb, "ENV#demo", "CLUSTERS")
    assert "expires" not in raw(dynamodb, "ENV#demo", "LEASE")


def test_operators_write_without_a_lease(table: DynamoRunTable) -> None:
    table.write_unfenced(RUN, "FLAGS", Flags(paused=True, by="mio"))
    assert table.read(RUN, "FLAGS", Flags) == Flags(paused=True, by="mio")
    table.delete(RUN, "FLAGS")
    table.delete(RUN, "FLAGS")
    assert table.read(RUN, "FLAGS", Flags) is None


def test_an_item_that_is_another_one_by_now_is_not_removed(table: DynamoRunTable) -> None:
    table.write_unfenced(RUN, "FLAGS", Flags(paused=True))
    table.delete(RUN, "FLAGS", only=Flags())
    assert table.read(RUN, "FLAGS", Flags) == Flags(paused=True)
    table.delete(RUN, "FLAGS", only=Flags(paused=True))
    assert table.read(RUN, "FLAGS", Flags) is None


def test_all_items_come_in_order_however_many_pages_they_fill(cloud: Cloud, held: DynamoRunTable) -> None:
    names = [f"app-{number}" for number in range(6)]
    for name in reversed(names):
        held.write(WRITER, f"APP#{name}", AppItem(application=name, reason="x" * 300_000))
    held.write(WRITER, "PHASE", PhaseItem(phase="soak"))
    assert [item.application for item in held.read_all(RUN, "APP#", AppItem)] == names
    assert len(cloud.called("Query")) > 1
    assert held.read_all("other", "APP#", AppItem) == []


def test_every_read_is_consistent(cloud: Cloud, held: DynamoRunTable) -> None:
    held.lease("")
    held.read(RUN, "PHASE", PhaseItem)
    held.environment("CLUSTERS", ClustersItem)
    held.read_all(RUN, "APP#", AppItem)
    asked = [*cloud.called("GetItem"), *cloud.called("Query")]
    assert len(asked) == 4
    assert all(params["ConsistentRead"] for params in asked)


def test_what_is_about_no_run_is_in_the_environment_s_own_trail(held: DynamoRunTable, dynamodb: Any) -> None:
    event = Event(at=NOW, what="adopt", by="mio")
    for _ in range(2):
        held.log("", event)
    query = {":pk": {"S": "ENV#demo"}, ":sk": {"S": "EVENT#"}}
    condition = "pk = :pk AND begins_with(sk, :sk)"
    stored = dynamodb.query(TableName="runs", KeyConditionExpression=condition, ExpressionAttributeValues=query)
    assert len(stored["Items"]) == 1
    assert held.read_all(RUN, "EVENT#", Event) == []


def test_the_audit_trail_is_in_the_order_of_time_and_forgets_nothing(held: DynamoRunTable, dynamodb: Any) -> None:
    events = [
        Event(at=NOW, what="planned", by="mio", detail={"b": 1, "a": 2}),
        Event(at=NOW, what="preflight"),
        Event(at=NOW + 1, what="weight-written", detail={"weight": 5}),
        Event(at=NOW + 10**6, what="recovered"),
    ]
    for event in (*reversed(events), *events):
        held.log(RUN, event)
    found = held.read_all(RUN, "EVENT#", Event)
    assert [event.at for event in found] == [NOW, NOW, NOW + 1, NOW + 10**6]
    assert {event.what for event in found} == {event.what for event in events}
    assert found[-2:] == events[-2:]
    stored = dynamodb.query(
        TableName="runs", KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": {"S": f"RUN#{RUN}"}}
    )
    assert all("expires" not in item for item in stored["Items"])


def test_a_write_that_meets_another_transaction_is_worth_another_attempt(cloud: Cloud, held: DynamoRunTable) -> None:
    reasons = [{"Code": "None"}, {"Code": "TransactionConflict"}]
    refusal = AwsError("TransactionCanceledException", "Transaction cancelled", extra={"CancellationReasons": reasons})
    cloud.front.faults.append(lambda call: Fault(refusal) if call.operation == "TransactWriteItems" else None)
    with pytest.raises(ConflictError, match="TransactionConflict"):
        held.write(WRITER, "PHASE", PhaseItem(phase="soak"))


def test_a_throttled_write_is_worth_another_attempt(cloud: Cloud, held: DynamoRunTable) -> None:
    cloud.front.faults.append(lambda _: Fault.throttled())
    with pytest.raises(ThrottledError):
        held.write(WRITER, "PHASE", PhaseItem(phase="soak"))


def test_a_write_whose_answer_was_lost_may_be_sent_again(cloud: Cloud, held: DynamoRunTable) -> None:
    lost: list[Call] = []

    def lose_the_first(call: Call) -> Fault | None:
        lost.append(call)
        return Fault.executed_then_lost() if len(lost) == 1 else None

    cloud.front.faults.append(lose_the_first)
    with pytest.raises(UnreachableError):
        held.write(WRITER, "PHASE", PhaseItem(phase="soak"))
    assert held.read(RUN, "PHASE", PhaseItem) == PhaseItem(phase="soak")
    held.write(WRITER, "PHASE", PhaseItem(phase="soak"))
    assert len(held.read_all(RUN, "PHASE", PhaseItem)) == 1


def test_a_plan_is_read_once_in_a_process_and_everything_else_every_time(cloud: Cloud, dynamodb: Any) -> None:
    plans: dict[str, Any] = {}
    first, second = (DynamoRunTable(dynamodb, "runs", "demo", NOW, KEEP_DAYS, plans) for _ in range(2))
    assert first.read(RUN, "PLAN", dict[str, int]) is None
    first.write_unfenced(RUN, "PLAN", {"step": 1})
    first.write_unfenced(RUN, "FLAGS", {"step": 1})
    assert first.read(RUN, "PLAN", dict[str, int]) == {"step": 1}
    assert second.read(RUN, "PLAN", dict[str, int]) == second.read(RUN, "FLAGS", dict[str, int])
    read = [call["Key"]["sk"]["S"] for call in cloud.called("GetItem")]
    assert read == ["PLAN", "PLAN", "FLAGS"]


def test_a_shift_writes_only_while_it_holds_its_application(held: DynamoRunTable) -> None:
    held.take("billing", Lease(SECOND, RUN, 1), instead_of=None)
    mine, later = Writer(RUN, 1, 1, "billing", 1), Writer(RUN, 1, 1, "billing", 2)
    held.write(mine, "APP#billing", {"weight": 5})
    held.take("billing", Lease(FIRST, RUN, 2), instead_of=Lease(SECOND, RUN, 1))
    with pytest.raises(StaleWriterError, match="lost the lease of billing"):
        held.write(mine, "APP#billing", {"weight": 50})
    assert held.read(RUN, "APP#billing", dict[str, int]) == {"weight": 5}
    held.write(later, "APP#billing", {"weight": 25})
    assert held.read(RUN, "APP#billing", dict[str, int]) == {"weight": 25}


def test_what_operators_own_is_swapped_only_for_what_was_read(held: DynamoRunTable) -> None:
    held.swap(RUN, "FLAGS", {"paused": True}, instead_of=None)
    with pytest.raises(ConflictError):
        held.swap(RUN, "FLAGS", {"aborted": True}, instead_of=None)
    with pytest.raises(ConflictError):
        held.swap(RUN, "FLAGS", {"aborted": True}, instead_of={"paused": False})
    held.swap(RUN, "FLAGS", {"aborted": True}, instead_of={"paused": True})
    assert held.read(RUN, "FLAGS", dict[str, bool]) == {"aborted": True}
