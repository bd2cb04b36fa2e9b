"""Executions of our own machines in Step Functions."""

import json
from typing import Any, cast

from norikae.adapters.aws.calls import call, look_up
from norikae.errors import AwsRefusedError
from norikae.upgrade.lease import ExecutionStatus

GONE = ("TaskTimedOut", "TaskDoesNotExist", "InvalidToken")


class StepFunctionsExecutions:
    """``Executions`` over Step Functions.

    Args:
        client: boto3's Step Functions client.
    """

    def __init__(self, client: Any) -> None:
        self._client = client

    def status(self, execution: str) -> ExecutionStatus:
        """How an execution fares."""
        answer = look_up(self._client.describe_execution, "ExecutionDoesNotExist", executionArn=execution)
        return cast("ExecutionStatus", answer["status"]) if answer else "UNKNOWN"

    def start(self, machine: str, name: str, request: dict[str, Any]) -> bool:
        """Start an execution; a used name is refused for 90 days (API reference, StartExecution)."""
        try:
            call(self._client.start_execution, stateMachineArn=machine, name=name, input=json.dumps(request))
        except AwsRefusedError as refusal:
            if refusal.code == "ExecutionAlreadyExists":
                return False
            raise
        return True

    def succeed(self, task_token: str, output: dict[str, Any]) -> bool:
        """Answer a waiting task."""
        try:
            call(self._client.send_task_success, taskToken=task_token, output=json.dumps(output))
        except AwsRefusedError as refusal:
            if refusal.code in GONE:
                return False
            raise
        return True
