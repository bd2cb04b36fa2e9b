"""Several gates at one look: each by its own limits, none hiding another, and what is kept of it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from norikae.environment import CloudWatchQuery, GateLimits
from norikae.errors import AwsRefusedError, RefusedError, UnreachableError
from norikae.gates.ports import Answers, ResponseTime
from norikae.gates.probe_port import Answer
from norikae.upgrade.ports import read_plan
from norikae.upgrade.state import PlanItem
from tests.unit.fakes.demo import application
from tests.unit.fakes.story import APP, GREEN, HOST, RUN, WRITER, Story

BAD = Answers(requests=100, errors=50)
GOOD = Answers(requests=100, errors=0)
SLOW = ResponseTime(requests=100, seconds=9.0)
BROKEN = UnreachableError("monitoring:GetMetricData: timed out")
MANY_LOOKS = 4


def with_shift(story: Story, **changes: Any) -> Story:
    environment = story.ports.environment
    shift = msgspec.structs.replace(environment.shift, **changes)
    story.ports.environment = msgspec.structs.replace(environment, shift=shift)
    return story


def with_thresholds(story: Story, **changes: Any) -> Story:
    return with_shift(story, thresholds=msgspec.structs.replace(story.ports.environment.shift.thresholds, **changes))


def baking(*gates: str, sources: tuple[str, ...] = (), **shift: Any) -> Story:
    """An application at 5 whose plan names these gates."""
    story = with_shift(Story(), **shift)
    stored = read_plan(story.ports.table, RUN)
    (planned,) = stored.plan.applications()
    groups = ((msgspec.structs.replace(planned, gates=gates, sources=sources, probe="/healthz"),),)
    changed = PlanItem(msgspec.structs.replace(stored.plan, groups=groups), stored.hash)
    story.ports.table.write(WRITER, "PLAN", changed)
    story.prepared()
    story.moved_to(5)
    return story


def looks(story: Story, count: int, seconds: float = 30) -> list[str]:
    words = []
    for _ in range(count):
        story.time_passes(seconds)
        words.append(story.judged(5)["next"])
    return words


def test_an_error_of_one_gate_does_not_hide_that_another_one_fails() -> None:
    story = baking("http-5xx", "latency")
    story.ports.metrics.broken["answers"] = BROKEN
    story.ports.metrics.times = SLOW
    answer = story.judged(5)
    assert (answer["next"], answer["waiting_for"][:8]) == ("roll-back", "latency:")


@pytest.mark.parametrize(
    "error",
    [BROKEN, AwsRefusedError("cloudwatch:GetMetricData", "AccessDenied", "no"), RefusedError("may not be read")],
)
def test_what_cannot_be_read_holds_after_its_limit_and_never_goes_back(error: Exception) -> None:
    story = baking("http-5xx")
    story.ports.metrics.broken["answers"] = error
    assert looks(story, 5) == ["bake"] * 4 + ["hold"]
    assert "not readable 5 times in a row, 4 tolerated; repair what cannot be read, then resume" in story.item().reason
    assert looks(story, 1) == ["hold"], "a look that is done again decides the same"
    assert story.prepared()["next"] == "step"
    assert story.item().gates == {}, "whoever resumes begins anew"


def test_a_look_that_can_be_read_again_ends_the_row() -> None:
    story = baking("http-5xx")
    for _ in range(MANY_LOOKS):
        story.ports.metrics.broken["answers"] = BROKEN
        assert looks(story, 2) == ["bake", "bake"]
        del story.ports.metrics.broken["answers"]
        assert set(looks(story, 1)) <= {"bake", "step"}
    assert story.item().gates == {}


def test_failures_up_to_the_limit_only_delay_the_step() -> None:
    story = baking("http-5xx", limits=(GateLimits(gates=("http-5xx",), interval=30, failure_limit=1),))
    story.ports.metrics.figures = BAD
    assert looks(story, 1) == ["bake"]
    story.ports.metrics.figures = GOOD
    assert looks(story, 1, 300) == ["step"]
    story.ports.metrics.figures = BAD
    assert looks(story, 1) == ["roll-back"]


def test_counts_begin_anew_with_each_step_but_not_those_of_a_background_gate() -> None:
    limits = (GateLimits(gates=("http-5xx", "latency"), interval=30, failure_limit=1),)
    story = baking("http-5xx", "latency", limits=limits, background=("latency",))
    story.ports.metrics.figures, story.ports.metrics.times = BAD, SLOW
    assert looks(story, 1) == ["bake"]
    story.ports.metrics.figures, story.ports.metrics.times = GOOD, ResponseTime(100, 0.01)
    assert looks(story, 1, 300) == ["step"]
    story.moved_to(50)
    story.ports.metrics.figures = BAD
    story.time_passes(30)
    assert story.judged(50)["next"] == "bake", "the first failure of this step"
    story.ports.metrics.times = SLOW
    story.time_passes(30)
    answer = story.judged(50)
    assert answer["next"] == "roll-back"
    assert "latency" in answer["waiting_for"]


def test_a_background_gate_judges_an_application_whose_team_does_not_name_it() -> None:
    story = baking("target-health", background=("latency",))
    story.ports.metrics.times = SLOW
    assert looks(story, 1) == ["roll-back"]


def test_an_interval_saves_questions() -> None:
    story = baking("latency", limits=(GateLimits(gates=("latency",), interval=60),))
    looks(story, 4)
    assert len(story.ports.metrics.windows) == 2 * 2, "two measurements of green and of blue in two minutes"


def test_a_count_decides_and_nothing_is_asked_after_it() -> None:
    story = baking("latency", limits=(GateLimits(gates=("latency",), count=3),))
    looks(story, 5)
    assert len(story.ports.metrics.windows) == 3 * 2
    story.ports.metrics.times = SLOW
    assert looks(story, 1, 300) == ["step"]


def test_nothing_is_measured_before_the_initial_delay_is_over() -> None:
    story = baking("latency", limits=(GateLimits(gates=("latency",), interval=30, initial_delay=120),))
    story.ports.metrics.times = SLOW
    assert looks(story, 4, 29) == ["bake"] * 4
    assert looks(story, 1) == ["roll-back"]


def test_no_healthy_target_at_all_is_critical_and_one_that_is_left_is_not() -> None:
    for healthy, critical in ((0, True), (1, False)):
        story = baking("target-health")
        story.ports.load_balancers.groups[f"{GREEN}.elb.example"] = (healthy, 3)
        assert looks(story, 1) == ["roll-back"]
        assert story.item().critical is critical


def test_an_abort_asks_no_gate_and_is_not_critical() -> None:
    story = baking("http-5xx")
    story.ports.metrics.broken["answers"] = BROKEN
    story.operators_say(aborted=True)
    assert looks(story, 1) == ["roll-back"]
    assert (story.item().critical, story.ports.metrics.windows) == (False, [])


def test_alarms_and_queries_are_those_of_the_application() -> None:
    story = baking("cloudwatch-alarm", "cloudwatch-query")
    thresholds = story.ports.environment.shift.thresholds
    query = CloudWatchQuery(name="orders", expression="m1 / {application} / {green}", passes=">", threshold=5)
    alarms = msgspec.structs.replace(thresholds.cloudwatch_alarm, alarms=("{application}-errors-{blue}",))
    queries = msgspec.structs.replace(thresholds.cloudwatch_query, queries=(query,))
    with_thresholds(story, cloudwatch_alarm=alarms, cloudwatch_query=queries)
    metrics = story.ports.metrics
    metrics.states["billing-errors-demo-1-33"] = "OK"
    metrics.series["m1 / billing / demo-1-35-a"] = (6.0, 7.0)
    assert looks(story, 1, 301) == ["step"]
    metrics.states["billing-errors-demo-1-33"] = "ALARM"
    assert looks(story, 1) == ["roll-back"]


def test_a_gate_that_waits_for_kubernetes_is_not_asked_when_another_one_has_failed() -> None:
    story = baking("argocd-health", "http-probe", "target-health", sources=(APP,))
    story.ports.apis[GREEN].gone = True
    story.ports.load_balancers.groups[f"{GREEN}.elb.example"] = (0, 3)
    assert looks(story, 1) == ["roll-back"]
    assert story.ports.probe.asked == []


def test_argo_cd_health_and_public_names_are_read_on_green() -> None:
    story = baking("argocd-health", "http-probe", sources=(APP,))
    story.ports.apis[GREEN].put(application(APP))
    assert looks(story, 1, 301) == ["step"]
    assert story.ports.probe.asked == [(f"{GREEN}.elb.example", HOST, "/healthz", False)]
    story.ports.probe.answers[HOST] = Answer(500)
    assert looks(story, 1) == ["roll-back"]
    story.ports.probe.answers.clear()
    story.ports.apis[GREEN].put(application(APP, health={"status": "Degraded"}))
    assert looks(story, 1) == ["roll-back"]


def test_an_api_that_does_not_answer_is_an_error_and_holds_in_the_end() -> None:
    story = baking("argocd-health", sources=(APP,))
    story.ports.apis[GREEN].gone = True
    assert looks(story, 5) == ["bake"] * 4 + ["hold"]


def test_served_share_knows_the_weights_that_were_in_force_before() -> None:
    story = baking("served-share")
    story.time_passes(301)
    story.ports.metrics.figures, story.ports.metrics.blue = Answers(0, 0), Answers(5000, 0)
    assert story.judged(5)["next"] == "step"
    story.moved_to(50)
    story.time_passes(301)
    assert story.judged(50)["next"] == "step", "clients may lag behind the weight 0 of some minutes ago"
    story.ports.metrics.figures, story.ports.metrics.blue = Answers(5000, 0), Answers(0, 0)
    assert story.judged(50)["next"] == "roll-back"


def test_a_kind_of_another_version_passes_nothing() -> None:
    story = baking("luck")
    story.time_passes(301)
    answer = story.judged(5)
    assert answer["next"] == "bake"
    assert "this version has no such gate; there are: target-health" in answer["waiting_for"]
