"""StopExecution at every kind of state: ABORTED at once, and nothing of the execution goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.local.step_functions.conftest import Workbench

F = "arn:aws:lambda:ap-northeast-1:123456789012:function:"
INVOKE = "arn:aws:states:::lambda:invoke"
START = "arn:aws:states:::states:startExecution"
WAIT: dict[str, Any] = {"Type": "Wait", "Seconds": 600, "End": True}


def flow(state: dict[str, Any]) -> dict[str, Any]:
    return {"StartAt": "S", "States": {"S": state}}


PLACES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "wait": (WAIT, ["WaitStateAborted"]),
    "function": (
        {"Type": "Task", "Resource": f"{F}slow", "Retry": [{"ErrorEquals": ["States.ALL"]}], "End": True},
        ["TaskStateAborted"],
    ),
    "token": (
        {
            "Type": "Task",
            "Resource": f"{INVOKE}.waitForTaskToken",
            "Parameters": {"FunctionName": "ask", "Payload": {"token.$": "$$.Task.Token"}},
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "S"}],
            "End": True,
        },
        ["TaskStateAborted"],
    ),
    "retry pause": (
        {
            "Type": "Task",
            "Resource": f"{F}nowhere",
            "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 500}],
            "End": True,
        },
        ["TaskStateAborted"],
    ),
    "map": (
        {"Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 1, "ItemProcessor": flow(WAIT), "End": True},
        ["WaitStateAborted", "MapIterationAborted", "MapStateAborted"],
    ),
    "parallel": (
        {"Type": "Parallel", "Branches": [flow(WAIT), flow(WAIT)], "End": True},
        ["WaitStateAborted", "WaitStateAborted", "ParallelStateAborted"],
    ),
}


@pytest.mark.parametrize("place", PLACES)
def test_an_execution_is_aborted_at_once_wherever_it_stands(place: str, bench: Workbench) -> None:
    state, aborted = PLACES[place]
    bench.functions.update(slow=lambda _: "late", ask=lambda _: None)
    bench.slow["slow"] = 300
    arn = bench.start(flow(state), {"items": [1, 2]})
    bench.kernel.run(100)
    bench.states.stop_execution(executionArn=arn, error="Stopped", cause="from the console")
    ended = bench.states.describe_execution(executionArn=arn)
    assert (ended["status"], ended["error"], ended["cause"]) == ("ABORTED", "Stopped", "from the console")
    assert ended["stopDate"].timestamp() == bench.kernel.now()
    kinds = bench.kinds(arn)
    assert kinds[-len(aborted) - 1 :] == [*aborted, "ExecutionAborted"]
    invoked = len(bench.invocations)
    bench.kernel.run()
    assert bench.kinds(arn) == kinds
    assert len(bench.invocations) == invoked
    assert bench.events[-1]["detail"]["status"] == "ABORTED"


def test_a_running_function_ends_its_work_but_nobody_hears_its_answer(bench: Workbench) -> None:
    done: list[Any] = []
    bench.functions["slow"] = done.append
    bench.slow["slow"] = 300
    arn = bench.start(flow({"Type": "Task", "Resource": f"{F}slow", "End": True}))
    bench.kernel.run(1)
    bench.states.stop_execution(executionArn=arn)
    bench.kernel.run()
    assert done
    assert "LambdaFunctionSucceeded" not in bench.kinds(arn)


@pytest.mark.parametrize(("allowed", "status"), [(True, "ABORTED"), (False, "SUCCEEDED")])
def test_a_synchronous_child_is_stopped_with_its_parent_if_the_role_may(
    *, allowed: bool, status: str, bench: Workbench
) -> None:
    child = bench.create("child", flow(WAIT))
    parent = {
        "Type": "Task",
        "Resource": f"{START}.sync:2",
        "Parameters": {"StateMachineArn": child, "Name": "c"},
        "End": True,
    }
    if not allowed:
        bench.forbidden.add("states:StopExecution")
    arn = bench.start(flow(parent))
    bench.kernel.run(10)
    bench.states.stop_execution(executionArn=arn)
    bench.kernel.run()
    found = bench.states.list_executions(stateMachineArn=child)["executions"]
    assert [one["status"] for one in found] == [status]


def test_stopping_what_has_ended_changes_nothing(bench: Workbench) -> None:
    ended = bench.run(flow({"Type": "Succeed"}))
    answer = bench.states.stop_execution(executionArn=ended["executionArn"], cause="late")
    assert answer["stopDate"] == ended["stopDate"]
    assert bench.states.describe_execution(executionArn=ended["executionArn"]) == ended


def test_a_machines_time_out_ends_the_execution_and_says_so(bench: Workbench) -> None:
    arn = bench.start({"TimeoutSeconds": 60, **flow(WAIT)})
    bench.kernel.run()
    ended = bench.states.describe_execution(executionArn=arn)
    assert (ended["status"], (ended["stopDate"] - ended["startDate"]).total_seconds()) == ("TIMED_OUT", 60)
    assert bench.kinds(arn)[-1] == "ExecutionTimedOut"
    assert [event["detail"]["status"] for event in bench.events] == ["RUNNING", "TIMED_OUT"]
