"""Before a run ends, nothing of norikae's pin is left: tracks, parameters and automation are those of blue."""

from __future__ import annotations

from typing import Any

import pytest

from norikae.argocd.applications import APPLICATIONS
from norikae.argocd.home import home_of
from norikae.argocd.restore import restore
from norikae.argocd.root import root_application
from norikae.argocd.sync import SyncRun
from norikae.errors import RefusedError
from norikae.upgrade.progress import Progress
from tests.unit.fakes.demo import NOW, SHA, application, demo_environment, operation_state
from tests.unit.fakes.kubernetes import FakeKubernetes

ARGOCD = demo_environment().argocd
NAME = "demo-1-35-a"
WANTED = {"root": "main", "web": "main", "api": "v1.2"}
AUTOMATED = {"prune": True, "selfHeal": True}


def green() -> FakeKubernetes:
    """Green as a run leaves it: the root handed over, its children following."""
    root = application("root", children=("web", "api"))
    root["spec"]["source"] = root_application(ARGOCD, NAME, "main")["spec"]["source"]
    api = FakeKubernetes(root, application("web"), application("api"))
    for name, track in (("web", "main"), ("api", SHA)):
        api.objects[APPLICATIONS, "argocd", name]["spec"]["source"]["targetRevision"] = track
    return api


def look(api: FakeKubernetes, *, turn: int = 0, automated: dict[str, Any] | None = None) -> Progress:
    run = SyncRun("run-1", 1, "", since=NOW, turn=turn)
    return restore(api, ARGOCD, home_of(ARGOCD, NAME), WANTED, automated, run)


def root_of(api: FakeKubernetes) -> dict[str, Any]:
    return api.objects[APPLICATIONS, "argocd", "root"]


def argo_cd_syncs_the_root(api: FakeKubernetes, phase: str = "Succeeded") -> None:
    root = root_of(api)
    operation = root.pop("operation")
    assert "revision" not in operation["sync"]
    root["status"]["operationState"] = {**operation_state(phase, message="no"), "operation": operation}


def test_the_applications_are_given_back_step_by_step() -> None:
    api = green()
    assert look(api).waiting_for == "Argo CD to compare root with main"
    assert root_of(api)["spec"]["source"]["helm"]["parameters"] == [
        {"name": "cluster", "value": NAME},
        {"name": "revision", "value": "main"},
    ]
    assert look(api).waiting_for == "root to render its applications as Git has them"
    assert look(api).waiting_for == "the sync of root is Succeeded"
    argo_cd_syncs_the_root(api)
    assert look(api).ready
    assert api.objects[APPLICATIONS, "argocd", "api"]["spec"]["source"]["targetRevision"] == "v1.2"
    assert "automated" not in root_of(api)["spec"]["syncPolicy"]


def test_a_root_that_synced_by_itself_on_blue_does_so_again_at_last() -> None:
    api = green()
    look(api, automated=AUTOMATED)
    look(api, automated=AUTOMATED)
    argo_cd_syncs_the_root(api)
    assert look(api, automated=AUTOMATED).waiting_for == "root to sync by itself again"
    assert look(api, automated=AUTOMATED).ready
    assert root_of(api)["spec"]["syncPolicy"]["automated"] == AUTOMATED


def test_what_is_restored_is_only_looked_at() -> None:
    api = green()
    look(api)
    look(api)
    argo_cd_syncs_the_root(api)
    look(api)
    before = list(api.writes)
    assert look(api).ready
    assert api.writes == before


def test_a_sync_that_fails_holds_and_is_tried_again_after_the_hold() -> None:
    api = green()
    look(api)
    look(api)
    argo_cd_syncs_the_root(api, "Failed")
    with pytest.raises(RefusedError, match="the sync of application root is Failed: no"):
        look(api)
    assert look(api, turn=1).waiting_for == "root to render its applications as Git has them"


def test_a_green_without_a_root_cannot_be_given_back() -> None:
    with pytest.raises(RefusedError, match="there is no such application"):
        look(FakeKubernetes())
