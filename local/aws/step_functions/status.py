"""What an execution tells the world when its status changes.

Source: "Step Functions Execution Status Change" events, AWS Step Functions Developer Guide.
"""

from __future__ import annotations

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


def redrive(status: str) -> dict[str, Any]:
    """Whether an execution of this status could be redriven in AWS, in the members of DescribeExecution."""
    if status in ("RUNNING", "SUCCEEDED"):
        reason = f"Execution is {status} and cannot be redriven"
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
            "redriveCount": 0,
            "redriveDate": None,
            "redriveStatusReason": None,
            "inputDetails": included,
            "outputDetails": None if output is None else included,
            "error": execution.error,
            "cause": execution.cause,
        }
        | redrive(execution.status),
    }
