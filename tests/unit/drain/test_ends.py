"""How the drain of a node ends: volumes, targets, hooks, machines that are gone, that stay, or that only come.

Merged: lifecycle-manager's "deregister found, not found, invalid" (a target is one or is none), its "heartbeat exits at
max-time with explicit completion" with the deadline's answer, and node-drainer's "node missing" and "list exception":
both let the machine go, and never ABANDON.
"""

from __future__ import annotations

import msgspec
import pytest

from norikae.drain.interruption import Hook
from norikae.drain.node import EPISODE, TAINT, Node, Taint
from norikae.drain.ports import Answer, Machine
from norikae.drain.release import is_over
from norikae.errors import RefusedError, ThrottledError
from tests.unit.drain.yards import CLUSTER, HOOK, Story

INSTANCE = "i-00000000000000001"


@pytest.fixture
def story() -> Story:
    return Story()


def took(story: Story) -> float:
    return story.of().finished_at - story.began


def with_volume(story: Story, detached_after: float) -> None:
    story.yard.add_pod("node-1", volumes=("data",))
    story.yard.volumes["node-1"] = {"pv-1"}
    story.clock.plan(detached_after, story.yard.volumes["node-1"].clear)


def test_a_node_is_held_until_its_volumes_are_detached(story: Story) -> None:
    story.node(kind="scaling", hook=HOOK, seconds=900)
    with_volume(story, 40)
    story.run()
    assert story.of().outcome == "drained"
    assert 40 <= took(story) <= 46


def test_a_volume_that_is_not_detached_holds_a_node_until_its_deadline(story: Story) -> None:
    story.node(kind="scaling", hook=HOOK, seconds=60)
    with_volume(story, 9000)
    story.run()
    assert story.of().outcome == "drained"
    assert 60 <= took(story) <= 66


def test_volumes_of_pods_that_stay_are_not_waited_for(story: Story) -> None:
    story.node(kind="scaling", hook=HOOK, seconds=900)
    story.yard.add_pod("node-1", owner="DaemonSet", volumes=("cache",))
    with_volume(story, 9000)
    story.yard.volumes["node-1"] = {"pv-of-the-daemon"}
    story.run()
    assert took(story) < 12


def test_a_node_without_volumes_costs_no_look_at_them(story: Story) -> None:
    story.node(pods=3)
    story.run()
    assert story.yard.calls["attached"] == 0


def test_a_machine_is_held_until_load_balancers_let_it_go(story: Story) -> None:
    story.node(pods=1, kind="scaling", hook=HOOK, seconds=900)
    story.fleet.sends["web"].add(INSTANCE)
    story.clock.plan(100, story.fleet.sends["web"].clear)
    story.run()
    assert 100 <= took(story) <= 106
    assert story.yard.calls["pods"] < 20, "pods that are gone are not looked at again and again"


def test_a_spot_machine_waits_twenty_seconds_for_its_load_balancers(story: Story) -> None:
    story.node(pods=1)
    story.fleet.sends["web"].add(INSTANCE)
    story.run()
    assert 20 <= took(story) <= 25


def test_many_machines_cost_load_balancers_no_more_questions_than_one(story: Story) -> None:
    story.fleet.sends |= {f"of-others-{number}": {"i-of-others"} for number in range(30)}
    for number in range(1, 21):
        story.node(number, pods=1)
        story.fleet.sends["web"].add(f"i-{number:017x}")
    story.clock.plan(18, story.fleet.sends["web"].clear)
    story.run()
    assert {story.of(number).outcome for number in range(1, 21)} == {"drained"}
    assert took(story) >= 18
    assert story.fleet.target_calls < 1 + 31 + 10


def test_a_load_balancer_that_nobody_can_ask_counts_as_one_that_sends(story: Story) -> None:
    story.node(pods=1)
    story.fleet.targets = lambda _: _throttled()
    story.run()
    assert 20 <= took(story) <= 25


def _throttled() -> frozenset[str]:
    raise ThrottledError("Rate exceeded")


@pytest.mark.parametrize(("heartbeat", "beats"), [(300, 0), (60, 5), (30, 11)])
def test_a_hook_gets_its_heartbeat_before_half_of_its_time_is_over(story: Story, heartbeat: int, beats: int) -> None:
    story.fleet.heartbeat = heartbeat
    story.node(kind="scaling", hook=HOOK, seconds=900)
    story.yard.add_pod("node-1", grace_seconds=600)
    story.yard.stop = 170 if heartbeat < 300 else 100
    story.run()
    assert abs(len(story.fleet.beats) - beats) <= 1
    assert len(story.fleet.completed) == 1


def test_a_spot_machine_gets_no_heartbeat(story: Story) -> None:
    story.fleet.heartbeat = 30
    story.node(pods=1, kind="spot", kinds=("scaling", "spot"), hook=HOOK)
    story.yard.stop = 80
    story.yard.by_key = {key: msgspec.structs.replace(pod, grace_seconds=90) for key, pod in story.yard.by_key.items()}
    story.run()
    assert story.fleet.beats == []
    assert len(story.fleet.completed) == 1


def test_a_heartbeat_that_is_throttled_comes_again(story: Story) -> None:
    story.fleet.heartbeat = 40
    story.node(kind="scaling", hook=HOOK, seconds=900)
    story.yard.add_pod("node-1", grace_seconds=600)
    story.yard.stop = 60
    beat = story.fleet.beat
    refused: list[str] = []

    def at_first_not(hook: Hook, instance: str) -> bool:
        if not refused:
            refused.append(instance)
            raise ThrottledError("Rate exceeded")
        return bool(beat(hook, instance))

    story.fleet.beat = at_first_not
    story.run()
    assert refused
    assert story.fleet.beats
    assert story.of().outcome == "drained"


def test_an_action_that_is_gone_is_neither_prolonged_nor_answered(story: Story) -> None:
    story.fleet.heartbeat = 30
    story.node(kind="scaling", hook=HOOK, seconds=900)
    story.fleet.actions.clear()
    story.yard.add_pod("node-1", grace_seconds=600)
    story.yard.stop = 60
    story.run()
    assert (story.of().outcome, story.of().hook_done) == ("drained", True)
    assert story.fleet.completed == []


def test_an_answer_that_is_throttled_is_given_again_before_the_claim_is_finished(story: Story) -> None:
    story.node(pods=1, kind="scaling", hook=HOOK, seconds=900)
    complete = story.fleet.complete
    refused: list[object] = []

    def at_first_not(*args: object) -> None:
        if len(refused) < 3:
            refused.append(args)
            raise ThrottledError("Rate exceeded")
        complete(*args)

    story.fleet.complete = at_first_not
    story.run()
    assert story.fleet.completed == [("workers", INSTANCE, "CONTINUE")]
    assert story.of().hook_done


def test_a_machine_that_never_was_a_node_is_looked_for_once_more_and_let_go(story: Story) -> None:
    story.claim(node="", kind="scaling", hook=HOOK, seconds=900)
    story.run()
    assert (story.of().outcome, len(story.fleet.completed)) == ("gone", 1)
    assert 30 <= took(story) <= 42


def test_a_node_that_joins_late_is_drained(story: Story) -> None:
    story.claim(node="", kind="scaling", hook=HOOK, seconds=900)
    story.clock.plan(10, lambda: story.node(1, pods=2, claimed=False))
    story.run()
    assert (story.of().outcome, story.of().node, story.of().pods) == ("drained", "node-1", 2)


def test_a_node_of_another_machine_with_its_name_is_left_alone(story: Story) -> None:
    story.claim(kind="scaling", hook=HOOK, seconds=900)
    story.yard.add_node("node-1", "i-0other")
    story.yard.add_pod("node-1")
    story.run()
    assert story.of().outcome == "gone"
    assert story.yard.calls["evict"] + story.yard.calls["patch_node"] == 0


def test_a_machine_that_runs_after_all_is_left_alone_and_unmarked(story: Story) -> None:
    story.node(pods=2, kind="state-change", seconds=0.0)
    taints = (Taint("team", "NoSchedule"), Taint(TAINT, "NoSchedule", "state-change"))
    known = story.yard.by_name["node-1"]
    marked = msgspec.structs.replace(known, unschedulable=True, taints=taints, annotations={EPISODE: "e-1"})
    story.yard.by_name["node-1"] = marked
    story.fleet.known[INSTANCE] = Machine(INSTANCE, "running", "node-1", {})
    story.run()
    assert story.of().outcome == "cancelled"
    assert story.yard.asked == []
    assert [taint.key for taint in story.yard.by_name["node-1"].taints] == ["team"]
    assert not story.yard.by_name["node-1"].unschedulable


@pytest.mark.parametrize(("state", "ready"), [("running", False), ("shutting-down", True)])
def test_a_machine_that_ends_is_finished_whatever_its_node_says(story: Story, state: str, *, ready: bool) -> None:
    story.node(pods=2, kind="state-change", seconds=0.0)
    story.yard.by_name["node-1"] = msgspec.structs.replace(story.yard.by_name["node-1"], ready=ready)
    story.fleet.known[INSTANCE] = Machine(INSTANCE, state, "node-1", {})
    story.run()
    assert story.of().outcome == "drained"
    assert story.yard.calls["evict"] == 2


def test_a_launched_machine_is_let_in_once_its_node_is_ready(story: Story) -> None:
    story.claim(node="", kind="launch", hook=HOOK, seconds=600)
    story.clock.plan(20, lambda: story.yard.add_node("node-1", INSTANCE, ready=False))
    story.clock.plan(50, lambda: story.yard.add_node("node-1", INSTANCE))
    story.run()
    assert (story.of().outcome, story.of().node) == ("joined", "node-1")
    assert 50 <= took(story) <= 60
    assert story.fleet.beats == []
    assert story.fleet.completed == [("workers", INSTANCE, "CONTINUE")]


def test_a_launched_machine_that_never_joins_is_let_go_at_its_deadline(story: Story) -> None:
    story.claim(node="", kind="launch", hook=HOOK, seconds=60)
    story.run()
    assert story.of().outcome == "gone"
    assert len(story.fleet.completed) == 1
    assert took(story) >= 60


@pytest.mark.parametrize("do", ["notify", "off"])
def test_a_policy_that_only_tells_leaves_the_hook_to_others_and_touches_nothing(story: Story, do: str) -> None:
    story.node(pods=2, kind="scaling", hook=HOOK, seconds=900, do=do)
    story.run()
    assert (story.of().outcome, story.fleet.completed, story.fleet.beats) == ("told", [], [])
    assert sum(story.yard.calls.values()) == 0
    assert took(story) < 1


def test_a_cordon_marks_the_node_and_keeps_no_execution(story: Story) -> None:
    story.node(pods=2, kind="rebalance", seconds=1800, do="cordon", state="waiting")
    story.run()
    assert (story.of().state, story.of().outcome) == ("marked", "")
    assert story.yard.by_name["node-1"].unschedulable
    assert story.yard.calls["evict"] == 0
    assert story.clock.now() - story.began < 5


def test_a_cordon_holds_no_hook(story: Story) -> None:
    story.node(pods=2, kind="scaling", hook=HOOK, seconds=900, do="cordon")
    story.run()
    assert len(story.fleet.completed) == 1
    assert (story.of().state, story.of().hook_done) == ("marked", True)


def test_a_dry_run_asks_once_and_changes_nothing(story: Story) -> None:
    story.node(pods=3, kind="scaling", hook=HOOK, seconds=900, do="dry-run")
    first, second, _ = story.yard.on("node-1")
    story.yard.answers[first.key] = Answer("forbidden", text="a webhook says no")
    story.yard.answers[second.key] = Answer("two-budgets", text="more than one PodDisruptionBudget")
    story.run()
    claim = story.of()
    assert (claim.outcome, claim.pods) == ("dry-run", 3)
    assert claim.blocked_by == (f"{first.key}: a webhook says no", f"{second.key}: more than one PodDisruptionBudget")
    assert (story.yard.calls["dry-run"], story.yard.calls["evict"], story.yard.calls["patch_node"]) == (3, 0, 0)
    assert len(story.yard.on("node-1")) == 3
    assert not story.fleet.completed, "the machine would go with its pods"


def test_pods_leave_a_machine_whose_maintenance_has_begun(story: Story) -> None:
    story.node(pods=2, kind="scheduled", seconds=900, ends_at=story.clock.now() - 60)
    story.run()
    assert (story.of().outcome, story.yard.on("node-1")) == ("drained", [])
    assert not is_over(story.of(), story.clock.now()), "its pods would come back"


def test_a_node_that_nobody_may_mark_lets_its_machine_go_at_the_deadline(story: Story) -> None:
    for number, do in enumerate(("drain", "cordon"), start=1):
        story.node(number, pods=2, kind="scaling", hook=HOOK, seconds=60, do=do, state="waiting")
        story.yard.by_name[f"node-{number}"] = msgspec.structs.replace(
            story.yard.by_name[f"node-{number}"], unschedulable=False, taints=()
        )
    story.yard.patch_node = _refused  # type: ignore[method-assign, assignment]
    story.run(600)
    assert [story.of(number).outcome for number in (1, 2)] == ["deadline-passed"] * 2
    assert len(story.fleet.completed) == 2


def _refused(*_: object) -> Node:
    raise RefusedError("an admission webhook says no")


def test_an_action_that_nobody_may_answer_keeps_no_execution_for_ever(story: Story) -> None:
    story.node(pods=2, kind="scaling", hook=HOOK, seconds=60)
    story.fleet.complete = lambda *_: _refused()
    story.run(600)
    assert (story.answers[-1]["next"], story.of().outcome, story.of().hook_done) == ("done", "drained", False)


def test_an_empty_node_is_not_called_so_before_the_scheduler_knows_its_mark(story: Story) -> None:
    story.node(kind="rebalance", seconds=1800)
    story.clock.plan(3, lambda: story.yard.add_pod("node-1", "late"))
    story.run()
    assert story.of().outcome == "drained"
    assert [pod for _, _, pod, _ in story.yard.asked] == ["shop/late"]


def test_what_is_told_is_told_once(story: Story) -> None:
    story.node(pods=2)
    story.run()
    assert [message["state"] for _, message in story.ports.topic.told] == ["begun", "drained"]
    assert story.claims.of(CLUSTER, INSTANCE).told == "drained"
