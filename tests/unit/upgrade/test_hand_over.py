"""Green is handed over before the first weight: back to its branch, without our admins, with the groups that move."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec

from norikae.cluster.eks_port import AccessEntry
from norikae.cluster.green import ADMIN_POLICY
from norikae.upgrade.hand_over import hand_over_green
from norikae.upgrade.identity import Writer
from norikae.upgrade.ports import read_plan
from norikae.upgrade.state import AppItem
from norikae.upgrade.sync_state import HandOverItem
from norikae.upgrade.verify import verify_green
from tests.unit.fakes.beginning import Beginning
from tests.unit.fakes.demo import OTHER_SHA, SHA, application, operation_state
from tests.unit.fakes.story import APP, GREEN, RUN

APPS = "applications.argoproj.io"
ADMIN = "arn:aws:iam::123456789012:role/builder"
READER = "arn:aws:iam::123456789012:role/reader"


def verified(*names: str) -> tuple[Beginning, Writer]:
    """Green is proven, and blue follows ``main``."""
    world = Beginning(*names)
    for app in [one for key, one in world.blue.objects.items() if key[0] == APPS]:
        app["spec"]["source"]["targetRevision"] = "main"
    writer = world.starts()
    world.green_is_built()
    world.eks.entries[GREEN] = {role: AccessEntry(role, frozenset(), frozenset()) for role in (ADMIN, READER)}
    return world, writer


def hand_over(world: Beginning, writer: Writer) -> dict[str, Any]:
    answer = hand_over_green(world.ports, writer)
    assert answer["next"] == "go-on", answer
    return answer


def groups(world: Beginning, writer: Writer) -> list[list[str]]:
    return [[one["application"] for one in group] for group in hand_over(world, writer)["groups"]]


def test_green_follows_what_blue_follows() -> None:
    world, writer = verified(APP, "shop")
    hand_over(world, writer)
    followed = {
        key[2]: app["spec"]["source"]["targetRevision"] for key, app in world.green.objects.items() if key[0] == APPS
    }
    assert followed["root"] == followed[APP] == followed["shop"] == "main"


def test_our_admins_leave_and_the_others_stay() -> None:
    world, writer = verified()
    hand_over(world, writer)
    assert list(world.eks.entries[GREEN]) == [READER]
    assert "handed-over" in world.ports.table.said()


def test_an_admin_with_other_groups_stays_in_them_because_green_is_the_next_blue() -> None:
    world, writer = verified()
    groups = frozenset({"norikae:compare"})
    world.eks.entries[GREEN][READER] = AccessEntry(READER, groups, frozenset({ADMIN_POLICY}))
    access = {"norikae:admin": (ADMIN, READER), "norikae:compare": (READER,)}
    world.ports.settings = replace(world.ports.settings, access=access)
    hand_over(world, writer)
    assert world.eks.entries[GREEN] == {READER: AccessEntry(READER, groups, frozenset())}


def test_it_happens_once_in_an_attempt() -> None:
    world, writer = verified()
    hand_over(world, writer)
    world.green.writes.clear()
    hand_over(world, writer)
    assert world.green.writes == []
    assert world.ports.table.said().count("handed-over") == 1


def test_another_attempt_pins_and_so_hands_over_again() -> None:
    world, writer = verified()
    world.ports.table.write(writer, "HANDOVER", HandOverItem(attempt=writer.attempt - 1, at=0))
    hand_over(world, writer)
    item = world.ports.table.read(RUN, "HANDOVER", HandOverItem)
    assert item is not None
    assert item.attempt == writer.attempt


def test_the_pin_does_not_judge_green_any_more() -> None:
    world, writer = verified()
    hotfix = operation_state("Succeeded", revision=OTHER_SHA)
    app = application(APP, operationState=hotfix)
    app["status"]["sync"]["revision"] = OTHER_SHA
    world.green.put(app)
    assert "instead of" in verify_green(world.ports, writer)["waiting_for"]
    world.ports.table.write(writer, "HANDOVER", HandOverItem(attempt=writer.attempt, at=0))
    assert verify_green(world.ports, writer)["next"] == "go-on"


def test_the_answer_names_who_moves_with_whom() -> None:
    world, writer = verified(APP, "shop")
    (group,) = hand_over(world, writer)["groups"]
    assert group["together"] == world.ports.environment.shift.together
    assert [one["application"] for one in group["applications"]] == [APP, "shop"]
    assert len({one["execution"] for one in group["applications"]}) == 2
    assert world.phase().phase == "shift-applications"


def test_a_second_look_names_new_executions_for_whoever_has_not_moved() -> None:
    world, writer = verified(APP, "shop")
    first = hand_over(world, writer)["groups"][0]["applications"][1]
    world.ports.table.write(writer, f"APP#{APP}", AppItem(application=APP, outcome="moved"))
    (second,) = hand_over(world, writer)["groups"][0]["applications"]
    assert (first["application"], second["application"]) == ("shop", "shop")
    assert first["execution"] != second["execution"]


def test_nobody_waits_for_the_decision_of_another_team() -> None:
    world, writer = verified(APP, "shop")
    stored = read_plan(world.ports.table, RUN)
    (group,) = stored.plan.groups
    of_a_team = tuple(msgspec.structs.replace(one, shift="team" if one.name == APP else "auto") for one in group)
    plan = msgspec.structs.replace(stored.plan, groups=(of_a_team,))
    world.ports.table.write(writer, "PLAN", msgspec.structs.replace(stored, plan=plan))
    answer = hand_over(world, writer)["groups"]
    assert [[one["application"] for one in part["applications"]] for part in answer] == [["shop"], [APP]]
    assert [part["together"] for part in answer] == [3, 40]


def test_groups_that_have_moved_are_left_out() -> None:
    world, writer = verified()
    world.ports.table.write(writer, f"APP#{APP}", AppItem(application=APP, outcome="moved"))
    assert groups(world, writer) == []


def test_a_plan_that_knows_what_blue_follows_is_needed() -> None:
    world, _ = verified()
    assert read_plan(world.ports.table, RUN).plan.tracks == {"root": "main", APP: "main"}
    assert read_plan(world.ports.table, RUN).plan.revision == SHA
