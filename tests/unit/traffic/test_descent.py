"""How an application goes back: in stops when much goes back, at once when green hardly answers, to a blue that can."""

from __future__ import annotations

import msgspec
import pytest

from norikae.environment import Rollback
from norikae.errors import RollbackRefusedError
from norikae.gates.probe_port import Answer
from norikae.traffic.descent import needed_targets, next_stop
from norikae.upgrade.state import ServedBy
from tests.unit.fakes.demo import ingress
from tests.unit.fakes.story import APP, BLUE, GREEN, HOST, WRITER, Story

BALANCER = f"{BLUE}.elb.example"


def at_100(**keys: object) -> Story:
    """An application that is wholly on green; four targets of blue were healthy before."""
    story = Story("A", "AAAA")
    story.sets(rollback=msgspec.structs.replace(Rollback(), **keys))
    story.ports.kubernetes(BLUE).put(ingress(APP, HOST, hostname=BALANCER))
    story.ports.load_balancers.groups[BALANCER] = (4, 4)
    story.moved()
    return story


@pytest.mark.parametrize(
    ("stops", "weight", "critical", "following"),
    [
        ((50,), 100, False, 50),
        ((50,), 51, False, 50),
        ((50,), 50, False, 0),
        ((50,), 25, False, 0),
        ((75, 50, 20), 100, False, 75),
        ((75, 50, 20), 60, False, 50),
        ((75, 50, 20), 20, False, 0),
        ((50,), 100, True, 0),
        ((), 100, False, 0),
    ],
)
def test_the_way_back_stops_where_it_is_told(
    *, stops: tuple[int, ...], weight: int, critical: bool, following: int
) -> None:
    assert next_stop(Rollback(stops=stops), weight=weight, critical=critical) == following


@pytest.mark.parametrize(
    ("before", "weight", "needed"), [(10, 0, 5), (10, 50, 3), (10, 90, 1), (1, 0, 1), (0, 0, 1), (3, 0, 2)]
)
def test_blue_needs_targets_for_what_it_will_get(before: int, weight: int, needed: int) -> None:
    assert needed_targets(Rollback(capacity_percent=50), before=before, weight=weight) == needed


def test_much_traffic_goes_back_in_stops_that_last() -> None:
    story = at_100(stops=(50,), pause=30)
    assert story.rolled_back() == "wait"
    assert story.weights() == story.weights("AAAA") == {BLUE: 50, GREEN: 50}
    story.time_passes(29)
    assert story.rolled_back() == "wait"
    assert story.weights() == {BLUE: 50, GREEN: 50}, "the stop is not over"
    story.time_passes(2)
    assert story.rolled_back() == "wait"
    assert story.weights() == story.weights("AAAA") == {BLUE: 100}
    assert story.rolled_back() == "go-on"
    assert [weight for _, weight in story.item().steps][-2:] == [50, 0]


def test_a_stop_need_not_be_in_force_but_the_end_has_to_be() -> None:
    story = at_100(stops=(50,), pause=30)
    story.ports.dns.looks_until_in_sync = 2
    assert story.rolled_back() == "wait"
    story.time_passes(31)
    assert story.rolled_back() == "wait"
    assert story.weights() == {BLUE: 100}
    assert [story.rolled_back(), story.rolled_back(), story.rolled_back()] == ["wait", "wait", "go-on"]
    assert [weight for _, weight in story.item().steps][-2:] == [100, 0], "nobody saw the stop in force"


def test_a_small_share_goes_back_at_once() -> None:
    story = Story(stops=(50,))
    story.prepared()
    story.moved_to(50)
    assert [story.rolled_back(), story.rolled_back()] == ["wait", "go-on"]
    assert story.weights() == {BLUE: 100}


def test_a_critical_failure_goes_back_at_once() -> None:
    story = at_100(stops=(50,))
    story.ports.table.write(WRITER, f"APP#{APP}", msgspec.structs.replace(story.item(), critical=True))
    assert [story.rolled_back(), story.rolled_back()] == ["wait", "go-on"]
    assert story.weights() == {BLUE: 100}
    assert not story.item().critical, "the next shift of it begins without that"


def test_blue_is_noted_before_the_first_weight() -> None:
    story = at_100()
    item = story.item()
    assert [(one.load_balancer, one.resources) for one in item.blue] == [(BALANCER, (f"shop/{APP}-{APP}",))]
    assert item.targets == {BLUE: 4}


def test_a_blue_that_has_scaled_in_takes_a_part_and_is_waited_for() -> None:
    story = at_100(stops=(50,), pause=30, capacity_percent=50, capacity_deadline=600)
    story.ports.load_balancers.groups[BALANCER] = (1, 1)
    assert story.rolled_back() == "wait"
    assert story.weights() == {BLUE: 50, GREEN: 50}, "one target of four is enough for half of half"
    assert story.rolled_back() == "wait"
    story.time_passes(31)
    assert story.rolled_back() == "wait"
    assert story.weights() == {BLUE: 50, GREEN: 50}, "and too few for everything"
    story.ports.load_balancers.groups[BALANCER] = (2, 2)
    assert [story.rolled_back(), story.rolled_back()] == ["wait", "go-on"]
    assert story.weights() == {BLUE: 100}


def test_a_blue_that_stays_too_small_makes_the_rollback_page() -> None:
    story = at_100(stops=(), capacity_percent=75, capacity_deadline=600)
    story.ports.load_balancers.groups[BALANCER] = (1, 1)
    assert story.rolled_back() == "wait"
    story.time_passes(601)
    with pytest.raises(RollbackRefusedError, match="1 healthy targets of 4 before the shift, 3 are needed"):
        story.rolled_back()
    assert story.weights() == {BLUE: 0, GREEN: 100}


def test_a_blue_that_does_not_answer_does_not_get_the_traffic_back() -> None:
    story = at_100()
    story.ports.probe.answers[HOST] = Answer(503, server="awselb/2.0")
    with pytest.raises(RollbackRefusedError, match="status 503 from the load balancer"):
        story.rolled_back()
    assert story.weights() == {BLUE: 0, GREEN: 100}


def test_a_lost_answer_at_a_stop_is_asked_for_once_more() -> None:
    story = at_100(stops=(50,))
    assert story.rolled_back() == "wait"
    story.ports.table.write(WRITER, f"APP#{APP}", msgspec.structs.replace(story.item(), change=""))
    batches = len(story.ports.dns.batches)
    assert story.rolled_back() == "wait"
    assert (len(story.ports.dns.batches), story.weights()) == (batches + 1, {BLUE: 50, GREEN: 50})
    assert story.item().change != ""


def test_what_a_person_sent_back_by_hand_is_restored_whole() -> None:
    story = at_100(stops=(50,))
    original = [dict(raw) for raw in story.item().snapshot]
    for kind in ("A", "AAAA"):
        for cluster, weight in ((BLUE, 100), (GREEN, 0)):
            key = (HOST, kind, cluster)
            record = story.ports.dns.sets[key]
            story.ports.dns.sets[key] = type(record)({**record.raw, "Weight": weight})
    assert [story.rolled_back(), story.rolled_back()] == ["wait", "go-on"]
    assert sorted(map(str, original)) == sorted(str(dict(one.raw)) for one in story.ports.dns.sets.values())


def test_a_new_shift_after_a_rollback_goes_forward_again() -> None:
    story = at_100(stops=(50,))
    story.rolled_back()
    story.prepared()
    story.moved_to(100)
    assert (story.weights(), story.item().backwards) == ({BLUE: 0, GREEN: 100}, False)


def test_two_ingresses_behind_one_load_balancer_are_both_proven() -> None:
    story = at_100(stops=())
    item = story.item()
    served = (*item.blue, ServedBy(BALANCER, ("shop/admin-admin",), ("admin.example.com",)))
    story.ports.table.write(WRITER, f"APP#{APP}", msgspec.structs.replace(item, blue=served))
    story.rolled_back()
    assert (BALANCER, (f"shop/{APP}-{APP}", "shop/admin-admin")) in story.ports.load_balancers.asked
