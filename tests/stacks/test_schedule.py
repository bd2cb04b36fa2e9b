"""How upgrades start by themselves: what EventBridge Scheduler is told, and what it may."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import msgspec
import pytest
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_

import app  # noqa: F401 - sets the Node that jsii runs on
from norikae.environment import Environment, Scheduled, Windows
from norikae.scheduled.start import start_on_schedule
from stacks.acknowledgements import add_rules
from stacks.schedule import DUE, schedules
from tests.stacks.template import Template, allowed
from tests.unit.fakes.demo import demo_environment
from tests.unit.fakes.ports import FakePorts

TWO = (
    Scheduled(name="quarterly", at="cron(0 10 ? 1,4,7,10 TUE#2 *)", version="1.35"),
    Scheduled(name="rehearsal", at="cron(0 10 ? * MON *)", dry_run=True),
)
NEEDED = {(rule, "Schedules/DeadLetters") for rule in ("AwsSolutions-SQS3", "Serverless-SQSRedrivePolicy")}
"""What the rule packs find here: it is a dead-letter queue itself, of something that the packs do not know."""


class Small:
    """A stack with a key, a function, and the schedules of an environment."""

    def __init__(self, folder: Path, environment: Environment) -> None:
        made = cdk.App(outdir=str(folder), context=json.loads(Path("cdk.json").read_text())["context"])
        stack = cdk.Stack(
            made, "norikae-demo", env=cdk.Environment(account=environment.account, region=environment.region)
        )
        key = kms.Key(stack, "Key", enable_key_rotation=True)
        code = lambda_.Code.from_inline("def handler(event, context): return event")
        starter = lambda_.Function(
            stack, "Starter", runtime=lambda_.Runtime.PYTHON_3_13, handler="index.handler", code=code
        )
        schedules(stack, "Schedules", environment=environment, key=key, starter=starter)
        add_rules(made)
        try:
            made.synth()
        except RuntimeError as error:
            assert "Validation" in str(error)  # noqa: PT017 - the report below says what was found
        self.template = Template({"Outputs": {}, **json.loads((folder / "norikae-demo.template.json").read_text())})
        report = folder / "validation-report.json"
        self.found = _found(json.loads(report.read_text())) if report.exists() else set()


def _found(report: dict[str, Any]) -> set[tuple[str, str]]:
    return {
        (violation["ruleName"], construct["constructPath"].partition("/")[2].removesuffix("/Resource"))
        for pack in report["pluginReports"]
        for violation in pack["violations"]
        for construct in violation["violatingConstructs"]
    }


@pytest.fixture(scope="module")
def environment() -> Environment:
    return msgspec.structs.replace(demo_environment(), schedule=TWO, windows=Windows(timezone="Asia/Tokyo"))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, environment: Environment) -> Small:
    return Small(tmp_path_factory.mktemp("schedules"), environment)


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory, environment: Environment) -> Small:
    bare = msgspec.structs.replace(environment, schedule=())
    return Small(tmp_path_factory.mktemp("without"), bare)


def test_each_schedule_of_the_file_is_one_of_scheduler_in_the_zone_of_windows(small: Small) -> None:
    made = {one["Name"]: one for one in small.template.of("AWS::Scheduler::Schedule").values()}
    assert {name: one["ScheduleExpression"] for name, one in made.items()} == {one.name: one.at for one in TWO}
    for one in made.values():
        assert one["ScheduleExpressionTimezone"] == "Asia/Tokyo"
        assert one["FlexibleTimeWindow"] == {"Mode": "OFF"}
        assert one["State"] == "ENABLED"
        (group,) = small.template.of("AWS::Scheduler::ScheduleGroup")
        assert one["GroupName"] == {"Ref": group}


def test_they_start_the_function_and_what_fails_for_an_hour_is_a_dead_letter(small: Small) -> None:
    (function,) = small.template.of("AWS::Lambda::Function")
    queue, made = small.template.queue("SchedulesDeadLetters")
    for one in small.template.of("AWS::Scheduler::Schedule").values():
        target = one["Target"]
        assert target["Arn"] == {"Fn::GetAtt": [function, "Arn"]}
        assert target["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": [queue, "Arn"]}}
        assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 185}
    assert made["KmsMasterKeyId"]["Fn::GetAtt"][1] == "Arn"
    assert made["MessageRetentionPeriod"] == 14 * 86400


@pytest.mark.parametrize("scheduled", TWO, ids=lambda one: one.name)
def test_what_scheduler_sends_is_what_the_function_reads(
    small: Small, environment: Environment, scheduled: Scheduled
) -> None:
    made = {one["Name"]: one for one in small.template.of("AWS::Scheduler::Schedule").values()}
    sent = json.loads(made[scheduled.name]["Target"]["Input"].replace(DUE, "2027-01-12T01:00:00Z"))
    ports = FakePorts(environment=environment)
    assert start_on_schedule(ports, sent)["outcome"] == "started"
    assert ports.commander.heard[0]["reason"].endswith("due 2027-01-12T01:00:00Z")


def test_only_scheduler_may_take_the_role_and_only_for_this_group(small: Small, environment: Environment) -> None:
    (trust,) = [role["AssumeRolePolicyDocument"]["Statement"] for role in _roles(small).values()]
    group = f"arn:aws:scheduler:{environment.region}:{environment.account}:schedule-group/norikae-demo"
    assert trust == [
        {
            "Action": "sts:AssumeRole",
            "Effect": "Allow",
            "Principal": {"Service": "scheduler.amazonaws.com"},
            "Condition": {
                "StringEquals": {"aws:SourceAccount": environment.account},
                "ArnEquals": {"aws:SourceArn": group},
            },
        }
    ]
    assert small.template.only("AWS::Scheduler::ScheduleGroup") == {"Name": "norikae-demo"}


def test_the_role_starts_one_function_and_buries_in_one_queue(small: Small) -> None:
    ((role, _),) = _roles(small).items()
    rights = small.template.rights(role)
    assert allowed(rights) == {"lambda:InvokeFunction", "sqs:SendMessage", "kms:Decrypt", "kms:GenerateDataKey"}
    assert all(set(one["Resource"]) == {"Fn::GetAtt"} for one in rights), "each names one resource of the stack"


def test_a_schedule_waits_for_the_rights_of_its_role(small: Small) -> None:
    for one in small.template.resources.values():
        if one["Type"] == "AWS::Scheduler::Schedule":
            assert [name for name in one["DependsOn"] if name.startswith("SchedulesRoleDefaultPolicy")]


def test_the_rule_packs_find_what_is_acknowledged_and_no_more(small: Small) -> None:
    assert {one for one in small.found if one[1].startswith("Schedules/")} == NEEDED


def test_without_a_schedule_nothing_of_it_is_there(without: Small) -> None:
    kinds = {one["Type"] for one in without.template.resources.values()}
    assert not [kind for kind in kinds if kind.startswith(("AWS::Scheduler", "AWS::SQS"))]
    assert _roles(without) == {}


def _roles(small: Small) -> dict[str, dict[str, Any]]:
    """Roles that Scheduler may take."""
    return {
        name: role
        for name, role in small.template.of("AWS::IAM::Role").items()
        if "scheduler" in json.dumps(role["AssumeRolePolicyDocument"])
    }
