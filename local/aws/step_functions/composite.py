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
    """Run every branch at the same time; the first failure stops the others.

    After a redrive only those run that did not succeed, unless the state was too full.
    """
    data = visit.effective()
    started = _begun(visit, "ParallelStateStarted")
    flows = visit.state["Branches"]
    for number in range(len(flows)):
        if number not in visit.branch.begun:
            visit.branch.begun[number] = _child(visit, started)
    running = [branch for branch in visit.branch.begun.values() if not branch.succeeded]
    for number, branch in visit.branch.begun.items():
        if branch in running:
            _spawn(visit, flows[number], data, branch)
    while running:
        running = yield from _one_more(visit, running, "ParallelStateFailed")
    return _over(visit, "ParallelStateSucceeded", len(flows))


def map_(visit: Visit) -> Moves:
    """Run the processor once per item, at most ``MaxConcurrency`` at a time; the first failure stops the others.

    After a redrive only those run that did not succeed, unless the state was too full.
    """
    data = visit.selected()
    items = _items(visit, data)
    limit = int(visit.number("MaxConcurrency", data) or _INLINE_CONCURRENCY)
    started = _begun(visit, "MapStateStarted", {"length": len(items)})
    begun = visit.branch.begun
    waiting = deque(
        (index, item) for index, item in enumerate(items) if index not in begun or not begun[index].succeeded
    )
    running: list[Branch] = []
    while waiting or running:
        while waiting and len(running) < limit:
            index, item = waiting.popleft()
            if index not in begun:
                begun[index] = _child(visit, started, {"name": visit.name, "index": index}, item)
            running.append(begun[index])
            _iterate(visit, begun[index], data, item)
        running = yield from _one_more(visit, running, "MapStateFailed")
    return _over(visit, "MapStateSucceeded", len(items))


def _begun(visit: Visit, kind: str, details: dict[str, Any] | None = None) -> int:
    """Begin anew, or keep what succeeded before a redrive; the number of the event that the lines follow."""
    branch = visit.branch
    if branch.resumed() and branch.begun and branch.failure != errors.DATA_LIMIT:
        return branch.previous
    branch.begun = {}
    return branch.record(kind, details)


def _over(visit: Visit, kind: str, count: int) -> tuple[Any, str | None]:
    visit.branch.children.clear()
    visit.branch.record(kind)
    results = [visit.branch.begun[number].output for number in range(count)]
    return visit.completed(results), visit.state.get("Next")


def _spawn(visit: Visit, flow: dict[str, Any], data: Any, branch: Branch) -> None:
    if branch not in visit.branch.children:
        visit.branch.children.append(branch)
    visit.run.spawn(flow, data, branch)


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
    _spawn(visit, flow, item, branch)


def _child(visit: Visit, started: int, iteration: dict[str, Any] | None = None, item: Any = None) -> Branch:
    context = visit.branch.context
    if iteration:
        context = {**context, "Map": {"Item": {"Index": iteration["index"], "Value": item}}}
    return Branch(visit.run.history, context, started, iteration)


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
