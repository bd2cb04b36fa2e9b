"""Where norikae remembers, and how long."""

from __future__ import annotations

import json

import pytest

from local.assembly import ROOT, SynthError, assembly
from tests.stacks.template import Template


def test_the_table_survives_mistakes(template: Template) -> None:
    table = template.only("AWS::DynamoDB::Table")
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}
    assert table["DeletionProtectionEnabled"] is True
    assert [(key["AttributeName"], key["KeyType"]) for key in table["KeySchema"]] == [("pk", "HASH"), ("sk", "RANGE")]


def test_state_stays_when_the_stack_goes(template: Template) -> None:
    kept = {"AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::KMS::Key", "AWS::Logs::LogGroup"}
    policies = {r["DeletionPolicy"] for r in template.resources.values() if r["Type"] in kept}
    assert policies == {"Retain"}


def test_one_key_encrypts_everything_and_rotates(template: Template) -> None:
    (key,) = template.of("AWS::KMS::Key")
    assert template.only("AWS::KMS::Key")["EnableKeyRotation"] is True
    arn = {"Fn::GetAtt": [key, "Arn"]}
    assert template.only("AWS::DynamoDB::Table")["SSESpecification"]["KMSMasterKeyId"] == arn
    assert {made["KmsMasterKeyId"] == arn for made in template.of("AWS::SNS::Topic").values()} == {True}
    assert [queue["KmsMasterKeyId"] for queue in template.of("AWS::SQS::Queue").values()] == [arn] * 14


def test_only_alarms_of_this_account_may_publish_by_themselves(template: Template) -> None:
    """An alarm of any account may act on a topic; each statement for the service has to say whose."""
    (topic,) = [name for name in template.of("AWS::SNS::Topic") if name.startswith("NotificationsTopic")]
    (policy,) = [one for one in template.of("AWS::SNS::TopicPolicy").values() if {"Ref": topic} in one["Topics"]]
    (allowed,) = [one for one in policy["PolicyDocument"]["Statement"] if one["Effect"] == "Allow"]
    assert allowed["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert allowed["Condition"] == {
        "ArnLike": {"aws:SourceArn": "arn:aws:cloudwatch:ap-northeast-1:123456789012:alarm:*"}
    }


def test_a_service_may_use_the_key_for_this_account_only(template: Template) -> None:
    statements = template.only("AWS::KMS::Key")["KeyPolicy"]["Statement"]
    services = [one for one in statements if "Service" in one["Principal"]]
    ours = {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    logs = {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:ap-northeast-1:123456789012:log-group:*"}
    assert {json.dumps(one["Condition"]) for one in services} == {json.dumps(ours), json.dumps({"ArnLike": logs})}


def test_every_log_group_is_encrypted_and_ends(template: Template) -> None:
    groups = template.of("AWS::Logs::LogGroup")
    machines = template.of("AWS::StepFunctions::StateMachine")
    assert len(groups) == len(template.of("AWS::Lambda::Function")) + len(machines)
    assert all(group["RetentionInDays"] == 90 and group["KmsKeyId"] for group in groups.values())


def test_machines_log_everything_but_the_data(template: Template) -> None:
    for machine in template.of("AWS::StepFunctions::StateMachine").values():
        logging = machine["LoggingConfiguration"]
        assert (logging["Level"], logging["IncludeExecutionData"]) == ("ALL", False)
        assert machine["TracingConfiguration"] == {"Enabled": True}


def test_what_people_need_to_know_is_an_output(template: Template) -> None:
    assert {"UpgradeMachine", "ShiftMachine", "OperatorCommand", "KubernetesAccess"} <= set(template.outputs)


def test_an_environment_without_a_file_is_named() -> None:
    with pytest.raises(SynthError, match=r"nowhere\.yaml"):
        assembly("nowhere")
    assert not [*(ROOT / "build" / "assembly").glob("nowhere-*")], "what was begun is removed"


def test_the_commented_example_is_a_whole_environment() -> None:
    assert any(assembly("example").glob("norikae-*.template.json"))
