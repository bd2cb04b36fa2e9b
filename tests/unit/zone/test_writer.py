"""One writer applies what many want, in few requests, and one that is refused harms nobody else."""

from __future__ import annotations

import pytest

from norikae.errors import AwsRefusedError, ForeignWriteError, RefusedError, UnreachableError
from norikae.traffic.weights import batch_down
from norikae.upgrade.state import ClustersItem, PhaseItem
from norikae.zone.write import ENOUGH, answer_bells
from tests.unit.fakes.ports import FakeDns, alias
from tests.unit.fakes.story import BLUE as OLD
from tests.unit.fakes.story import RUN, Story
from tests.unit.zone.stories import BLUE, GREEN, Zones, denied


def test_a_weight_is_written_by_the_writer_and_not_before() -> None:
    zone = Zones()
    host = zone.hosts[0]
    change = zone.wants(host, 5)
    assert zone.weight(host) == {BLUE: 100}
    assert zone.function().is_in_sync(change) is False
    assert zone.bell.rung == [change]
    assert zone.written() == 1
    assert zone.weight(host) == {BLUE: 95, GREEN: 5}
    assert zone.function().is_in_sync(change) is True


def test_a_hundred_applications_share_one_request() -> None:
    zone = Zones(100)
    changes = zone.all_want(5)
    assert zone.written() == 100
    assert len(zone.dns.requests) == 1
    assert all(zone.weight(host) == {BLUE: 95, GREEN: 5} for host in zone.hosts)
    assert all(zone.function().is_in_sync(change) for change in changes.values())


def test_one_foreign_write_refuses_its_own_application_only() -> None:
    zone = Zones(40)
    changes = zone.all_want(5)
    wrong = zone.hosts[17]
    zone.dns.write(wrong, BLUE, 77)
    zone.written()
    with pytest.raises(ForeignWriteError, match="do not match the current values"):
        zone.function().is_in_sync(changes[wrong])
    assert zone.weight(wrong) == {BLUE: 77}
    assert all(zone.weight(host) == {BLUE: 95, GREEN: 5} for host in zone.hosts if host != wrong)
    assert len(zone.dns.requests) <= 13, "halved, not tried one by one"


def test_what_the_caller_may_not_do_is_not_tried_in_halves() -> None:
    zone = Zones(8)
    changes = zone.all_want(5)
    zone.dns.refuses = dict.fromkeys(zone.hosts, denied())
    zone.written()
    assert len(zone.dns.requests) == 1
    with pytest.raises(AwsRefusedError, match=r"route53:ChangeResourceRecordSets was refused with AccessDenied: no"):
        zone.function().is_in_sync(changes[zone.hosts[0]])


def test_a_bell_without_an_intent_does_nothing() -> None:
    zone = Zones()
    zone.wants(zone.hosts[0], 5)
    zone.written()
    assert answer_bells(zone.ports, [{"messageId": "1", "body": "Z1"}]) == {"batchItemFailures": []}
    assert len(zone.dns.requests) == 1


def test_the_first_message_that_is_no_bell_comes_again_with_everything_after_it() -> None:
    zone = Zones()
    zone.wants(zone.hosts[0], 5)
    messages = [{"messageId": str(number), "body": body} for number, body in enumerate(("Z1", "Z2", "Z1"))]
    assert answer_bells(zone.ports, messages) == {"batchItemFailures": [{"itemIdentifier": one} for one in "12"]}
    assert zone.weight(zone.hosts[0]) == {BLUE: 95, GREEN: 5}


def test_an_answer_that_is_lost_is_found_by_reading() -> None:
    zone = Zones()
    changes = zone.all_want(5)
    zone.dns.lost = 1
    zone.written()
    assert all(zone.weight(host) == {BLUE: 95, GREEN: 5} for host in zone.hosts)
    assert all(zone.function().is_in_sync(change) for change in changes.values())


def test_a_writer_that_dies_before_it_says_so_leaves_nothing_undone_and_does_nothing_twice() -> None:
    zone = Zones(30)
    changes = zone.all_want(5)
    zone.dns.lost = 2  # the request works, its answer is lost; writing the same once more works, too, and is lost
    with pytest.raises(UnreachableError):
        zone.written()
    zone.dns.write(zone.hosts[3], GREEN, 50)
    zone.written()
    for host, change in changes.items():
        if host == zone.hosts[3]:
            with pytest.raises(ForeignWriteError):
                zone.function().is_in_sync(change)
        else:
            assert zone.function().is_in_sync(change)
            assert zone.weight(host) == {BLUE: 95, GREEN: 5}
    assert zone.intents.bodies == {}


def test_a_writer_that_has_no_time_left_rings_for_the_rest() -> None:
    zone = Zones(150)
    zone.all_want(5)
    before = len(zone.bell.rung)
    applied = zone.dns.change

    def slowly(changes: object, comment: str) -> str:
        zone.time_passes(ENOUGH + 1)
        return applied(changes, comment)

    zone.dns.change = slowly  # type: ignore[method-assign]
    assert zone.written() == 100
    assert len(zone.bell.rung) == before + 1
    zone.dns.change = applied  # type: ignore[method-assign]
    assert zone.written() == 50
    assert all(zone.weight(host) == {BLUE: 95, GREEN: 5} for host in zone.hosts)


def test_what_waits_when_blues_end_begins_does_not_bring_traffic_back() -> None:
    story, zone = Story(), Zones()
    zone.ports.table = story.ports.table
    run = story.ports.table
    run.write_unfenced("", "CLUSTERS", ClustersItem(blue=OLD, run=RUN))
    run.write_unfenced(RUN, "PHASE", PhaseItem(phase="decommission-blue", point_of_no_return=True))
    host = zone.hosts[0]
    zone.dns.sets = FakeDns(alias(host, OLD, 0), alias(host, GREEN, 100)).sets
    batch = batch_down(zone.dns.records([host]), blue=OLD, green=GREEN, weight=50)
    change = zone.function().change(batch, "rollback")
    zone.written()
    with pytest.raises(RefusedError, match="decommission has begun"):
        zone.function().is_in_sync(change)
    assert zone.dns.requests == []
