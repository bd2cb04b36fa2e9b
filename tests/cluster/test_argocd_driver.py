"""The Argo CD driver against an API server: the test plays Argo CD's controller, the server is whichever there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from norikae.argocd.applications import pinned_revision, read_applications
from norikae.argocd.ready import INFO, REFRESH
from norikae.argocd.sync import SyncRun, next_move, start_refresh, start_sync, stop_sync
from tests.unit.fakes.demo import NOW, OTHER_SHA, REPOSITORY, SHA, demo_environment, operation_state

if TYPE_CHECKING:
    from norikae.environment import ArgoCd
    from tests.cluster.conftest import Cluster

RUN = SyncRun("run-1", 1, SHA, since=NOW)


@pytest.fixture
def argocd(cluster: Cluster, applications: str) -> ArgoCd:
    assert applications
    return msgspec.structs.replace(demo_environment().argocd, namespace=cluster.namespace)


def declared(cluster: Cluster, name: str, **status: Any) -> dict[str, Any]:
    """An application as Git and Argo CD's controller have it."""
    source = {"repoURL": REPOSITORY, "path": f"apps/{name}", "targetRevision": SHA}
    app = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": name, "namespace": cluster.namespace},
        "spec": {
            "project": "default",
            "source": source,
            "destination": {"server": "https://kubernetes.default.svc", "namespace": name},
            "syncPolicy": {"syncOptions": ["CreateNamespace=true"]},
        },
    }
    cluster.admin.apply(app)
    return controller(
        cluster, name, sync={"status": "OutOfSync", "revision": SHA, "comparedTo": {"source": source}}, **status
    )


def controller(cluster: Cluster, name: str, **status: Any) -> dict[str, Any]:
    """Argo CD's controller writes the status, and takes an operation that it was given."""
    body = {"status": status, "operation": None}
    return cluster.admin.patch("applications.argoproj.io", name, cluster.namespace, body)


def read(cluster: Cluster, argocd: ArgoCd, name: str) -> dict[str, Any]:
    return read_applications(cluster.admin, argocd)[name]


def test_the_commit_that_blue_runs_is_read_from_its_root(cluster: Cluster, argocd: ArgoCd) -> None:
    declared(cluster, "root")
    assert pinned_revision(cluster.admin, argocd.namespace) == SHA


def test_a_sync_is_an_operation_with_our_id_and_the_pinned_commit(cluster: Cluster, argocd: ArgoCd) -> None:
    app = declared(cluster, "web")
    assert next_move(app, argocd, RUN, NOW, is_parent=False).kind == "sync"
    assert start_sync(cluster.admin, app, argocd, RUN)
    operation = read(cluster, argocd, "web")["operation"]
    assert operation["info"] == [{"name": INFO, "value": RUN.sync_id}]
    assert (operation["sync"]["revision"], operation["sync"]["syncOptions"]) == (SHA, ["CreateNamespace=true"])
    assert not operation["sync"].get("prune", False)


def test_an_application_that_changed_since_it_was_read_is_not_synced(cluster: Cluster, argocd: ArgoCd) -> None:
    app = declared(cluster, "raced")
    controller(cluster, "raced", health={"status": "Progressing"})
    assert not start_sync(cluster.admin, app, argocd, RUN)
    assert "operation" not in read(cluster, argocd, "raced")


def test_a_sync_that_runs_is_waited_for_and_no_second_one_is_put_on_top(cluster: Cluster, argocd: ArgoCd) -> None:
    declared(cluster, "busy")
    running = operation_state("Running", sync_id="somebody", revision=OTHER_SHA)
    app = controller(cluster, "busy", operationState=running)
    assert next_move(app, argocd, RUN, NOW, is_parent=False).kind == "wait"


def test_an_overdue_sync_of_ours_is_terminated_and_one_of_others_is_not(cluster: Cluster, argocd: ArgoCd) -> None:
    for name, sync_id in (("ours", RUN.sync_id), ("theirs", "somebody")):
        declared(cluster, name)
        app = controller(cluster, name, operationState=operation_state("Running", sync_id=sync_id))
        assert stop_sync(cluster.admin, app, argocd, RUN)
    phases = {name: read(cluster, argocd, name)["status"]["operationState"]["phase"] for name in ("ours", "theirs")}
    assert phases == {"ours": "Terminating", "theirs": "Running"}


def test_a_refresh_is_an_annotation(cluster: Cluster, argocd: ArgoCd) -> None:
    app = declared(cluster, "stale")
    assert start_refresh(cluster.admin, app, argocd)
    assert read(cluster, argocd, "stale")["metadata"]["annotations"][REFRESH] == "normal"


def test_a_sync_to_the_pin_that_was_compared_again_is_ready(cluster: Cluster, argocd: ArgoCd) -> None:
    app = declared(cluster, "done")
    source = app["spec"]["source"]
    app = controller(
        cluster,
        "done",
        sync={"status": "Synced", "revision": SHA, "comparedTo": {"source": source}},
        health={"status": "Healthy", "lastTransitionTime": "2026-11-24T00:58:00Z"},
        reconciledAt="2026-11-24T00:58:02Z",
        resources=[{"group": "apps", "kind": "Deployment", "namespace": "done", "name": "done", "status": "Synced"}],
        operationState=operation_state("Succeeded", sync_id=RUN.sync_id),
    )
    assert next_move(app, argocd, RUN, NOW + 60, is_parent=False).kind == "ready"
