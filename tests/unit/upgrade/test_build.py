"""Green is built move by move in the run's name, and the answer always says what the machine does next."""

from __future__ import annotations

from typing import Any

import pytest

from norikae.errors import RefusedError, SettingsError
from norikae.settings import Settings
from norikae.upgrade.build import ensure_argo_cd, ensure_green_cluster, sync_applications, sync_platform, verify_green
from norikae.upgrade.identity import Writer
from norikae.upgrade.state import AppItem
from tests.unit.fakes.beginning import PLATFORM, Beginning
from tests.unit.fakes.demo import SHA, application, ingress, operation_state, unsynced
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
    assert ensure_argo_cd(world.ports, writer) == {"next": "go-on", "waiting_for": ""}
    root = world.green.get("applications.argoproj.io", "root", "argocd")
    assert root is not None
    assert root["spec"]["source"]["targetRevision"] == SHA


def test_the_platform_is_synced_in_the_name_of_the_attempt() -> None:
    world, writer = started()
    world.green.put(unsynced("root", children=PLATFORM))
    answer = sync_platform(world.ports, writer)
    assert (answer["next"], answer["retry_after_seconds"]) == ("wait", world.ports.environment.argocd.poll)
    root = world.green.get("applications.argoproj.io", "root", "argocd")
    assert root is not None
    assert root["operation"]["info"] == [{"name": "norikae", "value": f"{RUN}/1"}]


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


def verified(world: Beginning, writer: Writer) -> list[list[str]]:
    """The applications that verification hands to the shift machine, group by group."""
    answer = verify_green(world.ports, writer)
    assert answer["next"] == "go-on", answer
    return [[one["application"] for one in group] for group in answer["groups"]]


def test_a_verified_green_names_who_moves_with_whom() -> None:
    world, writer = started(APP, "shop")
    world.green_is_built()
    answer = verify_green(world.ports, writer)
    assert answer["next"] == "go-on"
    assert answer["together"] == world.ports.environment.shift.together
    assert [one["application"] for one in answer["groups"][0]] == [APP, "shop"]
    assert len({one["execution"] for one in answer["groups"][0]}) == 2
    assert world.phase().phase == "shift-applications"


def test_a_second_look_names_new_executions_for_whoever_has_not_moved() -> None:
    world, writer = started(APP, "shop")
    world.green_is_built()
    first = verify_green(world.ports, writer)["groups"][0][1]
    world.ports.table.write(writer, f"APP#{APP}", AppItem(application=APP, outcome="moved"))
    (second,) = verify_green(world.ports, writer)["groups"][0]
    assert (first["application"], second["application"]) == ("shop", "shop")
    assert first["execution"] != second["execution"]


def test_groups_that_have_moved_are_left_out() -> None:
    world, writer = started()
    world.green_is_built()
    world.ports.table.write(writer, f"APP#{APP}", AppItem(application=APP, outcome="moved"))
    assert verified(world, writer) == []


def test_an_incomplete_green_is_waited_for() -> None:
    world, writer = started()
    world.green_is_built()
    world.eks.added[GREEN].clear()
    answer = verify_green(world.ports, writer)
    assert answer["next"] == "wait"
    assert "add-on vpc-cni is missing" in answer["waiting_for"]
    assert "groups" not in answer


@pytest.mark.parametrize(
    ("targets", "why"), [((0, 2), "0 healthy targets, 1 needed"), ((1, 2), "50 % of 2 targets are not healthy")]
)
def test_targets_that_are_not_healthy_are_waited_for(targets: tuple[int, int], why: str) -> None:
    world, writer = started()
    world.green_is_built()
    world.ports.load_balancers.groups[f"{GREEN}.elb.example"] = targets
    answer = verify_green(world.ports, writer)
    assert (answer["next"], answer["retry_after_seconds"]) == ("wait", world.ports.environment.argocd.poll)
    assert why in answer["waiting_for"]


def test_an_ingress_whose_load_balancer_is_not_known_yet_is_waited_for() -> None:
    world, writer = started()
    world.green_is_built()
    world.green.put(ingress(APP, "billing.example.com", hostname="new.elb.example"))
    assert "green has no target group" in verify_green(world.ports, writer)["waiting_for"]


def test_an_ingress_is_healthy_by_its_own_target_groups() -> None:
    world, writer = started(APP, "shop")
    world.green_is_built()
    verified(world, writer)
    asked = [resources for _, resources in world.ports.load_balancers.asked]
    assert asked == [("shop/billing-billing",), ("shop/shop-shop",)]


def test_only_planned_applications_have_to_be_healthy() -> None:
    world = Beginning(APP, "shop")
    writer = world.starts({"applications": [APP]})
    world.green_is_built()
    world.green.put(ingress("shop", "shop.example.com", hostname="new.elb.example"))
    assert verified(world, writer) == [[APP]]


def test_a_phase_that_takes_too_long_holds() -> None:
    world, writer = started()
    ensure_green_cluster(world.ports, writer)
    world.ports.now += world.ports.environment.clusters.build_deadline + 1
    answer = ensure_green_cluster(world.ports, writer)
    assert answer["next"] == "hold"
    assert "more than 5400 s" in answer["waiting_for"]
