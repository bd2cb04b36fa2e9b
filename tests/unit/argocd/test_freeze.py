"""Argo CD of a cluster that goes: stopped first, then without anything by which it would write or delete."""

from __future__ import annotations

from typing import Any

import pytest

from norikae.argocd.freeze import ensure_frozen
from tests.unit.fakes.demo import application
from tests.unit.fakes.kubernetes import FakeKubernetes


def controller(kind: str, name: str) -> dict[str, Any]:
    return {"kind": kind, "metadata": {"name": name, "namespace": "argocd"}, "spec": {"replicas": 2}}


def app(name: str, finalizers: list[str], automated: dict[str, Any] | None = None) -> dict[str, Any]:
    found = application(name)
    found["metadata"]["finalizers"] = finalizers
    if automated is not None:
        found["spec"]["syncPolicy"]["automated"] = automated
    return found


SETS = controller("Deployment", "argocd-applicationset-controller")
CASCADE = "resources-finalizer.argocd.argoproj.io"


@pytest.mark.parametrize("kind", ["StatefulSet", "Deployment"])
def test_the_controllers_stop_before_any_application_changes(kind: str) -> None:
    own = controller(kind, "argocd-application-controller")
    api = FakeKubernetes(SETS, own, app("web", [CASCADE], {}))
    waiting = ensure_frozen(api, "argocd").waiting_for
    assert waiting.startswith("argocd-applicationset-controller, argocd-application-controller to stop")
    assert not any("applications.argoproj.io" in write for write in api.writes)


def test_a_controller_whose_pods_have_not_ended_is_waited_for() -> None:
    api = FakeKubernetes({**SETS, "spec": {"replicas": 0}, "status": {"replicas": 1}}, app("web", [CASCADE]))
    assert not ensure_frozen(api, "argocd").ready
    assert api.writes == []


def test_applications_lose_what_makes_argo_cd_write_or_delete_and_nothing_else() -> None:
    kept = "backup.example.com/hold"
    api = FakeKubernetes(
        app("root", [CASCADE], {"selfHeal": True}),
        app("web", [f"{CASCADE}/background", kept]),
        app("hooked", ["post-delete-finalizer.argocd.argoproj.io/cleanup"]),
        app("idle", [kept]),
    )
    assert ensure_frozen(api, "argocd").ready
    assert api.writes == [f"patch applications.argoproj.io {name}" for name in ("root", "web", "hooked")]
    for obj in api.list("applications.argoproj.io"):
        assert "automated" not in obj["spec"]["syncPolicy"]
        assert obj["spec"]["syncPolicy"]["syncOptions"] == ["CreateNamespace=true"]
        expected = [kept] if obj["metadata"]["name"] in {"web", "idle"} else None
        assert obj["metadata"].get("finalizers") == expected


def test_a_frozen_argo_cd_is_left_alone() -> None:
    api = FakeKubernetes({**SETS, "spec": {"replicas": 0}}, app("web", [CASCADE], {}))
    assert ensure_frozen(api, "argocd").ready
    api.writes.clear()
    assert ensure_frozen(api, "argocd").ready
    assert api.writes == []


def test_a_controller_that_somebody_starts_again_is_stopped_again() -> None:
    api = FakeKubernetes({**SETS, "spec": {"replicas": 0}})
    assert ensure_frozen(api, "argocd").ready
    api.put(SETS)
    assert not ensure_frozen(api, "argocd").ready
