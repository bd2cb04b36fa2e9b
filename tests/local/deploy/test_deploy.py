from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from local.aws.eventbridge import EventBridgeSimulator, Targets
from local.deploy import DeployError
from tests.local.deploy.conftest import ACCOUNT, REGION

if TYPE_CHECKING:
    from tests.local.deploy.conftest import Account

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
ROLE = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}}
TOPIC = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "norikae"}}
FUNCTION: dict[str, Any] = {
    "Type": "AWS::Lambda::Function",
    "Properties": {
        "Code": {"S3Bucket": "assets", "S3Key": "abc.zip"},
        "Handler": "handlers.workflow.set_weights.handler",
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Runtime": "python3.13",
        "Timeout": 30,
        "Environment": {"Variables": {"TOPIC": {"Ref": "Topic"}}},
    },
}


def test_a_function_and_a_machine_run_from_a_template(account: Account) -> None:
    text = '{"StartAt":"Set weights","States":{"Set weights":{"Type":"Task","Resource":"${SetWeights}","End":true}}}'
    machine = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {
            "StateMachineName": "shift",
            "DefinitionString": text,
            "DefinitionSubstitutions": {"SetWeights": {"Fn::GetAtt": ["Function", "Arn"]}},
            "RoleArn": {"Fn::GetAtt": "Role.Arn"},
        },
    }
    outputs = {"Machine": {"Value": {"Ref": "Machine"}}}
    made = account.deploy({"Machine": machine, "Function": FUNCTION, "Topic": TOPIC, "Role": ROLE}, Outputs=outputs)
    assert made.outputs["Machine"] == made.machines["shift"]
    assert made.functions["set_weights"].endswith(made.ids["Function"])
    assert account.runtime.functions[made.functions["set_weights"]].environment == {"TOPIC": made.ids["Topic"]}
    arn = account.client("stepfunctions").start_execution(stateMachineArn=made.machines["shift"], input="25")[
        "executionArn"
    ]
    account.kernel.run()
    assert account.client("stepfunctions").describe_execution(executionArn=arn)["output"] == '{"weight":25}'


def test_a_table_has_what_the_template_says(account: Account) -> None:
    table = {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
            "TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": True},
            "DeletionProtectionEnabled": True,
        },
    }
    name = account.deploy({"Table": table}).ids["Table"]
    client = account.client("dynamodb")
    assert client.describe_table(TableName=name)["Table"]["DeletionProtectionEnabled"] is True
    assert client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]["AttributeName"] == "expires"


def test_policies_rules_and_permissions_meet_their_targets(account: Account) -> None:
    statement = {"Effect": "Allow", "Action": "sns:Publish", "Resource": {"Ref": "Topic"}}
    policy = {
        "PolicyName": "publish",
        "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "Roles": [{"Ref": "Role"}],
    }
    rule = {
        "EventPattern": {"source": ["aws.states"]},
        "Targets": [{"Id": "1", "Arn": {"Fn::GetAtt": ["Function", "Arn"]}}],
    }
    permission = {
        "Action": "lambda:InvokeFunction",
        "FunctionName": {"Ref": "Function"},
        "Principal": "events.amazonaws.com",
        "SourceArn": {"Fn::GetAtt": ["Rule", "Arn"]},
    }
    made = account.deploy(
        {
            "Permission": {"Type": "AWS::Lambda::Permission", "Properties": permission},
            "Rule": {"Type": "AWS::Events::Rule", "Properties": rule},
            "Policy": {"Type": "AWS::IAM::Policy", "Properties": policy},
            "Function": FUNCTION,
            "Topic": TOPIC,
            "Role": ROLE,
        }
    )
    stored = account.client("iam").get_role_policy(RoleName=made.ids["Role"], PolicyName="publish")["PolicyDocument"]
    assert stored["Statement"][0]["Resource"] == made.ids["Topic"]
    targets = account.client("events").list_targets_by_rule(Rule=made.ids["Rule"])["Targets"]
    assert [target["Arn"] for target in targets] == [made.functions["set_weights"]]


def test_messages_storage_keys_and_secrets(account: Account) -> None:
    key_policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}],
    }
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    queue = {"RedrivePolicy": {"deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}, "maxReceiveCount": 3}}
    topic_sends = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": {"Fn::GetAtt": ["Queue", "Arn"]},
        "Condition": {"ArnEquals": {"aws:SourceArn": {"Ref": "Topic"}}},
    }
    resources: dict[str, Any] = {
        "Key": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": key_policy, "EnableKeyRotation": True}},
        "Alias": {"Type": "AWS::KMS::Alias", "Properties": {"AliasName": "alias/n", "TargetKeyId": {"Ref": "Key"}}},
        "Dead": {"Type": "AWS::SQS::Queue"},
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": queue},
        "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"VersioningConfiguration": {"Status": "Enabled"}}},
        "Door": {
            "Type": "AWS::S3::BucketPolicy",
            "Properties": {"Bucket": {"Ref": "Bucket"}, "PolicyDocument": {"Statement": [deny]}},
        },
        "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/n", "RetentionInDays": 90}},
        "Secret": {
            "Type": "AWS::SecretsManager::Secret",
            "Properties": {"GenerateSecretString": {"PasswordLength": 20}},
        },
        "Parameter": {
            "Type": "AWS::SSM::Parameter",
            "Properties": {"Name": "/n/bucket", "Type": "String", "Value": {"Fn::Sub": "s3://${Bucket}/${!literal}"}},
        },
        "Topic": TOPIC,
        "Open": {
            "Type": "AWS::SQS::QueuePolicy",
            "Properties": {"Queues": [{"Ref": "Queue"}], "PolicyDocument": {"Statement": [topic_sends]}},
        },
        "Subscription": {
            "Type": "AWS::SNS::Subscription",
            "Properties": {
                "TopicArn": {"Ref": "Topic"},
                "Protocol": "sqs",
                "Endpoint": {"Fn::GetAtt": ["Queue", "Arn"]},
            },
        },
    }
    made = account.deploy(resources)
    account.client("s3").put_object(Bucket=made.ids["Bucket"], Key="report", Body=b"x")
    value = account.client("ssm").get_parameter(Name="/n/bucket")["Parameter"]["Value"]
    assert value == f"s3://{made.ids['Bucket']}/${{literal}}"
    assert len(account.client("secretsmanager").get_secret_value(SecretId=made.ids["Secret"])["SecretString"]) == 20
    account.client("sns").publish(TopicArn=made.ids["Topic"], Message="hello")
    [message] = account.client("sqs").receive_message(QueueUrl=made.ids["Queue"])["Messages"]
    assert json.loads(message["Body"])["Message"] == "hello"
    assert account.front.failures == []


def test_conditions_decide_and_metadata_is_left_out_with_its_reason(account: Account) -> None:
    resources = {
        "Meta": {"Type": "AWS::CDK::Metadata"},
        "Kept": {**TOPIC, "Condition": "InTokyo"},
        "Left": {"Type": "AWS::SNS::Topic", "Condition": "Elsewhere"},
        "Name": {
            "Type": "AWS::SNS::Topic",
            "Properties": {"TopicName": {"Fn::If": ["InTokyo", "tokyo", {"Ref": "AWS::NoValue"}]}},
        },
    }
    conditions = {
        "InTokyo": {"Fn::Equals": [{"Ref": "AWS::Region"}, "ap-northeast-1"]},
        "Elsewhere": {"Fn::Not": [{"Condition": "InTokyo"}]},
    }
    made = account.deploy(resources, Conditions=conditions)
    assert set(made.ids) == {"Kept", "Name"}
    assert made.ids["Name"].endswith(":tokyo")
    assert made.skipped["Left"] == "the condition Elsewhere does not hold"
    assert "Meta" in made.skipped


@pytest.mark.parametrize(
    ("resource", "text"),
    [
        ({"Type": "AWS::Kinesis::Stream"}, "does not know the type AWS::Kinesis::Stream of It"),
        ({"Type": "AWS::SNS::Topic", "Properties": {"DataProtectionPolicy": {}}}, "does not know DataProtectionPolicy"),
        (
            {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Fn::FindInMap": []}}},
            "does not know Fn::FindInMap",
        ),
        ({"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Ref": "Nobody"}}}, "refers to Nobody"),
        ({"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "a b"}}, "It .AWS::SNS::Topic. was refused"),
        ({"Type": "AWS::Lambda::Function", "Properties": {"Code": {"S3Key": "zzz.zip"}}}, "not a folder among"),
    ],
)
def test_what_the_materialiser_does_not_know_is_an_error(resource: dict[str, Any], text: str, account: Account) -> None:
    with pytest.raises(DeployError, match=text):
        account.deploy({"It": resource})


def test_a_circle_is_named(account: Account) -> None:
    one = {"Type": "AWS::SNS::Topic", "DependsOn": "Two"}
    two = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Fn::GetAtt": ["One", "TopicName"]}}}
    with pytest.raises(DeployError, match="in a circle"):
        account.deploy({"One": one, "Two": two})


def test_a_rule_reaches_a_function_by_a_standard_queue(account: Account) -> None:
    """What an ingest of events is made of: rule, queue with policy and dead letters, mapping; and a schedule."""
    pattern = {"source": ["aws.ec2"], "detail-type": ["EC2 Spot Instance Interruption Warning"]}
    permission = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": {"Fn::GetAtt": ["Warnings", "Arn"]},
        "Condition": {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": ["Watch", "Arn"]}}},
    }
    function = {**FUNCTION, "Properties": FUNCTION["Properties"] | {"Timeout": 20, "Environment": {}}}
    redrive = {"deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}, "maxReceiveCount": 3}
    takes = [f"sqs:{verb}" for verb in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")]
    may = {"Effect": "Allow", "Action": takes, "Resource": {"Fn::GetAtt": ["Warnings", "Arn"]}}
    role = {"PolicyName": "takes", "PolicyDocument": {"Version": "2012-10-17", "Statement": [may]}}
    mapping = {
        "EventSourceArn": {"Fn::GetAtt": ["Warnings", "Arn"]},
        "FunctionName": {"Ref": "Ingest"},
        "BatchSize": 10,
        "MaximumBatchingWindowInSeconds": 0,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "ScalingConfig": {"MaximumConcurrency": 20},
    }
    to_queue = {"Id": "queue", "Arn": {"Fn::GetAtt": ["Warnings", "Arn"]}}
    minute = {"Id": "function", "Arn": {"Fn::GetAtt": ["Ingest", "Arn"]}}
    deployment = account.deploy(
        {
            "Dead": {"Type": "AWS::SQS::Queue", "Properties": {"MessageRetentionPeriod": 1209600}},
            "Warnings": {
                "Type": "AWS::SQS::Queue",
                "Properties": {"VisibilityTimeout": 120, "RedrivePolicy": redrive, "SqsManagedSseEnabled": True},
            },
            "Watch": {"Type": "AWS::Events::Rule", "Properties": {"EventPattern": pattern, "Targets": [to_queue]}},
            "Minute": {
                "Type": "AWS::Events::Rule",
                "Properties": {"ScheduleExpression": "rate(1 minute)", "State": "ENABLED", "Targets": [minute]},
            },
            "Open": {
                "Type": "AWS::SQS::QueuePolicy",
                "Properties": {"Queues": [{"Ref": "Warnings"}], "PolicyDocument": {"Statement": [permission]}},
            },
            "Role": ROLE,
            "Ingest": function,
            "Takes": {"Type": "AWS::IAM::Policy", "Properties": role | {"Roles": [{"Ref": "Role"}]}},
            "Feed": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": mapping, "DependsOn": "Takes"},
        }
    )
    targets = Targets(function=lambda *_: None, machine=lambda *_: None)
    bus = EventBridgeSimulator(account.kernel, account=ACCOUNT, region=REGION, targets=targets)
    said = bus.says("aws.ec2", pattern["detail-type"][0], {"instance-id": "i-1", "instance-action": "terminate"})
    assert said is not None
    account.kernel.run(2)
    [invocation] = account.runtime.invocations
    assert invocation.function == deployment.functions["set_weights"].rpartition(":")[2]


EXTENSION = "arn:aws:lambda:ap-northeast-1:133490724326:layer:AWS-Parameters-and-Secrets-Lambda-Extension"


@pytest.mark.parametrize("may", [True, False])
def test_a_function_whose_role_may_not_send_its_dead_letters_is_not_made(*, may: bool, account: Account) -> None:
    """CloudFormation stops there; a policy that comes after the function is too late."""
    letters = {"DeadLetterConfig": {"TargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}}}
    sends = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": {"Fn::GetAtt": ["Dead", "Arn"]}}
    policy = {"PolicyName": "sends", "PolicyDocument": {"Version": "2012-10-17", "Statement": [sends]}}
    needed = {"DependsOn": "Sends"} if may else {}
    resources = {
        "Role": ROLE,
        "Topic": TOPIC,
        "Dead": {"Type": "AWS::SQS::Queue", "Properties": {}},
        "Function": {**FUNCTION, "Properties": FUNCTION["Properties"] | letters, **needed},
        "Sends": {"Type": "AWS::IAM::Policy", "Properties": policy | {"Roles": [{"Ref": "Role"}]}},
    }
    if may:
        assert account.deploy(resources).functions
    else:
        with pytest.raises(DeployError, match="permissions to call SendMessage on SQS"):
            account.deploy(resources)


def test_the_one_layer_that_is_known_is_the_extension_for_secrets(account: Account) -> None:
    properties = FUNCTION["Properties"] | {"Layers": [f"{EXTENSION}-Arm64:4"], "Architectures": ["arm64"]}
    made = account.deploy({"Role": ROLE, "Topic": TOPIC, "Function": {**FUNCTION, "Properties": properties}})
    assert account.runtime.functions[made.functions["set_weights"]].extended is True


@pytest.mark.parametrize(
    "layers",
    [[f"{EXTENSION}:4"], [f"{EXTENSION}-Arm64:4"] * 2, ["arn:aws:lambda:ap-northeast-1:123456789012:layer:own:1"]],
)
def test_another_layer_is_an_error(layers: list[str], account: Account) -> None:
    properties = FUNCTION["Properties"] | {"Layers": layers, "Architectures": ["arm64"]}
    with pytest.raises(DeployError, match="knows one layer only"):
        account.deploy({"Role": ROLE, "Topic": TOPIC, "Function": {**FUNCTION, "Properties": properties}})
