"""What a function that writes an intent is told, and what it does when nobody comes."""

from __future__ import annotations

import pytest

from norikae.errors import ConflictError, ForeignWriteError, RefusedError, UnreachableError
from norikae.traffic.weights import once_more
from tests.unit.zone.stories import BLUE, GREEN, Zones


def test_a_function_that_runs_twice_wants_one_thing() -> None:
    zone = Zones()
    host = zone.hosts[0]
    assert zone.wants(host, 5) == zone.wants(host, 5)
    assert zone.written() == 1
    assert len(zone.dns.requests) == 1


def test_a_later_word_takes_the_place_of_one_that_nobody_has_taken() -> None:
    zone = Zones()
    host = zone.hosts[0]
    first = zone.wants(host, 5)
    zone.time_passes(1)
    zone.function().change(once_more(zone.dns.records([host])), "the way back")
    zone.written()
    assert zone.weight(host) == {BLUE: 100}
    with pytest.raises(RefusedError, match="a later change took the place"):
        zone.function().is_in_sync(first)
    assert zone.intents.bodies == {}


def test_who_comes_while_route_53_is_asked_reads_again() -> None:
    zone = Zones()
    host = zone.hosts[0]
    zone.wants(host, 5)
    zone.intents.take(zone.intents.open(100), zone.clock.time)
    with pytest.raises(ConflictError, match="is being asked for an earlier change"):
        zone.wants(host, 50)
    with pytest.raises(ConflictError):
        zone.wants(host, 50, bell=False)


def test_a_function_without_a_bell_asks_route_53_itself_and_ends_what_waited() -> None:
    zone = Zones()
    host = zone.hosts[0]
    zone.wants(host, 5)
    change = zone.wants(host, 50, bell=False)
    assert zone.weight(host) == {BLUE: 50, GREEN: 50}
    assert zone.function().is_in_sync(change) is True
    assert zone.written() == 0
    assert zone.weight(host) == {BLUE: 50, GREEN: 50}


def test_a_function_without_a_bell_is_refused_like_ever() -> None:
    zone = Zones()
    host = zone.hosts[0]
    batch = zone.batch(host, 5)
    zone.dns.write(host, BLUE, 77)
    with pytest.raises(ForeignWriteError):
        zone.function(bell=False).change(batch, "adopt")


@pytest.mark.parametrize("taken", [False, True])
def test_the_way_back_waits_for_no_writer_longer_than_a_minute(*, taken: bool) -> None:
    zone = Zones()
    host = zone.hosts[0]
    change = zone.wants(host, 5, directly_after=60)
    if taken:
        zone.intents.take(zone.intents.open(100), zone.clock.time)
    zone.time_passes(59)
    assert zone.function(directly_after=60).is_in_sync(change) is False
    assert zone.weight(host) == {BLUE: 100}
    zone.time_passes(1)
    assert zone.function(directly_after=60).is_in_sync(change) is True
    assert zone.weight(host) == {BLUE: 95, GREEN: 5}
    assert zone.dns.batches[-1].endswith("(without the zone's writer)")
    assert zone.written() == 0, "the writer finds it done"
    assert zone.intents.bodies == {}


def test_the_way_back_finds_that_a_dead_writer_had_done_it() -> None:
    zone = Zones()
    host = zone.hosts[0]
    change = zone.wants(host, 5, directly_after=60)
    zone.dns.lost = 2
    with pytest.raises(UnreachableError):
        zone.written()
    zone.time_passes(61)
    assert zone.function(directly_after=60).is_in_sync(change) is True
    assert zone.weight(host) == {BLUE: 95, GREEN: 5}


def test_whoever_may_not_write_waits_on() -> None:
    zone = Zones()
    change = zone.wants(zone.hosts[0], 5)
    zone.time_passes(600)
    assert zone.function().is_in_sync(change) is False


def test_a_dead_queue_stops_a_step_and_not_the_way_back() -> None:
    zone = Zones()
    host = zone.hosts[0]
    zone.bell.broken = UnreachableError("sqs:SendMessage: timed out")
    with pytest.raises(UnreachableError):
        zone.wants(host, 5)
    change = zone.wants(host, 5, directly_after=60)
    assert zone.weight(host) == {BLUE: 95, GREEN: 5}
    assert zone.function().is_in_sync(change) is True


def test_many_applications_that_share_a_change_ask_once() -> None:
    zone = Zones(20)
    zone.dns.looks_until_in_sync = 2
    changes = zone.all_want(5)
    zone.written()
    asked = []
    for _ in range(4):
        asked.append([zone.function().is_in_sync(change) for change in changes.values()])
        zone.time_passes(5)
    assert [any(answers) for answers in asked] == [False, False, True, True]
    assert all(asked[3])
    assert list(zone.dns._asked.values()) == [3]


def test_whoever_asks_for_what_the_writer_has_left_for_a_minute_applies_it() -> None:
    """A hand-back on the way back reads the zone and never asks about its change."""
    zone = Zones()
    host = zone.hosts[0]
    zone.wants(host, 5, directly_after=60)
    zone.time_passes(59)
    zone.wants(host, 5, directly_after=60)
    assert zone.weight(host) == {BLUE: 100}
    zone.time_passes(2)
    zone.wants(host, 5)
    assert zone.weight(host) == {BLUE: 100}, "a step waits"
    zone.wants(host, 5, directly_after=60)
    assert zone.weight(host) == {BLUE: 95, GREEN: 5}
