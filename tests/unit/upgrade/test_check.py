"""Preflight decides whether a run may start, and everything that it found is kept."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from norikae.environment import Approvals
from norikae.errors import BadRequestError, UnreachableError
from norikae.upgrade.check import run_preflight
from norikae.upgrade.identity import Writer
from norikae.upgrade.state import PhaseItem
from tests.unit.fakes.beginning import Beginning
from tests.unit.fakes.ports import alias
from tests.unit.fakes.story import APP, BLUE, RUN


def findings(world: Beginning) -> list[dict[str, Any]]:
    found = world.ports.table.read(RUN, "FINDINGS", list[dict[str, Any]])
    assert found is not None
    return found


def test_a_sound_environment_asks_a_person() -> None:
    world = Beginning()
    assert run_preflight(world.ports, world.starts()) == {"next": "ask"}
    assert world.phase().phase == "run-preflight"
    assert [found for found in findings(world) if found["severity"] in ("blocker", "unknown")] == []


def test_a_sound_environment_goes_on_where_nobody_has_to_be_asked() -> None:
    world = Beginning()
    world.ports.environment = msgspec.structs.replace(world.ports.environment, approvals=Approvals(plan="none"))
    assert run_preflight(world.ports, world.starts()) == {"next": "go-on"}


def test_a_dry_run_ends_here() -> None:
    world = Beginning()
    assert run_preflight(world.ports, world.starts({"dry_run": True})) == {"next": "finish"}


def test_a_blocker_refuses_with_its_remedy_and_creates_nothing() -> None:
    world = Beginning()
    world.ports.dns.sets.clear()
    writer = world.starts()
    answer = run_preflight(world.ports, writer)
    assert answer["next"] == "refuse"
    assert answer["waiting_for"].startswith(
        "dns-ownership: billing.example.com: it has no A record in the zone; create"
    )
    assert world.phase().waiting_for == answer["waiting_for"]
    assert world.phase().spans[-1].until == world.ports.now
    assert world.eks.asked == []


def test_a_refusal_counts_the_other_blockers() -> None:
    world = Beginning(APP, "shop", "web")
    world.ports.dns.sets.clear()
    answer = run_preflight(world.ports, world.starts())
    assert answer["waiting_for"].endswith("(and 2 more in findings.json)")


def test_a_dry_run_with_a_blocker_refuses_too() -> None:
    world = Beginning()
    world.ports.dns.sets.clear()
    assert run_preflight(world.ports, world.starts({"dry_run": True}))["next"] == "refuse"


def test_everything_that_was_found_is_evidence() -> None:
    world = Beginning()
    world.ports.dns.sets["billing.example.com", "A", "old"] = alias("billing.example.com", "old", 0)
    run_preflight(world.ports, world.starts())
    assert world.ports.evidence.documents[f"{RUN}/findings.json"] == {"findings": findings(world)}
    assert world.ports.table.said()[-1] == "preflight"
    assert world.ports.table.events[-1].detail == {"findings": len(findings(world))}
    assert findings(world)[0]["severity"] == "blocker"


def test_a_world_that_cannot_be_read_just_now_is_no_finding() -> None:
    world = Beginning()
    writer = world.starts()
    world.ports.apis[BLUE].gone = True
    with pytest.raises(UnreachableError):
        run_preflight(world.ports, writer)
    assert world.ports.table.read(RUN, "FINDINGS", list[dict[str, Any]]) is None


def test_an_attempt_after_the_point_of_no_return_is_not_checked_but_goes_on_deleting() -> None:
    world = Beginning()
    writer = world.starts()
    world.ports.table.write(writer, "PHASE", PhaseItem(phase="decommission-blue", point_of_no_return=True))
    world.blue.gone = True
    assert run_preflight(world.ports, writer) == {"next": "decommission"}
    assert world.phase().point_of_no_return


def test_preflight_needs_a_plan() -> None:
    with pytest.raises(BadRequestError, match="has no plan"):
        run_preflight(Beginning().ports, Writer(RUN, 1, 1))
