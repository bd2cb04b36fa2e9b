"""How every function is made."""

from __future__ import annotations

from pathlib import Path

import pytest

from stacks.permissions import FUNCTIONS
from stacks.row import Row
from stacks.runtime import PYTHON
from tests.stacks.template import Template, allowed, deployed

HANDLERS = Path("lambdas/handlers")
ROWS = pytest.mark.parametrize("row", FUNCTIONS, ids=lambda row: row.name)


def test_every_handler_file_has_its_row_and_back() -> None:
    shared = {"__init__.py", "invocation.py"}
    files = {path.relative_to("lambdas") for path in HANDLERS.rglob("*.py") if path.name not in shared}
    assert files == {Path("handlers") / row.caller / f"{row.name}.py" for row in FUNCTIONS}


@ROWS
def test_a_function_has_runtime_processor_memory_and_timeout_of_its_row(template: Template, row: Row) -> None:
    made = template.function(row.identifier)
    assert made["Runtime"] == f"python{PYTHON}"
    assert made["Architectures"] == ["arm64"]
    assert made["Handler"] == f"handlers.{row.caller}.{row.name}.handler"
    assert (made["MemorySize"], made["Timeout"]) == (row.memory, row.timeout)
    assert made["TracingConfig"] == {"Mode": "Active"}
    assert row.timeout < 300, "the state would time out first"


@ROWS
def test_a_function_logs_json_into_its_own_group(template: Template, row: Row) -> None:
    logging = template.function(row.identifier)["LoggingConfig"]
    group = logging["LogGroup"]["Ref"]
    assert logging["LogFormat"] == "JSON"
    assert template.of("AWS::Logs::LogGroup")[group]["LogGroupName"] == f"/norikae/demo/{row.name}"
    resources = [
        statement["Resource"]
        for statement in template.rights(template.role_of(row.identifier))
        if allowed([statement]) == {"logs:CreateLogStream", "logs:PutLogEvents"}
    ]
    assert resources == [{"Fn::GetAtt": [group, "Arn"]}]


@ROWS
def test_a_function_reads_only_the_settings_of_its_row(template: Template, row: Row) -> None:
    variables = template.function(row.identifier)["Environment"]["Variables"]
    assert {name for name in variables if name.startswith("NORIKAE_")} == set(row.settings)
    assert len("".join(variables) + "".join(deployed([*variables.values()]))) < 4096, "Lambda takes 4 KB of variables"


@ROWS
def test_a_function_is_in_the_vpc_when_it_talks_to_clusters(template: Template, row: Row) -> None:
    placed = template.function(row.identifier).get("VpcConfig")
    rights = allowed(template.rights(template.role_of(row.identifier)))
    assert bool(placed) == row.placed == ("ec2:CreateNetworkInterface" in rights)
    assert placed is None or placed["SubnetIds"]


@ROWS
def test_a_function_that_events_start_has_a_dead_letter_queue(template: Template, row: Row) -> None:
    assert ("DeadLetterConfig" in template.function(row.identifier)) == row.asynchronous


def test_all_functions_run_the_same_bundle(template: Template) -> None:
    keys = {made["Code"]["S3Key"] for made in template.of("AWS::Lambda::Function").values()}
    assert len(keys) == 1


def test_the_template_says_whether_the_bundle_holds_byte_code(template: Template) -> None:
    assert set(template.metadata["norikae:bundle"]) == {"runtime", "compiled"}


def test_a_stopped_execution_of_a_machine_that_holds_something_starts_recover(template: Template) -> None:
    (rule,) = [one for one in template.of("AWS::Events::Rule").values() if "states" in str(one.get("EventPattern"))]
    assert rule["EventPattern"]["detail"]["status"] == ["ABORTED", "FAILED", "TIMED_OUT"]
    machines = {arn.rpartition(":")[2] for arn in rule["EventPattern"]["detail"]["stateMachineArn"]}
    assert machines == {"norikae-demo-upgrade", "norikae-demo-shift", "norikae-demo-adopt"}
    (target,) = rule["Targets"]
    assert "DeadLetterConfig" in target
    assert target["Arn"]["Fn::GetAtt"][0].startswith("FunctionsRecover")


def test_a_schedule_starts_the_reconciler_every_minute_and_one_failure_wakes_nobody(template: Template) -> None:
    scheduled = template.of("AWS::Events::Rule").items()
    (rule,) = [one for name, one in scheduled if name.startswith("Reconciler")]
    assert rule["ScheduleExpression"] == "rate(1 minute)"
    (target,) = rule["Targets"]
    assert target["Arn"]["Fn::GetAtt"][0].startswith("FunctionsReconcileInterruptions")
    assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": 60, "MaximumRetryAttempts": 0}
    alarms = template.of("AWS::CloudWatch::Alarm")
    (alarm,) = [one for name, one in alarms.items() if name.startswith("AlarmsReconcileInterruptionsErrors")]
    assert alarm["Threshold"] == 5


def test_alarms_reach_the_topic(template: Template) -> None:
    (topic,) = [name for name in template.of("AWS::SNS::Topic") if name.startswith("Notifications")]
    alarms = template.of("AWS::CloudWatch::Alarm")
    assert all(alarm["AlarmActions"] == [{"Ref": topic}] for alarm in alarms.values())
    watched = {alarm["MetricName"] for alarm in alarms.values()}
    of_queues = {"ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"}
    assert watched == {"5XXError", "ExecutionsFailed", "ExecutionsTimedOut", "Errors", *of_queues}
