"""Stories of whole drains on the virtual clock: their pace, their requests, and who may drain."""

from __future__ import annotations

from collections import Counter
from functools import partial

import msgspec
import pytest

from norikae.drain import slice as one_slice
from norikae.drain.claim import Wave
from norikae.drain.ports import Answer
from norikae.errors import NotFoundError, ThrottledError, UnreachableError
from tests.unit.drain.yards import CLUSTER, HOOK, Story
from tests.unit.fakes.yard import App

INGEST = 2
"""Requests for a node that the ingest makes: a look and the mark. Here the slice marks, so one is counted already."""


@pytest.fixture
def story() -> Story:
    return Story()


def calls_per_node(story: Story, nodes: int) -> float:
    return (sum(story.yard.calls.values()) - story.yard.calls["patch_node"]) / nodes + INGEST


def test_a_node_is_drained_and_its_hook_answered(story: Story) -> None:
    story.node(pods=10, hook=HOOK, kind="scaling", seconds=900)
    story.run()
    claim = story.of()
    assert (claim.state, claim.outcome, claim.pods, claim.left) == ("finished", "drained", 10, 0)
    assert story.fleet.completed == [("workers", claim.instance, "CONTINUE")]
    assert story.answers[-1]["next"] == "done"
    assert story.claims.wave(CLUSTER) == Wave(number=2)


@pytest.mark.parametrize("nodes", [1, 2, 8, 9, 50])
def test_a_node_of_ten_pods_costs_at_most_sixteen_requests(story: Story, nodes: int) -> None:
    for number in range(1, nodes + 1):
        story.node(number, pods=10)
    story.run()
    assert {story.of(number).outcome for number in range(1, nodes + 1)} == {"drained"}
    assert calls_per_node(story, nodes) <= 16
    assert story.clock.now() - story.began < 12


def test_hundreds_of_pods_that_budgets_hold_leave_at_the_pace_of_their_replacements(story: Story) -> None:
    for number in range(50):
        story.yard.add_app(App(f"app-{number}", budget=2, ready_after=8.0))
    for number in range(1, 101):
        story.node(number, kind="scaling", seconds=900)
    for number in range(1000):
        story.yard.add_pod(f"node-{number % 100 + 1}", app=f"app-{number % 50}")
    story.yard.settle()
    story.run()
    empty = sorted(story.of(number).finished_at - story.began for number in range(1, 101))
    floor = 80.0  # twenty pods two at a time, eight seconds each
    assert Counter(story.of(number).outcome for number in range(1, 101)) == {"drained": 100}
    assert empty[-1] <= 1.15 * floor
    assert empty[49] <= 0.6 * floor, "nodes become empty one after another, not all at the end"
    assert story.yard.said["budget"] < 0.2 * story.yard.said["going"]
    assert max(story.yard.most_away.values()) <= 2
    assert calls_per_node(story, 100) <= 16


def test_pods_are_asked_once_however_long_asking_takes(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.unit.fakes.yard.WRITE", 2.0)
    for number in range(1, 31):
        story.node(number, pods=10, seconds=600)
    story.run()
    assert story.yard.calls["evict"] == 300
    assert {story.of(number).outcome for number in range(1, 31)} == {"drained"}


def test_a_budget_whose_controller_lags_costs_few_refusals(story: Story) -> None:
    story.yard.lag = 3.0
    story.yard.add_app(App("web", budget=1, ready_after=4.0))
    story.node(kind="scaling", seconds=900)
    for _ in range(6):
        story.yard.add_pod("node-1", app="web")
    story.yard.settle()
    story.run()
    assert story.of().outcome == "drained"
    assert story.yard.most_away["web"] <= 1


def test_the_earliest_deadline_goes_first(story: Story) -> None:
    story.yard.add_app(App("web", budget=1, ready_after=4.0))
    story.node(1, kind="scaling", seconds=900)
    story.node(2, kind="spot", seconds=105)
    for number in (1, 1, 2, 2):
        story.yard.add_pod(f"node-{number}", app="web")
    story.yard.settle()
    story.run()
    assert [story.yard.node_of[pod] for _, what, pod, _ in story.yard.asked if what == "evict"] == [
        "node-2", "node-2", "node-1", "node-1",
    ]  # fmt: skip


def test_a_slice_of_a_closed_wave_ends_without_a_write(story: Story) -> None:
    story.node(pods=3)
    story.claims.close(CLUSTER, Wave())
    writes = story.claims.writes
    assert story.slice(wave=1)["next"] == "done"
    assert (story.claims.writes, sum(story.yard.calls.values())) == (writes, 0)


def test_a_slice_that_died_after_closing_its_wave_hands_over_when_it_is_tried_again(story: Story) -> None:
    story.node(pods=3)
    story.claims.close(CLUSTER, Wave())
    story.slice(wave=1)
    assert list(story.ports.executions.started) == [f"drain-{CLUSTER}-2"]


def test_a_claim_that_comes_while_a_wave_closes_starts_the_next(story: Story) -> None:
    story.node(pods=0)
    close = story.claims.close

    def and_one_more(cluster: str, wave: Wave) -> None:
        close(cluster, wave)
        if not story.claims.of(cluster, "i-00000000000000002"):
            story.node(2, pods=1)

    story.claims.close = and_one_more
    story.run()
    assert story.ports.executions.started[f"drain-{CLUSTER}-2"] == ("arn:drain", {"cluster": CLUSTER, "wave": 2})


def test_an_execution_goes_on_as_the_next_wave_before_its_history_is_full(story: Story) -> None:
    story.node(kind="scaling", seconds=900)
    story.yard.add_pod("node-1", grace_seconds=600)
    story.yard.stop = 600
    answer = story.slice(turns=one_slice.TURNS - 1)
    assert answer["next"] == "done"
    assert list(story.ports.executions.started) == [f"drain-{CLUSTER}-2"]


def test_claims_that_are_due_later_keep_no_execution(story: Story) -> None:
    story.node(1, kind="scheduled", seconds=7200, due=story.began + 3600, state="waiting")
    assert story.slice()["next"] == "done"
    assert story.of().state == "waiting"
    assert story.ports.executions.started == {}


def test_a_claim_that_is_due_soon_is_waited_for_and_then_marked(story: Story) -> None:
    story.node(1, pods=1, kind="scheduled", seconds=7200, due=story.began + 30, state="waiting")
    assert story.slice()["next"] == "wait"
    assert story.yard.calls["patch_node"] == 0
    story.run()
    assert story.of().outcome == "drained"
    assert min(at for at, _, _, _ in story.yard.asked) - story.began >= 30


def test_a_node_is_marked_before_its_pods_are_evicted(story: Story) -> None:
    story.node(pods=2)
    story.yard.broken["patch_node"] = UnreachableError("no answer")
    story.slice()
    assert story.yard.calls["evict"] == 0
    del story.yard.broken["patch_node"]
    story.run()
    assert story.of().outcome == "drained"


def test_an_event_that_is_merged_meanwhile_is_not_written_over(story: Story) -> None:
    story.node(pods=2, kind="scaling", seconds=900)
    mark = story.yard.patch_node

    def and_merge(name: str, body: dict[str, object]) -> object:
        claim = story.of()
        if "spot" not in claim.kinds:
            merged = msgspec.structs.replace(claim, kinds=("scaling", "spot"), deadline=story.began + 105)
            story.claims.write(merged, instead_of=claim)
        return mark(name, body)

    story.yard.patch_node = and_merge  # type: ignore[method-assign,assignment]
    story.run()
    assert (story.of().kinds, story.of().outcome) == (("scaling", "spot"), "drained")


def test_an_api_server_that_does_not_answer_keeps_no_hook_waiting(story: Story) -> None:
    story.node(pods=2, hook=HOOK, kind="scaling", seconds=300)
    story.fleet.heartbeat = 60
    story.yard.broken["nodes"] = story.yard.broken["node"] = UnreachableError("no answer")
    answer = story.slice()
    assert (answer["next"], answer["waiting_for"]) == ("wait", "no answer")
    assert 1 <= answer["seconds"] <= 10
    story.run()
    assert len(story.fleet.beats) >= 4
    assert story.fleet.completed == [("workers", story.of().instance, "CONTINUE")]
    assert story.of().outcome == "deadline-passed"


def test_a_cluster_that_cannot_be_entered_is_no_different(story: Story) -> None:
    story.node(pods=2, hook=HOOK, kind="scaling", seconds=30)
    story.ports.yards.clear()
    story.ports.yard = _nobody  # type: ignore[method-assign]
    story.run()
    assert story.of().outcome == "deadline-passed"
    assert len(story.fleet.completed) == 1


def test_a_cluster_that_is_gone_has_no_node_to_be_drained(story: Story) -> None:
    story.node(pods=2, hook=HOOK, kind="scaling", seconds=900)
    story.ports.yards.clear()
    story.ports.yard = _gone  # type: ignore[method-assign]
    story.run()
    assert (story.of().outcome, len(story.fleet.completed)) == ("gone", 1)
    assert story.clock.now() - story.began < 5


def _gone(cluster: str) -> object:
    raise NotFoundError(f"there is no cluster {cluster}")


def _nobody(cluster: str) -> object:
    raise UnreachableError(f"{cluster} has no endpoint")


def test_one_node_that_cannot_be_read_does_not_stop_the_others(story: Story) -> None:
    story.node(1, pods=2)
    story.node(2, pods=2)
    story.yard.broken["pods:node-1"] = UnreachableError("no answer")
    story.run(60)
    assert (story.of(1).outcome, story.of(2).outcome) == ("", "drained")


@pytest.mark.parametrize(
    "answer", [Answer("slow-down", 2.0), Answer("failed"), Answer("leaving"), Answer("gone"), Answer("budget")]
)
def test_a_refusal_that_passes_only_delays(story: Story, answer: Answer) -> None:
    story.node(pods=2)
    for pod in story.yard.on("node-1"):
        story.yard.answers[pod.key] = answer
    story.clock.plan(8.0, story.yard.answers.clear)
    story.run()
    assert story.of().outcome == "drained"
    assert story.yard.calls["evict"] <= 14


def test_another_pod_of_the_same_name_is_not_evicted(story: Story) -> None:
    story.node(pods=1)
    (old,) = story.yard.on("node-1")
    found = story.yard.pods

    def and_replace(node: str = "") -> list[object]:
        pods = found(node)
        if story.yard.by_key.get(old.key) == old:
            story.yard.by_key[old.key] = msgspec.structs.replace(old, uid="another", node="node-2")
        return pods  # type: ignore[return-value]

    story.yard.pods = and_replace  # type: ignore[method-assign,assignment]
    story.run()
    assert story.yard.by_key[old.key].deleted_at is None
    assert story.of().outcome == "drained"


def test_a_topic_that_does_not_answer_costs_no_node_its_time(story: Story) -> None:
    story.node(pods=2)
    story.ports.topic.tell = lambda *_: _slow_down()  # type: ignore[method-assign]
    story.run()
    assert story.of().outcome == "drained"
    assert story.of().told == ""


def _slow_down() -> None:
    raise ThrottledError("slow down")


def test_a_claim_is_written_only_when_it_got_further(story: Story) -> None:
    story.node(pods=10)
    story.run()
    assert story.claims.writes == 3, "claimed, begun, finished"


def test_a_storm_does_not_wait_for_its_first_node(story: Story) -> None:
    story.node(1, pods=1)
    for number in range(2, 30):
        story.clock.plan(0.5, partial(story.node, number, pods=3))
    story.run()
    first = {pod: at - story.began for at, _, pod, _ in reversed(story.yard.asked)}
    assert max(first.values()) < 2.5
    assert {story.of(number).outcome for number in range(1, 30)} == {"drained"}


def test_pods_that_come_after_a_look_move_too(story: Story) -> None:
    story.node(pods=1)
    story.clock.plan(2.5, lambda: story.yard.add_pod("node-1", "late"))
    story.run()
    assert [pod for _, _, pod, _ in story.yard.asked][-1] == "shop/late"
    assert story.of().outcome == "drained"
