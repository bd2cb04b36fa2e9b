"""Many events about one machine are one claim, whatever their order and however often they come."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from norikae.drain.claim import Claim, Outcome
from norikae.drain.interruption import GRAVITY, Hook, Interruption, Kind
from norikae.drain.merge import merge
from norikae.environment.interruptions import (
    EndPolicy,
    ImpairedPolicy,
    Interruptions,
    Policy,
    RebalancePolicy,
    ScheduledPolicy,
)
from tests.unit.drain.heard import DRAIN, NOW, heard, verdict

WORDS = ("off", "notify", "cordon", "drain", "dry-run")


def told(
    known: Claim | None, said: Interruption, policies: Interruptions | None = None, now: float = NOW
) -> Claim | None:
    return merge(known, said, verdict(said, now, policies), cluster="demo-1-33", role="blue", now=now)


def claimed(*said: Interruption, policies: Interruptions | None = None, now: float = NOW) -> Claim:
    claim = None
    for one in said:
        claim = told(claim, one, policies, now) or claim
    assert claim is not None
    return claim


def finished(claim: Claim, at: float = NOW + 10, outcome: str = "drained", **more: object) -> Claim:
    changes = {"state": "finished", "outcome": outcome, "finished_at": at, "told": outcome, **more}
    return msgspec.convert({**msgspec.to_builtins(claim), **changes}, Claim)


def test_the_first_event_opens_an_episode() -> None:
    claim = claimed(heard("spot", detail="terminate"))
    assert (claim.kind, claim.kinds, claim.detail, claim.role) == ("spot", ("spot",), "terminate", "blue")
    assert (claim.began, claim.due, claim.deadline, claim.ends_at) == (NOW, NOW, NOW + 105, NOW + 120)
    assert (claim.do, claim.budgets, claim.state) == ("drain", "bypass-at-deadline", "marked")
    assert claim.episode


def test_a_spot_warning_shortens_the_drain_of_a_lifecycle_action_and_its_hook_stays() -> None:
    scaling = claimed(heard("scaling"))
    assert scaling.deadline == NOW + 900
    both = claimed(heard("scaling"), heard("spot", NOW + 5))
    assert (both.kind, both.kinds, both.hook) == ("spot", ("scaling", "spot"), DRAIN)
    assert (both.deadline, both.budgets, both.episode) == (NOW + 110, "bypass-at-deadline", scaling.episode)


def test_a_later_lifecycle_action_brings_its_hook_into_an_open_claim() -> None:
    claim = claimed(heard("spot"), heard("scaling", NOW + 5))
    assert (claim.hook, claim.hook_done, claim.kind) == (DRAIN, False, "spot")


def test_a_copy_of_an_event_changes_nothing() -> None:
    claim = claimed(heard("spot"))
    assert told(claim, heard("spot")) is None


def test_a_policy_of_off_writes_nothing() -> None:
    off = Interruptions(spot=EndPolicy(do="off"))
    assert told(None, heard("spot"), off) is None
    open_claim = claimed(heard("scaling"))
    assert told(open_claim, heard("spot", NOW + 1), off) is None


def test_what_is_due_later_waits_until_something_sooner_comes() -> None:
    waiting = claimed(heard("scheduled"))
    assert (waiting.state, waiting.due) == ("waiting", NOW + 86400 - 3600)
    sooner = told(waiting, heard("spot"))
    assert sooner is not None
    assert (sooner.state, sooner.due, sooner.deadline) == ("marked", NOW, NOW + 105)


def test_a_rebalance_that_is_only_told_does_not_hasten_a_maintenance() -> None:
    claim = claimed(heard("scheduled"), heard("rebalance"))
    assert (claim.do, claim.due, claim.deadline) == ("drain", NOW + 86400 - 3600, NOW + 86400 - 15)
    assert (claim.kinds, claim.kind) == (("rebalance", "scheduled"), "scheduled")


def test_a_launch_that_ends_at_once_is_drained_and_answers_the_hook_of_its_end() -> None:
    launch = heard("launch", hook=Hook("demo-1-33-worker", "join", "other"))
    for order in ([launch, heard("scaling", NOW + 5)], [heard("scaling", NOW + 5), launch]):
        claim = claimed(*order)
        assert (claim.kind, claim.hook, claim.deadline) == ("scaling", DRAIN, NOW + 905)


# A finished claim


@pytest.mark.parametrize("kind", ["spot", "capacity", "scaling", "state-change", "decommission"])
@pytest.mark.parametrize("late", ["spot", "capacity", "rebalance", "scheduled", "state-change"])
def test_after_a_final_kind_nothing_begins_anew(kind: Kind, late: Kind) -> None:
    done = finished(claimed(heard(kind)), hook_done=True)
    assert told(done, heard(late, NOW + 500)) is None


def test_a_lifecycle_action_after_the_end_of_a_spot_claim_is_answered_once_and_not_told() -> None:
    done = finished(claimed(heard("spot")))
    answering = told(done, heard("scaling", NOW + 20))
    assert answering is not None
    assert (answering.state, answering.hook, answering.hook_done) == ("empty", DRAIN, False)
    assert (answering.episode, answering.told, answering.outcome) == (done.episode, "drained", "drained")
    answered = msgspec.structs.replace(answering, state="finished", hook_done=True)
    assert told(answered, heard("scaling", NOW + 20)) is None, "a copy"
    listed = heard("scaling", NOW + 20, event="from a listing", hook=Hook(DRAIN.group, DRAIN.name))
    assert told(answered, listed) is None


def test_a_second_hook_after_the_end_is_answered_too() -> None:
    done = finished(claimed(heard("scaling")), hook_done=True)
    answering = told(done, heard("scaling", NOW + 20, hook=Hook(DRAIN.group, "backup", "t2")))
    assert answering is not None
    assert (answering.hook, answering.hook_done) == (Hook(DRAIN.group, "backup", "t2"), False)


def test_a_listing_that_knows_no_token_does_not_reopen_an_answered_action() -> None:
    claim = msgspec.structs.replace(claimed(heard("scaling")), hook_done=True)
    again = told(claim, heard("scaling", NOW + 60, event="listed", hook=Hook(DRAIN.group, DRAIN.name)))
    assert again is not None
    assert (again.hook, again.hook_done) == (DRAIN, True)


def test_what_is_said_later_opens_a_new_episode_after_an_end_that_was_not_final() -> None:
    done = finished(claimed(heard("scheduled")))
    assert told(done, heard("scheduled", NOW + 5)) is None, "said before the end"
    anew = told(done, heard("scheduled", NOW + 50))
    assert anew is not None
    assert anew.episode != done.episode
    assert anew.kinds == ("scheduled",)


def test_a_spot_warning_that_was_said_before_a_rebalance_was_told_is_not_swallowed() -> None:
    done = finished(claimed(heard("rebalance")), outcome="told")
    anew = told(done, heard("spot", NOW + 3))
    assert anew is not None
    assert (anew.kind, anew.do) == ("spot", "drain")


def test_what_was_only_told_is_drained_when_a_stronger_policy_asks_for_it() -> None:
    policies = Interruptions(spot=EndPolicy(do="notify"))
    done = finished(claimed(heard("spot"), policies=policies), outcome="told")
    anew = told(done, heard("scaling", NOW + 3), policies, now=NOW + 5)
    assert anew is not None
    assert (anew.do, anew.hook, anew.state) == ("drain", DRAIN, "marked")


def test_a_machine_that_returns_from_a_warm_pool_begins_anew() -> None:
    done = finished(claimed(heard("scaling", detail="terminate-to-warm-pool")), hook_done=True)
    launch = heard("launch", NOW + 5000, hook=Hook(DRAIN.group, "join", "t3"))
    anew = told(done, launch)
    assert anew is not None
    assert (anew.kinds, anew.hook) == (("launch",), launch.hook)


def test_a_machine_that_was_stopped_can_be_stopped_again_and_the_rest_of_its_stopping_is_no_new_end() -> None:
    done = finished(claimed(heard("state-change", detail="stopping")), outcome="gone")
    assert told(done, heard("state-change", NOW + 60, detail="stopped")) is None
    assert told(done, heard("state-change", NOW + 86400, detail="stopping")) is not None
    assert told(done, heard("spot", NOW + 86400)) is not None


# What is taken back


def test_a_maintenance_that_is_called_off_ends_as_soon_as_people_were_told() -> None:
    claim = told(claimed(heard("scheduled")), heard("scheduled", NOW + 60, event="off", cancelled=True), now=NOW + 70)
    assert claim is not None
    assert (claim.is_open, claim.outcome, claim.finished_at) == (True, "cancelled", NOW + 70)
    assert claim.due <= NOW + 70, "whoever drains looks at it now, however late the maintenance was"
    assert told(claim, heard("scheduled", NOW + 80, event="off again", cancelled=True)) is None
    anew = told(claim, heard("scheduled", NOW + 90, event="planned anew"), now=NOW + 91)
    assert anew is not None
    assert (anew.outcome, anew.episode == claim.episode) == ("", False)


@pytest.mark.parametrize("outcome", ["drained", "deadline-passed"])
def test_a_maintenance_that_is_called_off_after_the_drain_is_called_off_all_the_same(outcome: Outcome) -> None:
    done = finished(claimed(heard("scheduled")), outcome=outcome)
    claim = told(done, heard("scheduled", NOW + 60, event="off", cancelled=True), now=NOW + 70)
    assert claim is not None
    assert (claim.is_open, claim.outcome, claim.episode) == (True, "cancelled", done.episode)
    other = finished(claimed(heard("scheduled"), heard("spot", NOW + 1)), outcome=outcome)
    assert told(other, heard("scheduled", NOW + 60, event="off", cancelled=True)) is None


def test_calling_off_a_maintenance_does_not_save_a_machine_that_goes_anyway() -> None:
    claim = claimed(heard("scheduled"), heard("spot", NOW + 1))
    assert told(claim, heard("scheduled", NOW + 60, event="off", cancelled=True)) is None


def test_an_old_word_of_calling_off_does_not_end_what_was_announced_after_it() -> None:
    claim = claimed(heard("scheduled", NOW + 100))
    assert told(claim, heard("scheduled", NOW + 60, event="off", cancelled=True)) is None


def test_an_announcement_that_comes_after_its_own_end_begins_nothing() -> None:
    over = told(None, heard("scheduled", NOW + 60, event="off", cancelled=True))
    assert over is not None
    assert (over.is_open, over.outcome, over.told) == (False, "cancelled", "cancelled")
    assert told(over, heard("scheduled")) is None
    assert told(over, heard("scheduled", NOW + 90)) is not None, "announced anew"
    assert told(over, heard("spot")) is not None, "another matter"


# Any order, any copies


POLICIES = st.builds(
    Interruptions,
    spot=st.builds(EndPolicy, do=st.sampled_from(WORDS)),
    capacity=st.builds(EndPolicy, do=st.sampled_from(WORDS)),
    state_change=st.builds(EndPolicy, do=st.sampled_from(WORDS)),
    scaling=st.builds(Policy, do=st.sampled_from(WORDS), budgets=st.sampled_from(["respect", "bypass-at-deadline"])),
    scheduled=st.builds(
        ScheduledPolicy, do=st.sampled_from(WORDS), when=st.sampled_from(["immediate", "before-start", "next-window"])
    ),
    rebalance=st.builds(RebalancePolicy, do=st.sampled_from(WORDS)),
    impaired=st.builds(ImpairedPolicy, do=st.sampled_from(WORDS)),
)
EVENTS = st.builds(heard, st.sampled_from(GRAVITY), st.integers(-300, 300).map(lambda seconds: NOW + seconds))


@given(policies=POLICIES | st.just(Interruptions()), data=st.data())
def test_any_order_and_any_copies_of_the_same_events_are_one_claim(
    policies: Interruptions, data: st.DataObject
) -> None:
    said = data.draw(st.lists(EVENTS, min_size=1, max_size=7, unique_by=lambda one: one.event))
    first = _folded(said, policies)
    copies = data.draw(st.permutations([*said, *data.draw(st.lists(st.sampled_from(said), max_size=5))]))
    assert _folded(copies, policies) == first


def _folded(said: list[Interruption], policies: Interruptions) -> dict[str, object] | None:
    claim = None
    for one in said:
        claim = told(claim, one, policies) or claim
    if claim is None:
        return None
    whole: dict[str, object] = msgspec.structs.asdict(claim)
    names = ("kind", "kinds", "deadline", "due", "ends_at", "hook", "do", "budgets", "state", "began", "heard_at")
    return {name: whole[name] for name in names} | {"events": set(claim.events)}


@given(data=st.data(), rounds=st.integers(1, 3))
def test_copies_of_what_is_finished_write_nothing(data: st.DataObject, rounds: int) -> None:
    said = data.draw(st.lists(EVENTS, min_size=1, max_size=7, unique_by=lambda one: one.event))
    done = finished(claimed(*said), at=NOW + 400, hook_done=True)
    for one in said * rounds:
        assert told(done, one) is None
