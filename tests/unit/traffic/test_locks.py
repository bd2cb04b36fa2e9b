"""While a weight is watched nobody else writes the names; norikae does, and leaves no lock behind."""

from __future__ import annotations

from typing import Any

import pytest

from norikae.errors import AwsRefusedError, ConflictError, ForeignWriteError, RefusedError, ThrottledError
from norikae.traffic.hand_back import hand_back
from norikae.traffic.locks import MOST_COMMENT, Lock, comment_of, is_ours, leave_no_lock, lift
from norikae.traffic.moving import Moving
from norikae.traffic.prove import prove_ownership
from norikae.traffic.records import Change, RecordSet
from norikae.upgrade.decommission import decommission_blue
from norikae.upgrade.finish import finish_upgrade
from tests.unit.fakes.owned import OwnedStory
from tests.unit.fakes.ports import FakeLocks
from tests.unit.fakes.story import APP, BLUE, GREEN, HOST, PARENT, RUN, WRITER, Story

OURS = f"norikae env=demo run={RUN} application={APP}"
NAMES = {(HOST, "A"), (HOST, "AAAA")}
MISSING = AwsRefusedError("route53:ListResourceRecordSetProtections", "AccessDenied", "a policy forbids it")


def watched(story: Story | None = None, weight: int = 5) -> Story:
    """A weight is in force and baked, with locks on."""
    story = story or Story("A", "AAAA")
    story.locks_names()
    story.prepared()
    story.moved_to(weight)
    return story


def held(story: Story) -> dict[tuple[str, str], Lock]:
    return story.ports.dns.locks.held


def a_stranger_writes(story: Story) -> None:
    record = next(one for one in story.ports.dns.sets.values() if one.set_identifier == BLUE)
    changed = RecordSet({**record.raw, "Weight": 1})
    story.ports.dns.submit([Change("DELETE", record), Change("CREATE", changed)], "by hand")


def test_what_is_watched_is_locked_for_every_role_and_says_by_whom() -> None:
    story = watched()
    assert set(held(story)) == NAMES
    assert {one.comment for one in held(story).values()} == {OURS}
    with pytest.raises(ForeignWriteError, match="norikae env=demo"):
        a_stranger_writes(story)
    assert story.weights() == {BLUE: 95, GREEN: 5}


def test_nothing_is_locked_unless_the_environment_file_says_so() -> None:
    story = Story("A", "AAAA")
    story.moved()
    assert held(story) == {}
    assert story.ports.dns.locks.requests == []


def test_the_marks_of_a_leased_name_are_locked_too_and_all_are_free_once_they_are_given_back() -> None:
    story = OwnedStory()
    watched(story, 100)
    assert set(held(story)) == NAMES | {(f"a-{HOST}", "TXT"), (f"aaaa-{HOST}", "TXT")}
    story.git_says(blue=0, green=100)
    for _ in range(2):
        given = hand_back(Moving.read(story.ports, WRITER, APP))
    assert given.done
    assert story.owners() == {BLUE, GREEN}
    assert held(story) == {}


def test_names_that_an_external_dns_has_to_write_are_never_locked() -> None:
    story = OwnedStory(owner="external-dns")
    story.locks_names()
    from norikae.traffic.locks import foreign, lock  # noqa: PLC0415 - only this story calls them by themselves

    story.ports.table.write(WRITER, f"APP#{APP}", Moving.read(story.ports, WRITER, APP).item)
    moving = Moving.read(story.ports, WRITER, APP)
    lock(moving)
    assert (held(story), foreign(moving)) == ({}, ())


def test_our_own_step_lifts_what_it_touches_and_its_verification_locks_again() -> None:
    story = watched()
    story.time_passes(301)
    change = story.set_to(50)
    assert held(story) == {}
    assert story.in_force(50, change) == "bake"
    assert set(held(story)) == NAMES


def test_a_crash_between_lifting_and_writing_is_made_good_by_the_next_attempt() -> None:
    story = watched()
    lift(story.ports.dns.locks, lambda one: is_ours(one, "demo"))
    a_look = story.set_to(50)
    assert story.in_force(50, a_look) == "bake"
    assert set(held(story)) == NAMES


def test_a_lock_that_was_half_made_is_completed() -> None:
    story = watched()
    del held(story)[HOST, "AAAA"]
    assert story.in_force(5, story.item().change) == "bake"
    assert set(held(story)) == NAMES


def test_an_abort_goes_back_through_the_lock_and_leaves_none() -> None:
    story = watched()
    story.operators_say(aborted=True, by="mio")
    while story.rolled_back() != "go-on":
        story.time_passes(15)
    assert story.weights() == {BLUE: 100}
    assert held(story) == {}


def test_an_application_that_is_held_is_nobodys_to_watch_and_is_free() -> None:
    story = watched()
    assert story.finished()["outcome"] == "held"
    assert held(story) == {}


def test_what_has_moved_stays_locked_while_it_soaks_and_the_end_of_blue_and_of_the_run_frees_it() -> None:
    story = Story("A", "AAAA")
    story.locks_names()
    story.soaked()
    assert set(held(story)) == NAMES
    for _ in range(40):
        if decommission_blue(story.ports, WRITER)["next"] == "go-on" or story.weights() == {GREEN: 100}:
            break
        story.time_passes(60)
    assert story.weights() == {GREEN: 100}
    held(story)[HOST, "A"] = Lock(HOST, "A", OURS)
    finish_upgrade(story.ports, WRITER, PARENT)
    assert held(story) == {}
    assert "locks-lifted" in story.ports.table.said()


def test_somebody_elses_lock_stops_the_step_and_is_left_alone() -> None:
    story = Story("A", "AAAA")
    story.locks_names()
    story.prepared()
    story.ports.dns.locks.by("keep: audit of 2026", (HOST, "AAAA"))
    with pytest.raises(RefusedError, match=rf"{HOST} AAAA is protected .* 'keep: audit of 2026'") as refusal:
        prove_ownership(story.ports, WRITER, APP)
    assert not isinstance(refusal.value, ForeignWriteError)
    with pytest.raises(RefusedError, match=r"keep: audit of 2026.*then resume") as refusal:
        story.set_to(5)
    assert not isinstance(refusal.value, ForeignWriteError)
    assert (set(held(story)), story.weights()) == ({(HOST, "AAAA")}, {BLUE: 100})


def test_a_strangers_lock_beside_ours_lifts_nothing() -> None:
    story = watched()
    held(story)[HOST, "AAAA"] = Lock(HOST, "AAAA", "theirs")
    with pytest.raises(RefusedError, match="theirs"):
        story.set_to(50)
    assert set(held(story)) == NAMES


def test_a_foreign_write_is_still_one_although_names_are_locked() -> None:
    story = Story("A", "AAAA")
    story.locks_names()
    story.prepared()
    dns = story.ports.dns
    old = next(iter(dns.sets.values()))
    with pytest.raises(ForeignWriteError, match="do not match"):
        dns.change([Change("DELETE", RecordSet({**old.raw, "Weight": 7}))], "late")


@pytest.mark.parametrize("said", ["AccessDenied", "NotImplemented"])
def test_where_there_are_no_locks_the_run_goes_on_and_the_trail_says_so_once(said: str) -> None:
    story = Story("A", "AAAA")
    story.locks_names()
    story.ports.dns.locks.broken = AwsRefusedError("route53:ListResourceRecordSetProtections", said, "no")
    story.moved()
    leave_no_lock(story.ports, RUN)
    assert story.weights() == {BLUE: 0, GREEN: 100}
    assert story.ports.table.said().count("names-stay-unlocked") == 1


def test_a_lock_that_cannot_be_read_is_not_taken_for_a_foreign_write() -> None:
    story = watched()
    story.ports.dns.locks.broken = MISSING
    with pytest.raises(RefusedError, match="lift it by hand") as refusal:
        story.set_to(50)
    assert not isinstance(refusal.value, ForeignWriteError)


def test_locks_that_may_not_be_lifted_any_more_keep_no_shift_from_ending() -> None:
    story = watched()
    story.ports.dns.locks.broken = MISSING
    story.finished()
    assert "locks-stay" in story.ports.table.said()
    assert story.item().locked


def test_trouble_that_passes_is_tried_again_except_by_whoever_has_no_time() -> None:
    story = watched()
    story.ports.dns.locks.broken = ThrottledError("Rate exceeded")
    with pytest.raises(ThrottledError):
        leave_no_lock(story.ports, RUN)
    leave_no_lock(story.ports, RUN, at_any_price=True)
    assert story.ports.table.said()[-1] == "locks-stay"


def test_an_orphan_of_an_earlier_run_is_lifted_by_the_next_write() -> None:
    story = Story("A", "AAAA")
    story.locks_names()
    story.ports.dns.locks.by("norikae env=demo run=long-ago application=x", (HOST, "A"))
    story.prepared()
    story.set_to(5)
    assert held(story) == {}


@pytest.mark.parametrize(
    ("comment", "ours"),
    [
        (OURS, True),
        ("norikae env=demo", True),
        ("norikae env=demo-2 run=r application=billing", False),
        ("norikae", False),
        ("", False),
        ("do not touch; norikae env=demo", False),
    ],
)
def test_ours_are_known_by_the_whole_name_of_the_environment(comment: str, *, ours: bool) -> None:
    assert is_ours(Lock(HOST, "A", comment), "demo") is ours
    assert not is_ours(Lock(HOST, "A", comment), "demo", "bill")


def test_a_comment_always_fits() -> None:
    assert len(comment_of("e" * 40, "r" * 100, "a" * 253)) == MOST_COMMENT


class Racing(FakeLocks):
    """Somebody else lifts one lock just before we do, some times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def lift(self, locks: Any) -> None:
        if self.times:
            self.times -= 1
            raise ConflictError("one is lifted already")
        super().lift(locks)


def test_lifting_is_done_twice_without_harm() -> None:
    locks = Racing(2)
    locks.by(OURS, *((f"h{n}.example.com", "A") for n in range(250)))
    assert len(lift(locks, lambda one: is_ours(one, "demo"))) == 250
    assert lift(locks, lambda one: is_ours(one, "demo")) == ()
    locks.by(OURS, (HOST, "A"))
    locks.times = 9
    with pytest.raises(ConflictError):
        lift(locks, bool)
