"""Ready is more than Healthy: each clause of the predicate has its own trap and its own reason."""

from __future__ import annotations

from typing import Any

import pytest

from norikae.argocd.ready import Expected, readiness
from tests.unit.fakes.demo import FINISHED, NOW, OTHER_SHA, SHA, application, operation_state

EXPECTED = Expected(now=NOW, settle_seconds=30, revision=SHA, sync_prefix="run-1/")


def judged(**status: Any) -> str:
    return readiness(application("web", **status), EXPECTED).reason


def test_an_application_that_we_synced_and_that_settled_is_ready() -> None:
    assert readiness(application("web"), EXPECTED).ready


def test_a_healthy_application_that_nobody_synced_is_not_ready() -> None:
    app = application("web")
    del app["status"]["operationState"]
    assert "it was never synced" in readiness(app, EXPECTED).reasons


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ({"operationState": operation_state("Running", message="waiting for hooks")}, "Running: waiting for hooks"),
        ({"operationState": operation_state("Failed")}, "its sync is Failed"),
        ({"operationState": operation_state("Succeeded", sync_id="run-0/1")}, "not the one of this run"),
        ({"operationState": operation_state("Succeeded", revision=OTHER_SHA)}, f"{OTHER_SHA} was synced instead"),
        ({"reconciledAt": "2026-11-24T00:57:59Z"}, "it was not compared again after its sync ended"),
        ({"reconciledAt": None}, "it was not compared again after its sync ended"),
        ({"health": {"status": "Progressing", "message": "1 of 2 pods"}}, "it is Progressing: 1 of 2 pods"),
        ({"health": {"status": "Suspended"}}, "it is Suspended"),
        ({"health": {}}, "it is without health"),
        ({"resources": []}, "it has no resources"),
        ({"resources": [{"kind": "Service", "name": "web", "status": "OutOfSync"}]}, "Service web is OutOfSync"),
        (
            {"resources": [{"kind": "Ingress", "name": "web", "status": "Synced", "health": {"status": "Missing"}}]},
            "Ingress web is Missing",
        ),
        ({"conditions": [{"type": "ComparisonError", "message": "no such path"}]}, "ComparisonError: no such path"),
        (
            {"health": {"status": "Healthy", "lastTransitionTime": "2026-11-24T00:59:50Z"}},
            "it has to stay so for 20 s more",
        ),
    ],
)
def test_each_trap_has_its_reason(status: dict[str, Any], reason: str) -> None:
    assert reason in judged(**status)


def test_out_of_sync_is_not_ready() -> None:
    app = application("web")
    app["status"]["sync"]["status"] = "OutOfSync"
    assert readiness(app, EXPECTED).reasons == ("it is OutOfSync",)


def test_a_comparison_with_an_older_spec_does_not_count() -> None:
    app = application("web")
    app["spec"]["source"] = {**app["spec"]["source"], "path": "apps/new"}
    assert readiness(app, EXPECTED).reasons == ("it was compared with another source than it has now",)


def test_a_comparison_with_another_commit_does_not_count() -> None:
    app = application("web")
    app["status"]["sync"]["revision"] = OTHER_SHA
    assert readiness(app, EXPECTED).reasons == (f"it was compared with revision {OTHER_SHA} instead of {SHA}",)


def test_an_operation_or_a_refresh_that_waits_is_not_ready() -> None:
    app = application("web")
    app["operation"] = {"sync": {}}
    app["metadata"]["annotations"] = {"argocd.argoproj.io/refresh": "normal"}
    app["metadata"]["deletionTimestamp"] = FINISHED
    assert readiness(app, EXPECTED).reasons == (
        "it is being deleted",
        "a refresh was asked for and has not happened yet",
        "an operation waits for the controller",
    )


def test_warnings_and_hooks_do_not_count() -> None:
    app = application("web", conditions=[{"type": "OrphanedResourceWarning", "message": "1 orphan"}])
    app["status"]["resources"].append({"kind": "Job", "name": "migrate", "hook": True, "status": ""})
    assert readiness(app, EXPECTED).ready


def test_several_sources_have_several_revisions() -> None:
    app = application("web")
    sources = [app["spec"].pop("source"), {"repoURL": "https://charts.example.com", "chart": "web"}]
    app["spec"]["sources"] = sources
    app["status"]["sync"] = {"status": "Synced", "revisions": [SHA, "1.2.3"], "comparedTo": {"sources": sources}}
    app["status"]["operationState"]["syncResult"] = {"revisions": [SHA, "1.2.3"]}
    assert readiness(app, EXPECTED).ready


def test_the_health_of_a_parent_says_nothing_about_its_children() -> None:
    root = application("root", children=("web",), health={"status": "Progressing"})
    parent = Expected(now=NOW, settle_seconds=30, revision=SHA, sync_prefix="run-1/", is_parent=True)
    assert readiness(root, parent).ready
    assert not readiness(root, EXPECTED).ready


def test_without_a_pin_any_commit_and_any_sync_is_fine() -> None:
    app = application("web", operationState=operation_state("Succeeded", sync_id="someone", revision="1.2.3"))
    assert readiness(app, Expected(now=NOW)).ready


# What norikae keeps suspended

CRON_JOB = {"group": "batch", "kind": "CronJob", "namespace": "web", "name": "digest", "status": "Synced"}
KEPT = frozenset({("cronjobs.batch", "web", "digest")})


def suspended(*resources: dict[str, Any], kept: frozenset[tuple[str, str, str]] = KEPT) -> str:
    health = {"status": "Suspended", "lastTransitionTime": FINISHED}
    app = application("web", health=health, resources=list(resources))
    return readiness(app, Expected(now=NOW, revision=SHA, sync_prefix="run-1/", suspended=kept)).reason


def test_a_cron_job_that_norikae_suspended_does_not_keep_its_application_from_being_ready() -> None:
    assert suspended(CRON_JOB) == ""
    assert suspended({**CRON_JOB, "health": {"status": "Suspended"}}) == ""


def test_anything_else_that_is_suspended_does() -> None:
    assert suspended(CRON_JOB, kept=frozenset()) == "it is Suspended"
    rollout = {"group": "argoproj.io", "kind": "Rollout", "namespace": "web", "name": "web", "status": "Synced"}
    assert suspended(CRON_JOB, rollout) == "it is Suspended"
    paused = {**rollout, "kind": "Deployment", "group": "apps", "health": {"status": "Suspended"}}
    assert suspended(CRON_JOB, paused) == "Deployment web is Suspended"


# Retries


def test_a_sync_that_waits_for_its_next_try_is_not_over() -> None:
    state = {**operation_state("Running", message="one or more objects failed"), "startedAt": "2026-11-24T00:57:00Z"}
    assert "its sync is Running and waits for another try: one or more" in judged(operationState=state)
    left_over = {**state, "startedAt": "2026-11-24T00:59:00Z"}
    assert "its sync is Running: one or more" in judged(operationState=left_over)
