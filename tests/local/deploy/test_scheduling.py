"""A template with schedules, and a function that they start with the rights of their role."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from local.deploy import DeployError
from tests.local.deploy.conftest import ACCOUNT, REGION
from tests.local.deploy.test_deploy import FUNCTION, ROLE, TOPIC

if TYPE_CHECKING:
    from tests.local.deploy.conftest import Account

GROUP = f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule-group/norikae-demo"
SCHEDULE = {
    "Name": "quarterly",
    "GroupName": {"Ref": "Group"},
    "ScheduleExpression": "cron(0 10 ? * TUE *)",
    "ScheduleExpressionTimezone": "Asia/Tokyo",
    "FlexibleTimeWindow": {"Mode": "OFF"},
    "Target": {
        "Arn": {"Fn::GetAtt": ["Function", "Arn"]},
        "RoleArn": {"Fn::GetAtt": ["Starter", "Arn"]},
        "Input": '{"schedule": "quarterly", "at": "<aws.scheduler.scheduled-time>"}',
        "RetryPolicy": {"MaximumEventAgeInSeconds": 60},
        "DeadLetterConfig": {"Arn": {"Fn::GetAtt": ["Dead", "Arn"]}},
    },
}


def starter(*actions: str) -> dict[str, Any]:
    """A role that Scheduler may take for the group, with some rights."""
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "scheduler.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"ArnEquals": {"aws:SourceArn": GROUP}},
    }
    rights = {"Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
            "Policies": [{"PolicyName": "start", "PolicyDocument": {"Version": "2012-10-17", **rights}}],
        },
    }


def template(*actions: str, **members: Any) -> dict[str, Any]:
    return {
        "Topic": TOPIC,
        "Role": ROLE,
        "Function": FUNCTION,
        "Starter": starter(*actions),
        "Dead": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "dead"}},
        "Group": {"Type": "AWS::Scheduler::ScheduleGroup", "Properties": {"Name": "norikae-demo"}},
        "Quarterly": {
            "Type": "AWS::Scheduler::Schedule",
            "Properties": {**SCHEDULE, **members},
            "DependsOn": ["Starter"],
        },
    }


def test_a_schedule_of_a_template_starts_its_function(account: Account) -> None:
    made = account.deploy(template("lambda:InvokeFunction"))
    assert made.ids["Quarterly"] == "quarterly"
    found = account.client("scheduler").get_schedule(Name="quarterly", GroupName=made.ids["Group"])
    assert found["ScheduleExpressionTimezone"] == "Asia/Tokyo"
    account.kernel.run(8 * 86400)
    (invocation,) = account.runtime.invocations
    assert invocation.function == made.functions["set_weights"].rpartition(":")[2]


def test_a_role_without_the_right_starts_nothing_and_leaves_a_dead_letter(account: Account) -> None:
    made = account.deploy(template("sqs:SendMessage"))
    account.kernel.run(8 * 86400)
    assert list(account.runtime.invocations) == []
    answer = account.client("sqs").receive_message(QueueUrl=made.ids["Dead"], MessageAttributeNames=["All"])
    (message,) = answer["Messages"]
    assert message["MessageAttributes"]["ERROR_CODE"]["StringValue"] == "AWSLambda.AccessDeniedException"
    assert json.loads(message["Body"])["schedule"] == "quarterly"


def test_a_property_that_is_not_known_is_refused(account: Account) -> None:
    with pytest.raises(DeployError, match=r"does not know Colour of Quarterly"):
        account.deploy(template("lambda:InvokeFunction", Colour="green"))


def test_what_scheduler_refuses_names_the_resource(account: Account) -> None:
    with pytest.raises(DeployError, match=r"Quarterly .* was refused: .*Invalid Schedule Expression cron\(0 25"):
        account.deploy(template("lambda:InvokeFunction", ScheduleExpression="cron(0 25 ? * TUE *)"))
