"""What an execution tells the world when its status changes.

Source: "Step Functions Execution Status Change" events, AWS Step Functions Developer Guide.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from local.aws.step_functions.execution import Execution

EVENTS = {
    "SUCCEEDED": "ExecutionSucceeded",
    "FAILED": "ExecutionFailed",
    "TIMED_OUT": "ExecutionTimedOut",
    "ABORTED": "ExecutionAborted",
}


REDRIVABLE_FOR = timedelta(days=14)
LONGEST = timedelta(days=365)
"""The maximum open time of an execution ("Quotas related to state machine executions")."""
MOST_EVENTS = 24_999


def not_redrivable(execution: Execution, now: datetime) -> str:
    """Why an execution cannot be redriven, in the words of ``redriveStatusReason`` (API reference); "" when it can."""
    if execution.status in ("RUNNING", "SUCCEEDED"):
        return f"Execution is {execution.status} and cannot be redriven"
    if execution.history.latest >= MOST_EVENTS:
        return "Execution history event limit exceeded"
    if now - execution.started > LONGEST:
        return "Execution has exceeded the max execution time"
    if execution.stopped is not None and now - execution.stopped > REDRIVABLE_FOR:
        return "Execution redrivable period exceeded"
    return ""


def redrive(reason: str) -> dict[str, Any]:
    """Whether an execution can be redriven, in the members of DescribeExecution."""
    if reason:
        return {"redriveStatus": "NOT_REDRIVABLE", "redriveStatusReason": reason}
    return {"redriveStatus": "REDRIVABLE"}


def change(execution: Execution, *, identifier: str, account: str, region: str, now: datetime) -> dict[str, Any]:
    """The event of the execution's present status; dates in its detail are milliseconds, or null."""
    output, included = execution.output, {"included": True}
    return {
        "version": "0",
        "id": identifier,
        "detail-type": "Step Functions Execution Status Change",
        "source": "aws.states",
        "account": account,
        "time": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": region,
        "resources": [execution.arn],
        "detail": {
            "executionArn": execution.arn,
            "stateMachineArn": execution.machine.arn,
            "name": execution.name,
            "status": execution.status,
            "startDate": round(execution.started.timestamp() * 1000),
            "stopDate": None if execution.stopped is None else round(execution.stopped.timestamp() * 1000),
            "input": execution.input,
            "output": output,
            "stateMachineVersionArn": None,
            "stateMachineAliasArn": None,
            "redriveCount": execution.redrives,
            "redriveDate": None if execution.redriven is None else round(execution.redriven.timestamp() * 1000),
            "redriveStatusReason": None,
            "inputDetails": included,
            "outputDetails": None if output is None else included,
            "error": execution.error,
            "cause": execution.cause,
        }
        | redrive(not_redrivable(execution, now)),
    }
