"""Argo CD syncs what it is asked to, in waves, and tells how it went."""

import pytest

from local.cluster.argocd.application import NAMESPACE
from local.kernel import Kernel
from local.kubernetes.errors import ApiError
from tests.local.cluster.building import URL, Argo, config_map, ready, web


def test_an_application_is_compared_but_not_synced_by_itself(argo: Argo, kernel: Kernel) -> None:
    argo.application()
    kernel.run(60)
    assert argo.summary() == ("OutOfSync", "Missing")
    assert argo.status()["sync"]["revision"] == argo.repository.resolve("main")
    assert "operationState" not in argo.status()
    assert ready(argo.cluster, "web") == 0


def test_an_operation_syncs_and_is_cleared(argo: Argo, kernel: Kernel) -> None:
    argo.application()
    kernel.run(5)
    argo.sync(note="42", revision=argo.repository.resolve("main"))
    argo.run_until_phase("Succeeded")
    state = argo.state()
    assert "operation" not in argo.app()
    assert state["operation"]["info"] == [{"name": "id", "value": "42"}]
    assert state["syncResult"]["revision"] == argo.repository.resolve("main")
    told = {(one["kind"], one["name"]): (one["status"], one["message"]) for one in state["syncResult"]["resources"]}
    assert told == {
        ("ConfigMap", "settings"): ("Synced", "configmap/settings created"),
        ("Deployment", "web"): ("Synced", "deployment.apps/web created"),
    }
    kernel.run(30)
    assert argo.summary() == ("Synced", "Healthy")
    assert argo.status()["history"][0]["revision"] == argo.repository.resolve("main")


def test_objects_carry_the_tracking_annotation_and_the_field_manager(argo: Argo) -> None:
    argo.application()
    argo.sync()
    argo.run_until_phase("Succeeded")
    meta = argo.api.get("deployments.apps", "web", "default")["metadata"]
    assert meta["annotations"]["argocd.argoproj.io/tracking-id"] == "shop:apps/Deployment:default/web"
    managers = {one["manager"]: one["operation"] for one in meta["managedFields"]}
    assert managers["argocd-controller"] == "Apply"


def test_without_a_revision_the_operation_takes_the_branch_of_the_spec(argo: Argo) -> None:
    argo.repository.commit("side", {"shop/settings.yaml": config_map("settings", colour="green")})
    argo.application(revision="side")
    argo.sync()
    argo.run_until_phase("Succeeded")
    assert argo.state()["syncResult"]["revision"] == argo.repository.resolve("side")
    assert argo.api.get("configmaps", "settings", "default")["data"] == {"colour": "green"}


def test_create_namespace_makes_the_destination(argo: Argo, kernel: Kernel) -> None:
    argo.application(namespace="chat", syncPolicy={"syncOptions": ["CreateNamespace=true"]})
    argo.sync()
    argo.run_until_phase("Succeeded")
    assert argo.api.get("namespaces", "chat")["status"]["phase"] == "Active"
    kernel.run(30)
    assert ready(argo.cluster, "web", "chat") == 1


def test_without_create_namespace_the_sync_fails_in_the_api_servers_words(argo: Argo) -> None:
    argo.application(namespace="chat")
    argo.sync()
    argo.run_until_phase("Failed")
    assert argo.state()["message"] == 'one or more objects failed to apply, reason: namespaces "chat" not found'
    assert {one["status"] for one in argo.state()["syncResult"]["resources"]} == {"SyncFailed"}


def test_waves_go_in_order_and_wait_for_health(argo: Argo, kernel: Kernel) -> None:
    files = {
        "waves/a.yaml": web(1, wave=-1, name="first"),
        "waves/b.yaml": config_map("second", wave=0),
        "waves/c.yaml": web(1, wave=5, name="third"),
    }
    argo.repository.commit("main", files)
    argo.application("waves", path="waves")
    argo.sync("waves")
    argo.run_until_phase("Running", "waves")
    while not argo.api.list("configmaps", "default", fields="metadata.name=second"):
        kernel.run(0.1)
        assert argo.state("waves")["message"] in {"", "waiting for healthy state of apps/Deployment/first"}
    assert ready(argo.cluster, "first") == 1
    applied = kernel.now()
    argo.run_until_phase("Succeeded", "waves")
    assert kernel.now() - applied >= 2
    assert ready(argo.cluster, "third") == 0  # the last wave is applied, not awaited


def test_a_degraded_wave_fails_the_sync(argo: Argo) -> None:
    argo.repository.commit(
        "main", {"waves/a.yaml": web(1, wave=0, never=True), "waves/b.yaml": config_map("later", wave=1)}
    )
    argo.application("waves", path="waves")
    argo.sync("waves")
    argo.run_until_phase("Failed", "waves")
    assert argo.state("waves")["message"] == "one or more synchronization tasks completed unsuccessfully"
    assert argo.api.list("configmaps", "default", fields="metadata.name=later") == []


def test_pruning_happens_only_on_request(argo: Argo, kernel: Kernel) -> None:
    argo.application()
    argo.sync()
    argo.run_until_phase("Succeeded")
    argo.repository.commit("main", {"shop/settings.yaml": None})
    argo.refresh()
    kernel.run(5)
    entry = next(one for one in argo.status()["resources"] if one["kind"] == "ConfigMap")
    assert (entry["status"], entry["requiresPruning"]) == ("OutOfSync", True)
    argo.sync()
    kernel.run(10)
    skipped = [one for one in argo.state()["syncResult"]["resources"] if one["status"] == "PruneSkipped"]
    assert [(one["name"], one["message"]) for one in skipped] == [("settings", "ignored (requires pruning)")]
    argo.sync(prune=True)
    kernel.run(30)
    assert argo.api.list("configmaps", "default", fields="metadata.name=settings") == []
    assert argo.summary()[0] == "Synced"


def test_a_dry_run_changes_nothing_and_says_what_it_would_do(argo: Argo, kernel: Kernel) -> None:
    argo.application()
    argo.sync(dryRun=True)
    argo.run_until_phase("Succeeded")
    messages = {one["message"] for one in argo.state()["syncResult"]["resources"]}
    assert messages == {"configmap/settings created (dry run)", "deployment.apps/web created (dry run)"}
    kernel.run(5)
    assert argo.summary() == ("OutOfSync", "Missing")
    assert "history" not in argo.status()


def test_selected_resources_are_synced_alone(argo: Argo, kernel: Kernel) -> None:
    argo.application()
    argo.sync(resources=[{"kind": "ConfigMap", "name": "settings"}])
    argo.run_until_phase("Succeeded")
    kernel.run(5)
    synced = {one["kind"]: one["status"] for one in argo.status()["resources"]}
    assert synced == {"ConfigMap": "Synced", "Deployment": "OutOfSync"}


def test_a_kind_that_the_cluster_does_not_serve_fails_before_anything_is_applied(argo: Argo) -> None:
    old = "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: web}\nspec: {}\n"
    argo.repository.commit("main", {"shop/budget.yaml": old})
    argo.application()
    argo.sync()
    argo.run_until_phase("Failed")
    assert argo.state()["message"] == "one or more synchronization tasks are not valid"
    refused = [one["message"] for one in argo.state()["syncResult"]["resources"]]
    message = (
        "The Kubernetes API could not find policy/v1beta1/PodDisruptionBudget for requested resource default/web. "
        'Make sure the "PodDisruptionBudget" CRD is installed on the destination cluster.'
    )
    assert refused == [message]
    assert argo.api.list("configmaps", "default", fields="metadata.name=settings") == []


def test_drift_shows_and_a_removed_field_is_drift_too(argo: Argo, kernel: Kernel) -> None:
    argo.application()
    argo.sync()
    argo.run_until_phase("Succeeded")
    kernel.run(30)
    argo.api.patch("configmaps", "settings", "default", {"data": {"mine": "extra"}}, manager="kubectl")
    kernel.run(5)
    assert argo.summary()[0] == "Synced"  # a field that Git does not have belongs to somebody else
    argo.api.patch("configmaps", "settings", "default", {"data": {"colour": "red"}}, manager="kubectl")
    kernel.run(5)
    assert argo.summary()[0] == "OutOfSync"
    argo.sync()
    kernel.run(10)
    argo.repository.commit("main", {"shop/settings.yaml": config_map("settings")})
    argo.refresh()
    kernel.run(5)
    assert argo.summary()[0] == "OutOfSync"


def test_ignored_differences_do_not_count(argo: Argo, kernel: Kernel) -> None:
    rule = {"group": "apps", "kind": "Deployment", "jsonPointers": ["/spec/replicas"]}
    argo.application(ignoreDifferences=[rule])
    argo.sync()
    argo.run_until_phase("Succeeded")
    argo.api.patch("deployments.apps", "web", "default", {"spec": {"replicas": 3}}, manager="kubectl")
    kernel.run(30)
    assert argo.summary()[0] == "Synced"


def test_automated_sync_follows_git_once_per_commit(argo: Argo, kernel: Kernel) -> None:
    argo.application(syncPolicy={"automated": {}})
    kernel.run(30)
    assert argo.summary() == ("Synced", "Healthy")
    assert argo.state()["operation"]["initiatedBy"] == {"automated": True}
    argo.api.patch("configmaps", "settings", "default", {"data": {"colour": "red"}}, manager="kubectl")
    kernel.run(60)
    assert argo.summary()[0] == "OutOfSync"
    argo.repository.commit("main", {"shop/settings.yaml": config_map("settings", colour="green")})
    kernel.run(200)
    assert argo.summary()[0] == "Synced"
    assert argo.api.get("configmaps", "settings", "default")["data"]["colour"] == "green"


def test_self_heal_undoes_drift_after_a_pause(argo: Argo, kernel: Kernel) -> None:
    argo.application(syncPolicy={"automated": {"selfHeal": True}})
    kernel.run(30)
    argo.api.patch("configmaps", "settings", "default", {"data": {"colour": "red"}}, manager="kubectl")
    kernel.run(15)
    assert argo.api.get("configmaps", "settings", "default")["data"]["colour"] == "blue"


def test_automated_pruning_deletes_but_never_empties(argo: Argo, kernel: Kernel) -> None:
    argo.application(syncPolicy={"automated": {"prune": True}})
    kernel.run(30)
    argo.repository.commit("main", {"shop/settings.yaml": None})
    argo.refresh()
    kernel.run(30)
    assert argo.api.list("configmaps", "default", fields="metadata.name=settings") == []
    argo.repository.commit("main", {"shop/web.yaml": None, "shop/README.md": "nothing left"})
    argo.refresh()
    kernel.run(60)
    assert argo.api.get("deployments.apps", "web", "default")["metadata"]["name"] == "web"


def test_a_deleted_application_with_its_finalizer_takes_everything_along(argo: Argo, kernel: Kernel) -> None:
    argo.application(finalizers=["resources-finalizer.argocd.argoproj.io"])
    argo.sync()
    argo.run_until_phase("Succeeded")
    kernel.run(30)
    argo.api.delete("applications.argoproj.io", "shop", "argocd")
    kernel.run(1)
    assert argo.app()["metadata"]["deletionTimestamp"]
    kernel.run(60)
    with pytest.raises(ApiError):
        argo.app()
    assert argo.api.list("deployments.apps", "default") == []


def test_a_deleted_application_without_finalizer_leaves_everything_running(argo: Argo, kernel: Kernel) -> None:
    argo.application()
    argo.sync()
    argo.run_until_phase("Succeeded")
    kernel.run(30)
    argo.api.delete("applications.argoproj.io", "shop", "argocd")
    kernel.run(60)
    assert ready(argo.cluster, "web") == 1


def test_the_later_wave_is_deleted_before_the_earlier_one(argo: Argo, kernel: Kernel) -> None:
    argo.repository.commit(
        "main", {"waves/a.yaml": web(1, wave=0, name="first"), "waves/b.yaml": web(1, wave=1, name="last")}
    )
    argo.application("waves", path="waves", finalizers=["resources-finalizer.argocd.argoproj.io"])
    argo.sync("waves")
    argo.run_until_phase("Succeeded", "waves")
    kernel.run(30)
    argo.api.delete("applications.argoproj.io", "waves", "argocd")
    order: list[set[str]] = []
    for _ in range(600):
        kernel.run(0.1)
        left = {one["metadata"]["name"] for one in argo.api.list("deployments.apps", "default")}
        order += [left] if not order or order[-1] != left else []
    assert order == [{"first", "last"}, {"first"}, set()]


@pytest.mark.parametrize(("kind", "url"), [("repository", f"{URL[:-4]}/"), ("repo-creds", "https://git.example.com/")])
def test_a_private_repository_opens_with_the_credentials_of_a_secret(
    argo: Argo, kernel: Kernel, kind: str, url: str
) -> None:
    argo.repository.login = {"username": "argocd", "password": "right"}
    argo.application()
    argo.refresh()
    kernel.run(5)
    assert "authentication required" in argo.status()["conditions"][0]["message"]
    meta = {"name": "git", "namespace": NAMESPACE, "labels": {"argocd.argoproj.io/secret-type": kind}}
    login = {"url": url, "username": "argocd", "password": "wrong"}
    argo.api.create("secrets", {"metadata": meta, "stringData": login}, manager="kubectl")
    argo.refresh()
    kernel.run(5)
    assert "authorization failed" in argo.status()["conditions"][0]["message"]
    argo.api.patch("secrets", "git", NAMESPACE, {"stringData": {"password": "right"}}, manager="kubectl")
    argo.refresh()
    kernel.run(5)
    assert argo.summary()[0] == "OutOfSync"
