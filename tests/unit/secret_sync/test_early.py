"""Green starts with current values: its secrets are asked for as soon as it can have any, and before it serves."""

from __future__ import annotations

from typing import Any

from norikae.secret_sync.letter import Sweep
from norikae.upgrade.build import ensure_green_cluster, sync_applications, sync_platform
from norikae.upgrade.hand_over import hand_over_green
from norikae.upgrade.verify import verify_green
from tests.unit.fakes.beginning import Beginning
from tests.unit.fakes.carried import NEW, SECRET, carries, declares, rotated, secret_sync
from tests.unit.fakes.demo import unsynced
from tests.unit.fakes.story import GREEN

WHOLE, NEW_ONES = Sweep(why="green", cluster=GREEN), Sweep(why="green", cluster=GREEN, only_new=True)


def started() -> tuple[Beginning, Any]:
    world = Beginning()
    carries(world.ports)
    return world, world.starts()


def sent(world: Beginning) -> list[Any]:
    """What was sent since this was asked last."""
    letters = [letter for letter, _ in world.ports.letters.sent]
    world.ports.letters.sent.clear()
    return letters


def test_secrets_come_to_green_when_its_control_plane_is_there() -> None:
    world, writer = started()
    while ensure_green_cluster(world.ports, writer)["next"] != "go-on":
        assert sent(world) == []
        world.eks.settle()
    assert sent(world) == [WHOLE]


def test_what_a_sync_declares_is_carried_while_its_pods_wait() -> None:
    world, writer = started()
    world.green.put(unsynced("root"))
    assert sync_platform(world.ports, writer)["next"] == "compare"
    assert sent(world) == [NEW_ONES], "one letter for each look"
    world.green_is_synced()
    assert sync_applications(world.ports, writer)["next"] == "go-on"
    assert sent(world) == [NEW_ONES]


def test_green_is_not_verified_before_its_secrets_are_current() -> None:
    world, writer = started()
    world.green_is_built()
    rotated(world.ports, GREEN)
    answer = verify_green(world.ports, writer)
    lag = f"secrets lag: secretsyncs shop/db on {GREEN} does not have the current version of {SECRET} yet"
    assert (answer["next"], answer["waiting_for"]) == ("wait", lag)
    declares(world.ports, GREEN, secret_sync(NEW))
    assert verify_green(world.ports, writer)["next"] == "go-on"


def test_everything_is_looked_at_once_more_before_green_serves() -> None:
    world, writer = started()
    world.green_is_built()
    while hand_over_green(world.ports, writer)["next"] != "go-on":
        assert sent(world) == []
    assert sent(world) == [WHOLE]
    hand_over_green(world.ports, writer)
    assert sent(world) == []


def test_a_run_that_is_paused_asks_for_nothing() -> None:
    world, writer = started()
    world.ports.table.write_unfenced(writer.run, "FLAGS", {"paused": True})
    assert sync_applications(world.ports, writer)["next"] == "hold"
    assert sent(world) == []


def test_without_secrets_in_the_environment_nothing_is_sent() -> None:
    world = Beginning()
    writer = world.starts()
    world.green_is_built()
    rotated(world.ports, GREEN)
    for move in (ensure_green_cluster, sync_platform, sync_applications, verify_green, hand_over_green):
        move(world.ports, writer)
    assert sent(world) == []
    assert not world.ports.safe.calls
