"""How many events the history of an execution can have, computed from the machine's own graph.

A looping state has a row in the table of its machine, which says how often one execution can enter it. The worst case
is the heaviest flow from start to end through a graph in which no state is entered more often than its row says. It
may be more than any execution can do (the loops of a flow need not be connected), never less.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from local.assembly import ROOT
from norikae.capacity.looks import most_looks as looks_to_scale
from norikae.environment import Environment
from norikae.singletons.looks import most_looks
from norikae.traffic.history import (
    BAKES_ANEW,
    LOOKS_AT_DRAINS,
    SETTLED,
    looks_of_a_rollback,
    looks_until_in_sync,
    whole_bake,
)
from norikae.traffic.keep_alive import LOOKS as KEEP_ALIVE_LOOKS
from norikae.upgrade.compare import PATIENCE_SECONDS, POLL_SECONDS
from norikae.upgrade.looks import most_looks as phase_looks
from norikae.upgrade.quiet import poll_seconds
from norikae.upgrade.soaked import poll_anew
from norikae.windows.check import FOLLOWS, LOOKS_AT_WINDOWS
from tests.workflow.heaviest_flow import Arc, Graph, cycle, heaviest_flow

State = dict[str, Any]
Limits = dict[str, int]

START, END = "(start)", "(end)"
BEGIN_AND_END = 2
"""ExecutionStarted, and the event of the end."""
ITERATION = 2
"""MapIterationStarted and MapIterationSucceeded or -Failed."""
RETRY = 3
"""Scheduled, started, failed: one more attempt of a task inside the same visit."""
EVENTS = {"Choice": 2, "Wait": 2, "Pass": 2, "Succeed": 2, "Fail": 1, "Map": 4}
"""Entered and exited, a Map also started and succeeded; a Fail is not exited (API reference, HistoryEvent)."""
TASK_EVENTS = {
    "${": 5,  # entered, LambdaFunctionScheduled, -Started, -Succeeded or -Failed, exited
    "arn:aws:states:::lambda:invoke.waitForTaskToken": 6,  # entered, TaskScheduled, -Started, -Submitted, ended, exited
    "arn:aws:states:::states:startExecution.sync:2": 6,  # the same
}
EARLY_LOOKS = 5
"""Looks 2 to 5 s after a move that is not made twice, instead of after a poll: rights, add-ons, protection."""


PHASES_IN_WINDOWS = len(set(FOLLOWS.values()))
"""Phases before which windows are asked, once more after a hold."""
BEFORE_AND_AFTER = 2
"""Comparisons of one wave: before a person is asked, and after the yes."""


class LoopError(Exception):
    """A loop of the graph has no row in its table, or a row has no loop."""


@dataclass(frozen=True, slots=True)
class Stated:
    """What no environment file says, and what is assumed about it.

    Args:
        applications: of one upgrade, each in a group of its own, which costs most.
        holds: of one execution, each resumed by an operator.
        others: how many of these holds are of the machine's other kind: a partial run, a rollback that failed.
        commits: that blue takes up before green's last wave is synced; each begins the waves anew.
        windows: how often one execution finds its windows closed.
        retried: the share of invocations that fail once and are done again.
    """

    applications: int = 50
    holds: int = 3
    others: int = 0
    commits: int = 3
    windows: int = LOOKS_AT_WINDOWS
    retried: Fraction = Fraction(1, 10)


STATED = Stated()


@dataclass(frozen=True, slots=True)
class Machine:
    """A state machine and the rows of its looping states.

    Args:
        name: of its file.
        definition: as the file has it.
        limits: how often one execution can enter a state.
        iterations: how often a Map runs its processor in one visit.
    """

    name: str
    definition: State
    limits: Limits
    iterations: Limits


def upgrade_machine(environment: Environment, stated: Stated = STATED) -> Machine:
    """The parent. A hold that comes of a deadline renews it, once for each phase; green is verified anew before shifts.

    Every loop of a phase costs the same (Task, Choice, Wait), so the worst is that the phases that wait most are
    renewed.
    """
    clusters, argocd, dns, soak = environment.clusters, environment.argocd, environment.dns, environment.soak
    syncs = phase_looks(argocd.sync_deadline, argocd.poll)
    waves = len(argocd.platform) + 2  # the root, each platform application, and all others at once
    comparisons = BEFORE_AND_AFTER * waves * (1 + stated.commits) + stated.holds
    phases = {
        "Wait for the green cluster": phase_looks(clusters.build_deadline, clusters.poll) + EARLY_LOOKS,
        "Wait for Argo CD": syncs + EARLY_LOOKS,
        "Wait for the platform": syncs,
        "Wait for the applications": syncs,
        "Wait for the comparison": phase_looks(PATIENCE_SECONDS, POLL_SECONDS),
        "Wait for green": phase_looks(
            argocd.sync_deadline + (environment.verify.jobs_deadline if environment.verify.jobs else 0),
            min(clusters.poll, argocd.poll),
        )
        + (KEEP_ALIVE_LOOKS + 1 if environment.shift.client_keep_alive else 0),
        "Wait for the hand-over": phase_looks(argocd.application_deadline, argocd.poll),
        "Wait for the soak": _waits(soak.duration + 2 * soak.poll, soak.poll)
        + stated.holds * _waits(soak.duration + 2 * poll_anew(environment), poll_anew(environment)),
        "Wait for the decommission": phase_looks(environment.decommission.deadline, poll_seconds(environment))
        + phase_looks(clusters.delete_deadline, clusters.poll)
        + EARLY_LOOKS,
        "Wait for the hand-off": most_looks(environment.shift.hand_off_deadline) + SETTLED,
        "Wait for the revisions": phase_looks(argocd.application_deadline, argocd.poll),
    }
    for renewed in sorted(phases, key=phases.__getitem__, reverse=True)[: stated.holds]:
        phases[renewed] *= 2
    limits = {
        **phases,
        "Compare wave": comparisons + phases["Wait for the comparison"],
        # Its own way back, after that of a shift that still lived.
        "Wait for the rollback": 2 * looks_of_a_rollback(environment.shift, dns)
        + most_looks(environment.shift.hand_off_deadline)
        + SETTLED,
        "Check window": PHASES_IN_WINDOWS * (1 + stated.holds) + stated.windows,
        "Shift applications": 1 + stated.holds,
        "Await window": stated.windows,
        "Hold upgrade": stated.holds - stated.others,
        "Hold partial run": stated.others,
    }
    iterations = {"Shift applications": stated.applications, "Shift group": 1}
    return Machine("upgrade", _definition("upgrade"), limits, iterations)


def shift_machine(
    environment: Environment, stated: Stated = STATED, *, bake_seconds: int | None = None, steps: int | None = None
) -> Machine:
    """A child. Whoever resumes a hold has the weight that is in force written, verified and baked once more.

    Args:
        environment: whose.
        stated: what is assumed.
        bake_seconds: a team's own bake instead of the environment's.
        steps: the number of a team's own steps instead of the environment's.
    """
    dns, shift = environment.dns, environment.shift
    bake = whole_bake(shift.bake if bake_seconds is None else bake_seconds, shift, dns)
    looks = math.ceil(bake / shift.poll) + shift.thresholds.inconclusive_limit
    written = (len(shift.steps) if steps is None else steps) + stated.holds
    propagation = looks_until_in_sync(dns)
    limits = {
        "Scale green": looks_to_scale(shift.scale_deadline, stated.holds),
        "Set weights": written,
        "Wait for propagation": written * propagation,
        "Bake": (written + BAKES_ANEW) * looks + LOOKS_AT_DRAINS,
        "Wait for the hand-off": most_looks(environment.shift.hand_off_deadline) + SETTLED,
        "Wait for the rollback": (1 + stated.others) * looks_of_a_rollback(shift, dns)
        + most_looks(environment.shift.hand_off_deadline)
        + SETTLED,
        "Hold application": stated.holds - stated.others,
        "Hold failed rollback": stated.others,
        "Await window": stated.windows,
        "Ask team": shift.team.deadline // shift.team.remind + 1,
    }
    return Machine("shift", _definition("shift"), limits, {})


def worst_case(machine: Machine, stated: Stated = STATED) -> int:
    """The most events that one execution's history can have.

    Raises:
        LoopError: the table and the graph do not fit each other.
    """
    states = dict(_states(machine.definition))
    unknown = sorted((machine.limits.keys() | machine.iterations.keys()) - states.keys())
    if unknown:
        raise LoopError(f"{', '.join(unknown)}: there is a row, but no state")
    events, visits = _heaviest(machine.definition, machine)
    tasks = sum(count for name, count in visits.items() if states[name]["Type"] == "Task")
    return BEGIN_AND_END + events + RETRY * math.ceil(tasks * stated.retried)


def events_of(machine: Machine, visits: Mapping[str, int], retries: int) -> int:
    """The events of an execution that is over, from the states it entered and the attempts it made again.

    Args:
        machine: whose execution.
        visits: how often it entered each state, those inside of Maps too.
        retries: attempts of tasks beyond the first of each visit.
    """
    states = dict(_states(machine.definition))
    starts = [state["ItemProcessor"]["StartAt"] for state in states.values() if state["Type"] == "Map"]
    own = sum(_own_events(states[name]) * count for name, count in visits.items())
    return BEGIN_AND_END + own + ITERATION * sum(visits.get(name, 0) for name in starts) + RETRY * retries


def _waits(deadline_seconds: int, poll_seconds: int) -> int:
    """How often a phase waits: once at its begin, and after each look that comes before the deadline."""
    return deadline_seconds // poll_seconds + 1


def _definition(name: str) -> State:
    definition: State = json.loads((ROOT / "stacks" / "workflow" / f"{name}.asl.json").read_text(encoding="utf-8"))
    return definition


def _states(flow: State) -> Iterator[tuple[str, State]]:
    for name, state in flow["States"].items():
        yield name, state
        if state["Type"] == "Map":
            yield from _states(state["ItemProcessor"])


def _own_events(state: State) -> int:
    if state["Type"] != "Task":
        return EVENTS[state["Type"]]
    return next(events for resource, events in TASK_EVENTS.items() if state["Resource"].startswith(resource))


def _heaviest(flow: State, machine: Machine) -> tuple[int, Counter[str]]:
    """The weight of the heaviest flow through states and what it enters."""
    limits = {name: limit for name, limit in machine.limits.items() if name in flow["States"]}
    follows = {name: set(_following(state)) for name, state in flow["States"].items()}
    _check_loops(follows, limits)
    weights = {name: _weight(name, state, machine) for name, state in flow["States"].items()}
    graph: Graph = [Arc((START, "out"), (flow["StartAt"], "in"), 1)]
    for name, following in follows.items():
        graph.append(Arc((name, "in"), (name, "out"), limits.get(name), weights[name]))
        graph += [Arc((name, "out"), (END if one == END else one, "in")) for one in sorted(following)]
    flows = heaviest_flow(graph, (START, "out"), (END, "in"))
    visits = Counter({arc.tail[0]: flows[arc] for arc in graph if arc.tail[0] == arc.head[0] and flows[arc]})
    return sum(weights[name] * count for name, count in visits.items()), visits


def _weight(name: str, state: State, machine: Machine) -> int:
    if state["Type"] != "Map":
        return _own_events(state)
    if name not in machine.iterations:
        raise LoopError(f"Map {name} has no row that says how often its processor runs")
    inner = _heaviest(state["ItemProcessor"], machine)[0]
    return _own_events(state) + machine.iterations[name] * (ITERATION + inner)


def _following(state: State) -> Iterator[str]:
    choices, catches = state.get("Choices", []), state.get("Catch", [])
    yield from (one["Next"] for one in (*choices, *catches))
    yield from (state[field] for field in ("Next", "Default") if field in state)
    if state.get("End") or state["Type"] in ("Succeed", "Fail"):
        yield END


def _check_loops(follows: Mapping[str, set[str]], limits: Limits) -> None:
    free = {name: following - limits.keys() for name, following in follows.items() if name not in limits}
    if found := cycle(free):
        raise LoopError(f"no state of the loop {' → '.join(found)} has a row that says how often it is entered")
    idle = [name for name in limits if not _reaches(follows, name, name)]
    if idle:
        raise LoopError(f"{', '.join(idle)}: there is a row, but no loop")


def _reaches(follows: Mapping[str, set[str]], start: str, goal: str) -> bool:
    seen, ahead = set[str](), list(follows[start])
    while ahead:
        name = ahead.pop()
        if name == goal:
            return True
        if name not in seen:
            seen.add(name)
            ahead += follows.get(name, ())
    return False
