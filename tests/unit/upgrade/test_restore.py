"""Restore revisions as a state: it goes on when green follows what blue followed, and holds when it cannot."""

from __future__ import annotations

from typing import Any

import pytest

from norikae.argocd.applications import APPLICATIONS
from norikae.errors import RefusedError
from norikae.upgrade.phase import HOLD, enter
from norikae.upgrade.restore import restore_revisions
from tests.unit.fakes.beginning import Beginning
from tests.unit.fakes.demo import operation_state
from tests.unit.fakes.story import APP, GREEN, RUN


def following(name: str, track: str, world: Beginning) -> None:
    """Blue's application follows a branch when the plan is written."""
    world.blue.objects[APPLICATIONS, "argocd", name]["spec"]["source"]["targetRevision"] = track


def arrived() -> Beginning:
    """Green serves; blue's applications followed branches."""
    world = Beginning()
    following("root", "main", world)
    following(APP, "release", world)
    world.blue.objects[APPLICATIONS, "argocd", "root"]["spec"]["syncPolicy"] = {"automated": {"prune": True}}
    world.starts()
    world.green_is_built()
    return world


def root_of(world: Beginning) -> dict[str, Any]:
    return world.green.objects[APPLICATIONS, "argocd", "root"]


def argo_cd_syncs_the_root(world: Beginning, phase: str = "Succeeded") -> None:
    root = root_of(world)
    root["status"]["operationState"] = {**operation_state(phase, message="no"), "operation": root.pop("operation")}


def test_the_plan_remembers_what_blue_followed() -> None:
    plan = arrived().plan()
    assert (plan.tracks, plan.automated) == ({"root": "main", APP: "release"}, {"prune": True})


def test_green_follows_it_again_before_the_run_ends() -> None:
    world = arrived()
    writer = world.starts()
    assert restore_revisions(world.ports, writer)["waiting_for"] == "Argo CD to compare root with main"
    assert restore_revisions(world.ports, writer)["next"] == "wait"
    argo_cd_syncs_the_root(world)
    assert restore_revisions(world.ports, writer)["waiting_for"] == "root to sync by itself again"
    assert restore_revisions(world.ports, writer) == {"next": "go-on", "waiting_for": ""}
    assert world.green.objects[APPLICATIONS, "argocd", APP]["spec"]["source"]["targetRevision"] == "release"
    assert root_of(world)["spec"]["source"]["helm"]["parameters"] == [
        {"name": "cluster", "value": GREEN},
        {"name": "revision", "value": "main"},
    ]
    assert root_of(world)["spec"]["syncPolicy"]["automated"] == {"prune": True}


def test_after_a_hold_the_roots_sync_is_tried_again() -> None:
    world = arrived()
    writer = world.starts()
    restore_revisions(world.ports, writer)
    restore_revisions(world.ports, writer)
    argo_cd_syncs_the_root(world, "Failed")
    with pytest.raises(RefusedError, match="the sync of application root is Failed: no"):
        restore_revisions(world.ports, writer)
    enter(world.ports, writer, HOLD)
    assert restore_revisions(world.ports, writer)["next"] == "wait"
    (info,) = root_of(world)["operation"]["info"]
    assert info["value"].startswith(f"{RUN}/restore-")
    assert info["value"].endswith("/1.1")
