"""Tasks that start another state machine: fire and forget, ``.sync`` and ``.sync:2``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from local.aws.simulator import AwsError
from local.aws.step_functions import errors
from local.aws.step_functions.errors import StateError
from local.aws.step_functions.payload import dumps
from local.aws.step_functions.waiting import Deadline

if TYPE_CHECKING:
    from datetime import datetime

    from local.aws.step_functions.integrations import Child
    from local.aws.step_functions.visit import Visit
    from local.kernel import Steps

_INCLUDED = {"truncated": False}
_TIMES = ("startDate", "stopDate", "redriveDate")


def nested_task(visit: Visit) -> Steps:
    """Start an execution; with ``.sync`` and ``.sync:2`` wait for its end.

    Raises:
        StateError: ``StepFunctions.<code>Exception`` when it cannot start, ``States.TaskFailed`` when it did not
            succeed, ``States.Timeout``.
    """
    parameters, deadline = visit.effective(), Deadline.of(visit)
    resource = visit.state["Resource"].rpartition("states:")[2]
    labels = {"resourceType": "states", "resource": resource}
    visit.branch.record(
        "TaskScheduled",
        {
            **labels,
            "region": visit.run.integrations.region,
            "parameters": dumps(parameters),
            "timeoutInSeconds": deadline.seconds,
            "heartbeatInSeconds": deadline.heartbeat,
        },
    )
    visit.branch.record("TaskStarted", labels)
    try:
        result = yield from _performed(visit, labels, parameters, deadline)
    except StateError as error:
        kind = "TaskTimedOut" if error.error == errors.TIMEOUT else "TaskFailed"
        visit.branch.record(kind, {**labels, "error": error.error, "cause": error.cause})
        raise
    visit.branch.record("TaskSucceeded", {**labels, "output": dumps(result), "outputDetails": _INCLUDED})
    return result


def _performed(visit: Visit, labels: dict[str, str], parameters: Any, deadline: Deadline) -> Steps:
    child = _started(visit, parameters)
    started = {"ExecutionArn": child.arn, "StartDate": _milliseconds(child.description()["startDate"])}
    if not labels["resource"].startswith("startExecution.sync"):
        return started
    _check(visit, "states:DescribeExecution", child.arn)
    visit.branch.record("TaskSubmitted", {**labels, "output": dumps(started), "outputDetails": _INCLUDED})
    visit.branch.cleanups.append(lambda: _stop(visit, child))
    try:
        yield from deadline.reached(visit, child.finished)
    except StateError:
        _stop(visit, child)
        raise
    return _ended(child, parsed=labels["resource"].endswith(":2"))


def _started(visit: Visit, parameters: Any) -> Child:
    machine = parameters["StateMachineArn"]
    _check(visit, "states:StartExecution", machine)
    given = parameters.get("Input", {})
    text = given if isinstance(given, str) else dumps(given)
    try:
        return visit.run.integrations.start(machine, parameters.get("Name"), text)
    except AwsError as error:
        code = error.code if error.code.endswith("Exception") else f"{error.code}Exception"
        cause = f"{error.message} (Service: Sfn, Status Code: {error.status})"
        raise StateError(f"StepFunctions.{code}", cause) from error


def _check(visit: Visit, action: str, resource: str) -> None:
    role = visit.run.execution.role_arn
    if not visit.run.integrations.authorize(role, action, resource):
        cause = (
            f"User: {role} is not authorized to perform: {action} on resource: {resource} because no identity-based "
            f"policy allows the {action} action (Service: Sfn, Status Code: 400)"
        )
        raise StateError("StepFunctions.AccessDeniedException", cause)


def _stop(visit: Visit, child: Child) -> None:
    """Stop the child with its parent, best effort: without the permission it runs on."""
    here = visit.run
    if here.integrations.authorize(here.execution.role_arn, "states:StopExecution", child.arn):
        here.integrations.stop(child.arn, f"The parent execution {here.execution.arn} was stopped.")


def _ended(child: Child, *, parsed: bool) -> dict[str, Any]:
    description = child.description()
    answer: dict[str, Any] = {
        f"{key[0].upper()}{key[1:]}": _milliseconds(value) if key in _TIMES else value
        for key, value in description.items()
    }
    if description["status"] != "SUCCEEDED":
        raise StateError(errors.TASK_FAILED, dumps(answer))
    if parsed:
        answer.update({key: json.loads(answer[key]) for key in ("Input", "Output") if key in answer})
    return dict(sorted(answer.items()))


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
