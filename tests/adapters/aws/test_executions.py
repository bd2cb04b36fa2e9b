"""Our own executions: how they fare, and one answer per waiting task."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from local.aws.front import Fault, Front
from local.aws.identities import Identities
from norikae.adapters.aws.executions import StepFunctionsExecutions
from norikae.errors import AwsRefusedError, ThrottledError
from tests.local.step_functions.conftest import FUNCTIONS, Workbench

from .conftest import ACCOUNT, REGION

if TYPE_CHECKING:
    from collections.abc import Iterator

WAITS = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 60, "End": True}}}
ASKS = {
    "StartAt": "Ask",
    "States": {
        "Ask": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
            "Parameters": {"FunctionName": f"{FUNCTIONS}ask", "Payload": {"task_token.$": "$$.Task.Token"}},
            "TimeoutSeconds": 600,
            "End": True,
        }
    },
}


@dataclass
class Machines:
    """State machines that run, and the adapter that talks about them."""

    bench: Workbench
    front: Front
    executions: StepFunctionsExecutions

    def asked(self) -> tuple[str, str]:
        """An execution that waits for a person; its ARN and the task token."""
        tokens: list[str] = []
        self.bench.functions["ask"] = lambda payload: tokens.append(payload["task_token"])
        execution = self.bench.start(ASKS)
        self.bench.kernel.run(1)
        return execution, tokens[0]

    def output(self, execution: str) -> Any:
        return json.loads(self.bench.states.describe_execution(executionArn=execution)["output"])


@pytest.fixture
def machines() -> Iterator[Machines]:
    bench = Workbench()
    front = Front(bench.kernel, [bench.states], Identities(ACCOUNT), ACCOUNT, REGION)
    front.start()
    yield Machines(bench, front, StepFunctionsExecutions(front.client("stepfunctions")))
    front.stop()


def test_an_execution_lives_until_it_ends(machines: Machines) -> None:
    execution = machines.bench.start(WAITS)
    assert machines.executions.status(execution) == "RUNNING"
    machines.bench.kernel.run(61)
    assert machines.executions.status(execution) == "SUCCEEDED"


def test_a_stopped_execution_is_aborted(machines: Machines) -> None:
    execution = machines.bench.start(WAITS)
    machines.bench.states.stop_execution(executionArn=execution)
    machines.bench.kernel.run(1)
    assert machines.executions.status(execution) == "ABORTED"


def test_an_execution_that_nobody_knows_is_unknown(machines: Machines) -> None:
    execution = machines.bench.start(WAITS)
    assert machines.executions.status(f"{execution}-of-last-year") == "UNKNOWN"


def test_a_status_that_cannot_be_read_is_not_unknown(machines: Machines) -> None:
    execution = machines.bench.start(WAITS)
    machines.front.faults.append(lambda _: Fault.throttled())
    with pytest.raises(ThrottledError):
        machines.executions.status(execution)


def test_a_waiting_task_gets_its_answer_once(machines: Machines) -> None:
    execution, token = machines.asked()
    assert machines.executions.succeed(token, {"next": "go-on"}) is True
    machines.bench.kernel.run(1)
    assert machines.output(execution) == {"next": "go-on"}
    assert machines.executions.succeed(token, {"next": "abort"}) is False
    assert machines.output(execution) == {"next": "go-on"}


def test_a_task_that_does_not_wait_any_more_gets_no_answer(machines: Machines) -> None:
    execution, token = machines.asked()
    machines.bench.kernel.run(601)
    assert machines.executions.status(execution) == "FAILED"
    assert machines.executions.succeed(token, {"next": "go-on"}) is False


@pytest.mark.parametrize("token", ["no token at all", "AQCoAAAAKgAAAAMAAAAAAAAAAunknown"])
def test_a_token_of_nobody_is_answered_to_nobody(machines: Machines, token: str) -> None:
    assert machines.executions.succeed(token, {"next": "go-on"}) is False


def test_an_answer_that_was_refused_for_another_reason_is_not_swallowed(machines: Machines) -> None:
    _, token = machines.asked()
    with pytest.raises(AwsRefusedError, match="states:SendTaskSuccess") as refused:
        machines.executions.succeed(token, {"next": "x" * 300_000})
    assert token not in str(refused.value)
