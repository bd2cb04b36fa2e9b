"""Hooks: Jobs that run before and after what a sync applies."""

from local.kernel import Kernel
from tests.local.cluster.building import Argo, Json

JOB = """apiVersion: batch/v1
kind: Job
metadata:
  name: {name}
  annotations: {{argocd.argoproj.io/hook: {hook}, argocd.argoproj.io/hook-delete-policy: {policy}}}
spec:
  backoffLimit: 0
  template:
    metadata: {{annotations: {{world.norikae.dev/exits-after: "20", world.norikae.dev/exit-code: "{code}"}}}}
    spec:
      restartPolicy: Never
      containers: [{{name: run, image: "migrate:1"}}]
"""


def job(name: str, hook: str, *, code: int = 0, policy: str = "BeforeHookCreation") -> str:
    return JOB.format(name=name, hook=hook, code=code, policy=policy)


def result(argo: Argo, name: str) -> Json:
    found = [one for one in argo.state()["syncResult"]["resources"] if one["name"] == name]
    assert len(found) == 1
    return dict(found[0])


def synced(argo: Argo, **files: str) -> Argo:
    argo.repository.commit("main", {f"shop/{name}.yaml": text for name, text in files.items()})
    argo.application()
    argo.sync()
    return argo


def jobs(argo: Argo) -> list[str]:
    return [one["metadata"]["name"] for one in argo.api.list("jobs.batch", "default")]


def test_what_a_pre_sync_hook_does_is_over_before_anything_is_applied(argo: Argo, kernel: Kernel) -> None:
    synced(argo, migrate=job("migrate", "PreSync"))
    kernel.run(15)
    assert argo.state()["message"] == "waiting for completion of hook batch/Job/migrate"
    assert argo.api.list("deployments.apps", "default") == []
    argo.run_until_phase("Succeeded")
    found = result(argo, "migrate")
    assert (found["hookType"], found["syncPhase"], found["hookPhase"]) == ("PreSync", "PreSync", "Succeeded")
    assert "hookType" not in result(argo, "web")


def test_a_post_sync_hook_waits_until_what_was_applied_is_healthy(argo: Argo, kernel: Kernel) -> None:
    synced(argo, notify=job("notify", "PostSync", policy="HookSucceeded"))
    kernel.run(3)
    assert jobs(argo) == []
    argo.run_until_phase("Succeeded")
    kernel.run(30)
    assert (result(argo, "notify")["hookPhase"], jobs(argo)) == ("Succeeded", [])


def test_a_failed_hook_fails_the_sync(argo: Argo) -> None:
    synced(argo, migrate=job("migrate", "PreSync", code=1))
    argo.run_until_phase("Failed")
    assert argo.state()["message"] == "one or more synchronization tasks completed unsuccessfully"
    assert result(argo, "migrate")["hookPhase"] == "Failed"
    assert argo.api.list("deployments.apps", "default") == []


def test_what_a_hook_leaves_behind_is_neither_drift_nor_counted_as_health(argo: Argo, kernel: Kernel) -> None:
    synced(argo, migrate=job("migrate", "PreSync"))
    argo.run_until_phase("Succeeded")
    kernel.run(60)
    assert argo.summary() == ("Synced", "Healthy")
    left = next(one for one in argo.status()["resources"] if one["name"] == "migrate")
    assert left == {
        "group": "batch",
        "version": "v1",
        "kind": "Job",
        "name": "migrate",
        "namespace": "default",
        "hook": True,
    }


def test_a_hook_runs_again_with_each_sync(argo: Argo, kernel: Kernel) -> None:
    synced(argo, migrate=job("migrate", "PreSync"))
    argo.run_until_phase("Succeeded")
    first = argo.api.get("jobs.batch", "migrate", "default")["metadata"]["uid"]
    kernel.run(30)
    argo.sync(note="again")
    kernel.run(5)
    argo.run_until_phase("Succeeded")
    assert argo.api.get("jobs.batch", "migrate", "default")["metadata"]["uid"] != first


def test_a_dry_run_a_partial_sync_and_the_strategy_apply_run_no_hooks(argo: Argo, kernel: Kernel) -> None:
    synced(argo, migrate=job("migrate", '"PreSync,PostSync"'))
    argo.run_until_phase("Succeeded")
    argo.api.delete("jobs.batch", "migrate", "default")
    partial: Json = {"resources": [{"group": "apps", "kind": "Deployment", "name": "web"}]}
    syncs: list[Json] = [{"dryRun": True}, {"syncStrategy": {"apply": {}}}, partial]
    for sync in syncs:
        kernel.run(30)
        argo.sync(**sync)
        kernel.run(5)
        argo.run_until_phase("Succeeded")
        assert jobs(argo) == []


def test_termination_takes_the_running_hook_along(argo: Argo, kernel: Kernel) -> None:
    synced(argo, migrate=job("migrate", "PreSync"))
    kernel.run(10)
    argo.terminate()
    argo.run_until_phase("Failed")
    kernel.run(60)
    assert (argo.state()["message"], jobs(argo)) == ("Operation terminated", [])


def test_helm_hooks_count_as_argo_cds_own(argo: Argo) -> None:
    text = job("migrate", "x").replace("argocd.argoproj.io/hook: x", '"helm.sh/hook": "pre-install,pre-upgrade"')
    synced(argo, migrate=text)
    argo.run_until_phase("Succeeded")
    assert result(argo, "migrate")["hookType"] == "PreSync"


def test_what_is_to_be_skipped_is_never_applied(argo: Argo) -> None:
    synced(argo, migrate=job("migrate", "Skip"))
    argo.run_until_phase("Succeeded")
    assert jobs(argo) == []
