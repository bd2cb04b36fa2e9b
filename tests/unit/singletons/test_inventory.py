"""Everything that would be in both clusters is found, and what nobody has decided is a blocker with its remedy."""

from __future__ import annotations

import json
from typing import Any

import pytest

from norikae.preflight.checks import singletons
from norikae.preflight.ground import Ground
from norikae.singletons.inventory import Found, inventory, planned
from norikae.traffic.applications import find_applications
from tests.unit.fakes.demo import NOW, application, demo_environment, ingress
from tests.unit.fakes.kubernetes import FakeKubernetes
from tests.unit.fakes.singletons import cron_job, job, workload

Json = dict[str, Any]
TRACKING = "argocd.argoproj.io/tracking-id"


def tracked(obj: Json, source: str = "billing") -> Json:
    """It as Argo CD leaves it."""
    obj["metadata"]["annotations"][TRACKING] = f"{source}:batch/CronJob:shop/{obj['metadata']['name']}"
    return obj


def claim(name: str = "data", *, policy: str = "", owner: str = "") -> Json:
    meta: Json = {"name": name, "namespace": "shop", "annotations": {}}
    if policy:
        meta["annotations"]["norikae.dev/singleton"] = policy
    if owner:
        meta["ownerReferences"] = [{"kind": owner, "name": "x"}]
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": meta, "spec": {}}


def found(*objects: Json, apps: tuple[Json, ...] = ()) -> list[Found]:
    known = {app["metadata"]["name"]: app for app in (application("billing"), *apps)}
    root = application("root", children=tuple(known))
    return list(inventory(FakeKubernetes(*objects), {"root": root, **known}, "root"))


def one(*objects: Json, apps: tuple[Json, ...] = ()) -> Found:
    (only,) = found(*objects, apps=apps)
    return only


def annotated(policy: str, name: str = "billing") -> Json:
    app = application(name)
    app["metadata"]["annotations"] = {"norikae.dev/singleton": policy}
    return app


def test_a_cron_job_that_says_nothing_blocks_with_the_remedy() -> None:
    silent = one(tracked(cron_job(policy="")))
    assert silent.title == "CronJob shop/nightly"
    assert silent.problem == "it would run in both clusters, and it has no norikae.dev/singleton"
    assert silent.remedy == (
        "annotate it or its Argo CD Application billing with norikae.dev/singleton: "
        "one of green-suspended, both, manual"
    )


@pytest.mark.parametrize("policy", ["green-suspended", "both", "manual"])
def test_a_policy_may_stand_on_the_object_or_on_its_application(policy: str) -> None:
    assert one(tracked(cron_job(policy=policy))).problem == ""
    by_application = one(tracked(cron_job(policy="")), apps=(annotated(policy),))
    assert (by_application.policy, by_application.problem) == (policy, "")


def test_the_object_has_the_last_word() -> None:
    assert one(tracked(cron_job(policy="both")), apps=(annotated("manual"),)).policy == "both"


def test_a_word_that_means_nothing_blocks() -> None:
    assert "its norikae.dev/singleton is 'green'" in one(tracked(cron_job(policy="green"))).problem


def test_an_application_that_tracks_by_label_is_found_by_what_it_lists() -> None:
    app = annotated("both")
    app["status"]["resources"].append({"group": "batch", "kind": "CronJob", "namespace": "shop", "name": "nightly"})
    assert one(cron_job(policy=""), apps=(app,)).source == "billing"


def test_what_nobody_renders_cannot_be_handed_off() -> None:
    assert "so green does not get it" in one(cron_job()).problem
    assert one(cron_job(policy="manual")).problem == ""


def test_what_another_root_renders_does_not_come_to_green() -> None:
    api = FakeKubernetes(tracked(cron_job(), "legacy"))
    apps = {"root": application("root", children=("billing",)), "legacy": application("legacy")}
    (found,) = inventory(api, apps, "root")
    assert "so green does not get it" in found.problem


def applied(obj: Json, spec: Json, how: str) -> Json:
    if how == "client":
        manifest = json.dumps({"spec": spec})
        obj["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"] = manifest
    else:
        fields: Json = {"f:spec": {f"f:{name}": {} for name in spec}}
        obj["metadata"]["managedFields"] = [
            {"manager": "kube-controller-manager", "operation": "Update", "fieldsV1": {"f:spec": {"f:replicas": {}}}},
            {"manager": "argocd-controller", "operation": "Apply", "fieldsV1": fields},
        ]
    return obj


@pytest.mark.parametrize("how", ["client", "server"])
def test_a_manifest_that_sets_the_switch_itself_blocks(how: str) -> None:
    cron = one(applied(tracked(cron_job(suspend=False)), {"suspend": False}, how))
    assert cron.problem == "its manifest sets spec.suspend, so a sync would start it on green while blue runs it"
    consumer = one(applied(tracked(workload(replicas=2)), {"replicas": 2}, how))
    assert consumer.remedy.startswith("leave spec.replicas out of the manifest")


@pytest.mark.parametrize("how", ["client", "server"])
def test_a_manifest_that_leaves_the_switch_out_passes(how: str) -> None:
    assert one(applied(tracked(workload(replicas=2)), {"template": {}}, how)).problem == ""


@pytest.mark.parametrize("how", ["client", "server"])
def test_a_cron_job_that_git_suspends_runs_nowhere(how: str) -> None:
    idle = one(applied(tracked(cron_job(policy="", suspend=True)), {"suspend": True}, how))
    assert (idle.policy, idle.problem) == ("suspended", "")


def test_a_sync_that_replaces_objects_blocks() -> None:
    app = application("billing")
    app["spec"]["syncPolicy"] = {"syncOptions": ["Replace=true"]}
    assert "with Replace or Force" in one(tracked(cron_job()), apps=(app,)).problem


def test_a_workload_is_a_singleton_by_its_own_word_only() -> None:
    assert found(tracked(workload(policy="")), apps=(annotated("green-suspended"),)) == []
    assert one(tracked(workload(kind="StatefulSet"))).resource == "statefulsets.apps"


# --- data ---


def test_a_claim_that_says_nothing_blocks() -> None:
    silent = one(claim())
    assert silent.problem == (
        "its volume stays with blue, and green gets an empty one, and it has no norikae.dev/singleton"
    )
    assert "green-suspended" not in silent.remedy


def test_data_cannot_be_handed_off() -> None:
    assert "it cannot be green-suspended" in one(claim(policy="green-suspended")).problem
    assert one(claim(policy="both")).problem == ""


def test_a_stateful_set_speaks_for_the_claims_that_it_makes() -> None:
    database = workload(
        "db", kind="StatefulSet", policy="manual", volumeClaimTemplates=[{"metadata": {"name": "data"}}]
    )
    policies = {one.name: one.policy for one in found(database, claim("data-db-0"), claim("data-db-old"))}
    assert policies == {"db": "manual", "data-db-0": "manual", "data-db-old": ""}


def test_a_volume_that_dies_with_its_pod_is_no_data() -> None:
    assert found(claim(owner="Pod")) == []


# --- what runs once with a sync ---


def migrated(kind: str = "PreSync", policy: str = "") -> Json:
    app = annotated(policy, "shop") if policy else application("shop")
    app["status"]["operationState"]["syncResult"]["resources"] = [
        {
            "group": "batch",
            "kind": "Job",
            "namespace": "shop",
            "name": "migrate-7f",
            "hookType": kind,
            "syncPhase": kind,
        }
    ]
    return app


def test_a_migration_of_the_last_sync_blocks_even_when_its_job_is_gone() -> None:
    hook = one(apps=(migrated(),))
    assert hook.title == "PreSync hook Job shop/migrate-7f"
    assert hook.problem == "the first sync of green runs it again, and it has no norikae.dev/singleton"
    assert one(apps=(migrated(policy="both"),)).problem == ""
    assert "it cannot be green-suspended" in one(apps=(migrated(policy="green-suspended"),)).problem


def test_later_hooks_do_not_count() -> None:
    assert found(apps=(migrated("PostSync"),)) == []


@pytest.mark.parametrize(("mark", "kind"), [("argocd.argoproj.io/hook", "PreSync"), ("helm.sh/hook", "pre-upgrade")])
def test_a_migration_that_is_still_there_says_it_itself(mark: str, kind: str) -> None:
    again = job("migrate-7f", ended=True, **{mark: kind, "norikae.dev/singleton": "both", TRACKING: "shop:x"})
    assert one(again, apps=(migrated(),)).problem == ""
    assert found(job("smoke", ended=True, **{mark: "PostSync", TRACKING: "shop:x"})) == []


def test_a_job_in_git_runs_again_and_one_of_a_cron_job_does_not() -> None:
    seed = one(job("seed", ended=True, **{TRACKING: "billing:batch/Job:shop/seed"}))
    assert seed.title == "Job shop/seed"
    assert "the first sync of green runs it again" in seed.problem
    assert found(job("by-hand"), job("nightly-1", of="nightly")) == []


# --- in the plan and in the preflight ---


def shop(name: str, source: str) -> Json:
    entry = ingress(name, f"{name}.example.com")
    entry["metadata"]["annotations"][TRACKING] = f"{source}:networking.k8s.io/Ingress:shop/{name}"
    return entry


def test_it_is_handed_off_with_the_application_that_it_comes_with() -> None:
    applications = find_applications([shop("billing", "billing"), shop("web", "shop"), shop("admin", "shop")])
    everything = found(
        tracked(cron_job("alone"), "billing"),
        tracked(cron_job("shared"), "shop"),
        tracked(cron_job("platform"), "metrics"),
        tracked(cron_job("undecided", policy="")),
        apps=(application("shop"), application("metrics")),
    )
    movers = {one.name: one.application for one in planned(everything, applications)}
    assert movers == {"alone": "billing", "shared": "", "platform": ""}


def test_the_check_finds_blockers_and_notes_what_is_left_to_a_team() -> None:
    api = FakeKubernetes(
        application("root", children=("billing",)),
        application("billing"),
        tracked(cron_job("silent", policy="")),
        tracked(cron_job("own", policy="manual")),
        tracked(cron_job("fine")),
    )
    nothing: Any = None
    ground = Ground(
        environment=demo_environment(),
        blue_name="demo-1-33",
        version="1.35",
        eks=nothing,
        kubernetes=api,
        names=nothing,
        locks=nothing,
        insights=nothing,
        subnets=nothing,
        trust=nothing,
        balancers=nothing,
        now=NOW,
    )
    severities = {finding.subject: finding.severity for finding in singletons.check(ground)}
    assert severities == {"CronJob shop/own": "note", "CronJob shop/silent": "blocker"}
