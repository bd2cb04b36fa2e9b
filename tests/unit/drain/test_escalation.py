"""What happens at a deadline: Karpenter's termination cases about graces, and lifecycle-manager's about what remains.

Merged: Karpenter's "stuck terminating past grace" with "already terminating is asked again with less", and
lifecycle-manager's "drain failure escalates" with "delete at deadline less grace". Its grace of 0 or below is one row.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from norikae.drain.budget import Budget, Selector
from norikae.drain.filter import DO_NOT_EVICT
from norikae.drain.pod import Pod
from norikae.drain.ports import Answer
from tests.unit.drain.yards import HOOK, Story
from tests.unit.fakes.yard import App

BYPASS: dict[str, Any] = {"budgets": "bypass-at-deadline"}


@pytest.fixture
def story() -> Story:
    return Story()


def kept(story: Story, **more: Any) -> str:
    """A pod whose budget lets nothing go."""
    if "web" not in story.yard.apps:
        story.yard.add_app(App("web", budget=0))
    pod = story.yard.add_pod("node-1", app="web", **more)
    story.yard.settle()
    return pod.key


def requests(story: Story, kind: str) -> list[tuple[float, str, int | None]]:
    """When a pod was evicted or deleted, which, and with what grace."""
    return [(at - story.began, pod, grace) for at, what, pod, grace in story.yard.asked if what == kind]


def test_a_pod_that_its_budget_keeps_is_deleted_while_its_grace_still_fits(story: Story) -> None:
    story.node(**BYPASS)
    key = kept(story, grace_seconds=30)
    story.run()
    ((at, pod, grace),) = requests(story, "delete")
    assert (pod, grace) == (key, 30)
    assert 75 <= at <= 76
    assert (story.of().outcome, story.of().pdb_bypassed, story.of().lost) == ("drained", (key,), ())


def test_the_deletion_is_written_down_before_it_is_made(story: Story) -> None:
    story.node(**BYPASS)
    key = kept(story)
    written: list[tuple[str, ...]] = []

    def look_first(pod: Pod, *, grace_seconds: int) -> Answer:
        written.append(story.of().pdb_bypassed)
        return Answer("failed", text=f"{pod.key} {grace_seconds}")

    story.yard.delete = look_first  # type: ignore[method-assign]
    story.run()
    assert set(written) == {(key,)}


def test_each_pod_is_deleted_when_its_own_grace_no_longer_fits(story: Story) -> None:
    story.node(**BYPASS)
    slow, quick = kept(story, grace_seconds=90), kept(story, grace_seconds=10)
    story.run()
    assert [(pod, round(at)) for at, pod, _ in requests(story, "delete")] == [(slow, 15), (quick, 95)]


def test_a_respected_budget_keeps_its_pod_until_the_machine_goes(story: Story) -> None:
    story.node(ends_at=story.began + 120)
    key = kept(story)
    story.run()
    claim = story.of()
    assert (claim.outcome, claim.lost, claim.left, claim.pdb_bypassed) == ("deadline-passed", (key,), 1, ())
    assert requests(story, "delete") == []
    assert 119.5 <= claim.finished_at - story.began <= 122


def test_a_budget_that_keeps_pods_for_good_is_named_at_once(story: Story) -> None:
    story.node()
    kept(story)
    story.slice()
    assert (story.of().state, story.of().blocked_by) == ("blocked", ("shop/web",))
    assert story.clock.now() - story.began < 1


def test_two_budgets_on_one_pod_are_named_at_once(story: Story) -> None:
    story.node(pods=1)
    kept(story)
    story.yard.of_name["shop/all"] = Budget(namespace="shop", name="all", selector=Selector({"app": "web"}), allowed=5)
    story.slice()
    assert story.of().blocked_by == ("shop/all", "shop/web")
    assert story.yard.calls["evict"] == 1, "the other pod went, and this one was not asked in vain"


def test_two_budgets_of_which_only_the_server_knows_are_named_and_bypassed(story: Story) -> None:
    story.node(pods=1, **BYPASS)
    (pod,) = story.yard.on("node-1")
    story.yard.answers[pod.key] = Answer("two-budgets", text="more than one PodDisruptionBudget")
    story.run()
    assert story.of().pdb_bypassed == (pod.key,)
    assert "blocked" in [message["state"] for _, message in story.ports.topic.told]


def test_a_pod_that_opted_out_stays_until_the_deadline_policy(story: Story) -> None:
    story.node(**BYPASS)
    pod = story.yard.add_pod("node-1", annotations={DO_NOT_EVICT: "true"})
    story.slice()
    assert story.of().blocked_by == (f"{pod.key}: {DO_NOT_EVICT}",)
    story.run()
    assert story.yard.calls["evict"] == 0
    assert story.of().pdb_bypassed == (pod.key,)


def test_a_pod_without_a_budget_gets_less_grace_when_its_machine_goes_earlier(story: Story) -> None:
    story.node(seconds=20)
    story.yard.add_pod("node-1", grace_seconds=300)
    story.run()
    ((_, _, grace),) = requests(story, "evict")
    assert grace == 20


@pytest.mark.parametrize("own", [0, 30])
def test_the_least_grace_is_a_second(story: Story, own: int) -> None:
    story.node(seconds=-1.0, **BYPASS)
    story.yard.add_pod("node-1", grace_seconds=own)
    kept(story, grace_seconds=own)
    story.run()
    assert [grace for _, _, grace in requests(story, "evict") + requests(story, "delete")] == [1, 1]


def test_a_pod_that_ends_too_late_is_asked_again_when_the_deadline_comes_nearer(story: Story) -> None:
    story.node(kind="scaling", seconds=900)
    pod = story.yard.add_pod("node-1", grace_seconds=600)
    story.yard.stop = 600
    story.slice()
    merged = story.of()
    spot: dict[str, Any] = {"kind": "spot", "kinds": ("scaling", "spot"), "deadline": story.clock.now() + 105}
    story.claims.write(msgspec.structs.replace(merged, **spot), instead_of=merged)
    story.run()
    (_, first, whole), (_, again, shorter) = requests(story, "evict")
    assert (first, whole, again) == (pod.key, None, pod.key)
    assert 99 <= (shorter or 0) <= 105
    assert story.of().outcome == "drained"


def test_an_api_server_whose_clock_is_ahead_makes_no_pod_late(story: Story) -> None:
    story.node()
    story.yard.add_pod("node-1", deleted_at=story.began + 145)
    story.clock.plan(10, story.yard.by_key.clear)
    story.run()
    assert (story.yard.asked, story.of().outcome) == ([], "drained")


def test_critical_pods_go_last_but_not_past_the_deadline(story: Story) -> None:
    story.node(seconds=20)
    story.yard.add_pod("node-1", "web")
    story.yard.add_pod("node-1", "dns", priority_class="system-cluster-critical", grace_seconds=5)
    story.yard.stops["shop/web"] = 30
    story.run()
    assert [(pod, round(at)) for at, pod, _ in requests(story, "evict")][-1] == ("shop/dns", 20)


def test_critical_pods_go_once_the_others_are_gone(story: Story) -> None:
    story.node()
    story.yard.add_pod("node-1", "dns", priority_class="system-cluster-critical")
    story.yard.add_pod("node-1", "web")
    story.run()
    assert [pod for _, pod, _ in requests(story, "evict")] == ["shop/web", "shop/dns"]
    assert requests(story, "evict")[1][0] >= 3


def test_pods_of_a_machine_that_already_ends_are_deleted_at_once(story: Story) -> None:
    story.node(kind="state-change", seconds=0.0, **BYPASS)
    bound = kept(story)
    story.yard.add_pod("node-1", "free")
    story.run()
    assert [(pod, grace) for _, pod, grace in requests(story, "delete")] == [(bound, 1)]
    assert [(pod, grace) for _, pod, grace in requests(story, "evict")] == [("shop/free", 1)]
    assert max(at for at, _, _, _ in story.yard.asked) - story.began < 1


def test_a_hook_is_answered_when_the_deadline_has_passed(story: Story) -> None:
    story.node(kind="scaling", hook=HOOK, seconds=60)
    kept(story)
    story.run()
    assert story.fleet.completed == [("workers", story.of().instance, "CONTINUE")]
    assert story.of().outcome == "deadline-passed"


def test_a_soft_deadline_shortens_no_grace_and_loses_nobody(story: Story) -> None:
    story.node(kind="decommission", seconds=60)
    key = kept(story)
    story.yard.add_pod("node-1", "slow", grace_seconds=300)
    story.run()
    assert [(pod, grace) for _, pod, grace in requests(story, "evict")] == [("shop/slow", None)]
    assert (story.of().outcome, story.of().lost, story.of().left) == ("deadline-passed", (), 1)
    assert key in story.yard.by_key


def test_a_deletion_that_is_forbidden_is_not_repeated_all_the_time(story: Story) -> None:
    story.node(ends_at=story.began + 120, **BYPASS)
    key = kept(story)
    story.yard.deletes_allowed = False
    story.run()
    assert len(requests(story, "delete")) <= 6
    assert story.of().lost == (key,)
