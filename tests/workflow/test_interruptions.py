"""Whole stories of machines that go away: events through rules, queue and functions, nodes in a cluster, hooks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from local.aws.ec2.instances import Launch
from local.aws.health import RETIREMENT
from local.aws.mischief import Mischief
from local.demo.scenarios import Scenario
from local.runtime.crash import CrashPlan
from tests.workflow.nodes_that_go import Nodes

pytestmark = pytest.mark.xdist_group("interruptions")

MAINTENANCE = "AWS_EC2_SYSTEM_REBOOT_MAINTENANCE_SCHEDULED"
BUS, QUEUE = Mischief(duplicate=1.0, delay=5.0), Mischief(duplicate=1.0, delay=3.0, reorder=True)
"""Every event comes twice, and each of the two again: four times."""


def makes_mischief(nodes: Nodes, bus: Mischief, queue: Mischief = QUEUE) -> None:
    nodes.world.events.mischief, nodes.world.functions.pollers.mischief = bus, queue


def test_five_kinds_of_events_four_times_each_delayed_and_mixed_up_are_one_story() -> None:
    with Nodes() as nodes:
        goes = nodes.workers()[0]
        nodes.hold_ends(nodes.group_of(goes))
        makes_mischief(nodes, BUS)
        nodes.world.health.schedule(RETIREMENT, [goes.id], seconds=14 * 86400)
        nodes.world.ec2.rebalance(goes.id)
        nodes.scale_in(goes)
        nodes.world.ec2.interrupt(goes.id)
        nodes.run_until_finished(goes.id)
        nodes.run(300)

        claim = nodes.claim(goes.id)
        assert claim is not None
        assert {"rebalance", "scheduled", "scaling", "spot"} <= set(claim.kinds)
        assert (claim.outcome, claim.left, claim.hook_done) == ("drained", 0, True)
        assert nodes.episodes(goes.id) == {claim.episode}
        assert sorted(nodes.stages(goes.id)) == sorted(set(nodes.stages(goes.id)))
        assert nodes.stages(goes.id)[-1] == "drained"
        assert len(nodes.drains()) == 1
        assert len(nodes.calls("CompleteLifecycleAction", goes.id)) == 1
        assert goes.state == "terminated"
        assert nodes.stage.clients.failed == 0


@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(seed, marks=[pytest.mark.long, pytest.mark.thorough]) for seed in (2, 3))]
)
def test_a_storm_during_which_functions_die_leaves_nothing_behind(seed: int) -> None:
    with Nodes(seed=seed, crashes=CrashPlan(seed, 0.2)) as nodes:
        workers = nodes.workers()
        nodes.hold_ends(nodes.group_of(workers[0]))
        makes_mischief(nodes, BUS)
        for one in workers[:2]:
            nodes.scale_in(one)
        for one in workers[1:3]:
            nodes.world.ec2.interrupt(one.id)
        going = workers[:3]
        nodes.run_until_finished(*(one.id for one in going))
        nodes.run(900)

        died = [one for one in nodes.world.runtime.invocations if one.fate.name != "LIVES"]
        assert died
        for one in going:
            claim = nodes.claim(one.id)
            assert claim is not None
            assert claim.outcome == "drained", claim
            assert len(nodes.episodes(one.id)) == 1
            assert one.state == "terminated"
        for one in workers[:2]:
            assert len(nodes.calls("CompleteLifecycleAction", one.id)) == 1
        assert nodes.claims().open(nodes.blue) == []
        assert [one for one in nodes.workers() if nodes.is_marked(one)] == []


def test_a_hook_is_kept_alive_while_a_budget_keeps_pods_and_is_answered_after_that() -> None:
    with Nodes() as nodes:
        goes = nodes.workers()[0]
        nodes.hold_ends(nodes.group_of(goes), heartbeat=120)
        nodes.lets_go("chat-api", "chat", {"minAvailable": "100%"})
        nodes.run(10)
        nodes.scale_in(goes)
        nodes.run(400)
        claim = nodes.claim(goes.id)
        assert claim is not None
        assert claim.state == "blocked"
        assert claim.blocked_by == ("chat/chat-api",)
        assert len(nodes.calls("RecordLifecycleActionHeartbeat", goes.id)) >= 400 // 120
        assert goes.state == "running"
        assert nodes.calls("CompleteLifecycleAction", goes.id) == []

        nodes.lets_go("chat-api", "chat", {"minAvailable": "75%"})
        nodes.run_until_finished(goes.id)
        nodes.run(60)
        (answer,) = nodes.calls("CompleteLifecycleAction", goes.id)
        assert answer.params["LifecycleActionResult"] == "CONTINUE"
        assert nodes.stages(goes.id) == ["blocked", "drained"]
        assert goes.state == "terminated"
        assert nodes.stage.clients.failed == 0


def test_a_warning_that_was_lost_is_found_where_auto_scaling_waits() -> None:
    with Nodes() as nodes:
        goes = nodes.workers()[0]
        nodes.hold_ends(nodes.group_of(goes), heartbeat=3600)
        makes_mischief(nodes, Mischief(loss=1.0))
        nodes.scale_in(goes)
        nodes.run(5)
        assert nodes.claim(goes.id) is None
        nodes.run_until_finished(goes.id)
        claim = nodes.claim(goes.id)
        assert claim is not None
        assert (claim.kinds, claim.outcome) == (("scaling",), "drained")
        assert len(nodes.calls("CompleteLifecycleAction", goes.id)) == 1


def test_maintenance_that_is_called_off_gives_the_node_back() -> None:
    with Nodes() as nodes:
        full, soon = nodes.workers()[:2]
        planned = nodes.world.health.schedule(MAINTENANCE, [full.id], seconds=7 * 86400)
        nodes.run(90)
        assert nodes.is_open_for_pods(full)
        assert nodes.stages(full.id) == ["waiting"]
        begun = nodes.world.health.schedule(MAINTENANCE, [soon.id], seconds=1800)
        nodes.run_until_finished(soon.id)
        assert nodes.is_marked(soon)

        nodes.world.health.close(planned)
        nodes.world.health.close(begun)
        nodes.run(90)
        assert nodes.is_open_for_pods(full)
        assert nodes.stages(full.id) == ["waiting", "cancelled"]
        assert nodes.is_open_for_pods(soon)
        assert nodes.stages(soon.id) == ["begun", "drained", "cancelled"]


@dataclass(frozen=True, slots=True)
class Cordons(Scenario):
    """A recommendation is enough to keep new pods away for ten minutes."""

    @property
    def changes(self) -> dict[str, Any]:
        return {"interruptions": {"rebalance": {"do": "cordon", "back_after": "10m"}}}


@pytest.mark.long
def test_a_recommendation_that_nothing_follows_gives_the_node_back_after_its_time() -> None:
    with Nodes(scenario=Cordons("story", "", "succeeded")) as nodes:
        stays, cordoned = nodes.workers()[:2]
        nodes.api.patch("nodes", cordoned.name, None, {"spec": {"unschedulable": True}}, manager="kubectl-cordon")
        had = nodes.pods_on(stays)
        for one in (stays, cordoned):
            nodes.world.ec2.rebalance(one.id)
        nodes.run(120)
        assert nodes.is_marked(stays)
        assert nodes.is_marked(cordoned)
        nodes.run(600)
        assert nodes.is_open_for_pods(stays)
        assert nodes.pods_on(stays) == had
        node = nodes.node(cordoned)
        assert node is not None
        assert node["spec"]["unschedulable"], "somebody else's cordon stays"
        assert not nodes.is_marked(cordoned)
        assert nodes.stages(stays.id) == ["begun", "kept"]


def test_a_foreign_machine_costs_no_call_to_any_cluster() -> None:
    with Nodes() as nodes:
        ec2 = nodes.world.ec2
        subnet = next(iter(ec2.subnets.values()))
        template = next(iter(ec2.templates.values()))
        launch = Launch(template, nodes.workers()[0].type, subnet, spot=True)
        foreign = ec2.launch(launch, {"kubernetes.io/cluster/another": "owned"}, booted=True)
        foreign.tags.pop("eks:cluster-name", None)
        nodes.run(30)
        ran, called, asked = len(nodes.world.runtime.invocations), len(nodes.world.front.calls), nodes.drains()
        ec2.interrupt(foreign.id)
        nodes.run(20)
        handled = [one for one in nodes.world.runtime.invocations[ran:] if "Interruptions" in one.function]
        handled = [one for one in handled if "Reconcile" not in one.function]
        operations = [one.operation for one in nodes.world.front.calls[called:]]
        assert len(handled) == 1
        assert handled[0].calls == operations.count("DescribeInstances") + operations.count("GetItem")
        assert handled[0].error_type == ""
        assert {"PutItem", "StartExecution", "Publish"} & set(operations) == set()
        assert nodes.drains() == asked
