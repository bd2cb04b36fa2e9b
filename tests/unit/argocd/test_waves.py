"""Applications are synced in our order, to our commit, once."""

from __future__ import annotations

from typing import Any

import pytest

from norikae.argocd.applications import APPLICATIONS
from norikae.argocd.sync import SyncRun
from norikae.argocd.waves import sync_applications, sync_platform
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

RUN = SyncRun("run-1", 1, SHA)
ENVIRONMENT = demo_environment()
PLATFORM = ("load-balancers", "dns")


def operation(api: FakeKubernetes, name: str) -> dict[str, Any] | None:
    app = api.get(APPLICATIONS, name, "argocd")
    assert app is not None
    found: dict[str, Any] | None = app.get("operation")
    return found


def test_the_root_is_synced_first_and_alone() -> None:
    api = FakeKubernetes(unsynced("root", children=(*PLATFORM, "web")))
    progress = sync_platform(api, ENVIRONMENT, RUN, NOW)
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
    sync_platform(api, ENVIRONMENT, RUN, NOW)
    assert api.writes == [f"patch {APPLICATIONS} load-balancers"]
    api.put(application("load-balancers"))
    sync_platform(api, ENVIRONMENT, RUN, NOW)
    assert api.writes[1:] == [f"patch {APPLICATIONS} dns"]
    api.put(application("dns"))
    assert sync_platform(api, ENVIRONMENT, RUN, NOW).ready
    assert operation(api, "web") is None


def test_a_platform_application_that_the_root_does_not_render_is_refused() -> None:
    api = FakeKubernetes(application("root", children=("web",)), application("web"))
    with pytest.raises(RefusedError, match="there is no application argocd/load-balancers"):
        sync_platform(api, ENVIRONMENT, RUN, NOW)


def test_all_other_applications_are_synced_together() -> None:
    root = application("root", children=(*PLATFORM, "web", "api"))
    api = FakeKubernetes(root, *(application(name) for name in PLATFORM), unsynced("web"), unsynced("api"))
    progress = sync_applications(api, ENVIRONMENT, RUN, NOW)
    assert api.writes == [f"patch {APPLICATIONS} web", f"patch {APPLICATIONS} api"]
    assert progress.waiting_for.startswith("web: it was never synced")
    assert " | api: " in progress.waiting_for
    for name in ("web", "api"):
        api.put(application(name))
    assert sync_applications(api, ENVIRONMENT, RUN, NOW).ready


def test_children_of_children_are_synced_when_they_are_there() -> None:
    api = FakeKubernetes(application("root", children=("team",)), unsynced("team", children=("web",)))
    sync_applications(api, ENVIRONMENT, RUN, NOW)
    api.put(application("team", children=("web",)))
    api.put(unsynced("web"))
    assert not sync_applications(api, ENVIRONMENT, RUN, NOW).ready
    assert api.writes == [f"patch {APPLICATIONS} team", f"patch {APPLICATIONS} web"]


def test_many_waiting_applications_are_counted() -> None:
    names = tuple(f"app-{number}" for number in range(8))
    api = FakeKubernetes(application("root", children=names), *(unsynced(name) for name in names))
    assert sync_applications(api, ENVIRONMENT, RUN, NOW).waiting_for.endswith(" | and 3 more")


def world_of(web: dict[str, Any]) -> FakeKubernetes:
    return FakeKubernetes(application("root", children=("web",)), web)


def test_a_sync_that_runs_is_never_overwritten() -> None:
    running = application("web", operationState=operation_state("Running", sync_id="somebody", message="pods start"))
    api = world_of(running)
    assert "pods start" in sync_applications(api, ENVIRONMENT, RUN, NOW).waiting_for
    waiting = application("web")
    waiting["operation"] = {"sync": {}}
    waiting["status"]["sync"]["status"] = "OutOfSync"
    api.put(waiting)
    sync_applications(api, ENVIRONMENT, RUN, NOW)
    assert api.writes == []


def test_our_failed_sync_ends_the_attempt_with_the_words_of_argo_cd() -> None:
    failed = operation_state("Failed", message="Deployment web is invalid")
    with pytest.raises(RefusedError, match="application web is Failed: Deployment web is invalid"):
        sync_applications(world_of(application("web", operationState=failed)), ENVIRONMENT, RUN, NOW)


def test_the_next_attempt_tries_a_failed_sync_again() -> None:
    api = world_of(application("web", operationState=operation_state("Failed")))
    sync_applications(api, ENVIRONMENT, SyncRun("run-1", 2, SHA), NOW)
    started = operation(api, "web")
    assert started is not None
    assert started["info"] == [{"name": "norikae", "value": "run-1/2"}]


def test_what_an_earlier_attempt_synced_well_is_not_synced_again() -> None:
    api = world_of(application("web"))
    assert sync_applications(api, ENVIRONMENT, SyncRun("run-1", 2, SHA), NOW).ready
    assert api.writes == []


def test_somebody_elses_failed_sync_is_followed_by_ours() -> None:
    api = world_of(application("web", operationState=operation_state("Failed", sync_id="somebody")))
    sync_applications(api, ENVIRONMENT, RUN, NOW)
    assert operation(api, "web") is not None


def test_our_own_sync_of_another_commit_is_followed_by_the_right_one() -> None:
    api = world_of(application("web", operationState=operation_state("Succeeded", revision=OTHER_SHA)))
    sync_applications(api, ENVIRONMENT, RUN, NOW)
    assert operation(api, "web") is not None


def test_a_comparison_that_stays_old_is_asked_for_again_once() -> None:
    api = world_of(application("web", reconciledAt="2026-11-24T00:57:00Z"))
    sync_applications(api, ENVIRONMENT, RUN, NOW)
    sync_applications(api, ENVIRONMENT, RUN, NOW)
    assert api.writes == [f"patch {APPLICATIONS} web"]
    app = api.get(APPLICATIONS, "web", "argocd")
    assert app is not None
    assert app["metadata"]["annotations"] == {"argocd.argoproj.io/refresh": "normal"}


def test_a_degraded_application_is_waited_for_and_not_synced_again() -> None:
    api = world_of(application("web", health={"status": "Degraded", "lastTransitionTime": FINISHED}))
    assert "Degraded" in sync_applications(api, ENVIRONMENT, RUN, NOW).waiting_for
    assert api.writes == []


def test_an_application_from_another_repository_keeps_its_own_revision() -> None:
    app = unsynced("web", repository="https://charts.example.com")
    app["spec"]["syncPolicy"] = {"retry": {"limit": 3, "refresh": True}}
    api = world_of(app)
    sync_applications(api, ENVIRONMENT, RUN, NOW)
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
    assert not sync_applications(api, ENVIRONMENT, RUN, NOW).ready
    assert operation(api, "web") is None
