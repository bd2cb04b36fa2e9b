"""What only the whole world can show: AWS acts with the roles of machines and rules, and IAM judges those too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local.cluster.git import GitRepositories
from local.world import World
from stacks.environment_file import load

if TYPE_CHECKING:
    from collections.abc import Iterator

REGION, ACCOUNT = "ap-northeast-1", "123456789012"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:greet"
MACHINES = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:"
EXECUTIONS = f"arn:aws:states:{REGION}:{ACCOUNT}:execution:"
MANAGED_RULE = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule"
INVOKE = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": FUNCTION}
GREET = {"Type": "Task", "Resource": FUNCTION, "End": True}


class Account:
    """A world with one function, and an operator who makes roles and machines."""

    def __init__(self, folder: Path) -> None:
        self.world = World(load(Path("environments/demo.yaml")), GitRepositories({}))
        self.iam, self.states = self.world.client("iam"), self.world.client("stepfunctions")
        (folder / "own_code.py").write_text("def handler(event, context): return 'hello'\n")
        self.world.runtime.register(FUNCTION, folder, "own_code.handler", {}, 30.0, self.role("function"))

    def role(self, name: str, *statements: dict[str, Any]) -> str:
        made = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument='{"Statement": []}')
        if statements:
            self.grant(name, *statements)
        arn: str = made["Role"]["Arn"]
        return arn

    def grant(self, name: str, *statements: dict[str, Any]) -> None:
        document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        self.iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=document)

    def machine(self, name: str, state: dict[str, Any], role: str) -> str:
        definition = json.dumps({"StartAt": "S", "States": {"S": state}})
        arn: str = self.states.create_state_machine(name=name, definition=definition, roleArn=role)["stateMachineArn"]
        return arn

    def run(self, machine: str) -> dict[str, Any]:
        started = self.states.start_execution(stateMachineArn=machine, name="run")["executionArn"]
        self.world.kernel.run(600)
        described: dict[str, Any] = self.states.describe_execution(executionArn=started)
        return described


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    made = Account(tmp_path)
    yield made
    made.world.close()
    assert made.world.front.failures == []


def parent(role: str, account: Account) -> str:
    """A machine that starts another one and waits for its end."""
    account.machine("child", {"Type": "Pass", "End": True}, account.role("nothing"))
    resource = "arn:aws:states:::states:startExecution.sync:2"
    start = {"Type": "Task", "Resource": resource, "Parameters": {"StateMachineArn": f"{MACHINES}child"}, "End": True}
    return account.machine("parent", start, role)


def allow(actions: list[str], resource: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resource}


HEAR = allow(["events:PutTargets", "events:PutRule", "events:DescribeRule"], MANAGED_RULE)
START = allow(["states:StartExecution"], f"{MACHINES}child")
FOLLOW = allow(["states:DescribeExecution", "states:StopExecution"], f"{EXECUTIONS}child:*")


def test_a_machine_whose_role_may_not_invoke_its_function_fails_as_aws_says(account: Account) -> None:
    ended = account.run(account.machine("greeting", GREET, account.role("machine")))

    assert (ended["status"], ended["error"]) == ("FAILED", "Lambda.AWSLambdaException")
    assert f"is not authorized to perform: lambda:InvokeFunction on resource: {FUNCTION}" in ended["cause"]
    assert "because no identity-based policy allows the lambda:InvokeFunction action" in ended["cause"]
    assert account.world.runtime.invocations == []


def test_what_is_granted_after_the_machine_was_made_counts(account: Account) -> None:
    machine = account.machine("greeting", GREET, account.role("machine"))
    account.grant("machine", INVOKE)

    assert account.run(machine)["output"] == '"hello"'


def test_a_machine_that_waits_for_another_one_is_not_made_without_the_right_to_hear_of_it(account: Account) -> None:
    with pytest.raises(ClientError, match="is not authorized to create managed-rule"):
        parent(account.role("machine", START, FOLLOW), account)


@pytest.mark.parametrize(
    ("granted", "lacks"), [((HEAR, FOLLOW), "states:StartExecution"), ((HEAR, START), "states:DescribeExecution")]
)
def test_a_machine_cannot_start_or_follow_another_one_without_the_right(
    account: Account, granted: tuple[dict[str, Any], ...], lacks: str
) -> None:
    ended = account.run(parent(account.role("machine", *granted), account))

    assert (ended["status"], ended["error"]) == ("FAILED", "StepFunctions.AccessDeniedException")
    assert f"not authorized to perform: {lacks}" in ended["cause"]


def test_a_machine_with_every_right_follows_another_one_to_its_end(account: Account) -> None:
    assert account.run(parent(account.role("machine", HEAR, START, FOLLOW), account))["status"] == "SUCCEEDED"


@pytest.mark.parametrize(("granted", "executions"), [((), 0), ((START,), 1)])
def test_a_rule_starts_a_machine_only_with_a_role_that_may(
    account: Account, granted: tuple[dict[str, Any], ...], executions: int
) -> None:
    child = account.machine("child", {"Type": "Pass", "End": True}, account.role("nothing"))
    events = account.world.client("events")
    events.put_rule(Name="orders", EventPattern='{"source": ["shop"]}')
    target = {"Id": "1", "Arn": child, "RoleArn": account.role("rule", *granted)}
    events.put_targets(Rule="orders", Targets=[target])
    events.put_events(Entries=[{"Source": "shop", "DetailType": "order", "Detail": "{}"}])
    account.world.kernel.run(60)

    assert len(account.states.list_executions(stateMachineArn=child)["executions"]) == executions


def test_a_condition_on_the_calling_function_holds_for_the_function_that_has_the_role(
    account: Account, tmp_path: Path
) -> None:
    code = "import boto3\ndef handler(event, context): return len(boto3.client('eks').list_clusters()['clusters'])\n"
    for name in ("mine", "other"):
        only = {"ArnEquals": {"lambda:SourceFunctionArn": FUNCTION.replace("greet", "mine")}}
        role = account.role(name, {**allow(["eks:ListClusters"], "*"), "Condition": only})
        (tmp_path / name).mkdir()
        (tmp_path / name / "own_code.py").write_text(code)
        account.world.runtime.register(
            FUNCTION.replace("greet", name), tmp_path / name, "own_code.handler", {}, 30.0, role
        )
    invoke = account.world.client("lambda").invoke
    answers = [invoke(FunctionName=name) for name in ("mine", "other")]

    assert [answer.get("FunctionError") for answer in answers] == [None, "Unhandled"]
    assert "AccessDeniedException" in answers[1]["Payload"].read().decode()


def test_a_role_that_two_functions_have_tells_nothing_about_the_caller(account: Account, tmp_path: Path) -> None:
    shared = account.role("shared")
    for name in ("one", "two"):
        account.world.runtime.register(FUNCTION.replace("greet", name), tmp_path, "x.handler", {}, 30.0, shared)

    assert account.world.identities.function_of(shared) is None
    assert account.world.identities.function_of(f"arn:aws:iam::{ACCOUNT}:role/function") == FUNCTION
