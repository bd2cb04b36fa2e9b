"""Before green's first sync, whatever must not run twice is there and does not run."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from norikae.errors import RefusedError
from norikae.singletons.ledger import suspended_on_blue, suspended_on_green
from norikae.singletons.suspend import MARK, suspended
from norikae.upgrade.plan import PlannedSingleton
from norikae.upgrade.state import SingletonItem
from tests.unit.fakes.demo import application, namespace
from tests.unit.fakes.singletons import CONSUMER, NIGHTLY, HandOff, cron_job, workload
from tests.unit.fakes.story import APP, BLUE, GREEN, RUN, WRITER

NAME = ("cronjobs.batch", "shop", "nightly")


def app(policy: str = "", **spec: Any) -> dict[str, Any]:
    """The Application that renders it."""
    found = application("billing")
    found["metadata"]["annotations"] = {"norikae.dev/singleton": policy} if policy else {}
    found["spec"] |= {"destination": {"namespace": "shop"}, **spec}
    return found


def target(**spec: Any) -> dict[str, Any]:
    """A manifest, which may leave its namespace to the Application."""
    manifest = cron_job(**spec)
    del manifest["metadata"]["namespace"], manifest["metadata"]["uid"], manifest["status"]
    return manifest


def suspend(story: HandOff, *targets: dict[str, Any], by: dict[str, Any] | None = None) -> tuple[str, ...]:
    return suspended(story.ports, WRITER, story.plan, by or app(), targets)


def test_a_cron_job_is_there_suspended_before_it_is_synced() -> None:
    story = HandOff(NIGHTLY)
    assert suspend(story, target()) == ("CronJob shop/nightly",)
    made = story.on(story.green)
    assert made["spec"]["suspend"] is True
    assert made["spec"]["schedule"] == "*/5 * * * *"
    assert made["metadata"]["annotations"][MARK] == RUN
    assert story.green.writes == ["apply Namespace shop", "create CronJob nightly"]
    assert suspended_on_green(story.ports, story.plan) == {NAME}
    assert suspended_on_blue(story.ports, story.plan) == frozenset()


def test_a_workload_is_there_with_no_replicas() -> None:
    story = HandOff(CONSUMER)
    story.green.put(namespace("shop"))
    assert suspend(story, workload()) == ("Deployment shop/consumer",)
    assert story.on(story.green, CONSUMER)["spec"]["replicas"] == 0
    assert suspended_on_green(story.ports, story.plan) == frozenset(), "Argo CD calls 0 of 0 replicas healthy"


def test_suspending_twice_writes_once() -> None:
    story = HandOff(NIGHTLY)
    suspend(story, target())
    before = list(story.green.writes)
    suspend(story, target())
    assert story.green.writes == before


def test_what_somebody_started_on_green_is_suspended_again() -> None:
    story = HandOff(NIGHTLY)
    story.green.put(cron_job())
    suspend(story, target())
    assert story.on(story.green)["spec"]["suspend"] is True


@pytest.mark.parametrize("place", ["to-green", "green"])
def test_what_was_handed_off_is_left_alone(place: Any) -> None:
    story = HandOff(NIGHTLY)
    story.green.put(cron_job())
    story.ports.table.write(
        WRITER, "SINGLETON#cronjobs.batch/shop/nightly", SingletonItem(singleton=NIGHTLY, place=place)
    )
    suspend(story, target())
    assert story.green.writes == []
    assert suspended_on_blue(story.ports, story.plan) == {NAME}


@pytest.mark.parametrize("policy", ["both", "manual"])
def test_what_may_run_twice_is_not_suspended(policy: str) -> None:
    story = HandOff()
    assert suspend(story, target(policy=policy)) == ()
    assert suspend(story, target(policy=""), by=app(policy)) == ()
    assert story.green.writes == []


def test_an_application_may_say_it_for_its_cron_jobs_only() -> None:
    story = HandOff(NIGHTLY)
    manifests = (target(policy=""), workload("web", policy=""))
    assert suspend(story, *manifests, by=app("green-suspended")) == ("CronJob shop/nightly",)


def test_a_cron_job_that_git_suspends_needs_nothing() -> None:
    story = HandOff()
    assert suspend(story, target(policy="", suspend=True)) == ()


@pytest.mark.parametrize(("policy", "said"), [("", "missing"), ("green", "green")])
def test_what_nobody_decided_is_not_synced(policy: str, said: str) -> None:
    with pytest.raises(RefusedError, match=rf"CronJob shop/nightly would run in both clusters, .* is {said}; annotate"):
        suspend(HandOff(), target(policy=policy))


@pytest.mark.parametrize(
    ("manifest", "field"), [(target(suspend=False), "spec.suspend"), (workload(replicas=2), "spec.replicas")]
)
def test_a_manifest_that_would_start_it_is_refused(manifest: dict[str, Any], field: str) -> None:
    story = HandOff(NIGHTLY, CONSUMER)
    with pytest.raises(RefusedError, match=f"sets {field}, so a sync would start it on green while blue runs it"):
        suspend(story, manifest)
    assert story.green.writes == []


@pytest.mark.parametrize("where", ["object", "application"])
def test_a_sync_that_replaces_it_is_refused(where: str) -> None:
    manifest, by = target(), app()
    if where == "object":
        manifest["metadata"]["annotations"]["argocd.argoproj.io/sync-options"] = "Prune=false, Replace=true"
    else:
        by = app(syncPolicy={"syncOptions": ["Replace=true"]})
    with pytest.raises(RefusedError, match="with Replace or Force, which would start it on green"):
        suspend(HandOff(NIGHTLY), manifest, by=by)


def test_a_kind_that_norikae_cannot_suspend_is_refused_instead_of_overlooked() -> None:
    rollout = {**workload("worker"), "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout"}
    with pytest.raises(RefusedError, match=r"Rollout shop/worker is annotated .* can suspend a CronJob, Deploy"):
        suspend(HandOff(), rollout)
    rollout["metadata"]["annotations"] = {"norikae.dev/singleton": "manual"}
    assert suspend(HandOff(), rollout) == ()


def test_the_cluster_in_a_name_is_the_clusters_own() -> None:
    singleton = PlannedSingleton(
        resource="cronjobs.batch", namespace="shop", name=f"backup-{BLUE}", policy="green-suspended", application=APP
    )
    story = HandOff(singleton)
    suspend(story, cron_job(f"backup-{GREEN}"))
    item = story.ports.table.read(RUN, f"SINGLETON#cronjobs.batch/shop/backup-{BLUE}", SingletonItem)
    assert item is not None
    assert item.singleton == singleton
    assert suspended_on_green(story.ports, story.plan) == {("cronjobs.batch", "shop", f"backup-{GREEN}")}


def test_what_came_after_the_plan_is_suspended_and_handed_off_last() -> None:
    story = HandOff()
    suspend(story, target())
    item = story.ports.table.read(RUN, "SINGLETON#cronjobs.batch/shop/nightly", SingletonItem)
    assert item is not None
    assert item.singleton == msgspec.structs.replace(NIGHTLY, application="")
    assert suspended_on_green(story.ports, story.plan) == {NAME}


def test_what_git_suspends_is_suspended_in_both_clusters_as_it_should_be() -> None:
    story = HandOff(msgspec.structs.replace(NIGHTLY, policy="suspended"))
    assert suspended_on_green(story.ports, story.plan) == {NAME}
    assert suspended_on_blue(story.ports, story.plan) == {NAME}
