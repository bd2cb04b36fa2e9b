"""Lambda's Invoke over the wire, and handlers that call AWS."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local.aws.front import Front
from local.aws.identities import Identities
from local.aws.lambda_ import LambdaSimulator
from local.kernel import Kernel
from local.runtime import CrashPlan, Fate, LambdaRuntime

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ACCOUNT, REGION = "123456789012", "ap-northeast-1"
ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/count"
COUNT = """
    import boto3
    table = boto3.client("dynamodb")
    def handler(event, context):
        for number in range(event["times"]):
            table.update_item(TableName="counts", Key={"pk": {"S": "n"}}, UpdateExpression="ADD n :one",
                              ExpressionAttributeValues={":one": {"N": "1"}})
        if event.get("fail"):
            raise ValueError("no")
        return event["times"]
    """


class Wire:
    """Functions behind the front, one of which counts in a table."""

    def __init__(self, folder: Path) -> None:
        self.kernel = Kernel()
        identities = Identities(ACCOUNT)
        self.runtime = LambdaRuntime(self.kernel, identities=identities, region=REGION)
        self.forbidden: set[str] = set()
        self.functions = LambdaSimulator(
            self.kernel,
            runtime=self.runtime,
            account=ACCOUNT,
            region=REGION,
            authorize=lambda _role, action, _resource: action not in self.forbidden,
        )
        self.front = Front(self.kernel, [self.functions], identities, ACCOUNT, REGION)
        self.runtime.front_url = self.front.start()
        self.client = self.front.client("lambda")
        self._role()
        self.front.client("dynamodb").create_table(
            TableName="counts",
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        url = self.front.client("sqs").create_queue(QueueName="dead")["QueueUrl"]
        self.dead = url, f"arn:aws:sqs:{REGION}:{ACCOUNT}:dead"
        (folder / "own_code.py").write_text(textwrap.dedent(COUNT))
        self.runtime.register(ARN + "count", folder, "own_code.handler", {}, 30, ROLE, dead_letter=self.dead[1])

    def _role(self) -> None:
        iam = self.front.client("iam")
        iam.create_role(
            RoleName="count", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": []})
        )
        statement = {"Effect": "Allow", "Action": "dynamodb:UpdateItem", "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_role_policy(RoleName="count", PolicyName="table", PolicyDocument=policy)

    def invoke(self, event: Any, **members: Any) -> tuple[dict[str, Any], Any]:
        answer = self.client.invoke(FunctionName="count", Payload=json.dumps(event), **members)
        return answer, json.loads(answer["Payload"].read() or "null")

    def described(self, name: str, **members: Any) -> None:
        """A function in the registry, which is what Lambda's API is about."""
        code = {"FunctionName": name, "Runtime": "python3.13", "Handler": "own_code.handler", "Role": ROLE}
        self.client.create_function(**code, Code={"ZipFile": b"stands for the code"}, **members)

    def count(self) -> int:
        item = self.front.client("dynamodb").get_item(TableName="counts", Key={"pk": {"S": "n"}}).get("Item")
        return int(item["n"]["N"]) if item else 0


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[Wire]:
    made = Wire(tmp_path)
    yield made
    made.runtime.close()
    made.front.stop()


def test_an_operator_invokes_a_function_that_writes_to_a_table(wire: Wire) -> None:
    answer, payload = wire.invoke({"times": 2})
    assert (answer["StatusCode"], answer["ExecutedVersion"], payload) == (200, "$LATEST", 2)
    assert "FunctionError" not in answer
    assert wire.count() == 2
    assert wire.kernel.seconds() == 0
    assert wire.front.failures == []


def test_an_unhandled_error_is_a_200_with_a_header(wire: Wire) -> None:
    answer, payload = wire.invoke({"times": 0, "fail": True})
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    assert (payload["errorType"], payload["errorMessage"]) == ("ValueError", "no")


def test_a_dry_run_runs_nothing(wire: Wire) -> None:
    answer, payload = wire.invoke({"times": 1}, InvocationType="DryRun")
    assert (answer["StatusCode"], answer["ResponseMetadata"]["HTTPStatusCode"]) == (204, 204)
    assert (payload, wire.count()) == (None, 0)


def test_an_unknown_function_is_not_found(wire: Wire) -> None:
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        wire.client.invoke(FunctionName="nobody")


def test_an_event_is_tried_three_times_and_then_buried(wire: Wire) -> None:
    event = {"times": 1, "fail": True}
    answer, payload = wire.invoke(event, InvocationType="Event")
    assert (answer["StatusCode"], answer["ResponseMetadata"]["HTTPStatusCode"]) == (202, 202)
    assert (payload, wire.count()) == (None, 0)
    wire.kernel.run(600)
    begun = [round(one.time) for one in wire.runtime.invocations]
    assert begun == [0, 61, 181]
    [letter] = wire.front.client("sqs").receive_message(QueueUrl=wire.dead[0], MessageAttributeNames=["All"])[
        "Messages"
    ]
    assert json.loads(letter["Body"]) == event
    assert letter["MessageAttributes"]["ErrorMessage"]["StringValue"] == "no"


@pytest.mark.parametrize(
    ("target", "forbidden", "text"),
    [
        ("sqs", "sqs:SendMessage", "does not have permissions to call SendMessage on SQS"),
        ("sns", "sns:Publish", "does not have permissions to call Publish on SNS"),
    ],
)
def test_a_function_whose_role_may_not_send_its_dead_letters_is_not_taken(
    wire: Wire, target: str, forbidden: str, text: str
) -> None:
    letters = {"DeadLetterConfig": {"TargetArn": f"arn:aws:{target}:{REGION}:{ACCOUNT}:dead"}}
    wire.forbidden.add(forbidden)
    with pytest.raises(wire.client.exceptions.InvalidParameterValueException, match=text):
        wire.described("new", **letters)
    wire.described("new")
    wire.forbidden.clear()
    wire.described("other", **letters)


def test_a_role_without_rights_on_network_interfaces_gets_no_function_in_a_vpc(wire: Wire) -> None:
    wire.forbidden.add("ec2:CreateNetworkInterface")
    with pytest.raises(wire.client.exceptions.InvalidParameterValueException, match="CreateNetworkInterface on EC2"):
        wire.described("new", VpcConfig={"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]})
    wire.described("new")


def test_another_role_that_may_not_send_dead_letters_is_not_taken(wire: Wire) -> None:
    wire.described("count")
    wire.forbidden.add("sqs:SendMessage")
    wire.client.update_function_configuration(FunctionName="count", Timeout=20)
    for change in ({"Role": ROLE}, {"DeadLetterConfig": {"TargetArn": wire.dead[1]}}):
        with pytest.raises(ClientError, match="does not have permissions to call SendMessage on SQS"):
            wire.client.update_function_configuration(FunctionName="count", **change)


def test_a_destination_to_which_the_role_may_not_send_is_not_taken(wire: Wire) -> None:
    wire.described("count")
    destination = {"OnFailure": {"Destination": wire.dead[1]}}
    wire.forbidden.add("sqs:SendMessage")
    refused = "The function's execution role does not have permissions to call SendMessage on arn:aws:sqs:"
    with pytest.raises(ClientError, match=refused):
        wire.client.put_function_event_invoke_config(FunctionName="count", DestinationConfig=destination)
    wire.client.put_function_event_invoke_config(FunctionName="count", MaximumRetryAttempts=1)
    wire.forbidden.clear()
    wire.client.put_function_event_invoke_config(FunctionName="count", DestinationConfig=destination)


def test_an_event_that_the_role_may_not_bury_is_lost(wire: Wire, caplog: pytest.LogCaptureFixture) -> None:
    wire.forbidden.add("sqs:SendMessage")
    wire.invoke({"times": 1, "fail": True}, InvocationType="Event")
    wire.kernel.run(600)
    assert "Messages" not in wire.front.client("sqs").receive_message(QueueUrl=wire.dead[0])
    assert "its role may not sqs:SendMessage" in caplog.text


def test_each_call_takes_virtual_time_that_the_handler_and_the_world_see(wire: Wire) -> None:
    process = wire.kernel.process(wire.runtime.invoke(ARN + "count", {"times": 10}))
    wire.kernel.run(process)
    assert wire.kernel.seconds() == pytest.approx(0.5 + 10 * 0.02)


@pytest.mark.parametrize("fate", [Fate.BEFORE, Fate.BETWEEN, Fate.AFTER])
def test_a_death_comes_before_between_or_after_the_effects(fate: Fate, wire: Wire) -> None:
    seed, call = next(
        (seed, plan[1])
        for seed in range(500)
        if (plan := CrashPlan(seed, probability=1).fate("count", 1))[0] is fate and plan[1] < 4
    )
    wire.runtime.crashes = CrashPlan(seed, probability=1)
    _, payload = wire.invoke({"times": 4})
    assert payload["errorType"] == "Runtime.ExitError"
    assert payload["errorMessage"].endswith("Runtime exited with error: signal: killed")
    assert wire.count() == {Fate.BEFORE: 0, Fate.BETWEEN: call, Fate.AFTER: 4}[fate]
