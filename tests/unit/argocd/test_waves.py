"""Applications are synced in our order, to our commit, once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from norikae.argocd import waves
from norikae.argocd.applications import APPLICATIONS
from norikae.argocd.home import home_of
from norikae.argocd.sync import SyncRun
from norikae.errors import RefusedError
from tests.unit.fakes.demo import (
    FINISHED,
    NOW,
    OTHER_SHA,
    SHA,
    application,
    demo_environment,
    operation_state,
    unsynced,
)
from tests.unit.fakes.kubernetes import FakeKubernetes

if TYPE_CHECKING:
    from collections.abc import Callable

    from norikae.upgrade.progress import Progress

RUN = SyncRun("run-1", 1, SHA, since=NOW)
ENVIRONMENT = demo_environment()
HOME = home_of(ENVIRONMENT.argocd, "demo-1-35-a")
PLATFORM = ("load-balancers", "dns")


def compared(names: tuple[str, ...]) -> bool:
    """Every wave was compared with blue."""
    assert names
    return True


def sync_platform(
    api: FakeKubernetes, run: SyncRun = RUN, now: float = NOW, may_sync: Callable[[tuple[str, ...]], bool] = compared
) -> Progress:
    return waves.sync_platform(api, ENVIRONMENT, HOME, run, may_sync, now)


def sync_applications(
    api: FakeKubernetes, run: SyncRun = RUN, now: float = NOW, may_sync: Callable[[tuple[str, ...]], bool] = compared
) -> Progress:
    return waves.sync_applications(api, ENVIRONMENT, HOME, run, may_sync, now)


def operation(api: FakeKubernetes, name: str) -> dict[str, Any] | None:
    app = api.get(APPLICATIONS, name, "argocd")
    assert app is not None
    found: dict[str, Any] | None = app.get("operation")
    return found


def test_the_root_is_synced_first_and_alone() -> None:
    api = FakeKubernetes(unsynced("root", children=(*PLATFORM, "web")))
    progress = sync_platform(api)
    assert progress.waiting_for.startswith("root: it was never synced")
    assert operation(api, "root") == {
        "initiatedBy": {"username": "norikae"},
        "info": [{"name": "norikae", "value": "run-1/1"}],
        "sync": {
            "prune": False,
            "syncStrategy": {"hook": {}},
            "revision": SHA,
            "syncOptions": ["CreateNamespace=true"],
        },
    }


def test_the_second_platform_application_waits_for_the_first() -> None:
    root = application("root", children=(*PLATFORM, "web"))
    api = FakeKubernetes(root, unsynced("load-balancers"), unsynced("dns"), unsynced("web"))
    sync_platform(api)
    assert api.writes == [f"patch {APPLICATIONS} load-balancers"]
    api.put(application("load-balancers"))
    sync_platform(api)
    assert api.writes[1:] == [f"patch {APPLICATIONS} dns"]
    api.put(application("dns"))
    assert sync_platform(api).ready
    assert operation(api, "web") is None


def test_a_platform_application_that_the_root_does_not_render_is_refused() -> None:
    api = FakeKubernetes(application("root", children=("web",)), application("web"))
    with pytest.raises(RefusedError, match="there is no application argocd/load-balancers"):
        sync_platform(api)


def test_all_other_applications_are_synced_together() -> None:
    root = application("root", children=(*PLATFORM, "web", "api"))
    api = FakeKubernetes(root, *(application(name) for name in PLATFORM), unsynced("web"), unsynced("api"))
    progress = sync_applications(api)
    assert api.writes == [f"patch {APPLICATIONS} web", f"patch {APPLICATIONS} api"]
    assert progress.waiting_for.startswith("web: it was never synced")
    assert " | api: " in progress.waiting_for
    for name in ("web", "api"):
        api.put(application(name))
    assert sync_applications(api).ready


def test_children_of_children_are_synced_when_they_are_there() -> None:
    api = FakeKubernetes(application("root", children=("team",)), unsynced("team", children=("web",)))
    sync_applications(api)
    api.put(application("team", children=("web",)))
    api.put(unsynced("web"))
    assert not sync_applications(api).ready
    assert api.writes == [f"patch {APPLICATIONS} team", f"patch {APPLICATIONS} web"]


def test_many_waiting_applications_are_counted() -> None:
    names = tuple(f"app-{number}" for number in range(8))
    api = FakeKubernetes(application("root", children=names), *(unsynced(name) for name in names))
    assert sync_applications(api).waiting_for.endswith(" | and 3 more")


def world_of(web: dict[str, Any]) -> FakeKubernetes:
    return FakeKubernetes(application("root", children=("web",)), web)


def test_a_sync_that_runs_is_never_overwritten() -> None:
    running = application("web", operationState=operation_state("Running", sync_id="somebody", message="pods start"))
    api = world_of(running)
    assert "pods start" in sync_applications(api).waiting_for
    waiting = application("web")
    waiting["operation"] = {"sync": {}}
    waiting["status"]["sync"]["status"] = "OutOfSync"
    api.put(waiting)
    sync_applications(api)
    assert api.writes == []


def test_our_failed_sync_ends_the_attempt_with_the_words_of_argo_cd() -> None:
    failed = operation_state("Failed", message="Deployment web is invalid")
    with pytest.raises(RefusedError, match="application web is Failed: Deployment web is invalid"):
        sync_applications(world_of(application("web", operationState=failed)))


def test_the_next_attempt_tries_a_failed_sync_again() -> None:
    api = world_of(application("web", operationState=operation_state("Failed")))
    sync_applications(api, SyncRun("run-1", 2, SHA, since=NOW))
    started = operation(api, "web")
    assert started is not None
    assert started["info"] == [{"name": "norikae", "value": "run-1/2"}]


def test_what_an_earlier_attempt_synced_well_is_not_synced_again() -> None:
    api = world_of(application("web"))
    assert sync_applications(api, SyncRun("run-1", 2, SHA, since=NOW)).ready
    assert api.writes == []


def followed_again() -> dict[str, Any]:
    """The root after a hand-over, pinned by a later attempt: synced well once, and its children follow a branch."""
    root = application("root", children=("web",))
    root["status"]["sync"]["status"] = "OutOfSync"
    return root


def test_what_was_undone_since_an_earlier_attempt_is_compared_and_synced_again() -> None:
    api, later = FakeKubernetes(followed_again(), application("web")), SyncRun("run-1", 2, SHA, since=NOW)
    assert sync_platform(api, later, may_sync=Comparisons()).word == "compare"
    assert api.writes == []
    sync_platform(api, later)
    started = operation(api, "root")
    assert started is not None
    assert started["info"] == [{"name": "norikae", "value": "run-1/2"}]
    assert started["sync"]["revision"] == SHA


def test_what_the_same_attempt_synced_is_not_synced_again_when_it_differs() -> None:
    api = FakeKubernetes(followed_again(), application("web"))
    assert "it is OutOfSync" in sync_platform(api).waiting_for
    assert api.writes == []


@pytest.mark.parametrize("since", ["the end of the sync", "the pin"])
def test_a_comparison_from_before_is_no_reason_to_sync_again(since: str) -> None:
    root = followed_again()
    if since == "the pin":
        root["status"]["sync"]["comparedTo"] = {"source": {**root["spec"]["source"], "targetRevision": "main"}}
    else:
        root["status"]["reconciledAt"] = "2026-11-24T00:57:00Z"
    api = FakeKubernetes(root, application("web"))
    sync_platform(api, SyncRun("run-1", 2, SHA, since=NOW))
    assert operation(api, "root") is None


def test_somebody_elses_failed_sync_is_followed_by_ours() -> None:
    api = world_of(application("web", operationState=operation_state("Failed", sync_id="somebody")))
    sync_applications(api)
    assert operation(api, "web") is not None


def test_our_own_sync_of_another_commit_is_followed_by_the_right_one() -> None:
    api = world_of(application("web", operationState=operation_state("Succeeded", revision=OTHER_SHA)))
    sync_applications(api)
    assert operation(api, "web") is not None


def test_a_comparison_that_stays_old_is_asked_for_again_once() -> None:
    api = world_of(application("web", reconciledAt="2026-11-24T00:57:00Z"))
    sync_applications(api)
    sync_applications(api)
    assert api.writes == [f"patch {APPLICATIONS} web"]
    app = api.get(APPLICATIONS, "web", "argocd")
    assert app is not None
    assert app["metadata"]["annotations"] == {"argocd.argoproj.io/refresh": "normal"}


def test_a_degraded_application_is_waited_for_and_not_synced_again() -> None:
    api = world_of(application("web", health={"status": "Degraded", "lastTransitionTime": FINISHED}))
    assert "Degraded" in sync_applications(api).waiting_for
    assert api.writes == []


def test_an_application_from_another_repository_keeps_its_own_revision() -> None:
    app = unsynced("web", repository="https://charts.example.com")
    app["spec"]["syncPolicy"] = {"retry": {"limit": 3, "refresh": True}}
    api = world_of(app)
    sync_applications(api)
    started = operation(api, "web")
    assert started is not None
    assert "revision" not in started["sync"]
    assert started["retry"] == {"limit": 3}


def test_an_application_that_changed_under_our_eyes_is_looked_at_again() -> None:
    api = world_of(unsynced("web"))
    read = api.list

    def list_and_change(resource: str, namespace: str | None = None, **more: str) -> list[dict[str, Any]]:
        found = read(resource, namespace, **more)
        api.put(unsynced("web"))
        return found

    api.list = list_and_change  # type: ignore[method-assign]
    assert not sync_applications(api).ready
    assert operation(api, "web") is None


# Nothing is synced before it was compared


class Comparisons:
    """Which waves were compared; remembers what was asked."""

    def __init__(self, *waves: tuple[str, ...]) -> None:
        self.waves = set(waves)
        self.asked: list[tuple[str, ...]] = []

    def __call__(self, names: tuple[str, ...]) -> bool:
        self.asked.append(names)
        return names in self.waves


def test_a_wave_that_was_not_compared_is_not_synced() -> None:
    api = FakeKubernetes(application("root", children=("web", "api")), unsynced("web"), unsynced("api"))
    comparisons = Comparisons()
    progress = sync_applications(api, may_sync=comparisons)
    assert (progress.word, progress.waiting_for) == ("compare", "web | api to be compared with blue")
    assert comparisons.asked == [("web", "api")]
    assert api.writes == []
    comparisons.waves.add(("web", "api"))
    assert sync_applications(api, may_sync=comparisons).word == "wait"
    assert api.writes == [f"patch {APPLICATIONS} web", f"patch {APPLICATIONS} api"]


def test_what_is_synced_already_needs_no_comparison() -> None:
    comparisons = Comparisons()
    assert sync_applications(world_of(application("web")), may_sync=comparisons).ready
    assert comparisons.asked == []


def test_each_platform_application_is_a_wave_of_its_own() -> None:
    root = application("root", children=(*PLATFORM, "web"))
    api = FakeKubernetes(root, application("load-balancers"), unsynced("dns"), unsynced("web"))
    comparisons = Comparisons()
    assert sync_platform(api, may_sync=comparisons).word == "compare"
    assert comparisons.asked == [("dns",)]


def test_children_of_children_are_a_wave_of_their_own() -> None:
    api = FakeKubernetes(
        application("root", children=("team", "shop")),
        application("team", children=("web",)),
        application("shop"),
        unsynced("web"),
    )
    comparisons = Comparisons()
    assert sync_applications(api, may_sync=comparisons).word == "compare"
    assert comparisons.asked == [("web",)]


def test_the_generations_of_applications() -> None:
    apps = {
        "root": application("root", children=(*PLATFORM, "team", "gone")),
        "dns": application("dns", children=("team", "zone")),
        "team": application("team", children=("web", "root")),
        "zone": application("zone"),
        "web": application("web"),
    }
    assert waves.generations(apps, HOME) == (("team",), ("zone", "web"))


# Each application has a deadline

LATE = NOW + ENVIRONMENT.argocd.application_deadline + 1


def running(sync_id: str = "run-1/1", message: str = "Sync operation blocked by sync window") -> dict[str, Any]:
    state = operation_state("Running", sync_id=sync_id, message=message)
    del state["finishedAt"]
    return application("web", operationState={**state, "startedAt": "2026-11-24T01:00:00Z"})


def test_a_sync_that_runs_forever_is_ended_and_the_run_holds_with_what_it_waits_for() -> None:
    api = world_of(running())
    with pytest.raises(
        RefusedError, match=r"within argocd.application_deadline \(1800 s\): web: .*blocked by sync window"
    ):
        sync_applications(api, now=LATE)
    app = api.get(APPLICATIONS, "web", "argocd")
    assert app is not None
    assert app["status"]["operationState"]["phase"] == "Terminating"


def test_until_then_it_is_waited_for() -> None:
    api = world_of(running())
    assert not sync_applications(api, now=LATE - 2).ready
    assert api.writes == []


def test_a_hold_begins_the_deadline_anew() -> None:
    api = world_of(running())
    assert not sync_applications(api, SyncRun("run-1", 1, SHA, since=LATE, turn=1), now=LATE + 60).ready
    assert api.writes == []


def test_an_application_that_progresses_forever_holds_the_run_without_an_operation_to_end() -> None:
    stuck = application("web", health={"status": "Progressing", "message": "waiting for an address"})
    api = world_of(stuck)
    with pytest.raises(RefusedError, match="web: it is Progressing: waiting for an address"):
        sync_applications(api, now=LATE)
    assert api.writes == []


def test_an_operation_of_somebody_else_is_left_to_them_when_the_run_holds() -> None:
    api = world_of(running(sync_id="somebody"))
    with pytest.raises(RefusedError, match=r"within argocd\.application_deadline"):
        sync_applications(api, now=LATE)
    assert api.writes == []


def test_what_changed_between_the_look_and_the_end_is_looked_at_again() -> None:
    api = world_of(running())
    read = api.list

    def list_and_change(resource: str, namespace: str | None = None, **more: str) -> list[dict[str, Any]]:
        found = read(resource, namespace, **more)
        api.put(running())
        return found

    api.list = list_and_change  # type: ignore[method-assign]
    assert not sync_applications(api, now=LATE).ready


def test_after_a_hold_a_sync_that_failed_or_was_ended_is_tried_again() -> None:
    ended = operation_state("Failed", message="Operation terminated")
    api = world_of(application("web", operationState=ended))
    sync_applications(api, SyncRun("run-1", 1, SHA, since=LATE, turn=1), now=LATE)
    started = operation(api, "web")
    assert started is not None
    assert started["info"] == [{"name": "norikae", "value": "run-1/1.1"}]


# Several sources, and applications that do not wait


def test_an_application_with_several_sources_is_pinned_where_it_comes_from_the_repository() -> None:
    app = unsynced("web")
    chart = {"repoURL": "https://charts.example.com", "chart": "web", "targetRevision": "1.2.3"}
    app["spec"]["sources"] = [chart, app["spec"].pop("source")]
    api = world_of(app)
    sync_applications(api)
    started = operation(api, "web")
    assert started is not None
    assert started["sync"]["revisions"] == ["", SHA]
    assert "revision" not in started["sync"]


def test_an_application_that_syncs_by_itself_cannot_be_held_at_the_pin() -> None:
    eager = application("web")
    eager["spec"]["syncPolicy"] = {"automated": {"selfHeal": True}}
    with pytest.raises(RefusedError, match="application argocd/web syncs by itself"):
        sync_applications(world_of(eager))
