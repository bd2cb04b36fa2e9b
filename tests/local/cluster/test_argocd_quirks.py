"""Where Argo CD's status misleads: each trap that norikae has to know, one story."""

import pytest

from local.kernel import Kernel
from tests.local.cluster.building import URL, Argo, config_map, web


def synced(argo: Argo, kernel: Kernel, name: str = "shop") -> None:
    argo.sync(name)
    argo.run_until_phase("Succeeded", name)
    kernel.run(30)


def test_an_operation_that_is_patched_while_one_runs_is_silently_swallowed(argo: Argo, kernel: Kernel) -> None:
    argo.application()
    argo.sync(note="first")
    argo.run_until_phase("Running")
    argo.sync(note="second")
    argo.run_until_phase("Succeeded")
    kernel.run(60)
    assert "operation" not in argo.app()
    assert argo.state()["operation"]["info"] == [{"name": "id", "value": "first"}]


def test_health_and_sync_are_those_of_before_when_the_operation_has_just_succeeded(argo: Argo, kernel: Kernel) -> None:
    argo.application()
    kernel.run(5)
    argo.sync()
    argo.run_until_phase("Succeeded")
    assert argo.summary()[1] == "Missing"
    kernel.run(30)
    assert argo.summary() == ("Synced", "Healthy")


def test_old_health_stays_healthy_while_a_new_commit_is_applied(argo: Argo, kernel: Kernel) -> None:
    argo.application()
    kernel.run(5)
    synced(argo, kernel)
    argo.repository.commit("main", {"shop/web.yaml": web(1, image="app:2", never=True)})
    argo.sync()
    argo.run_until_phase("Succeeded")
    assert argo.summary()[1] == "Healthy"
    kernel.run(10)
    assert argo.summary()[1] == "Progressing"


def test_reconciled_at_has_whole_seconds_and_ignores_live_changes(argo: Argo, kernel: Kernel) -> None:
    argo.application()
    synced(argo, kernel)
    before = argo.status()["reconciledAt"]
    assert before.endswith("Z")
    assert "." not in before
    argo.api.patch("configmaps", "settings", "default", {"data": {"colour": "red"}}, manager="kubectl")
    kernel.run(5)
    assert argo.summary()[0] == "OutOfSync"
    assert argo.status()["reconciledAt"] == before


def test_reconciled_at_moves_after_an_operation_and_every_three_minutes(argo: Argo, kernel: Kernel) -> None:
    argo.application()
    synced(argo, kernel)
    first = argo.status()["reconciledAt"]
    assert first >= argo.state()["finishedAt"]
    kernel.run(190)
    assert argo.status()["reconciledAt"] > first


def test_how_often_it_looks_by_itself_is_a_setting(argo: Argo, kernel: Kernel) -> None:
    argo.resync_every("20m")
    argo.application()
    synced(argo, kernel)
    first = argo.status()["reconciledAt"]
    kernel.run(1000)
    assert argo.status()["reconciledAt"] == first
    kernel.run(300)
    assert argo.status()["reconciledAt"] > first


def test_a_raw_operation_inherits_what_it_leaves_out_from_the_last_state(argo: Argo, kernel: Kernel) -> None:
    argo.application()
    argo.sync(revision=argo.repository.resolve("main"), prune=True)
    argo.run_until_phase("Succeeded")
    kernel.run(5)
    argo.sync(note="plain")
    kernel.run(5)
    assert argo.state()["operation"]["info"] == [{"name": "id", "value": "plain"}]
    assert argo.state()["operation"]["sync"] == {"revision": argo.repository.resolve("main"), "prune": True}


def test_a_refresh_is_over_when_its_annotation_is_gone(argo: Argo, kernel: Kernel) -> None:
    argo.application()
    kernel.run(5)
    before = argo.status()["reconciledAt"]
    kernel.run(5)
    argo.refresh()
    assert "argocd.argoproj.io/refresh" in argo.app()["metadata"]["annotations"]
    assert argo.status()["reconciledAt"] == before
    kernel.run(2)
    assert "argocd.argoproj.io/refresh" not in argo.app()["metadata"].get("annotations", {})
    assert argo.status()["reconciledAt"] > before


def test_a_branch_that_moves_is_seen_at_the_next_resync_only(argo: Argo, kernel: Kernel) -> None:
    argo.application()
    synced(argo, kernel)
    moved = argo.repository.commit("main", {"shop/settings.yaml": config_map("settings", colour="green")})
    kernel.run(60)
    assert (argo.status()["sync"]["status"], argo.status()["sync"]["revision"]) != ("OutOfSync", moved)
    kernel.run(150)
    assert (argo.status()["sync"]["status"], argo.status()["sync"]["revision"]) == ("OutOfSync", moved)


def test_errors_of_git_are_hidden_for_three_minutes_and_the_old_status_stays(argo: Argo, kernel: Kernel) -> None:
    argo.application()
    synced(argo, kernel)
    before = argo.status()
    argo.repository.reachable = False
    kernel.run(250)
    assert argo.status() == before
    kernel.run(200)
    assert argo.status()["sync"]["status"] == "Unknown"
    assert argo.status()["conditions"][0]["type"] == "ComparisonError"
    assert "i/o timeout" in argo.status()["conditions"][0]["message"]
    assert argo.status()["health"]["status"] == "Healthy"
    argo.repository.reachable = True
    kernel.run(200)
    assert argo.summary() == ("Synced", "Healthy")
    assert not argo.status().get("conditions")


def test_an_error_of_git_shows_at_once_when_a_refresh_was_asked_for(argo: Argo, kernel: Kernel) -> None:
    argo.application()
    synced(argo, kernel)
    argo.repository.reachable = False
    argo.refresh()
    kernel.run(5)
    assert argo.status()["sync"]["status"] == "Unknown"
    assert "argocd.argoproj.io/refresh" not in argo.app()["metadata"].get("annotations", {})


def test_running_with_finished_at_means_waiting_for_a_retry(argo: Argo, kernel: Kernel) -> None:
    argo.application(namespace="chat")
    argo.sync(retry={"limit": 2, "backoff": {"duration": "10s", "factor": 2, "maxDuration": "1m"}})
    kernel.run(5)
    state = argo.state()
    assert (state["phase"], state["retryCount"]) == ("Running", 1)
    assert "finishedAt" in state
    assert "Retrying attempt #1 at " in state["message"]
    argo.api.create("namespaces", {"metadata": {"name": "chat"}}, manager="kubectl")
    argo.run_until_phase("Succeeded")
    assert argo.state()["retryCount"] == 1


def test_retries_end_at_their_limit(argo: Argo, kernel: Kernel) -> None:
    argo.application(namespace="chat")
    started = kernel.now()
    argo.sync(retry={"limit": 2, "backoff": {"duration": "10s", "factor": 2, "maxDuration": "1m"}})
    argo.run_until_phase("Failed")
    assert kernel.now() - started > 30
    assert argo.state()["retryCount"] == 2


@pytest.mark.parametrize(("refresh", "expected"), [(False, "pinned"), (True, "moved")])
def test_retry_refresh_drops_the_pinned_revision(argo: Argo, kernel: Kernel, *, refresh: bool, expected: str) -> None:
    commits = {"pinned": argo.repository.resolve("main")}
    argo.application(namespace="chat")
    argo.sync(revision=commits["pinned"], retry={"limit": 1, "refresh": refresh})
    kernel.run(3)
    commits["moved"] = argo.repository.commit("main", {"shop/settings.yaml": config_map("settings", colour="green")})
    argo.api.create("namespaces", {"metadata": {"name": "chat"}}, manager="kubectl")
    argo.run_until_phase("Succeeded")
    assert argo.state()["syncResult"]["revision"] == commits[expected]


def test_termination_is_asked_for_by_phase_and_takes_a_moment(argo: Argo, kernel: Kernel) -> None:
    argo.repository.commit(
        "main", {"waves/a.yaml": web(1, wave=0, never=True), "waves/b.yaml": config_map("x", wave=1)}
    )
    argo.application("waves", path="waves")
    argo.sync("waves")
    kernel.run(10)
    assert argo.state("waves")["message"] == "waiting for healthy state of apps/Deployment/web"
    body = {"status": {"operationState": {"phase": "Terminating"}}}
    argo.api.patch("applications.argoproj.io", "waves", "argocd", body, manager="kubectl")
    assert argo.state("waves")["phase"] == "Terminating"
    kernel.run(2)
    assert (argo.state("waves")["phase"], argo.state("waves")["message"]) == ("Failed", "Operation terminated")


def test_an_application_without_resources_is_healthy(argo: Argo, kernel: Kernel) -> None:
    argo.repository.commit("main", {"empty/README.md": "nothing here"})
    argo.application("empty", path="empty")
    kernel.run(5)
    assert argo.summary("empty") == ("Synced", "Healthy")
    assert argo.status("empty")["resources"] == []


def test_one_missing_resource_does_not_make_an_application_missing(argo: Argo, kernel: Kernel) -> None:
    argo.application()
    synced(argo, kernel)
    argo.api.delete("deployments.apps", "web", "default")
    kernel.run(60)
    assert argo.summary() == ("OutOfSync", "Healthy")


def test_a_parent_is_healthy_whatever_its_children_are(argo: Argo, kernel: Kernel) -> None:
    child = f"""apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: child, namespace: argocd}}
spec:
  project: default
  source: {{repoURL: {URL}, path: nowhere, targetRevision: main}}
  destination: {{server: https://kubernetes.default.svc, namespace: default}}
"""
    argo.repository.commit("main", {"parent/child.yaml": child})
    argo.application("parent", path="parent", namespace="argocd")
    synced(argo, kernel, "parent")
    assert argo.summary("parent") == ("Synced", "Healthy")
    assert argo.status("child")["sync"]["status"] == "Unknown"


def test_per_resource_health_is_absent_unless_it_is_persisted(argo: Argo, kernel: Kernel) -> None:
    argo.application()
    synced(argo, kernel)
    assert argo.status()["resourceHealthSource"] == "appTree"
    assert not any("health" in one for one in argo.status()["resources"])
    body = {"data": {"controller.resource.health.persist": "true"}}
    argo.api.patch("configmaps", "argocd-cmd-params-cm", "argocd", body, manager="kubectl")
    argo.refresh()
    kernel.run(5)
    assert {one["kind"]: one.get("health") for one in argo.status()["resources"]}["Deployment"] == {"status": "Healthy"}
    assert "resourceHealthSource" not in argo.status()


def test_two_applications_that_own_one_object_are_warned(argo: Argo, kernel: Kernel) -> None:
    argo.application()
    synced(argo, kernel)
    argo.application("rival")
    kernel.run(5)
    shared = [one for one in argo.status("rival")["conditions"] if one["type"] == "SharedResourceWarning"]
    assert "Deployment/web is part of applications argocd/rival and shop" in {one["message"] for one in shared}


def test_an_invalid_operation_ends_in_error(argo: Argo, kernel: Kernel) -> None:
    argo.application()
    argo.api.patch("applications.argoproj.io", "shop", "argocd", {"operation": {"info": []}}, manager="kubectl")
    kernel.run(5)
    assert (argo.state()["phase"], argo.state()["message"]) == ("Error", "Invalid operation request")


def test_nothing_happens_while_argo_cd_itself_is_not_ready(argo: Argo, kernel: Kernel) -> None:
    scale = {"spec": {"replicas": 0}}
    argo.api.patch("statefulsets.apps", "argocd-application-controller", "argocd", scale, manager="kubectl")
    kernel.run(30)
    assert not argo.cluster.argocd.is_active
    argo.application()
    argo.sync()
    kernel.run(300)
    assert argo.status() == {}
    argo.api.patch(
        "statefulsets.apps", "argocd-application-controller", "argocd", {"spec": {"replicas": 1}}, manager="kubectl"
    )
    argo.run_until_phase("Succeeded")
    assert argo.state()["syncResult"]["revision"] == argo.repository.resolve("main")


def test_an_operation_goes_on_after_the_controller_was_away(argo: Argo, kernel: Kernel) -> None:
    argo.repository.commit("main", {"waves/a.yaml": web(1, wave=0), "waves/b.yaml": config_map("last", wave=1)})
    argo.application("waves", path="waves")
    argo.sync("waves")
    argo.run_until_phase("Running", "waves")
    for replicas, wait in ((0, 120), (1, 60)):
        body = {"spec": {"replicas": replicas}}
        argo.api.patch("deployments.apps", "argocd-repo-server", "argocd", body, manager="kubectl")
        kernel.run(wait)
    assert argo.state("waves")["phase"] == "Succeeded"
    assert argo.api.get("configmaps", "last", "default")["data"] == {}


def test_a_suspended_cron_job_makes_its_application_suspended_which_beats_progressing(
    argo: Argo, kernel: Kernel
) -> None:
    report = """apiVersion: batch/v1
kind: CronJob
metadata: {name: report}
spec:
  schedule: "0 3 * * *"
  suspend: true
  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: "a:1"}]}}}}
"""
    argo.repository.commit("main", {"shop/report.yaml": report})
    argo.application()
    argo.sync()
    argo.run_until_phase("Succeeded")
    kernel.run(0.5)
    assert argo.summary()[1] == "Progressing"
    kernel.run(60)
    assert argo.summary() == ("Synced", "Suspended")
