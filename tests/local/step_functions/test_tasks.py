from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from local.aws.simulator import AwsError

if TYPE_CHECKING:
    from tests.local.step_functions.conftest import Workbench

F = "arn:aws:lambda:ap-northeast-1:123456789012:function:"
INVOKE = "arn:aws:states:::lambda:invoke"
START = "arn:aws:states:::states:startExecution"


def flow(state: dict[str, Any], **others: dict[str, Any]) -> dict[str, Any]:
    return {"StartAt": "S", "States": {"S": state, **others}}


def asking(**fields: Any) -> dict[str, Any]:
    parameters = {"FunctionName": "ask", "Payload": {"token.$": "$$.Task.Token"}}
    return {
        "Type": "Task",
        "Resource": f"{INVOKE}.waitForTaskToken",
        "Parameters": parameters,
        "End": True,
        **fields,
    }


class Person:
    """Gets task tokens from the function ``ask``."""

    def __init__(self, bench: Workbench) -> None:
        self.tokens: list[str] = []
        bench.functions["ask"] = lambda payload: self.tokens.append(payload["token"])


@pytest.fixture
def person(bench: Workbench) -> Person:
    return Person(bench)


def test_a_failure_keeps_its_name_and_the_json_of_lambda_as_cause(bench: Workbench) -> None:
    def fail(_: Any) -> None:
        raise bench.error("ThrottledError", "slow down")

    bench.functions["weights"] = fail
    ended = bench.run(flow({"Type": "Task", "Resource": f"{F}weights", "End": True}))
    assert ended["error"] == "ThrottledError"
    assert json.loads(ended["cause"]) == {
        "errorMessage": "slow down",
        "errorType": "ThrottledError",
        "requestId": "request-1",
        "stackTrace": [],
    }


def test_retries_back_off_up_to_the_longest_delay_and_then_the_catcher_sees_the_error(bench: Workbench) -> None:
    times: list[float] = []

    def fail(_: Any) -> None:
        times.append(bench.kernel.seconds())
        raise bench.error("ThrottledError")

    bench.functions["weights"] = fail
    retry = {"ErrorEquals": ["ThrottledError"], "IntervalSeconds": 2, "BackoffRate": 3, "MaxAttempts": 4}
    task = {
        "Type": "Task",
        "Resource": f"{F}weights",
        "Retry": [retry | {"MaxDelaySeconds": 15}],
        "Catch": [{"ErrorEquals": ["States.TaskFailed"], "ResultPath": "$.error", "Next": "Held"}],
        "End": True,
    }
    output = bench.output(flow(task, Held={"Type": "Pass", "End": True}), {"app": "cart"})
    assert times == [0, 2, 8, 23, 38]
    assert output["app"] == "cart"
    assert output["error"]["Error"] == "ThrottledError"


def test_full_jitter_waits_less_and_repeats_with_the_seed(bench: Workbench) -> None:
    def fail(_: Any) -> None:
        raise bench.error("ThrottledError")

    bench.functions["weights"] = fail
    retry = {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 10, "JitterStrategy": "FULL"}
    definition = flow({"Type": "Task", "Resource": f"{F}weights", "Retry": [retry], "End": True})
    bench.run(definition)
    again = type(bench)()
    again.functions["weights"] = fail
    again.run(definition)
    assert 0 < bench.kernel.seconds() < 70
    assert bench.kernel.seconds() == again.kernel.seconds()


def test_a_slow_function_times_out_by_the_tasks_own_limit(bench: Workbench) -> None:
    bench.functions["slow"] = lambda _: None
    bench.slow["slow"] = 100
    arn = bench.start(
        flow({"Type": "Task", "Resource": f"{F}slow", "TimeoutSecondsPath": "$.limit", "End": True}), {"limit": 30}
    )
    bench.kernel.run(31)
    assert bench.states.describe_execution(executionArn=arn)["error"] == "States.Timeout"
    assert bench.kinds(arn)[-2:] == ["LambdaFunctionTimedOut", "ExecutionFailed"]


def test_a_person_answers_a_task_token(bench: Workbench, person: Person) -> None:
    arn = bench.start(flow(asking(ResultPath="$.approval")), {"run": 1})
    bench.kernel.run(86_400)
    bench.states.send_task_success(taskToken=person.tokens[0], output='{"by":"sre"}')
    bench.kernel.run()
    ended = bench.states.describe_execution(executionArn=arn)
    assert ended["output"] == '{"run":1,"approval":{"by":"sre"}}'
    assert bench.kinds(arn)[2:6] == ["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"]


def test_a_persons_no_is_an_error_of_its_own_name(bench: Workbench, person: Person) -> None:
    arn = bench.start(flow(asking()))
    bench.kernel.run(5)
    bench.states.send_task_failure(taskToken=person.tokens[0], error="Refused", cause="not today")
    bench.kernel.run()
    ended = bench.states.describe_execution(executionArn=arn)
    assert (ended["error"], ended["cause"]) == ("Refused", "not today")


def test_an_answer_before_the_function_has_ended_is_not_lost(bench: Workbench) -> None:
    def answer_at_once(payload: Any) -> None:
        bench.states.send_task_success(taskToken=payload["token"], output="1")

    bench.functions["ask"] = answer_at_once
    bench.slow["ask"] = 3
    assert bench.output(flow(asking(HeartbeatSeconds=60))) == 1


def test_heartbeats_keep_a_task_alive_and_their_end_fails_it(bench: Workbench, person: Person) -> None:
    arn = bench.start(flow(asking(HeartbeatSeconds=60)))
    bench.kernel.run(50)
    bench.states.send_task_heartbeat(taskToken=person.tokens[0])
    bench.kernel.run(50)
    assert bench.states.describe_execution(executionArn=arn)["status"] == "RUNNING"
    bench.kernel.run()
    assert bench.states.describe_execution(executionArn=arn)["error"] == "States.HeartbeatTimeout"
    assert bench.kernel.seconds() == 110


def test_a_used_a_foreign_and_a_wrong_token_have_errors_of_their_own(bench: Workbench, person: Person) -> None:
    bench.start(flow(asking()))
    bench.kernel.run(1)
    token = person.tokens[0]
    with pytest.raises(AwsError, match="InvalidOutput"):
        bench.states.send_task_success(taskToken=token, output="{")
    bench.states.send_task_success(taskToken=token, output="1")
    with pytest.raises(AwsError, match="TaskTimedOut"):
        bench.states.send_task_success(taskToken=token, output="1")
    with pytest.raises(AwsError, match="TaskDoesNotExist"):
        bench.states.send_task_heartbeat(taskToken=token[:-8] + "AAAAAAAA")
    with pytest.raises(AwsError, match="InvalidToken"):
        bench.states.send_task_heartbeat(taskToken="nonsense")


def test_a_retry_after_a_time_out_asks_with_a_new_token(bench: Workbench, person: Person) -> None:
    retry = [{"ErrorEquals": ["States.Timeout"], "MaxAttempts": 1}]
    bench.start(flow(asking(TimeoutSeconds=10, Retry=retry)))
    bench.kernel.run(15)
    first, second = person.tokens
    assert first != second
    with pytest.raises(AwsError, match="TaskTimedOut"):
        bench.states.send_task_success(taskToken=first, output="1")


def test_the_integration_answers_with_lambdas_metadata(bench: Workbench) -> None:
    bench.functions["echo"] = lambda payload: payload
    task = {
        "Type": "Task",
        "Resource": INVOKE,
        "Parameters": {"FunctionName": f"{F}echo:live", "Payload.$": "$"},
        "End": True,
    }
    bench.functions["echo:live"] = bench.functions["echo"]
    output = bench.output(flow(task), {"run": 1})
    assert (output["Payload"], output["StatusCode"], output["ExecutedVersion"]) == ({"run": 1}, 200, "$LATEST")


def test_a_parent_waits_for_its_child_and_gets_its_output_as_json(bench: Workbench) -> None:
    child = bench.create("shift", flow({"Type": "Wait", "Seconds": 90, "End": True}))
    parameters = {"StateMachineArn": child, "Name.$": "$.name", "Input": {"app.$": "$.app"}}
    task = {
        "Type": "Task",
        "Resource": f"{START}.sync:2",
        "Parameters": parameters,
        "ResultSelector": {"out.$": "$.Output"},
        "End": True,
    }
    assert bench.output(flow(task), {"name": "r1-a1-cart", "app": "cart"}) == {"out": {"app": "cart"}}
    assert bench.kernel.seconds() == 90


def test_a_failing_child_fails_its_parent_with_its_description_as_cause(bench: Workbench) -> None:
    child = bench.create("shift", flow({"Type": "Fail", "Error": "GateFailed", "Cause": "5xx"}))
    task = {"Type": "Task", "Resource": f"{START}.sync:2", "Parameters": {"StateMachineArn": child}, "End": True}
    ended = bench.run(flow(task))
    assert ended["error"] == "States.TaskFailed"
    cause = json.loads(ended["cause"])
    assert (cause["Status"], cause["Error"], cause["Cause"]) == ("FAILED", "GateFailed", "5xx")


def test_a_child_name_that_was_used_is_an_error_that_can_be_caught(bench: Workbench) -> None:
    child = bench.create("shift", flow({"Type": "Succeed"}))
    bench.states.start_execution(stateMachineArn=child, name="once")
    bench.kernel.run(1)
    task = {"Type": "Task", "Resource": START, "Parameters": {"StateMachineArn": child, "Name": "once"}, "End": True}
    assert bench.run(flow(task))["error"] == "StepFunctions.ExecutionAlreadyExistsException"


@pytest.mark.parametrize(
    ("action", "error"),
    [
        ("lambda:InvokeFunction", "Lambda.AWSLambdaException"),
        ("states:StartExecution", "StepFunctions.AccessDeniedException"),
    ],
)
def test_what_the_machines_role_may_not_do_fails_the_task(action: str, error: str, bench: Workbench) -> None:
    child = bench.create("shift", flow({"Type": "Succeed"}))
    bench.functions["weights"] = lambda _: None
    bench.forbidden.add(action)
    tasks = {
        "lambda:InvokeFunction": {"Type": "Task", "Resource": f"{F}weights", "End": True},
        "states:StartExecution": {
            "Type": "Task",
            "Resource": START,
            "Parameters": {"StateMachineArn": child},
            "End": True,
        },
    }
    ended = bench.run(flow(tasks[action]))
    assert ended["error"] == error
    assert f"not authorized to perform: {action}" in ended["cause"]
