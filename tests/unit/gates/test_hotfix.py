"""A team that deploys to green while a step bakes gets another bake, because what was judged runs no more."""

from __future__ import annotations

import msgspec

from norikae.gates.ports import Answers
from norikae.upgrade.ports import read_plan
from norikae.upgrade.state import PlanItem
from tests.unit.fakes.demo import OTHER_SHA, SHA, application, operation_state
from tests.unit.fakes.story import APP, GREEN, RUN, WRITER, Story

THIRD_SHA = "b7" * 20


def baking() -> Story:
    """An application at 5 that comes from the Argo CD application of the same name."""
    story = Story()
    stored = read_plan(story.ports.table, RUN)
    (planned,) = stored.plan.applications()
    groups = ((msgspec.structs.replace(planned, sources=(APP,)),),)
    story.ports.table.write(WRITER, "PLAN", PlanItem(msgspec.structs.replace(stored.plan, groups=groups), stored.hash))
    story.ports.apis[GREEN].put(application(APP))
    story.prepared()
    story.moved_to(5)
    return story


def synced(story: Story, revision: str, phase: str = "Succeeded") -> None:
    """The team syncs another commit on green."""
    story.ports.apis[GREEN].put(application(APP, operationState=operation_state(phase, revision=revision)))


def test_the_revisions_are_written_down_with_the_weight() -> None:
    assert baking().item().revisions == {APP: SHA}


def test_a_step_whose_application_was_not_synced_goes_on() -> None:
    story = baking()
    story.time_passes(301)
    assert story.judged(5)["next"] == "step"


def test_a_hotfix_bakes_the_step_once_more() -> None:
    story = baking()
    story.time_passes(290)
    synced(story, OTHER_SHA)
    answer = story.judged(5)
    assert (answer["next"], answer["weight"]) == ("bake", 5)
    assert answer["waiting_for"] == f"billing from {SHA} to {OTHER_SHA} was synced on green; the step bakes once more"
    story.time_passes(290)
    assert story.judged(5)["next"] == "bake"
    story.time_passes(20)
    assert story.judged(5)["next"] == "step"
    assert story.ports.table.said().count("baked-again") == 1


def test_figures_of_the_old_commit_do_not_count_for_the_new_one() -> None:
    story = baking()
    story.time_passes(290)
    synced(story, OTHER_SHA)
    story.judged(5)
    assert story.item().verified_at == story.ports.now


def test_a_commit_that_nobody_synced_changes_nothing() -> None:
    story = baking()
    app = application(APP)
    app["status"]["sync"] = {"status": "OutOfSync", "revision": OTHER_SHA}
    story.ports.apis[GREEN].put(app)
    story.time_passes(301)
    assert story.judged(5)["next"] == "step"


def test_the_way_back_does_not_wait_for_kubernetes() -> None:
    story = baking()
    story.ports.apis[GREEN].gone = True
    story.ports.metrics.figures = Answers(requests=100, errors=50)
    assert story.judged(5)["next"] == "roll-back"
    story.ports.metrics.figures = Answers(requests=100, errors=0)
    story.operators_say(aborted=True)
    assert story.judged(5)["next"] == "roll-back"


def test_nothing_passes_while_argo_cd_cannot_be_read() -> None:
    story = baking()
    story.ports.apis[GREEN].gone = True
    story.time_passes(301)
    answer = story.judged(5)
    assert answer["next"] == "bake"
    assert answer["waiting_for"].startswith("hotfix: what green is synced to cannot be read")
    story.ports.apis[GREEN].gone = False
    assert story.judged(5)["next"] == "step"


def test_a_team_that_goes_on_deploying_gets_a_hold() -> None:
    story = baking()
    words = []
    for revision in (OTHER_SHA, THIRD_SHA, SHA, OTHER_SHA):
        synced(story, revision)
        words.append(story.judged(5)["next"])
    assert words == ["bake", "bake", "bake", "hold"]
    assert "resume when the deployments are over" in story.item().reason


def test_another_step_begins_with_what_runs_then() -> None:
    story = baking()
    synced(story, OTHER_SHA)
    story.judged(5)
    story.time_passes(301)
    assert story.judged(5)["next"] == "step"
    story.moved_to(50)
    assert story.item().revisions == {APP: OTHER_SHA}
    story.time_passes(301)
    assert story.judged(50)["next"] == "step"
