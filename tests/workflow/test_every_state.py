"""Every state of both machines, and what can happen to a run there: a stop, an abort, a redrive, a function that dies.

Whatever it was: the execution ends, the run has a report, no lease is held, no name lacks weight, nothing that must
not run twice runs twice or is suspended where it serves, and nothing belongs to a cluster that is not there. The states
come from the files of the machines. One world serves many attempts; what was wrong in any of them is told together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local.demo.people import Operator
from tests.workflow.injections import (
    APP,
    BEFORE_AND_AFTER,
    GREEN,
    TO_AN_EXECUTION,
    Bed,
    functions_of,
    go_on_for_a_state,
    strike,
    troubles,
)
from tests.workflow.test_stop import LAST_QUESTION, MOVED, OFF_THE_WAY, on_the_way, timely_states
from tests.workflow.upgrades import Upgrade

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.aws.step_functions.execution import Execution
    from local.runtime.crash import Fate

pytestmark = [pytest.mark.scenario, pytest.mark.long]

UNASKED = "before the approval"
PARTS = {
    UNASKED: ("Plan upgrade", "Check window"),
    "before the move": ("Check window", "Hand over green"),
    "from the move on": ("Hand over green", LAST_QUESTION),
}
"""States of one world each: the first of them, and the first that is no longer one. In the first nobody says yes."""


def to_any(*thorough: str) -> list[Any]:
    """What can happen to an execution; some of it is looked at by night only, as ``test_stop`` has it, or the shift."""
    return [
        pytest.param(
            what,
            marks=[pytest.mark.xdist_group(f"every-{what}"), *([pytest.mark.thorough] if what in thorough else [])],
        )
        for what in TO_AN_EXECUTION
    ]


TO_AN_UPGRADE, TO_A_SHIFT = to_any("stop", "redrive"), to_any("stop")
TO_A_FUNCTION = [
    pytest.param(fate, marks=pytest.mark.xdist_group(f"every-{what}"), id=what)
    for what, fate in BEFORE_AND_AFTER.items()
]


def paused(bed: Bed, run: Execution) -> Execution:
    """A person asks the run to wait before it syncs."""
    bed.reach(run, "Sync applications")
    bed.upgrade.command(command="pause", by="mio")
    return run


def left_behind(bed: Bed, run: Execution) -> Execution:
    """A person sends the application back while it moves, so that not everything moves."""
    child = shifting(bed, run)
    bed.reach(child, "Bake")
    bed.upgrade.command(command="roll-back", application=APP)
    return run


def aborted(bed: Bed, run: Execution) -> Execution:
    """A person wants everything back while it soaks."""
    bed.reach(run, "Soak")
    bed.upgrade.run(60)
    bed.upgrade.command(command="abort", by="mio")
    return run


def shift_held(bed: Bed, run: Execution) -> Execution:
    """A person asks the application's shift to wait."""
    child = shifting(bed, run)
    bed.reach(child, "Bake")
    bed.upgrade.command(command="hold", application=APP)
    return child


def shift_aborted(bed: Bed, run: Execution) -> Execution:
    """A person wants everything back in the middle of a shift."""
    child = shifting(bed, run)
    bed.reach(child, "Bake")
    bed.upgrade.command(command="abort", by="mio")
    return child


def shifting(bed: Bed, run: Execution) -> Execution:
    """The execution that shifts the application, as soon as there is one; the run itself when there never is."""
    if not bed.reach(run, "Shift application"):
        return run
    bed.upgrade.run(0.5)
    return next(iter(bed.upgrade.children()), run)


ASIDE: dict[tuple[str, str], Callable[[Bed, Execution], Execution]] = {
    ("upgrade", "Hold upgrade"): paused,
    ("upgrade", "Hold partial run"): left_behind,
    ("upgrade", "Roll back applications"): aborted,
    ("upgrade", "Wait for the rollback"): aborted,
    ("upgrade", "Report failure"): aborted,
    ("shift", "Hold application"): shift_held,
    ("shift", "Roll back application"): shift_aborted,
    ("shift", "Wait for the rollback"): shift_aborted,
    ("shift", "Wait for the hand-off"): shifting,
}
"""How a run comes to the states that a run without trouble does not pass."""

NOT_HERE = {
    "upgrade": {
        "Wait for green": "a later attempt finds green verified; test_stop stops a first one there",
        "Wait for the hand-off": "the shift has handed off all that this application has; test_stop waits there",
        "Wait for the applications": OFF_THE_WAY["upgrade"]["Wait for the applications"],
        "Wait for the hand-over": OFF_THE_WAY["upgrade"]["Wait for the hand-over"],
        "Wait for the comparison": "argocd-server has to be away; test_stop takes it away",
        "Await window": OFF_THE_WAY["upgrade"]["Await window"],
        "Request sync approval": "blue has to differ from Git; test_stop changes it",
    },
    "shift": {
        "Await window": OFF_THE_WAY["shift"]["Await window"],
        "Ask team": "the application has to be its team's; test_stop stops it there",
        "Hold failed rollback": "blue has to be without pods; test_stop stops it there",
        "Wait for green's pods": "an autoscaler has to enlarge green; test_cold_target stops a run there",
        "Restore safe weights": "somebody else has to write; test_stop stops it there",
        "Stop run": "a gate has to fail under another policy; test_stop stops it there",
    },
}
"""The states that these stories leave out, each with its reason."""


@pytest.mark.parametrize("machine", ["upgrade", "shift"])
def test_no_state_is_forgotten(machine: str) -> None:
    aside = {state for one, state in ASIDE if one == machine}
    known = [*on_the_way(machine), *aside, *NOT_HERE[machine]]
    assert sorted(known) == sorted(timely_states(machine))


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("what", TO_AN_UPGRADE)
def test_an_upgrade_at_every_state(what: str, part: str) -> None:
    first, last = PARTS[part]
    states = on_the_way("upgrade")
    with Upgrade(APP, approves=part != UNASKED) as upgrade:
        bed = Bed(upgrade)
        for state in states[states.index(first) : states.index(last)]:
            at(bed, what, state)
        assert "\n".join(bed.troubles) == ""
        if part == UNASKED:
            Operator(upgrade.world, upgrade.stage.deployment.functions["operator_command"], upgrade.told.append)
        assert upgrade.run_to_end(upgrade.start()) == "SUCCEEDED"
        assert list(troubles(upgrade)) == []
        assert upgrade.world.cluster_states() == {GREEN: "ACTIVE"}


@pytest.mark.parametrize("what", TO_AN_UPGRADE)
def test_an_upgrade_at_every_state_after_the_soak(what: str) -> None:
    states = on_the_way("upgrade")
    with Upgrade(APP) as upgrade:
        bed = Bed(upgrade)
        for state in states[states.index(LAST_QUESTION) :]:
            if upgrade.attempts == 0 or upgrade.report()["outcome"] != "succeeded":
                at(bed, what, state)
        assert "\n".join(bed.troubles) == ""
        assert upgrade.report()["outcome"] == "succeeded"
        assert upgrade.world.cluster_states() == {GREEN: "ACTIVE"}


@pytest.mark.parametrize("what", TO_A_SHIFT)
def test_a_shift_at_every_state(what: str) -> None:
    with Upgrade(APP) as upgrade:
        bed = Bed(upgrade)
        for state in on_the_way("shift"):
            run = bed.start()
            child = shifting(bed, run)
            if child is run or (state != "Prepare shift" and not bed.reach(child, state)):
                upgrade.stop(run)
                continue
            shift_at(bed, what, run, child, state)
            if state in MOVED:
                back_again(bed, state)
        assert "\n".join(bed.troubles) == ""


@pytest.mark.parametrize("what", TO_A_SHIFT)
def test_the_states_aside(what: str) -> None:
    with Upgrade(APP) as upgrade:
        bed = Bed(upgrade)
        for (machine, state), way in ASIDE.items():
            run = bed.start()
            execution = way(bed, run)
            if not bed.reach(execution, state):
                upgrade.stop(run)
            elif machine == "shift":
                shift_at(bed, what, run, execution, state)
            else:
                TO_AN_EXECUTION[what](bed, execution, state)
        assert "\n".join(bed.troubles) == ""


@pytest.mark.parametrize("fate", TO_A_FUNCTION)
def test_every_function_dies_once_and_the_run_arrives_all_the_same(fate: Fate) -> None:
    with Upgrade(APP) as upgrade:
        names = functions_of(upgrade, "upgrade", on_the_way("upgrade"))
        names |= functions_of(upgrade, "shift", on_the_way("shift"))
        planned = strike(upgrade, names, fate)
        run = upgrade.start()
        assert upgrade.run_to_end(run) == "SUCCEEDED", run.cause
        assert set(planned.hit) == names
        assert list(troubles(upgrade)) == []
        assert upgrade.report()["outcome"] == "succeeded"
        assert upgrade.world.cluster_states() == {GREEN: "ACTIVE"}


def at(bed: Bed, what: str, state: str) -> None:
    """One more attempt, to which it happens at this state.

    A redriven attempt has done what its state does, so that the next one may find nothing to wait for.
    """
    states, run = on_the_way("upgrade"), bed.start()
    may_pass = what == "redrive" and state.startswith("Wait")
    later = states[states.index(state) + 1 :] if may_pass else ()
    if bed.reach(run, state, later=later, may_pass=may_pass):
        TO_AN_EXECUTION[what](bed, run, state)


def shift_at(bed: Bed, what: str, run: Execution, child: Execution, state: str) -> None:
    """Do it to the shift, end the run that waited for it, and look."""
    if what == "abort":
        TO_AN_EXECUTION[what](bed, run, state)
        return
    bed.upgrade.stop(child)
    bed.upgrade.run(400)
    if what == "redrive":
        go_on_for_a_state(bed, child, state)
    if run.status == "RUNNING":
        bed.upgrade.stop(run)
    bed.settle(run, state, {"ABORTED", "FAILED", "SUCCEEDED"})
    if child.status == "RUNNING":
        bed.troubles.append(f"{state}: the shift that was started again still runs")
        bed.upgrade.stop(child)
        bed.upgrade.run(400)


def back_again(bed: Bed, state: str) -> None:
    """The application has moved; the next state is looked at from the beginning."""
    run = bed.start()
    if bed.reach(run, "Soak"):
        bed.upgrade.command(command="abort", by="mio")
        bed.upgrade.run_to_end(run)
        bed.settle(run, f"{state}, and back", {"FAILED"})
