"""No execution comes near Step Functions' 25,000 events: the worst case is computed, and the arithmetic is checked."""

from __future__ import annotations

import copy
from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from local.assembly import ROOT
from norikae.argocd.install import ensure_installed
from norikae.errors import RefusedError
from norikae.traffic.history import too_long
from stacks.environment_file import load
from tests.unit.fakes.demo import demo_environment
from tests.unit.fakes.kubernetes import FakeKubernetes
from tests.unit.fakes.story import Story
from tests.workflow.history_budget import (
    STATED,
    LoopError,
    Machine,
    Stated,
    events_of,
    shift_machine,
    upgrade_machine,
    worst_case,
)
from tests.workflow.upgrades import Upgrade

if TYPE_CHECKING:
    from local.aws.step_functions.execution import Execution
    from norikae.environment import Environment

PARENT, CHILD = 20_500, 8_450
EXAMPLE_CHILD = 5_900
"""What a worst case may have, so that 25,000 stay far for whatever nobody thought of."""
APP = "files-upload"


@pytest.fixture(scope="module")
def example() -> Environment:
    """A soak of 48 hours, approvals of three days, every default."""
    return load(ROOT / "environments" / "example.yaml")


def test_an_upgrade_of_fifty_applications_with_three_holds_fits(example: Environment) -> None:
    assert (example.soak.duration, example.approvals.deadline) == (48 * 3600, 3 * 86400)
    assert (STATED.applications, STATED.holds) == (50, 3)
    assert worst_case(upgrade_machine(example)) <= PARENT


def test_a_shift_with_the_examples_bake_and_three_holds_fits(example: Environment) -> None:
    assert worst_case(shift_machine(example)) <= EXAMPLE_CHILD


@pytest.mark.parametrize("others", [1, 2, 3])
def test_holds_of_the_other_kind_fit_as_well(example: Environment, others: int) -> None:
    stated = Stated(others=others)
    assert worst_case(upgrade_machine(example, stated), stated) <= PARENT
    assert worst_case(shift_machine(example, stated), stated) <= CHILD


def test_with_one_hold_everything_fits(example: Environment) -> None:
    once = Stated(holds=1)
    assert worst_case(upgrade_machine(example, once), once) <= PARENT
    assert worst_case(shift_machine(example, once), once) <= CHILD


@pytest.mark.parametrize(("propagation_minutes", "longest_bake"), [(10, 1170), (5, 1410)])
def test_the_longest_bake_that_fits(example: Environment, propagation_minutes: int, longest_bake: int) -> None:
    dns = msgspec.structs.replace(example.dns, propagation_poll=15, propagation_deadline=propagation_minutes * 60)
    environment = msgspec.structs.replace(example, dns=dns)
    assert worst_case(shift_machine(environment, bake_seconds=longest_bake)) <= CHILD
    assert worst_case(shift_machine(environment, bake_seconds=longest_bake + environment.shift.poll)) > CHILD


def test_more_steps_leave_less_room(example: Environment) -> None:
    assert worst_case(shift_machine(example, steps=3)) <= CHILD
    assert worst_case(shift_machine(example, steps=11)) > CHILD


@pytest.mark.parametrize("steps", [1, 4, 10])
@pytest.mark.parametrize("propagation_seconds", [60, 300, 900])
def test_the_longest_bake_that_a_plan_takes_fits(example: Environment, steps: int, propagation_seconds: int) -> None:
    dns = msgspec.structs.replace(example.dns, propagation_deadline=propagation_seconds)
    environment = msgspec.structs.replace(example, dns=dns)
    shift = environment.shift
    taken = [
        bake
        for bake in range(dns.answer_ttl, 4 * 3600, shift.poll)
        if not too_long(shift, dns, steps=steps, bake_seconds=bake)
    ]
    if taken:
        assert worst_case(shift_machine(environment, bake_seconds=taken[-1], steps=steps)) <= CHILD
    else:  # nothing is left for a bake
        assert worst_case(shift_machine(environment, bake_seconds=600, steps=steps)) > CHILD


# --- the arithmetic ---


def task(following: str) -> dict[str, Any]:
    return {"Type": "Task", "Resource": "${Look}", "Next": following}


POLLING: dict[str, Any] = {
    "StartAt": "Look",
    "States": {
        "Look": task("Is it there?"),
        "Is it there?": {"Type": "Choice", "Choices": [{"Next": "Done"}], "Default": "Wait"},
        "Wait": {"Type": "Wait", "Next": "Look"},
        "Done": {"Type": "Succeed"},
    },
}


def polling(**limits: int) -> Machine:
    return Machine("polling", copy.deepcopy(POLLING), limits, {})


def test_a_loop_is_counted_as_often_as_its_row_says() -> None:
    looks, waits = 4, 3
    events = 2 + looks * (5 + 2) + waits * 2 + 2
    assert worst_case(polling(Wait=waits), Stated(retried=STATED.retried * 0)) == events
    assert worst_case(polling(Wait=waits)) == events + 3  # of four invocations, a tenth is one


def test_a_loop_that_comes_back_pays_its_inner_loop_again() -> None:
    machine = polling(Wait=3, Hold=2)
    machine.definition["States"]["Hold"] = task("Look")
    machine.definition["States"]["Look"]["Catch"] = [{"Next": "Hold"}]
    without = worst_case(polling(Wait=3), Stated(retried=STATED.retried * 0))
    assert worst_case(machine, Stated(retried=STATED.retried * 0)) == without + 2 * (5 + 5)


def test_the_dearer_of_two_ways_counts() -> None:
    machine = polling(Wait=3)
    machine.definition["States"]["Done"] = task("End")
    machine.definition["States"]["End"] = {"Type": "Succeed"}
    machine.definition["States"]["Is it there?"]["Choices"].append({"Next": "End"})
    none = Stated(retried=STATED.retried * 0)
    assert worst_case(machine, none) == worst_case(polling(Wait=3), none) + 5


def test_iterations_count_with_what_is_in_them() -> None:
    inner = {"StartAt": "Move", "States": {"Move": {**task(""), "Next": "Note"}, "Note": {"Type": "Pass", "End": True}}}
    states = {"Each": {"Type": "Map", "ItemProcessor": inner, "End": True}}
    machine = Machine("map", {"StartAt": "Each", "States": states}, {}, {"Each": 50})
    assert worst_case(machine, Stated(retried=STATED.retried * 0)) == 2 + 4 + 50 * (2 + 5 + 2)
    with pytest.raises(LoopError, match="Map Each has no row"):
        worst_case(Machine("map", machine.definition, {}, {}))


def test_a_new_loop_needs_a_row(example: Environment) -> None:
    machine = upgrade_machine(example)
    machine.definition["States"]["Report failure"]["Catch"].append({"Next": "Finish upgrade"})
    with pytest.raises(LoopError, match=r"Finish upgrade → Report failure|Report failure → Finish upgrade"):
        worst_case(machine)


def test_a_row_needs_a_loop(example: Environment) -> None:
    machine = shift_machine(example)
    machine.limits["Finish shift"] = 3
    with pytest.raises(LoopError, match="Finish shift: there is a row, but no loop"):
        worst_case(machine)
    machine.limits["Nowhere"] = 3
    with pytest.raises(LoopError, match="Nowhere: there is a row, but no state"):
        worst_case(machine)


# --- against real histories ---


def entered(execution: Execution) -> Counter[str]:
    """How often an execution entered each state."""
    events = execution.history.events
    return Counter(event["stateEnteredEventDetails"]["name"] for event in events if "stateEnteredEventDetails" in event)


def retries(execution: Execution) -> int:
    """How many attempts were made beyond the first of each visit."""
    kinds = Counter(event["type"] for event in execution.history.events)
    return kinds["LambdaFunctionScheduled"] + kinds["TaskScheduled"] - kinds["TaskStateEntered"]


def assert_counted(execution: Execution, machine: Machine) -> None:
    visits = entered(execution)
    assert events_of(machine, visits, retries(execution)) == len(execution.history.events)
    for state, limit in machine.limits.items():
        assert visits[state] <= limit, f"{state} was entered more often than its row says"


@pytest.mark.long
@pytest.mark.scenario
@pytest.mark.xdist_group("history")
def test_histories_of_a_troubled_upgrade_are_as_long_as_computed() -> None:
    with Upgrade(APP, crash_probability=0.1) as upgrade:
        run = upgrade.start()
        assert upgrade.run_until(run, "Shift applications")
        upgrade.run(120)
        upgrade.command(command="hold", application=APP)
        (child,) = upgrade.children()
        assert upgrade.run_until(child, "Hold application")
        upgrade.run(60)
        upgrade.command(command="resume", application=APP)
        assert upgrade.run_until(run, "Wait for the soak")
        upgrade.command(command="pause")
        assert upgrade.run_until(run, "Hold upgrade")
        upgrade.run(60)
        upgrade.command(command="resume")
        assert upgrade.run_to_end(run) == "SUCCEEDED"
        environment = upgrade.world.environment
    assert_counted(run, upgrade_machine(environment))
    assert_counted(child, shift_machine(environment))
    assert (entered(run)["Hold upgrade"], entered(child)["Hold application"]) == (1, 1)
    assert retries(run) + retries(child) > 0


# --- what the rows rely on ---


def test_definitions_that_are_never_served_are_looked_at_no_more_often_than_the_poll() -> None:
    environment, api = demo_environment(), FakeKubernetes()
    install = [
        {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}}
        for kind, name in (("CustomResourceDefinition", "applications.argoproj.io"), ("Deployment", "argocd-server"))
    ]
    looks = [ensure_installed(api, install, environment.argocd) for _ in range(5)]
    assert looks[-1].waiting_for.startswith("the API server to serve")
    assert looks[-1].retry_after_seconds >= environment.argocd.poll


def test_a_rollback_that_stays_pending_holds() -> None:
    story = Story()
    story.prepared()
    story.moved_to(5)
    story.ports.dns.looks_until_in_sync = 99
    assert story.rolled_back() == "wait"
    story.time_passes(story.ports.environment.dns.propagation_deadline + 1)
    with pytest.raises(RefusedError, match="PENDING"):
        story.rolled_back()


def test_a_last_weight_that_stayed_pending_is_baked_once_when_the_shift_is_resumed() -> None:
    story = Story()
    story.prepared()
    story.moved_to(5)
    story.moved_to(50)
    story.ports.dns.looks_until_in_sync = 99
    change = story.set_to(100)
    story.time_passes(story.ports.environment.dns.propagation_deadline + 1)
    with pytest.raises(RefusedError, match="PENDING"):
        story.in_force(100, change)
    story.ports.dns.looks_until_in_sync = 0
    assert story.prepared() == {"next": "step", "weight": 100}
    story.moved_to(100)
    assert story.judged(100)["next"] == "bake"
    story.time_passes(301)
    assert story.judged(100)["next"] == "finish"
