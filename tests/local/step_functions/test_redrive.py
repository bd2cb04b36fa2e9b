"""RedriveExecution: what did not succeed goes on where it stood, under the same name, and what may not does not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from local.aws.simulator import AwsError

if TYPE_CHECKING:
    from tests.local.step_functions.conftest import Workbench

F = "arn:aws:lambda:ap-northeast-1:123456789012:function:"
START = "arn:aws:states:::states:startExecution"
DAY = 86400.0
TASK: dict[str, Any] = {"Type": "Task", "Resource": f"{F}work", "End": True}


def flow(state: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"StartAt": "S", "States": {"S": state}, **more}


def fails(bench: Workbench, times: int, name: str = "work") -> None:
    """A function that fails so often and then echoes."""
    left = [times]

    def work(payload: Any) -> Any:
        if left[0]:
            left[0] -= 1
            raise bench.error("Broken", "not yet")
        return payload

    bench.functions[name] = work


def described(bench: Workbench, arn: str) -> dict[str, Any]:
    return bench.states.describe_execution(executionArn=arn)


def redrive(bench: Workbench, arn: str, token: str = "") -> Any:
    return bench.states.redrive_execution(executionArn=arn, clientToken=token)["redriveDate"]


def refused(bench: Workbench, arn: str) -> tuple[str, str]:
    with pytest.raises(AwsError) as caught:
        redrive(bench, arn)
    return caught.value.code, caught.value.message.rpartition("Reason: ")[2]


def test_a_failed_task_is_done_again_and_what_succeeded_is_not(bench: Workbench) -> None:
    fails(bench, 1)
    bench.functions["first"] = lambda payload: {**payload, "first": True}
    first = {"Type": "Task", "Resource": f"{F}first", "Next": "Work"}
    arn = bench.start({"StartAt": "First", "States": {"First": first, "Work": TASK}}, {"n": 1})
    bench.kernel.run(10)
    before = described(bench, arn)
    assert (before["status"], before["redriveStatus"], before["redriveCount"]) == ("FAILED", "REDRIVABLE", 0)
    assert "redriveDate" not in before

    date = redrive(bench, arn)
    running = described(bench, arn)
    assert (running["status"], running["redriveCount"], running["redriveDate"]) == ("RUNNING", 1, date)
    assert (running["input"], running["name"], running["startDate"]) == (
        before["input"],
        before["name"],
        before["startDate"],
    )
    assert not {"stopDate", "error", "cause"} & running.keys()
    bench.kernel.run(10)
    ended = described(bench, arn)
    assert (ended["status"], json.loads(ended["output"])) == ("SUCCEEDED", {"n": 1, "first": True})
    assert [name for _, name, _ in bench.invocations] == ["first", "work", "work"]
    kinds = bench.kinds(arn)
    assert kinds[kinds.index("ExecutionFailed") :] == [
        "ExecutionFailed",
        "ExecutionRedriven",
        "LambdaFunctionScheduled",
        "LambdaFunctionStarted",
        "LambdaFunctionSucceeded",
        "TaskStateExited",
        "ExecutionSucceeded",
    ]
    redriven = next(event for event in bench.history(arn) if event["type"] == "ExecutionRedriven")
    assert redriven["executionRedrivenEventDetails"] == {"redriveCount": 1}


def test_the_world_is_told_each_time(bench: Workbench) -> None:
    fails(bench, 2)
    arn = bench.start(flow(TASK))
    for _ in range(2):
        bench.kernel.run(10)
        redrive(bench, arn)
    bench.kernel.run(10)
    told = [(event["detail"]["status"], event["detail"]["redriveCount"]) for event in bench.events]
    assert told == [("RUNNING", 0), ("FAILED", 0), ("RUNNING", 1), ("FAILED", 1), ("RUNNING", 2), ("SUCCEEDED", 2)]
    dates = [event["detail"]["redriveDate"] for event in bench.events]
    assert dates[:2] == [None, None]
    assert dates[2] == dates[3] == bench.kernel.now() * 1000 - 20_000
    assert [event["detail"]["redriveStatus"] for event in bench.events[1::2]] == [
        "REDRIVABLE",
        "REDRIVABLE",
        "NOT_REDRIVABLE",
    ]


def test_retries_begin_anew_and_the_context_says_how_often(bench: Workbench) -> None:
    fails(bench, 5)
    retried = {
        **TASK,
        "Retry": [{"ErrorEquals": ["Broken"], "IntervalSeconds": 1, "MaxAttempts": 2}],
        "Parameters": {"count.$": "$$.Execution.RedriveCount", "retry.$": "$$.State.RetryCount"},
    }
    arn = bench.start(flow(retried))
    bench.kernel.run(10)
    redrive(bench, arn)
    bench.kernel.run(10)
    assert [payload for _, _, payload in bench.invocations] == [
        {"count": count, "retry": retry} for count in (0, 1) for retry in (0, 1, 2)
    ]
    assert described(bench, arn)["status"] == "SUCCEEDED"


@pytest.mark.parametrize(
    ("state", "left"),
    [
        ({"Type": "Wait", "Seconds": 600, "End": True}, 600.0),
        ({"Type": "Wait", "Timestamp": "2026-11-24T01:05:00Z", "End": True}, 0.0),
    ],
    ids=["seconds-in-full", "a-time-that-is-past"],
)
def test_a_wait_that_was_stopped(state: dict[str, Any], left: float, bench: Workbench) -> None:
    """The world begins at 01:00."""
    arn = bench.start(flow(state))
    bench.kernel.run(250)
    bench.states.stop_execution(executionArn=arn)
    bench.kernel.run(100)
    redrive(bench, arn)
    began = bench.kernel.seconds()
    bench.kernel.run(bench.states.executions[arn].finished)
    assert bench.kernel.seconds() - began == left
    assert described(bench, arn)["status"] == "SUCCEEDED"


def test_a_choice_is_evaluated_again_and_fail_fails_again(bench: Workbench) -> None:
    choice = {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericEquals": 2, "Next": "End"}]}
    arn = bench.start({"StartAt": "S", "States": {"S": choice, "End": {"Type": "Succeed"}}}, {"n": 1})
    bench.kernel.run(1)
    redrive(bench, arn)
    bench.kernel.run(1)
    assert described(bench, arn)["error"] == "States.NoChoiceMatched"
    arn = bench.start(flow({"Type": "Fail", "Error": "No", "Cause": "never"}), machine="other")
    bench.kernel.run(1)
    redrive(bench, arn)
    bench.kernel.run(1)
    assert (described(bench, arn)["status"], described(bench, arn)["error"]) == ("FAILED", "No")
    assert bench.kinds(arn).count("FailStateEntered") == 2


def test_only_iterations_that_did_not_succeed_run_again(bench: Workbench) -> None:
    broken = {2}

    def work(number: int) -> int:
        if number in broken:
            broken.remove(number)
            raise bench.error("Broken")
        return 10 * number

    bench.functions["work"] = work
    items = {"Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 1, "ItemProcessor": flow(TASK), "End": True}
    arn = bench.start(flow(items), {"items": [1, 2, 3]})
    bench.kernel.run(10)
    assert described(bench, arn)["status"] == "FAILED"
    redrive(bench, arn)
    bench.kernel.run(10)
    assert json.loads(described(bench, arn)["output"]) == [10, 20, 30]
    assert [payload for _, _, payload in bench.invocations] == [1, 2, 2, 3]


def test_an_iteration_goes_on_at_the_state_where_it_was_stopped(bench: Workbench) -> None:
    bench.functions["work"] = lambda payload: payload
    bench.functions["slow"] = lambda payload: payload
    bench.slow["slow"] = 100
    inner = {
        "StartAt": "Work",
        "States": {
            "Work": {"Type": "Task", "Resource": f"{F}work", "Next": "Slow"},
            "Slow": {"Type": "Task", "Resource": f"{F}slow", "End": True},
        },
    }
    items = {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": inner, "End": True}
    arn = bench.start(flow(items), {"items": [1, 2]})
    bench.kernel.run(50)
    bench.states.stop_execution(executionArn=arn)
    redrive(bench, arn)
    bench.kernel.run(200)
    assert json.loads(described(bench, arn)["output"]) == [1, 2]
    assert [name for _, name, _ in bench.invocations] == ["work", "work", "slow", "slow", "slow", "slow"]
    assert bench.kinds(arn).count("MapIterationStarted") == 2


def test_a_branch_that_succeeded_keeps_its_result(bench: Workbench) -> None:
    fails(bench, 1)
    bench.functions["good"] = lambda _: "good"
    good = {"Type": "Task", "Resource": f"{F}good", "End": True}
    bench.slow["work"] = 5
    arn = bench.start(flow({"Type": "Parallel", "Branches": [flow(good), flow(TASK)], "End": True}), {"n": 1})
    bench.kernel.run(10)
    redrive(bench, arn)
    bench.kernel.run(10)
    assert json.loads(described(bench, arn)["output"]) == ["good", {"n": 1}]
    assert [name for _, name, _ in bench.invocations] == ["good", "work", "work"]


def test_a_state_that_was_too_full_runs_whole_again(bench: Workbench) -> None:
    size = [150_000]
    bench.functions["work"] = lambda _: "x" * size[0]
    items = {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": flow(TASK), "End": True}
    arn = bench.start(flow(items), {"items": [1, 2]})
    bench.kernel.run(10)
    assert described(bench, arn)["error"] == "States.DataLimitExceeded"
    size[0] = 3
    redrive(bench, arn)
    bench.kernel.run(10)
    assert json.loads(described(bench, arn)["output"]) == ["xxx", "xxx"]
    assert len(bench.invocations) == 4


def test_a_later_map_of_a_redriven_execution_begins_from_its_start(bench: Workbench) -> None:
    fails(bench, 1)
    bench.functions["item"] = lambda payload: payload
    item = {"Type": "Task", "Resource": f"{F}item", "End": True}
    items = {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": flow(item)}
    states = {
        "Before": {**items, "ResultPath": None, "Next": "Work"},
        "Work": {"Type": "Task", "Resource": f"{F}work", "Next": "After"},
        "After": {**items, "End": True},
    }
    arn = bench.start({"StartAt": "Before", "States": states}, {"items": [1, 2]})
    bench.kernel.run(10)
    redrive(bench, arn)
    bench.kernel.run(10)
    assert json.loads(described(bench, arn)["output"]) == [1, 2]
    assert [name for _, name, _ in bench.invocations].count("item") == 4


def test_the_time_of_the_whole_machine_begins_anew(bench: Workbench) -> None:
    bench.functions["work"] = lambda payload: payload
    bench.slow["work"] = 90
    arn = bench.start(flow(TASK, TimeoutSeconds=100))
    bench.kernel.run(20)
    bench.states.stop_execution(executionArn=arn)
    redrive(bench, arn)
    bench.kernel.run(95)
    assert described(bench, arn)["status"] == "SUCCEEDED", "the first timer would have ended it"
    bench.slow["work"] = 300
    arn = bench.start(flow(TASK, TimeoutSeconds=101), machine="other")
    bench.kernel.run(110)
    assert described(bench, arn)["status"] == "TIMED_OUT"
    redrive(bench, arn)
    bench.kernel.run(100)
    assert described(bench, arn)["status"] == "RUNNING"
    bench.kernel.run(2)
    assert described(bench, arn)["status"] == "TIMED_OUT"


def nested(bench: Workbench, **parameters: str) -> tuple[str, str]:
    """A parent that waits for a child whose function fails once; ARNs of the parent and of the child's machine."""
    fails(bench, 1)
    child = bench.create("child", flow(TASK))
    start = {
        "Type": "Task",
        "Resource": f"{START}.sync:2",
        "Parameters": {"StateMachineArn": child, "Input": {"n": 1}, **parameters},
        "End": True,
    }
    return bench.start(flow(start)), child


def test_a_redriven_parent_starts_another_child_and_leaves_the_first_as_it_was(bench: Workbench) -> None:
    parent, machine = nested(bench)
    bench.kernel.run(10)
    redrive(bench, parent)
    bench.kernel.run(10)
    assert described(bench, parent)["status"] == "SUCCEEDED"
    children = bench.states.list_executions(stateMachineArn=machine)["executions"]
    assert [(one["status"], one["redriveCount"]) for one in children] == [("SUCCEEDED", 0), ("FAILED", 0)]


def test_a_child_under_a_fixed_name_cannot_be_started_again(bench: Workbench) -> None:
    parent, _ = nested(bench, Name="only-once")
    bench.kernel.run(10)
    redrive(bench, parent)
    bench.kernel.run(10)
    assert described(bench, parent)["error"] == "StepFunctions.ExecutionAlreadyExistsException"


def test_a_child_may_be_redriven_by_itself(bench: Workbench) -> None:
    _, machine = nested(bench)
    bench.kernel.run(10)
    (child,) = bench.states.list_executions(stateMachineArn=machine)["executions"]
    redrive(bench, child["executionArn"])
    bench.kernel.run(10)
    assert described(bench, child["executionArn"])["status"] == "SUCCEEDED"


def test_what_runs_and_what_succeeded_is_not_redriven(bench: Workbench) -> None:
    arn = bench.start(flow({"Type": "Wait", "Seconds": 5, "End": True}))
    bench.kernel.run(1)
    for status in ("RUNNING", "SUCCEEDED"):
        reason = f"Execution is {status} and cannot be redriven"
        assert refused(bench, arn) == ("ExecutionNotRedrivable", reason)
        shown = described(bench, arn)
        assert (shown["redriveStatus"], shown["redriveStatusReason"]) == ("NOT_REDRIVABLE", reason)
        bench.kernel.run(5)


def test_fourteen_days_after_the_end_it_is_too_late(bench: Workbench) -> None:
    fails(bench, 1)
    arn = bench.start(flow(TASK))
    bench.kernel.run(14 * DAY)
    assert described(bench, arn)["redriveStatus"] == "REDRIVABLE"
    bench.kernel.run(1)
    assert refused(bench, arn)[1] == "Execution redrivable period exceeded"


def test_a_year_after_the_start_it_is_too_late(bench: Workbench) -> None:
    arn = bench.start(flow({"Type": "Wait", "Seconds": 400 * int(DAY), "End": True}))
    bench.kernel.run(365 * DAY + 1)
    bench.states.stop_execution(executionArn=arn)
    assert refused(bench, arn)[1] == "Execution has exceeded the max execution time"


def test_a_history_that_is_full_takes_no_redrive(bench: Workbench) -> None:
    loop = {"StartAt": "S", "States": {"S": {"Type": "Pass", "Next": "S"}}}
    arn = bench.start(loop)
    bench.kernel.run(1)
    assert described(bench, arn)["status"] == "FAILED"
    assert refused(bench, arn)[1] == "Execution history event limit exceeded"


def test_an_execution_of_a_machine_that_is_going_away(bench: Workbench) -> None:
    fails(bench, 1)
    arn = bench.start(flow(TASK))
    bench.kernel.run(10)
    bench.states.delete_state_machine(stateMachineArn=described(bench, arn)["stateMachineArn"])
    assert refused(bench, arn)[1] == "State machine is in DELETING status"
    assert described(bench, arn)["redriveStatusReason"] == "State machine is in DELETING status"


def test_an_execution_that_does_not_exist(bench: Workbench) -> None:
    arn = "arn:aws:states:ap-northeast-1:123456789012:execution:none:none"
    assert refused(bench, arn)[0] == "ExecutionDoesNotExist"


def test_the_same_token_redrives_once(bench: Workbench) -> None:
    fails(bench, 3)
    arn = bench.start(flow(TASK))
    bench.kernel.run(10)
    date = redrive(bench, arn, "one")
    bench.kernel.run(10)
    assert redrive(bench, arn, "one") == date
    assert described(bench, arn)["status"] == "FAILED"
    assert redrive(bench, arn, "two") != date
    bench.kernel.run(16 * 60)
    assert redrive(bench, arn, "one") != date, "a token is known for a quarter of an hour"
    assert described(bench, arn)["redriveCount"] == 3


def test_a_redriven_execution_keeps_the_definition_that_it_began_with(bench: Workbench) -> None:
    fails(bench, 1)
    arn = bench.start(flow(TASK), {"n": 1})
    bench.kernel.run(10)
    machine = described(bench, arn)["stateMachineArn"]
    changed = json.dumps(flow({"Type": "Pass", "Result": "new", "End": True}))
    bench.states.update_state_machine(stateMachineArn=machine, definition=changed)
    redrive(bench, arn)
    bench.kernel.run(10)
    assert json.loads(described(bench, arn)["output"]) == {"n": 1}


def test_executions_are_listed_by_whether_they_were_redriven(bench: Workbench) -> None:
    fails(bench, 1)
    arn = bench.start(flow(TASK))
    bench.kernel.run(10)
    redrive(bench, arn)
    machine = described(bench, arn)["stateMachineArn"]
    other = bench.states.start_execution(stateMachineArn=machine, name="other")["executionArn"]
    listed = {
        kind: [
            one["executionArn"]
            for one in bench.states.list_executions(stateMachineArn=machine, redriveFilter=kind)["executions"]
        ]
        for kind in ("REDRIVEN", "NOT_REDRIVEN")
    }
    assert listed == {"REDRIVEN": [arn], "NOT_REDRIVEN": [other]}
