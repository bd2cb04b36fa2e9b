"""The interpreter: walks through states as SimPy processes, in the world's virtual time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import simpy

from local.aws.step_functions import composite, simple, tasks
from local.aws.step_functions.branch import Standing
from local.aws.step_functions.errors import HistoryFullError, StateError
from local.aws.step_functions.payload import Scope, dumps
from local.aws.step_functions.retry import Retries, catcher
from local.aws.step_functions.visit import Visit

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from local.aws.step_functions.branch import Branch
    from local.aws.step_functions.history import History
    from local.aws.step_functions.integrations import Integrations
    from local.kernel import Kernel, Steps

_INCLUDED = {"truncated": False}
_AT_ONCE: dict[str, Callable[[Visit], tuple[Any, str | None]]] = {
    "Choice": simple.choice,
    "Pass": simple.pass_,
    "Succeed": simple.succeed,
    "Fail": simple.fail,
}
_IN_TIME: dict[str, Callable[[Visit], Steps]] = {
    "Task": tasks.task,
    "Wait": simple.wait,
    "Parallel": composite.parallel,
    "Map": composite.map_,
}


class Instance(Protocol):
    """What the interpreter needs to know about the execution that it runs."""

    arn: str
    role_arn: str


class Run:
    """Interprets one execution.

    Args:
        kernel: the world's clock.
        execution: which execution it is.
        history: where its events go.
        integrations: how it reaches Lambda and other state machines.
        draw: its random numbers.
    """

    def __init__(
        self,
        kernel: Kernel,
        *,
        execution: Instance,
        history: History,
        integrations: Integrations,
        draw: random.Random,
    ) -> None:
        self.kernel = kernel
        self.execution = execution
        self.history = history
        self.integrations = integrations
        self.draw = draw

    def timer(self, seconds: float) -> simpy.Event:
        """The event that happens after some virtual seconds."""
        return self.kernel.env.timeout(max(0.0, seconds))

    def spawn(self, flow: dict[str, Any], data: Any, branch: Branch) -> None:
        """Start a branch; its ``process`` ends when it succeeded, failed or was cancelled."""
        branch.process = self.kernel.process(self._branch(flow, data, branch))

    def _branch(self, flow: dict[str, Any], data: Any, branch: Branch) -> Steps:
        try:
            if branch.iteration and not branch.redriven:
                branch.record("MapIterationStarted", branch.iteration)
            branch.output = yield from self.walk(flow, data, branch)
            branch.succeeded = True
            if branch.iteration:
                branch.record("MapIterationSucceeded", branch.iteration)
        except simpy.Interrupt:
            return
        except StateError as error:
            branch.error = error
            if branch.iteration and not isinstance(error, HistoryFullError):
                self._record_failure(branch)
        branch.over = True

    @staticmethod
    def _record_failure(branch: Branch) -> None:
        try:
            branch.record("MapIterationFailed", branch.iteration)
        except HistoryFullError as full:
            branch.error = full

    def walk(self, flow: dict[str, Any], data: Any, branch: Branch) -> Steps:
        """Go from ``StartAt``, or from where a redriven line stood, to a terminal state and give its output.

        Raises:
            StateError: a state failed and nothing caught it.
        """
        name: str | None = flow["StartAt"]
        if branch.redriven and branch.at is not None:
            name, data = branch.at.name, branch.at.data
        else:
            branch.at, branch.redriven = None, False
        while name is not None:
            state = flow["States"][name]
            if branch.at is None or state["Type"] == "Fail":
                branch.at, branch.failure = self._enter(state, name, data, branch), ""
            branch.open = state["Type"]
            context = {"State": {"Name": name, "EnteredTime": branch.at.moment, "RetryCount": 0}}
            scope = Scope({**branch.context, **context}, self.draw)
            data, name = yield from self._visit(Visit(self, branch, name, state, data, scope, branch.at.entered))
            branch.open, branch.at, branch.redriven = "", None, False
        return data

    def _enter(self, state: dict[str, Any], name: str, data: Any, branch: Branch) -> Standing:
        number = branch.record(
            f"{state['Type']}StateEntered", {"name": name, "input": dumps(data), "inputDetails": _INCLUDED}
        )
        moment = self.kernel.utcnow().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return Standing(name, data, number, moment)

    def _visit(self, visit: Visit) -> Steps:
        retries = Retries(visit.state.get("Retry", []), self.draw)
        while True:
            try:
                output, following = yield from self._attempt(visit)
                break
            except HistoryFullError:
                raise
            except StateError as failure:
                error = visit.located(failure)
                delay = retries.delay(error)
                if delay is None:
                    output, following = self._catch(visit, error)
                    break
            yield self.timer(delay)
            visit.scope.context["State"]["RetryCount"] += 1
        details = {"name": visit.name, "output": dumps(output), "outputDetails": _INCLUDED}
        visit.branch.record(f"{visit.state['Type']}StateExited", details)
        return output, following

    @staticmethod
    def _attempt(visit: Visit) -> Steps:
        kind = visit.state["Type"]
        if kind in _AT_ONCE:
            return _AT_ONCE[kind](visit)
        moved = yield from _IN_TIME[kind](visit)
        return moved

    @staticmethod
    def _catch(visit: Visit, error: StateError) -> tuple[Any, str]:
        visit.branch.cleanups.clear()
        caught = catcher(visit.state, error)
        if caught is None:
            visit.branch.open, visit.branch.failure = "", error.error
            raise error
        answer = {"Error": error.error, "Cause": error.cause}
        return visit.placed(answer, caught.get("ResultPath", "$")), caught["Next"]
