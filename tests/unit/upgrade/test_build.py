"""Green is built move by move in the run's name, and the answer always says what the machine does next."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from norikae.errors import RefusedError, SettingsError
from norikae.settings import Settings
from norikae.upgrade.build import ensure_argo_cd, ensure_green_cluster, sync_applications, sync_platform
from norikae.upgrade.identity import Writer
from norikae.upgrade.phase import HOLD, enter
from norikae.upgrade.sync_state import PinItem, WaveItem
from norikae.upgrade.verify import verify_green
from tests.unit.fakes.beginning import PLATFORM, Beginning
from tests.unit.fakes.demo import OTHER_SHA, SHA, application, operation_state, unsynced
from tests.unit.fakes.story import APP, GREEN, RUN

PHASES = [ensure_green_cluster, ensure_argo_cd, sync_platform, sync_applications, verify_green]


def started(*names: str) -> tuple[Beginning, Writer]:
    world = Beginning(*names)
    return world, world.starts()


def test_green_grows_look_by_look_until_it_is_there() -> None:
    world, writer = started()
    answers: list[dict[str, Any]] = []
    while not answers or answers[-1]["next"] != "go-on":
        answers.append(ensure_green_cluster(world.ports, writer))
        world.eks.settle()
        assert len(answers) < 20, answers
    assert answers[0]["next"] == "wait"
    assert answers[0]["waiting_for"] == f"control plane {GREEN} was just asked for"
    assert answers[0]["retry_after_seconds"] >= 1
    assert world.eks.clusters[GREEN].tags["norikae:run"] == RUN
    assert world.phase().phase == "ensure-green-cluster"


def test_green_cannot_be_built_without_its_roles() -> None:
    world, writer = started()
    world.ports.settings = Settings()
    with pytest.raises(SettingsError, match="NORIKAE_CLUSTER_ROLE"):
        ensure_green_cluster(world.ports, writer)


def test_argo_cd_comes_to_green_pinned_to_the_commit_of_the_plan() -> None:
    world, writer = started()
    assert ensure_argo_cd(world.ports, writer)["next"] == "wait"
    world.green.establish()
    assert ensure_argo_cd(world.ports, writer)["next"] == "wait"
    world.green.run_workloads()
    world.green.starts()
    assert ensure_argo_cd(world.ports, writer)["next"] == "wait"
    assert ensure_argo_cd(world.ports, writer) == {"next": "go-on", "waiting_for": ""}
    root = world.green.get("applications.argoproj.io", "root", "argocd")
    assert root is not None
    assert root["spec"]["source"]["targetRevision"] == SHA


def test_the_platform_is_synced_in_the_name_of_the_attempt() -> None:
    world, writer = started()
    world.green.put(unsynced("root", children=PLATFORM))
    world.wave_is_compared(writer, "sync-platform", "root")
    answer = sync_platform(world.ports, writer)
    assert (answer["next"], answer["retry_after_seconds"]) == ("wait", world.ports.environment.argocd.poll)
    root = world.green.get("applications.argoproj.io", "root", "argocd")
    assert root is not None
    assert root["operation"]["info"] == [{"name": "norikae", "value": f"{RUN}/1"}]


def test_a_wave_that_was_not_compared_waits_in_the_table() -> None:
    world, writer = started()
    world.green.put(unsynced("root", children=PLATFORM))
    assert sync_platform(world.ports, writer)["next"] == "compare"
    assert world.ports.table.read(RUN, "WAVE", WaveItem) == WaveItem(
        phase="sync-platform", applications=("root",), revision=SHA
    )
    assert world.green.writes == []


def test_a_comparison_with_another_commit_does_not_count() -> None:
    world, writer = started()
    world.green.put(unsynced("root", children=PLATFORM))
    world.wave_is_compared(writer, "sync-platform", "root")
    world.ports.table.write(writer, "PIN", PinItem(revision=OTHER_SHA, was=SHA, at=world.ports.now))
    assert sync_platform(world.ports, writer)["next"] == "compare"


def test_a_later_attempt_compares_anew_because_blue_may_have_moved_on() -> None:
    world, writer = started()
    world.green.put(unsynced("root", children=PLATFORM))
    world.wave_is_compared(replace(writer, attempt=0), "sync-platform", "root")
    assert sync_platform(world.ports, writer)["next"] == "compare"
    assert world.green.writes == []


def test_after_a_hold_a_failed_sync_is_tried_again() -> None:
    world, writer = started()
    failed = operation_state("Failed", sync_id=f"{RUN}/1", message="Deployment web is invalid")
    world.green_is_synced()
    world.green.put(application(APP, operationState=failed))
    world.wave_is_compared(writer, "sync-applications", APP)
    with pytest.raises(RefusedError, match="Deployment web is invalid"):
        sync_applications(world.ports, writer)
    enter(world.ports, writer, HOLD)
    assert sync_applications(world.ports, writer)["next"] == "wait"
    app = world.green.get("applications.argoproj.io", APP, "argocd")
    assert app is not None
    assert app["operation"]["info"] == [{"name": "norikae", "value": f"{RUN}/1.1"}]


def test_syncs_go_on_when_everything_is_synced() -> None:
    world, writer = started()
    world.green_is_synced()
    assert sync_platform(world.ports, writer)["next"] == "go-on"
    assert sync_applications(world.ports, writer)["next"] == "go-on"
    assert [span.name for span in world.phase().spans] == ["plan-upgrade", "sync-platform", "sync-applications"]


def test_a_failed_sync_is_an_error_for_a_person() -> None:
    world, writer = started()
    failed = operation_state("Failed", sync_id=f"{RUN}/1", message="Deployment web is invalid")
    world.green_is_synced()
    world.green.put(application(APP, operationState=failed))
    with pytest.raises(RefusedError, match="Deployment web is invalid"):
        sync_applications(world.ports, writer)


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize(("flags", "word"), [({"aborted": True}, "abort"), ({"paused": True}, "hold")])
def test_operators_come_before_every_move(phase: Any, flags: dict[str, Any], word: str) -> None:
    world, writer = started()
    world.ports.table.write_unfenced(RUN, "FLAGS", {**flags, "by": "mio"})
    answer = phase(world.ports, writer)
    assert answer["next"] == word
    assert answer["waiting_for"].endswith("by mio")
    assert (world.eks.asked, world.green.writes) == ([], [])


def test_a_phase_that_takes_too_long_holds() -> None:
    world, writer = started()
    ensure_green_cluster(world.ports, writer)
    world.ports.now += world.ports.environment.clusters.build_deadline + 1
    answer = ensure_green_cluster(world.ports, writer)
    assert answer["next"] == "hold"
    assert "more than 5400 s" in answer["waiting_for"]
