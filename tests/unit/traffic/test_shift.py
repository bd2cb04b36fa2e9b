"""One application moves to green, step by step, and never from a state that nobody understands."""

from __future__ import annotations

import msgspec
import pytest

from norikae.errors import BadRequestError, ForeignWriteError, LeaseHeldError, RefusedError
from norikae.traffic.prepare import prepare_shift
from norikae.upgrade.lease import Lease
from tests.unit.fakes.demo import ingress
from tests.unit.fakes.kubernetes import FakeKubernetes
from tests.unit.fakes.ports import alias
from tests.unit.fakes.story import APP, BLUE, GREEN, HOST, RUN, SHIFT, WRITER, Story


def test_an_application_moves_in_its_planned_steps_and_is_then_on_green() -> None:
    story = Story("A", "AAAA")
    assert story.prepared() == {"next": "step", "weight": 5}
    for weight, following in ((5, 50), (50, 100)):
        story.moved_to(weight)
        assert story.weights("A") == story.weights("AAAA") == {BLUE: 100 - weight, GREEN: weight}
        assert story.judged(weight)["next"] == "bake"
        story.time_passes(301)
        answer = story.judged(weight)
        assert (answer["next"], answer["weight"]) == ("step", following)
    story.moved_to(100)
    story.time_passes(301)
    assert story.judged(100)["next"] == "finish"
    assert story.finished() == {"application": APP, "outcome": "moved", "weight": 100}
    assert [weight for _, weight in story.item().steps] == [5, 50, 100]
    assert story.ports.table.lease(APP) == Lease("", RUN, 1)


@pytest.mark.parametrize("weight", [5, 50, 100])
def test_a_shift_goes_on_with_the_weight_that_the_records_have(weight: int) -> None:
    story = Story()
    story.prepared()
    story.moved_to(weight)
    assert story.prepared() == {"next": "step", "weight": weight}


@pytest.mark.parametrize(("weight", "following"), [(50, "step"), (100, "finish")])
def test_a_shift_that_goes_on_bakes_its_weight_once_more(weight: int, following: str) -> None:
    story = Story()
    story.prepared()
    story.moved_to(weight)
    story.time_passes(24 * 3600)
    story.prepared()
    story.moved_to(weight)
    assert story.judged(weight)["next"] == "bake"
    story.time_passes(301)
    assert story.judged(weight)["next"] == following


def test_going_on_does_not_write_what_is_in_force_already() -> None:
    story = Story()
    story.prepared()
    story.moved_to(50)
    story.prepared()
    story.moved_to(50)
    assert len(story.ports.dns.batches) == 1


def test_a_bake_is_waited_for_at_100_too() -> None:
    story = Story()
    story.prepared()
    story.moved_to(100)
    assert story.judged(100)["next"] == "bake"


def test_an_application_whose_records_were_put_back_has_not_arrived() -> None:
    story = Story()
    original = dict(story.ports.dns.sets)
    story.moved()
    story.ports.dns.sets = original
    assert story.prepared() == {"next": "step", "weight": 5}
    assert story.item().outcome == "shifting"


def test_an_application_that_has_arrived_is_only_finished() -> None:
    story = Story()
    story.moved()
    assert story.prepared() == {"next": "finish", "weight": 100}
    assert story.finished()["outcome"] == "moved"


def test_weights_are_not_in_force_while_route_53_says_pending() -> None:
    story = Story()
    story.ports.dns.looks_until_in_sync = 1
    story.prepared()
    change = story.set_to(5)
    assert story.in_force(5, change) == "wait"
    assert story.item().verified_at is None
    assert story.in_force(5, change) == "bake"


def test_a_change_that_stays_pending_holds() -> None:
    story = Story()
    story.ports.dns.looks_until_in_sync = 99
    story.prepared()
    change = story.set_to(5)
    story.time_passes(story.ports.environment.dns.propagation_deadline)
    assert story.in_force(5, change) == "wait"
    story.time_passes(1)
    with pytest.raises(RefusedError, match="PENDING for more than 300 s"):
        story.in_force(5, change)


def test_writing_a_weight_twice_changes_it_once() -> None:
    story = Story()
    story.prepared()
    assert story.set_to(5) == story.set_to(5)
    assert len(story.ports.dns.batches) == 1


def test_a_writer_that_died_before_it_knew_its_change_writes_the_same_once_more() -> None:
    story = Story()
    story.prepared()
    story.set_to(5)
    item = story.item()
    story.ports.table.write(WRITER, f"APP#{APP}", msgspec.structs.replace(item, change="", written={}))
    assert story.set_to(5) == "/change/C2"
    assert story.weights() == {BLUE: 95, GREEN: 5}


def test_a_foreign_weight_stops_the_shift_and_is_left_as_it_is() -> None:
    story = Story()
    story.prepared()
    story.moved_to(5)
    story.ports.dns.write(HOST, GREEN, 77)
    with pytest.raises(ForeignWriteError, match="norikae wrote"):
        story.set_to(50)
    assert story.weights()[GREEN] == 77


def test_records_that_read_back_differently_stop_the_shift() -> None:
    story = Story()
    story.prepared()
    change = story.set_to(5)
    story.ports.dns.write(HOST, BLUE, 100)
    with pytest.raises(ForeignWriteError):
        story.in_force(5, change)


def test_records_that_vanished_stop_the_shift() -> None:
    story = Story()
    story.ports.dns.sets.clear()
    with pytest.raises(ForeignWriteError, match="no A or AAAA record set exists"):
        story.prepared()


def test_a_record_set_of_a_third_party_with_a_weight_stops_the_shift() -> None:
    story = Story()
    stranger = alias(HOST, "old-cluster", 10)
    story.ports.dns.sets[HOST, "A", "old-cluster"] = stranger
    with pytest.raises(ForeignWriteError, match="old-cluster"):
        story.prepared()


@pytest.mark.parametrize(
    ("served", "why"),
    [
        (FakeKubernetes(), "green's Ingresses serve none of them"),
        (FakeKubernetes(ingress(APP, "other.example.com")), "serve other.example.com"),
        (FakeKubernetes(ingress(APP, HOST)), "no active load balancer"),
        (FakeKubernetes(ingress(APP, HOST, hostname="unknown.elb.example")), "no active load balancer"),
    ],
)
def test_green_gets_no_weight_where_it_serves_nothing(served: FakeKubernetes, why: str) -> None:
    story = Story()
    story.ports.apis[GREEN] = served
    story.prepared()
    with pytest.raises(RefusedError, match=why):
        story.set_to(5)
    assert story.weights() == {BLUE: 100}


def test_two_shifts_of_one_application_exclude_each_other_while_the_first_lives() -> None:
    story = Story()
    story.prepared()
    with pytest.raises(LeaseHeldError, match="RUNNING"):
        story.prepared(execution="arn:shift:2")
    story.ports.executions.statuses[SHIFT] = "ABORTED"
    assert story.prepared(execution="arn:shift:2")["next"] == "step"
    assert story.ports.table.lease(APP) == Lease("arn:shift:2", RUN, 2)


def test_a_team_starts_its_own_shift_in_the_open_run() -> None:
    story = Story()
    answer = prepare_shift(story.ports, {"application": APP}, SHIFT)
    assert (answer["run"], answer["token"], answer["progress"]["weight"]) == (RUN, WRITER.token, 5)


def test_a_team_cannot_shift_without_an_open_run() -> None:
    story = Story()
    story.ports.table.leases.clear()
    with pytest.raises(BadRequestError, match="start the upgrade machine first"):
        prepare_shift(story.ports, {"application": APP}, SHIFT)


def test_an_application_outside_the_plan_is_refused_by_name() -> None:
    with pytest.raises(BadRequestError, match="does not plan to move 'unknown'"):
        Story().prepared(name="unknown")


@pytest.mark.parametrize(
    ("flags", "following"),
    [
        ({"paused": True}, "hold"),
        ({"held": (APP,)}, "hold"),
        ({"aborted": True}, "roll-back"),
        ({"sent_back": (APP,)}, "roll-back"),
    ],
)
def test_operators_come_before_the_first_weight(flags: dict[str, object], following: str) -> None:
    story = Story()
    story.operators_say(**flags)
    assert story.prepared()["next"] == following
    assert story.weights() == {BLUE: 100}


def test_a_shift_that_ends_on_hold_says_so() -> None:
    story = Story()
    story.prepared()
    story.moved_to(5)
    assert story.finished() == {"application": APP, "outcome": "held", "weight": 5}
    assert story.ports.topic.told[-1][0] == "billing: held"
