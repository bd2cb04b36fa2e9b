from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from local.aws.simulator import AwsError

if TYPE_CHECKING:
    from tests.local.step_functions.conftest import Workbench

ROLE = "arn:aws:iam::123456789012:role/machine"
SYNC = "arn:aws:states:::states:startExecution.sync:2"
WAIT: dict[str, Any] = {"StartAt": "S", "States": {"S": {"Type": "Wait", "Seconds": 60, "End": True}}}
DONE: dict[str, Any] = {"StartAt": "S", "States": {"S": {"Type": "Succeed"}}}


def state(**fields: Any) -> dict[str, Any]:
    return {"StartAt": "S", "States": {"S": fields}}


WRONG: dict[str, dict[str, Any]] = {
    "no target": state(Type="Pass", Next="Gone"),
    "no start": {"StartAt": "Gone", "States": {"S": {"Type": "Succeed"}}},
    "unreachable": {"StartAt": "S", "States": {"S": {"Type": "Succeed"}, "T": {"Type": "Succeed"}}},
    "neither next nor end": state(Type="Pass"),
    "unknown field": state(Type="Succeed", Next="S"),
    "unknown machine field": {**DONE, "Timeout": 3},
    "unknown type": state(Type="Sleep", End=True),
    "two waits": state(Type="Wait", Seconds=1, SecondsPath="$.s", End=True),
    "no resource": state(Type="Task", End=True),
    "all not last": state(
        Type="Task",
        Resource="arn:aws:lambda:ap-northeast-1:123456789012:function:f",
        Retry=[{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["A"]}],
        End=True,
    ),
    "catch target": state(Type="Parallel", Branches=[DONE], Catch=[{"ErrorEquals": ["A"], "Next": "Gone"}], End=True),
    "bad intrinsic": state(Type="Pass", Parameters={"a.$": "States.Nothing($.a)"}, End=True),
    "bad path": state(Type="Pass", InputPath="x.y", End=True),
    "result path of many": state(Type="Pass", ResultPath="$.a[*]", End=True),
    "rule without operator": state(Type="Choice", Choices=[{"Variable": "$.a", "Next": "S"}]),
    "inside a map": state(Type="Map", ItemProcessor=state(Type="Pass", Next="Gone"), End=True),
    "long name": {"StartAt": "x" * 81, "States": {"x" * 81: {"Type": "Succeed"}}},
}
OUTSIDE: dict[str, dict[str, Any]] = {
    "sdk integration": state(Type="Task", Resource="arn:aws:states:::aws-sdk:eks:describeCluster", End=True),
    "activity": state(Type="Task", Resource="arn:aws:states:ap-northeast-1:123456789012:activity:a", End=True),
    "jsonata": {**DONE, "QueryLanguage": "JSONata"},
    "variables": state(Type="Pass", Assign={"a": 1}, End=True),
    "distributed map": state(
        Type="Map",
        ItemProcessor={"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **DONE},
        End=True,
    ),
}


@pytest.mark.parametrize("fault", WRONG)
def test_a_definition_that_aws_refuses_is_refused(fault: str, bench: Workbench) -> None:
    with pytest.raises(AwsError, match="InvalidDefinition"):
        bench.create("machine", WRONG[fault])
    answer = bench.states.validate_state_machine_definition(definition=json.dumps(WRONG[fault]))
    assert answer["result"] == "FAIL"


@pytest.mark.parametrize("feature", OUTSIDE)
def test_what_only_aws_runs_is_refused_loudly(feature: str, bench: Workbench) -> None:
    with pytest.raises(AwsError) as refused:
        bench.create("machine", OUTSIDE[feature])
    assert refused.value.status == 501


def test_express_machines_are_refused_loudly(bench: Workbench) -> None:
    with pytest.raises(AwsError) as refused:
        bench.states.create_state_machine(name="m", definition=json.dumps(DONE), roleArn=ROLE, type="EXPRESS")
    assert refused.value.status == 501


def test_the_same_start_again_gives_the_running_execution(bench: Workbench) -> None:
    arn = bench.create("machine", WAIT)
    first = bench.states.start_execution(stateMachineArn=arn, name="run", input='{"a":1}')
    assert bench.states.start_execution(stateMachineArn=arn, name="run", input='{"a":1}') == first
    with pytest.raises(AwsError, match="ExecutionAlreadyExists"):
        bench.states.start_execution(stateMachineArn=arn, name="run", input='{"a":2}')
    bench.kernel.run()
    with pytest.raises(AwsError, match="ExecutionAlreadyExists"):
        bench.states.start_execution(stateMachineArn=arn, name="run", input='{"a":1}')


@pytest.mark.parametrize("name", ["", "x" * 81, "a b", "a:b", "a/b", "a*", "名\u0000"])
def test_a_name_that_aws_forbids_is_refused(name: str, bench: Workbench) -> None:
    arn = bench.create("machine", WAIT)
    with pytest.raises(AwsError, match="InvalidName"):
        bench.states.start_execution(stateMachineArn=arn, name=name)


def test_an_input_must_be_json_and_fit(bench: Workbench) -> None:
    arn = bench.create("machine", WAIT)
    with pytest.raises(AwsError, match="InvalidExecutionInput"):
        bench.states.start_execution(stateMachineArn=arn, input="{")
    with pytest.raises(AwsError, match="ValidationException"):
        bench.states.start_execution(stateMachineArn=arn, input=json.dumps("x" * 262_144))


def test_what_does_not_exist_is_said_so(bench: Workbench) -> None:
    nowhere = "arn:aws:states:ap-northeast-1:123456789012:stateMachine:nowhere"
    with pytest.raises(AwsError, match="StateMachineDoesNotExist"):
        bench.states.start_execution(stateMachineArn=nowhere)
    with pytest.raises(AwsError, match="ExecutionDoesNotExist"):
        bench.states.describe_execution(executionArn=f"{nowhere}:run")
    with pytest.raises(AwsError, match="ResourceNotFound"):
        bench.states.list_tags_for_resource(resourceArn=nowhere)


def test_an_execution_keeps_the_definition_it_was_started_with(bench: Workbench) -> None:
    running = bench.start(WAIT)
    arn = bench.states.describe_execution(executionArn=running)["stateMachineArn"]
    bench.states.update_state_machine(stateMachineArn=arn, definition=json.dumps(DONE))
    old = bench.states.describe_state_machine_for_execution(executionArn=running)
    assert json.loads(old["definition"]) == WAIT
    assert json.loads(bench.states.describe_state_machine(stateMachineArn=arn)["definition"]) == DONE
    bench.kernel.run()
    assert bench.kernel.seconds() == 60


def test_creating_the_same_machine_again_changes_nothing_and_another_is_refused(bench: Workbench) -> None:
    assert bench.create("machine", WAIT) == bench.create("machine", WAIT)
    with pytest.raises(AwsError, match="StateMachineAlreadyExists"):
        bench.create("machine", DONE)


def test_a_deleted_machine_goes_when_its_executions_have_ended(bench: Workbench) -> None:
    running = bench.start(WAIT)
    arn = bench.states.describe_execution(executionArn=running)["stateMachineArn"]
    bench.states.delete_state_machine(stateMachineArn=arn)
    assert bench.states.describe_state_machine(stateMachineArn=arn)["status"] == "DELETING"
    with pytest.raises(AwsError, match="StateMachineDeleting"):
        bench.states.start_execution(stateMachineArn=arn)
    bench.kernel.run()
    assert bench.states.list_state_machines() == {"stateMachines": []}


def test_histories_and_listings_come_in_pages_and_backwards(bench: Workbench) -> None:
    ended = bench.run(WAIT)["executionArn"]
    pages, token = [], None
    while True:
        page = bench.states.get_execution_history(executionArn=ended, maxResults=2, reverseOrder=True, nextToken=token)
        pages.append([event["id"] for event in page["events"]])
        token = page.get("nextToken")
        if token is None:
            break
    assert pages == [[4, 3], [2, 1]]
    with pytest.raises(AwsError, match="InvalidToken"):
        bench.states.get_execution_history(executionArn=ended, nextToken="!")


def test_a_history_can_leave_the_data_out(bench: Workbench) -> None:
    ended = bench.run(WAIT)["executionArn"]
    events = bench.states.get_execution_history(executionArn=ended, includeExecutionData=False)["events"]
    assert not any("input" in event.get("stateEnteredEventDetails", {}) for event in events)


def test_executions_are_listed_by_status_the_latest_first(bench: Workbench) -> None:
    arn = bench.create("machine", WAIT)
    for name in ("one", "two", "three"):
        bench.states.start_execution(stateMachineArn=arn, name=name)
    two = f"{arn.replace('stateMachine', 'execution')}:two"
    bench.states.stop_execution(executionArn=two)
    running = bench.states.list_executions(stateMachineArn=arn, statusFilter="RUNNING")["executions"]
    assert [one["name"] for one in running] == ["three", "one"]


def test_tags_come_and_go(bench: Workbench) -> None:
    arn = bench.create("machine", WAIT)
    bench.states.tag_resource(resourceArn=arn, tags=[{"key": "team", "value": "sre"}, {"key": "x", "value": "y"}])
    bench.states.untag_resource(resourceArn=arn, tagKeys=["x"])
    assert bench.states.list_tags_for_resource(resourceArn=arn) == {"tags": [{"key": "team", "value": "sre"}]}


def test_sync_needs_the_managed_rule_at_creation(bench: Workbench) -> None:
    bench.forbidden.add("events:PutRule")
    parameters = {"StateMachineArn": "arn:aws:states:ap-northeast-1:123456789012:stateMachine:child"}
    with pytest.raises(AwsError, match="not authorized to create managed-rule"):
        bench.create("parent", state(Type="Task", Resource=SYNC, Parameters=parameters, End=True))


def test_a_status_change_has_the_detail_that_aws_sends(bench: Workbench) -> None:
    ended = bench.run(state(Type="Fail", Error="Broken", Cause="by hand"), {"run": 1})
    event = bench.events[-1]
    assert event["detail-type"] == "Step Functions Execution Status Change"
    assert event["source"] == "aws.states"
    assert event["resources"] == [ended["executionArn"]]
    detail = event["detail"]
    assert detail["startDate"] == detail["stopDate"] == 1_795_482_000_000
    assert (detail["status"], detail["error"], detail["cause"]) == ("FAILED", "Broken", "by hand")
    assert (detail["output"], detail["outputDetails"]) == (None, None)
