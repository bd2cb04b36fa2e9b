"""The states that hold other states: Parallel, and Map in its inline mode."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

import simpy

from local.aws.step_functions import errors
from local.aws.step_functions.branch import Branch
from local.aws.step_functions.errors import HistoryFullError, StateError

if TYPE_CHECKING:
    from local.aws.step_functions.simple import Moves
    from local.aws.step_functions.visit import Visit

_INLINE_CONCURRENCY = 40
"""What AWS runs at once when a machine does not say ("Using Map state in Inline mode", Developer Guide)."""


def parallel(visit: Visit) -> Moves:
    """Run every branch at the same time; the first failure stops the others."""
    data = visit.effective()
    started = visit.branch.record("ParallelStateStarted")
    branches = [_child(visit, started) for _ in visit.state["Branches"]]
    for branch, flow in zip(branches, visit.state["Branches"], strict=True):
        visit.run.spawn(flow, data, branch)
    running = list(branches)
    while running:
        running = yield from _one_more(visit, running, "ParallelStateFailed")
    visit.branch.children.clear()
    visit.branch.record("ParallelStateSucceeded")
    return visit.completed([branch.output for branch in branches]), visit.state.get("Next")


def map_(visit: Visit) -> Moves:
    """Run the processor once per item, at most ``MaxConcurrency`` at a time; the first failure stops the others."""
    data = visit.selected()
    items = _items(visit, data)
    limit = int(visit.number("MaxConcurrency", data) or _INLINE_CONCURRENCY)
    started = visit.branch.record("MapStateStarted", {"length": len(items)})
    waiting = deque(enumerate(items))
    branches: list[Branch] = []
    running: list[Branch] = []
    while waiting or running:
        while waiting and len(running) < limit:
            index, item = waiting.popleft()
            branch = _child(visit, started, {"name": visit.name, "index": index}, item)
            branches.append(branch)
            running.append(branch)
            _iterate(visit, branch, data, item)
        running = yield from _one_more(visit, running, "MapStateFailed")
    visit.branch.children.clear()
    visit.branch.record("MapStateSucceeded")
    return visit.completed([branch.output for branch in branches]), visit.state.get("Next")


def _items(visit: Visit, data: Any) -> list[Any]:
    path = visit.state.get("ItemsPath", "$")
    items = visit.scope.select(path, data)
    if not isinstance(items, list):
        raise StateError(errors.RUNTIME, f'Reference path "{path}" must point to array.')
    return items


def _iterate(visit: Visit, branch: Branch, data: Any, item: Any) -> None:
    selector = visit.state.get("ItemSelector", visit.state.get("Parameters"))
    if selector is not None:
        scope = type(visit.scope)({**visit.scope.context, **branch.context}, visit.scope.draw)
        try:
            item = scope.fill(selector, data)
        except StateError:
            _stop(visit, "MapStateFailed")
            raise
    flow = visit.state["ItemProcessor"] if "ItemProcessor" in visit.state else visit.state["Iterator"]
    visit.run.spawn(flow, item, branch)


def _child(visit: Visit, started: int, iteration: dict[str, Any] | None = None, item: Any = None) -> Branch:
    context = visit.branch.context
    if iteration:
        context = {**context, "Map": {"Item": {"Index": iteration["index"], "Value": item}}}
    branch = Branch(visit.run.history, context, started, iteration)
    visit.branch.children.append(branch)
    return branch


def _one_more(visit: Visit, running: list[Branch], failed: str) -> Any:
    """Wait until a branch is over and give those that still run."""
    yield simpy.AnyOf(visit.run.kernel.env, [branch.process for branch in running if branch.process is not None])
    for branch in running:
        if branch.error is not None:
            visit.branch.previous = branch.previous
            _stop(visit, "" if isinstance(branch.error, HistoryFullError) else failed)
            raise branch.error
        if branch.over:
            visit.branch.previous = branch.previous
    return [branch for branch in running if not branch.over]


def _stop(visit: Visit, kind: str) -> None:
    for child in visit.branch.children:
        child.cancel()
    visit.branch.children.clear()
    if kind:
        visit.branch.record(kind)
