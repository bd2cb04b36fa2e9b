from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.aws.step_functions.errors import RUNTIME

if TYPE_CHECKING:
    from tests.local.step_functions.conftest import Workbench

F = "arn:aws:lambda:ap-northeast-1:123456789012:function:"


def one(state: dict[str, Any]) -> dict[str, Any]:
    return {"StartAt": "Only", "States": {"Only": state}}


def test_a_function_by_its_arn_leaves_the_history_that_aws_leaves(bench: Workbench) -> None:
    bench.functions["plan"] = lambda data: {"seen": data}
    arn = bench.start(one({"Type": "Task", "Resource": f"{F}plan", "End": True}), {"run": 1})
    bench.kernel.run()
    assert bench.kinds(arn) == [
        "ExecutionStarted",
        "TaskStateEntered",
        "LambdaFunctionScheduled",
        "LambdaFunctionStarted",
        "LambdaFunctionSucceeded",
        "TaskStateExited",
        "ExecutionSucceeded",
    ]
    assert [event["previousEventId"] for event in bench.history(arn)] == [0, 0, 2, 3, 4, 5, 6]
    assert bench.states.describe_execution(executionArn=arn)["output"] == '{"seen":{"run":1}}'


def test_a_wait_takes_virtual_time_only(bench: Workbench) -> None:
    assert bench.output(one({"Type": "Wait", "SecondsPath": "$.soak", "End": True}), {"soak": 172_800}) == {
        "soak": 172_800
    }
    assert bench.kernel.seconds() == 172_800


def test_a_wait_until_an_instant_ends_then(bench: Workbench) -> None:
    bench.output(one({"Type": "Wait", "Timestamp": "2026-11-24T10:00:30+09:00", "End": True}))
    assert bench.kernel.seconds() == 30


def test_a_map_runs_no_more_at_once_than_it_says(bench: Workbench) -> None:
    wait = {"StartAt": "Bake", "States": {"Bake": {"Type": "Wait", "Seconds": 10, "End": True}}}
    state = {"Type": "Map", "MaxConcurrency": 2, "ItemsPath": "$.apps", "ItemProcessor": wait, "End": True}
    assert bench.output(one(state), {"apps": [1, 2, 3, 4, 5]}) == [1, 2, 3, 4, 5]
    assert bench.kernel.seconds() == 30


def test_the_first_failing_branch_stops_the_others(bench: Workbench) -> None:
    fails = {"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "Broken", "Cause": "by hand"}}}
    waits = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 99, "End": True}}}
    catch = [{"ErrorEquals": ["Broken"], "ResultPath": "$.failure", "Next": "Done"}]
    states = {
        "Both": {"Type": "Parallel", "Branches": [waits, fails], "Catch": catch, "End": True},
        "Done": {"Type": "Succeed"},
    }
    arn = bench.start({"StartAt": "Both", "States": states}, {"run": 1})
    bench.kernel.run(1)
    ended = bench.states.describe_execution(executionArn=arn)
    assert ended["output"] == '{"run":1,"failure":{"Error":"Broken","Cause":"by hand"}}'
    assert bench.kinds(arn)[3:9] == [
        "WaitStateEntered",
        "FailStateEntered",
        "WaitStateAborted",
        "ParallelStateFailed",
        "ParallelStateExited",
        "SucceedStateEntered",
    ]


def test_no_choice_and_no_default_is_an_error_of_its_own(bench: Workbench) -> None:
    rule = {"Variable": "$.phase", "StringEquals": "bake", "Next": "Done"}
    states = {"Pick": {"Type": "Choice", "Choices": [rule]}, "Done": {"Type": "Succeed"}}
    assert bench.run({"StartAt": "Pick", "States": states}, {"phase": "soak"})["error"] == "States.NoChoiceMatched"


def test_a_loop_without_a_wait_ends_at_the_history_quota(bench: Workbench) -> None:
    states = {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}}
    arn = bench.start({"StartAt": "A", "States": states})
    bench.kernel.run()
    ended = bench.states.describe_execution(executionArn=arn)
    assert (ended["status"], ended["error"]) == ("FAILED", RUNTIME)
    last = bench.states.get_execution_history(executionArn=arn, reverseOrder=True, maxResults=1)["events"][0]
    assert (last["id"], last["type"]) == (25_000, "ExecutionFailed")


def test_more_than_256_kib_is_not_seen_by_states_all(bench: Workbench) -> None:
    bench.functions["big"] = lambda _: "x" * 262_144
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "Done"}]
    states = {
        "Big": {"Type": "Task", "Resource": f"{F}big", "Catch": catch, "End": True},
        "Done": {"Type": "Succeed"},
    }
    assert bench.run({"StartAt": "Big", "States": states})["error"] == "States.DataLimitExceeded"
