"""The watch over the end of support: started once a week, with rights for what it does and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs

from stacks.chat_grants import command as may_command
from stacks.resources import Resources
from stacks.support import SupportWatch
from stacks.support_grants import reminders_write, support_read

Json = dict[str, Any]
TABLE = "arn:aws:dynamodb:ap-northeast-1:123456789012:table/runs"
KEY = "arn:aws:kms:ap-northeast-1:123456789012:key/k"
KNOWN = {"environment": "demo", "partition": "aws", "region": "ap-northeast-1", "account": "123456789012"} | {
    "command_function": "norikae-demo-operator-command"
}
AT = Resources(
    **dict.fromkeys(Resources.__dataclass_fields__, "") | {**KNOWN, "table": TABLE, "key": KEY}  # type: ignore[arg-type]
)


def statements(grant: Any) -> list[Json]:
    return [statement.to_statement_json() for statement in grant(AT)]


@pytest.fixture(scope="module")
def resources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Json]:
    """A stack with nothing but a function and its schedule."""
    folder = tmp_path_factory.mktemp("watch")
    app = cdk.App(outdir=str(folder), analytics_reporting=False)
    stack = cdk.Stack(app, "Watch")
    code = lambda_.InlineCode("def handler(event, context): pass")
    function = lambda_.Function(stack, "Watch", runtime=lambda_.Runtime.PYTHON_3_11, handler="index.handler", code=code)
    SupportWatch(stack, "Support", watch=function, dead_letters=sqs.Queue(stack, "DeadLetters"))
    app.synth()
    found: dict[str, Json] = json.loads((Path(folder) / "Watch.template.json").read_text())["Resources"]
    return found


def test_it_is_started_once_a_week_and_a_late_start_is_no_lost_one(resources: dict[str, Json]) -> None:
    (rule,) = [one["Properties"] for one in resources.values() if one["Type"] == "AWS::Events::Rule"]
    (target,) = rule["Targets"]
    (function,) = [name for name, one in resources.items() if one["Type"] == "AWS::Lambda::Function"]
    assert (rule["ScheduleExpression"], rule["State"]) == ("rate(7 days)", "ENABLED")
    assert target["Arn"] == {"Fn::GetAtt": [function, "Arn"]}
    assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": 86400}
    (queue,) = [name for name, one in resources.items() if one["Type"] == "AWS::SQS::Queue"]
    assert target["DeadLetterConfig"]["Arn"] == {"Fn::GetAtt": [queue, "Arn"]}
    (permission,) = [one["Properties"] for one in resources.values() if one["Type"] == "AWS::Lambda::Permission"]
    assert permission["Principal"] == "events.amazonaws.com"


def test_it_reads_the_calendar_and_only_what_aws_health_says_about_eks() -> None:
    support, affected = statements(support_read)
    assert (support["Action"], support["Resource"]) == (["eks:DescribeClusterVersions", "health:DescribeEvents"], "*")
    assert affected["Action"] == "health:DescribeAffectedEntities"
    assert affected["Resource"] == "arn:aws:health:*::event/EKS/*"


def test_it_writes_its_reminders_and_no_other_item() -> None:
    found = {one["Sid"]: one for one in statements(reminders_write) if "Sid" in one}
    writes = [sid for sid, one in found.items() if "dynamodb:PutItem" in one["Action"]]
    assert writes == ["Reminders"]
    keys = {sid: one["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"] for sid, one in found.items()}
    assert keys == {"Reminders": ["SUPPORT#demo"], "Serving": ["ENV#demo"], "Requests": ["RUN#*"]}


def test_it_says_commands_only_to_the_function_that_judges_them() -> None:
    (command,) = statements(may_command)
    assert command["Action"] == "lambda:InvokeFunction"
    assert command["Resource"] == ("arn:aws:lambda:ap-northeast-1:123456789012:function:norikae-demo-operator-command")
