"""Past the point of no return nothing raises blue's weight, whoever tries, and nobody else begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from norikae.environment import OnStop
from norikae.errors import RefusedError
from norikae.traffic.records import Change, RecordSet
from norikae.traffic.rollback import roll_back_application
from norikae.traffic.shift import set_weights
from norikae.upgrade.back import roll_back_applications
from norikae.upgrade.begin import plan_upgrade
from norikae.upgrade.clean import clean_green
from norikae.upgrade.finish import report_failure
from norikae.upgrade.no_return import GuardedDns, raised
from norikae.upgrade.recovery import recover
from norikae.upgrade.state import AppItem, PhaseItem
from tests.unit.fakes.ports import alias
from tests.unit.fakes.story import APP, BLUE, GREEN, HOST, PARENT, RUN, SHIFT, WRITER, Story

if TYPE_CHECKING:
    from collections.abc import Callable

SERVING = {BLUE: 0, GREEN: 100}


def past_the_point() -> Story:
    """Everything serves from green, and blue is about to be taken apart; each function has the guard before its DNS."""
    story = Story()
    story.soaked()
    dns: Any = GuardedDns(story.ports.dns, story.ports.table)
    dns.weights = story.ports.dns.weights
    story.ports.dns = dns
    item = story.ports.table.read(RUN, "PHASE", PhaseItem)
    assert item is not None
    story.ports.table.write(WRITER, "PHASE", msgspec.structs.replace(item, point_of_no_return=True))
    return story


def stopped_shift(story: Story) -> None:
    """An application that somebody shifts by hand dies at a weight, and the policy says roll back."""
    story.ports.environment = msgspec.structs.replace(
        story.ports.environment, on_stop=OnStop(upgrade="roll-back", shift="roll-back")
    )
    item = story.item()
    story.ports.table.write(WRITER, f"APP#{APP}", msgspec.structs.replace(item, outcome="shifting"))
    lease = story.ports.table.leases[APP]
    story.ports.table.leases[APP] = type(lease)(SHIFT, RUN, lease.token)
    answer = recover(story.ports, {"detail": {"executionArn": SHIFT, "status": "ABORTED"}})
    assert "decommission has begun" in answer["outcome"]
    raise RefusedError(answer["outcome"])


WAYS: dict[str, Callable[[Story], object]] = {
    "a step of a shift": lambda story: set_weights(story.ports, WRITER, APP, 50),
    "the first step of a shift": lambda story: set_weights(story.ports, WRITER, APP, 5),
    "the rollback of an application": lambda story: roll_back_application(story.ports, WRITER, APP),
    "the rollback of the run": lambda story: roll_back_applications(story.ports, WRITER),
    "the recovery of a stopped shift": stopped_shift,
    "any batch that creates a record of blue": lambda story: story.ports.dns.change(
        [Change("CREATE", alias("new.example.com", BLUE, 1))], "by hand"
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_nothing_raises_the_weight_of_blue(way: str) -> None:
    story = past_the_point()
    with pytest.raises(RefusedError, match="decommission has begun"):
        WAYS[way](story)
    assert story.weights() == SERVING


def test_a_stopped_run_is_not_rolled_back_and_pages() -> None:
    story = past_the_point()
    story.ports.environment = msgspec.structs.replace(story.ports.environment, on_stop=OnStop(upgrade="roll-back"))
    assert recover(story.ports, {"detail": {"executionArn": PARENT, "status": "ABORTED"}})["outcome"] == "held"
    assert story.weights() == SERVING
    assert story.ports.topic.told[-1][1]["severity"] == "page"


def test_a_failed_run_pages() -> None:
    story = past_the_point()
    report_failure(story.ports, WRITER.answer(), PARENT)
    assert story.ports.topic.told[-1][1]["severity"] == "page"


def test_green_with_the_whole_weight_may_be_written_again() -> None:
    story = past_the_point()
    set_weights(story.ports, WRITER, APP, 100)
    assert story.weights() == SERVING


def test_before_the_point_the_guard_lets_everything_pass() -> None:
    story = Story()
    story.ports.dns = GuardedDns(story.ports.dns, story.ports.table)  # type: ignore[assignment]
    story.prepared()
    set_weights(story.ports, WRITER, APP, 50)
    records = story.ports.dns.records([HOST])
    assert {record.set_identifier: record.weight for record in records} == {BLUE: 50, GREEN: 50}


@pytest.mark.parametrize(
    ("before", "after", "names"),
    [
        (alias(HOST, BLUE, 10), alias(HOST, BLUE, 9), ()),
        (alias(HOST, BLUE, 10), alias(HOST, BLUE, 10), ()),
        (alias(HOST, BLUE, 10), alias(HOST, BLUE, 11), (HOST,)),
        (alias(HOST, BLUE, 10), alias(HOST, BLUE, 10, "AAAA"), (HOST,)),
        (alias(HOST, BLUE, 10), alias(HOST, GREEN, 100), ()),
        (alias(HOST, BLUE, 10), RecordSet({"Name": HOST, "Type": "A", "SetIdentifier": BLUE}), (HOST,)),
        (alias(HOST, BLUE, 10), RecordSet({"Name": HOST, "Type": "TXT", "SetIdentifier": BLUE, "Weight": 20}), ()),
    ],
)
def test_what_a_batch_raises_is_what_it_creates_above_what_it_deletes(
    before: RecordSet, after: RecordSet, names: tuple[str, ...]
) -> None:
    assert raised([Change("DELETE", before), Change("CREATE", after)], BLUE) == names


def test_another_run_does_not_begin_with_a_blue_that_is_taken_apart_in_part() -> None:
    story = past_the_point()
    recover(story.ports, {"detail": {"executionArn": PARENT, "status": "ABORTED"}})
    with pytest.raises(RefusedError, match=f"run {RUN} has begun to take demo-1-33 apart.*{RUN}-a<number"):
        plan_upgrade(story.ports, {"version": "1.36"}, "arn:upgrade:2", "demo-1-36-b-a1")
    assert story.ports.table.read("demo-1-36-b", "PHASE", PhaseItem) is None


def test_green_is_not_cleaned_away_once_it_is_the_one_that_serves() -> None:
    story = past_the_point()
    recover(story.ports, {"detail": {"executionArn": PARENT, "status": "ABORTED"}})
    started = "2026-11-24T01:00:00Z"
    answer = clean_green(story.ports, {"cluster": GREEN}, "arn:clean:1", started)
    assert answer["next"] == "refused"
    assert f"{GREEN} serves" in answer["waiting_for"]
    assert GREEN in story.ports.eks.clusters


def test_the_item_of_an_application_that_never_moved_is_not_touched() -> None:
    story = past_the_point()
    with pytest.raises(RefusedError):
        roll_back_application(story.ports, WRITER, APP)
    item = story.ports.table.read(RUN, f"APP#{APP}", AppItem)
    assert item is not None
    assert (item.outcome, item.weight) == ("moved", 100)
