"""One execution of a state machine, from start to end."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import simpy

from local.aws.step_functions import status
from local.aws.step_functions.branch import Branch
from local.aws.step_functions.errors import StateError
from local.aws.step_functions.history import History
from local.aws.step_functions.payload import dumps
from local.aws.step_functions.run import Run

if TYPE_CHECKING:
    import random
    from collections.abc import Callable
    from datetime import datetime

    from local.aws.step_functions.integrations import Integrations
    from local.aws.step_functions.machine import Machine
    from local.kernel import Kernel, Steps

_INCLUDED = {"truncated": False}


@dataclass(frozen=True)
class Order:
    """What was asked for: the machine as it was then, the execution's name and ARN, its input as text."""

    machine: Machine
    name: str
    arn: str
    input: str


class Execution:
    """One execution; it runs by itself once the kernel runs.

    Args:
        kernel: the world's clock.
        order: what was asked for.
        integrations: how it reaches Lambda and other state machines.
        emit: takes the event of every change of its status.
        draw: its random numbers.
    """

    def __init__(
        self,
        kernel: Kernel,
        order: Order,
        *,
        integrations: Integrations,
        emit: Callable[[Execution], None],
        draw: random.Random,
    ) -> None:
        self.machine, self.name, self.arn, self.input = order.machine, order.name, order.arn, order.input
        self.role_arn = order.machine.role_arn
        self.status = "RUNNING"
        self.started: datetime = kernel.utcnow()
        self.stopped: datetime | None = None
        self.redrives = 0
        self.redriven: datetime | None = None
        self.output: str | None = None
        self.error: str | None = None
        self.cause: str | None = None
        self.finished: simpy.Event = kernel.env.event()
        self.history = History(kernel.utcnow)
        self._kernel = kernel
        self._emit = emit
        self._run = Run(kernel, execution=self, history=self.history, integrations=integrations, draw=draw)
        self._root = Branch(self.history, self._context())
        self._begin()

    def _context(self) -> dict[str, Any]:
        started = self.started.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        execution = {
            "Id": self.arn,
            "Input": json.loads(self.input),
            "Name": self.name,
            "RoleArn": self.role_arn,
            "StartTime": started,
            "RedriveCount": 0,
        }
        return {"Execution": execution, "StateMachine": {"Id": self.machine.arn, "Name": self.machine.name}}

    def _begin(self) -> None:
        details = {"input": self.input, "inputDetails": _INCLUDED, "roleArn": self.role_arn}
        self.history.add("ExecutionStarted", 0, details)
        self._go()

    def _go(self) -> None:
        self._emit(self)
        late = self._kernel.seconds() - self._kernel.env.now
        self._root.process = self._kernel.process(self._steps(late))
        seconds, attempt = self.machine.definition.get("TimeoutSeconds"), self.redrives
        if seconds is not None:
            self._kernel.after(late + seconds, lambda: self._expire(attempt))

    def redrive(self) -> None:
        """Go on from the states that did not succeed, with their inputs; the time of the whole begins anew.

        Source: "Restarting state machine executions with redrive", AWS Step Functions Developer Guide.
        """
        self.redrives += 1
        self.status, self.redriven, self.stopped = "RUNNING", self._kernel.utcnow(), None
        self.output = self.error = self.cause = None
        self.finished = self._kernel.env.event()
        moment = self.redriven.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self._root.context["Execution"].update(RedriveCount=self.redrives, RedriveTime=moment)
        event = self.history.add("ExecutionRedriven", self.history.latest, {"redriveCount": self.redrives})
        self._root.redrive(event)
        self._go()

    def _steps(self, late: float) -> Steps:
        try:
            yield self._run.timer(late)
            output = yield from self._run.walk(self.machine.definition, json.loads(self.input), self._root)
        except simpy.Interrupt:
            return
        except StateError as error:
            self._end("FAILED", error=error.error, cause=error.cause)
            return
        self._end("SUCCEEDED", output=dumps(output))

    def _expire(self, attempt: int) -> None:
        if self.status == "RUNNING" and attempt == self.redrives:
            self._root.cancel()
            self._end("TIMED_OUT")

    def stop(self, error: str | None, cause: str | None) -> None:
        """End as ABORTED at once; what its functions still do is not waited for. Nothing happens after the end."""
        if self.status == "RUNNING":
            self._root.cancel()
            self._end("ABORTED", error=error, cause=cause)

    def _end(
        self, final: str, *, output: str | None = None, error: str | None = None, cause: str | None = None
    ) -> None:
        if self.status != "RUNNING":
            return
        self.status, self.stopped = final, self._kernel.utcnow()
        self.output, self.error, self.cause = output, error, cause
        self._root.over = True
        kind, details = status.EVENTS[final], {"error": error, "cause": cause}
        if final == "SUCCEEDED":
            details = {"output": output, "outputDetails": _INCLUDED}  # type: ignore[dict-item]
        self.history.add(kind, self._root.previous, details, last=True)
        self.finished.succeed()
        self._emit(self)

    def description(self) -> dict[str, Any]:
        """What DescribeExecution answers."""
        answer: dict[str, Any] = {
            "executionArn": self.arn,
            "stateMachineArn": self.machine.arn,
            "name": self.name,
            "status": self.status,
            "startDate": self.started,
            "input": self.input,
            "inputDetails": {"included": True},
            "redriveCount": self.redrives,
            **status.redrive(status.not_redrivable(self, self._kernel.utcnow())),
        }
        if self.redriven:
            answer["redriveDate"] = self.redriven
        if self.stopped:
            answer["stopDate"] = self.stopped
        if self.output is not None:
            answer.update(output=self.output, outputDetails={"included": True})
        answer.update(
            {key: value for key, value in (("error", self.error), ("cause", self.cause)) if value is not None}
        )
        return answer

    def summary(self) -> dict[str, Any]:
        """Its line in ListExecutions."""
        listed = ("executionArn", "stateMachineArn", "name", "status", "startDate", "stopDate")
        members = (*listed, "redriveCount", "redriveDate")
        return {key: value for key, value in self.description().items() if key in members}
