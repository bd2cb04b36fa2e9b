"""From one cluster to the other, never in both, and back again."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from norikae.errors import NotFoundError, RefusedError, UnreachableError
from norikae.singletons.hand_off import hand_off_singletons
from norikae.singletons.ledger import suspended_on_blue, suspended_on_green
from norikae.upgrade.back import roll_back_applications
from norikae.upgrade.decommission import decommission_blue
from norikae.upgrade.state import PhaseItem
from tests.unit.fakes.kubernetes import FakeKubernetes
from tests.unit.fakes.singletons import CONSUMER, NIGHTLY, HandOff, cron_job, job, pod, workload
from tests.unit.fakes.story import APP, BLUE, GREEN, HOST, RUN, WRITER

EARLY, LATE = "2026-11-24T00:55:00Z", "2026-11-24T01:00:00Z"


def nightly(**on_blue: Any) -> HandOff:
    """A nightly job that runs on blue and waits on green, of an application that has moved."""
    story = HandOff(NIGHTLY)
    story.blue.put(cron_job(last=LATE, **on_blue))
    story.green.put(cron_job(suspend=True))
    story.moved()
    return story


def look(story: HandOff, application: str = APP) -> dict[str, Any]:
    return hand_off_singletons(story.ports, WRITER, application)


def test_it_is_stopped_on_blue_before_it_starts_on_green() -> None:
    story = nightly()
    first = look(story)
    assert (first["next"], first["retry_after_seconds"]) == ("wait", 5)
    assert first["waiting_for"] == "CronJob shop/nightly: it to stop on blue"
    assert story.running() == []
    story.time_passes(5)
    assert look(story)["next"] == "go-on"
    assert story.running() == ["green"]
    assert story.place() == "green"
    assert story.ports.table.said()[-1] == "handed-off"


def test_a_run_that_blue_has_begun_ends_before_green_starts() -> None:
    story = nightly()
    story.blue.put(job("nightly-29394000", of="nightly"))
    story.blue.put(job("other", of="other"))
    look(story)
    story.time_passes(5)
    answer = look(story)
    assert answer["waiting_for"] == "CronJob shop/nightly: Job nightly-29394000 of it to end"
    assert story.running() == []
    story.blue.put(job("nightly-29394000", of="nightly", ended=True))
    assert look(story)["next"] == "go-on"


def test_green_does_not_run_again_what_blue_has_run() -> None:
    story = nightly()
    look(story)
    look(story)
    assert story.on(story.green)["status"]["lastScheduleTime"] == LATE
    assert story.green.writes[-2:] == ["patch cronjobs.batch nightly status", "patch cronjobs.batch nightly"]


def test_argo_cd_does_not_call_it_degraded_where_it_has_arrived() -> None:
    story = nightly()
    ended = cron_job(last=LATE)
    ended["status"]["lastSuccessfulTime"] = "2026-11-24T01:00:09Z"
    story.blue.put(ended)
    look(story)
    look(story)
    assert story.on(story.green)["status"] == ended["status"]


def test_a_later_run_of_green_itself_is_not_forgotten() -> None:
    story = nightly()
    story.green.put(cron_job(suspend=True, last=LATE))
    story.blue.put(cron_job(last=EARLY))
    look(story)
    look(story)
    assert story.on(story.green)["status"]["lastScheduleTime"] == LATE


def test_what_somebody_has_suspended_on_blue_stays_suspended() -> None:
    story = nightly(suspend=True)
    assert look(story)["next"] == "go-on"
    assert story.running() == []
    assert story.place() == "green"
    assert ("cronjobs.batch", "shop", "nightly") in suspended_on_green(story.ports, story.plan)


def test_a_consumer_gets_as_many_pods_on_green_as_it_had_on_blue() -> None:
    story = HandOff(CONSUMER)
    story.blue.put(workload(replicas=3))
    story.blue.put(pod("consumer-1"))
    story.blue.put(pod("web-1", app="web"))
    story.green.put(workload(replicas=0))
    story.moved()
    assert look(story)["next"] == "wait"
    assert look(story)["waiting_for"] == "Deployment shop/consumer: pod consumer-1 of it to end"
    assert story.running(CONSUMER) == []
    del story.blue.objects["pods", "shop", "consumer-1"]
    assert look(story)["next"] == "go-on"
    assert story.on(story.green, CONSUMER)["spec"]["replicas"] == 3
    assert story.on(story.blue, CONSUMER)["spec"]["replicas"] == 0


def test_a_controller_that_has_not_looked_is_waited_for() -> None:
    story = HandOff(CONSUMER)
    stopping = workload(replicas=1)
    stopping["metadata"]["generation"] = 2
    story.blue.put(stopping)
    story.green.put(workload(replicas=0))
    story.moved()
    look(story)
    assert "its controller to see" in look(story)["waiting_for"]


def test_nothing_of_norikae_is_left_on_green() -> None:
    story = nightly()
    waiting = cron_job(suspend=True)
    waiting["metadata"]["annotations"]["norikae.dev/suspended-by"] = RUN
    waiting["metadata"]["managedFields"] = [{"manager": "norikae"}, {"manager": "argocd-controller"}]
    story.green.put(waiting)
    look(story)
    look(story)
    left = story.on(story.green)["metadata"]
    assert left["managedFields"] == [{"manager": "argocd-controller"}]
    assert left["annotations"] == {"norikae.dev/singleton": "green-suspended"}


def test_a_crash_between_start_and_record_starts_nothing_twice() -> None:
    story = nightly()
    look(story)
    look(story)
    item = story.ports.table.items[RUN, "SINGLETON#cronjobs.batch/shop/nightly"]
    story.ports.table.items[RUN, "SINGLETON#cronjobs.batch/shop/nightly"] = item.replace(b'"green"', b'"to-green"')
    writes = list(story.green.writes)
    assert look(story)["next"] == "go-on"
    assert story.green.writes == writes


def test_somebody_who_starts_it_on_blue_meanwhile_is_stopped_again() -> None:
    story = nightly()
    look(story)
    story.blue.put(cron_job(last=LATE))
    assert look(story)["waiting_for"].endswith("it to stop on blue")
    assert story.running() == []


def test_what_is_not_on_green_stays_on_blue() -> None:
    story = nightly()
    del story.green.objects["cronjobs.batch", "shop", "nightly"]
    with pytest.raises(RefusedError, match=rf"CronJob shop/nightly is not on {GREEN}, so it stays where it is"):
        look(story)
    assert not story.on(story.blue)["spec"].get("suspend")


def test_what_is_gone_from_blue_is_a_persons_decision() -> None:
    story = nightly()
    del story.blue.objects["cronjobs.batch", "shop", "nightly"]
    with pytest.raises(RefusedError, match=rf"gone from {BLUE}, but green still has it"):
        look(story)
    assert story.on(story.green)["spec"]["suspend"] is True


def test_what_is_gone_from_both_is_handed_off() -> None:
    story = HandOff(NIGHTLY)
    story.moved()
    assert look(story)["next"] == "go-on"
    assert story.place() == "green"


def test_a_job_that_does_not_end_holds_the_application() -> None:
    story = nightly()
    story.blue.put(job("nightly-1", of="nightly"))
    look(story)
    waits: list[int] = []
    for _ in range(6):
        story.time_passes(waits[-1] if waits else 5)
        waits.append(look(story)["retry_after_seconds"])
    assert waits == [5, 10, 20, 40, 60, 60]
    story.time_passes(900)
    answer = look(story)
    assert answer["next"] == "hold"
    assert "takes more than 900 s: CronJob shop/nightly: Job nightly-1 of it to end" in answer["waiting_for"]
    story.blue.put(job("nightly-1", of="nightly", ended=True))
    assert look(story)["next"] == "go-on", "whoever resumes after its end goes on at once"


def test_an_operators_word_comes_first() -> None:
    story = nightly()
    story.operators_say(paused=True, by="mio")
    assert look(story)["next"] == "hold"
    story.operators_say(held=(APP,))
    assert look(story)["next"] == "hold"
    story.operators_say(aborted=True)
    assert look(story)["next"] == "roll-back"
    assert story.running() == ["blue"]


def test_an_application_that_has_not_moved_keeps_its_singletons_on_blue() -> None:
    story = HandOff(NIGHTLY)
    story.blue.put(cron_job())
    story.green.put(cron_job(suspend=True))
    story.prepared()
    story.moved_to(50)
    assert look(story)["next"] == "go-on"
    assert story.running() == ["blue"]


# --- of the run ---


def platform(*, moved: bool = True) -> HandOff:
    """A job that belongs to no application that moves."""
    story = HandOff(msgspec.structs.replace(NIGHTLY, application=""))
    story.blue.put(cron_job(last=LATE))
    story.green.put(cron_job(suspend=True))
    if moved:
        story.moved()
    return story


def test_what_belongs_to_no_application_follows_after_all_of_them() -> None:
    story = platform(moved=False)
    assert look(story, "")["next"] == "go-on"
    assert story.running() == ["blue"]
    story = platform()
    assert look(story, "")["next"] == "wait"
    assert look(story, "")["next"] == "go-on"
    assert story.running() == ["green"]


def test_what_a_shift_has_left_is_handed_off_by_the_run() -> None:
    story = nightly()
    look(story)
    assert look(story, "")["next"] == "go-on"
    assert story.running() == ["green"]


def test_blue_is_not_deleted_while_it_runs_what_green_does_not() -> None:
    story = nightly()
    story.time_passes(story.ports.environment.soak.duration)
    story.approved()
    with pytest.raises(RefusedError, match=rf"CronJob shop/nightly would end with {BLUE}"):
        decommission_blue(story.ports, WRITER)
    phase = story.ports.table.read(RUN, "PHASE", PhaseItem)
    assert phase is not None
    assert (phase.phase, phase.point_of_no_return) == ("hand-off-singletons", False)


# --- the way back ---


def handed_off() -> HandOff:
    story = nightly()
    look(story)
    look(story)
    story.green.put(cron_job(last="2026-11-24T01:05:00Z"))
    assert story.running() == ["green"]
    return story


def test_on_the_way_back_green_is_stopped_before_blue_starts() -> None:
    story = handed_off()
    assert story.rolled_back() == "wait"
    assert story.running() == ["green"], "the records come first"
    assert story.rolled_back() == "wait"
    assert story.weights() == {BLUE: 100}
    assert story.running() == []
    assert story.rolled_back() == "go-on"
    assert story.running() == ["blue"]
    assert story.on(story.blue)["status"]["lastScheduleTime"] == "2026-11-24T01:05:00Z"
    assert story.item().outcome == "rolled-back"
    assert story.place() == "blue"


def test_records_go_back_even_when_no_cluster_answers() -> None:
    story = handed_off()
    story.green.gone = True
    assert story.rolled_back() == "wait"
    with pytest.raises(UnreachableError):
        story.rolled_back()
    assert story.weights() == {BLUE: 100}
    story.green.gone = False
    assert [story.rolled_back(), story.rolled_back()] == ["wait", "go-on"]
    assert story.running() == ["blue"]


def test_a_green_that_is_deleted_runs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    story = handed_off()

    def connect(cluster: str) -> FakeKubernetes:
        if cluster == GREEN:
            raise NotFoundError(f"there is no cluster {cluster}")
        return story.ports.apis[cluster]

    monkeypatch.setattr(story.ports, "kubernetes", connect)
    assert [story.rolled_back(), story.rolled_back()] == ["wait", "go-on"]
    assert not story.on(story.blue)["spec"].get("suspend")


def test_a_hand_off_that_is_half_done_is_undone() -> None:
    story = nightly()
    look(story)
    assert story.running() == []
    assert [story.rolled_back(), story.rolled_back()] == ["wait", "go-on"]
    assert story.running() == ["blue"]
    assert suspended_on_blue(story.ports, story.plan) == frozenset()


def test_an_abort_hands_everything_back() -> None:
    story = platform()
    look(story, "")
    look(story, "")
    words: list[str] = []
    while not words or words[-1] != "go-on":
        words.append(roll_back_applications(story.ports, WRITER)["next"])
    assert words == ["wait", "wait", "go-on"]
    assert story.weights() == {BLUE: 100}
    assert story.running() == ["blue"]
    assert roll_back_applications(story.ports, WRITER)["next"] == "go-on"


def test_an_abort_before_any_hand_off_touches_no_cluster() -> None:
    story = HandOff(NIGHTLY)
    story.blue.gone = story.green.gone = True
    assert roll_back_applications(story.ports, WRITER)["next"] == "go-on"
    assert story.ports.dns.weights(HOST) == {BLUE: 100}


def test_what_does_not_end_on_green_is_said_while_blue_has_the_names() -> None:
    story = handed_off()
    story.green.put(job("nightly-2", of="nightly"))
    assert [story.rolled_back(), story.rolled_back(), story.rolled_back()] == ["wait"] * 3
    story.time_passes(901)
    with pytest.raises(RefusedError, match="the way back takes more than 900 s: CronJob shop/nightly: Job nightly-2"):
        story.rolled_back()
    assert story.running() == []


def test_it_can_be_handed_off_again_after_a_rollback() -> None:
    story = handed_off()
    while story.rolled_back() != "go-on":
        pass
    story.moved()
    assert [look(story)["next"], look(story)["next"]] == ["wait", "go-on"]
    assert story.running() == ["green"]
