"""Stories of whole drains on the virtual clock."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.unit.drain.yards import HOOK, Story
from tests.unit.fakes.yard import App


@pytest.fixture
def story() -> Story:
    return Story()


def test_a_node_is_drained_and_its_hook_answered(story: Story) -> None:
    story.node(pods=10, hook=HOOK, kind="scaling", seconds=900)
    story.run()
    claim = story.of()
    assert (claim.state, claim.outcome, claim.pods, claim.left) == ("finished", "drained", 10, 0)
    assert story.fleet.completed == [("workers", claim.instance, "CONTINUE")]
    assert story.answers[-1]["next"] == "done"
    print(story.yard.calls, story.clock.now() - story.began)


def test_pods_that_budgets_hold_leave_at_the_pace_of_their_replacements(story: Story) -> None:
    for number in range(100):
        story.yard.add_app(App(f"app-{number}", budget=2, ready_after=8.0))
    for number in range(1, 201):
        story.node(number, kind="scaling", seconds=900)
    for number in range(2000):
        story.yard.add_pod(f"node-{number % 200 + 1}", app=f"app-{number % 100}")
    story.yard.settle()
    story.yard.clock.sleep(0)
    story.run()
    outcomes = Counter(story.of(number).outcome for number in range(1, 201))
    assert outcomes == {"drained": 200}
    last = max(at for at, _, _, _ in story.yard.asked)
    calls = sum(story.yard.calls.values())
    print(story.yard.calls, story.yard.said, last - story.began, calls / 200, max(story.yard.most_away.values()))
