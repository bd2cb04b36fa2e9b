"""How the stack hears that secrets change, and who may do what with them."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from moto.events.models import EventPattern

from norikae.secret_sync.letter import Letter, Sweep
from stacks.permissions import FUNCTIONS
from stacks.secrets import LONGEST_PATTERN, rules
from tests.stacks.template import Template, allowed, listed

Json = dict[str, Any]

ARN = "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:"
CARRIED = [f"{ARN}chat-password-??????", f"{ARN}demo/*"]
ROW = next(row for row in FUNCTIONS if row.only_with == "secrets")
EVENTS = {name: rule.pattern for name, rule in rules(["demo/*", "chat-password"], ARN).items() if rule.pattern}


def taken(event: Any) -> list[str]:
    """The rules that take an event."""
    found = {name: EventPattern.load(json.dumps(pattern)) for name, pattern in EVENTS.items()}
    return [name for name, pattern in found.items() if pattern.matches_event(event)]


def labelled(name: str, label: str = "AWSCURRENT") -> Json:
    return {
        "source": "aws.secretsmanager",
        "detail-type": "Secret Label Updated",
        "detail": {"name": name, "labelUpdated": label, "versionId": "v2"},
    }


def rotation(event: str, name: str) -> Json:
    return {
        "source": "aws.secretsmanager",
        "detail-type": "AWS Service Event via CloudTrail",
        "detail": {
            "eventSource": "secretsmanager.amazonaws.com",
            "eventName": event,
            "requestParameters": None,
            "additionalEventData": {"SecretId": f"{ARN}{name}-a1b2c3"},
        },
    }


def call(event: str, secret: str, **members: str) -> Json:
    return {
        "source": "aws.secretsmanager",
        "detail-type": "AWS API Call via CloudTrail",
        "detail": {
            "eventSource": "secretsmanager.amazonaws.com",
            "eventName": event,
            "requestParameters": {"secretId": secret},
            **members,
        },
    }


@pytest.mark.parametrize(
    ("event", "by"),
    [
        (labelled("demo/db"), ["Current"]),
        (labelled("chat-password"), ["Current"]),
        (labelled("chat-password-of-others"), []),
        (labelled("others/db"), []),
        (labelled("demo/db", "MYLABEL"), []),
        (rotation("RotationFailed", "demo/db"), ["Rotations"]),
        (rotation("RotationAbandoned", "chat-password"), ["Rotations"]),
        (rotation("RotationSucceeded", "demo/db"), []),
        (rotation("RotationFailed", "others/db"), []),
        (call("DeleteSecret", "demo/db"), ["Deletions"]),
        (call("DeleteSecret", f"{ARN}demo/db-a1b2c3"), ["Deletions"]),
        (call("RestoreSecret", f"{ARN}chat-password-a1b2c3"), ["Deletions"]),
        (call("RestoreSecret", "chat-password"), ["Deletions"]),
        (call("DeleteSecret", "others/db"), []),
        (call("PutSecretValue", "demo/db"), []),
        (call("DeleteSecret", "demo/db", errorCode="AccessDenied"), []),
    ],
)
def test_what_aws_says_of_secrets_that_are_carried_is_asked_for_and_nothing_else(event: Json, by: list[str]) -> None:
    assert taken(event) == by


def test_where_secrets_are_too_many_for_a_pattern_all_are_asked_for() -> None:
    many = rules([f"team-{number}/*" for number in range(60)], ARN)
    patterns = [rule.pattern for rule in many.values() if rule.pattern]
    assert all(len(json.dumps(pattern, separators=(",", ":"))) <= LONGEST_PATTERN for pattern in patterns)
    assert "additionalEventData" not in patterns[1]["detail"]
    assert patterns[1]["detail"]["eventName"] == ["RotationFailed", "RotationAbandoned"]


def test_the_rules_send_events_as_they_are_and_the_schedules_letters_that_the_reader_knows(template: Template) -> None:
    name, _ = template.queue("SecretsQueue")
    made = template.rules_to(name).values()
    assert [rule["EventPattern"] for rule in made if "EventPattern" in rule] == list(EVENTS.values())
    assert all("Input" not in rule["Targets"][0] for rule in made if "EventPattern" in rule)
    letters = {
        rule["ScheduleExpression"]: msgspec.json.decode(rule["Targets"][0]["Input"], type=Letter)
        for rule in made
        if "ScheduleExpression" in rule
    }
    assert letters == {"rate(6 hours)": Sweep("sweep"), "rate(10 minutes)": Sweep("new", only_new=True)}
    dead, _ = template.queue("SecretsDeadLetters")
    assert all(rule["Targets"][0]["DeadLetterConfig"]["Arn"] == {"Fn::GetAtt": [dead, "Arn"]} for rule in made)


def test_only_those_rules_may_send_and_only_by_tls(template: Template) -> None:
    name, _ = template.queue("SecretsQueue")
    statements = template.policy_of(name)
    (sending,) = [one for one in statements if one["Effect"] == "Allow"]
    arns = [{"Fn::GetAtt": [rule, "Arn"]} for rule in template.rules_to(name)]
    assert sending["Principal"] == {"Service": "events.amazonaws.com"}
    assert sending["Condition"] == {"ArnEquals": {"aws:SourceArn": arns}}
    assert any(one["Condition"] == {"Bool": {"aws:SecureTransport": "false"}} for one in statements)


def test_a_cluster_may_be_down_for_twenty_minutes_and_dead_letters_outlive_their_queue(template: Template) -> None:
    _, made = template.queue("SecretsQueue")
    name, dead = template.queue("SecretsDeadLetters")
    assert made["RedrivePolicy"]["deadLetterTargetArn"] == {"Fn::GetAtt": [name, "Arn"]}
    assert made["VisibilityTimeout"] >= ROW.timeout
    assert made["RedrivePolicy"]["maxReceiveCount"] * made["VisibilityTimeout"] >= 2 * 20 * 60
    assert made["MessageRetentionPeriod"] == 4 * 86400
    assert dead["MessageRetentionPeriod"] == 14 * 86400
    assert "KmsMasterKeyId" in made
    assert "KmsMasterKeyId" in dead


def test_messages_are_not_waited_for_and_few_are_handled_at_a_time(template: Template) -> None:
    reader = template.reader_of(template.queue("SecretsQueue")[0])
    assert (reader["BatchSize"], reader["MaximumBatchingWindowInSeconds"]) == (10, 0)
    assert reader["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert reader["ScalingConfig"] == {"MaximumConcurrency": 5}


def test_dead_letters_alarm_and_so_does_a_queue_that_waits(template: Template) -> None:
    assert template.alarms_on(template.queue("SecretsDeadLetters")[0]) == {"ApproximateNumberOfMessagesVisible"}
    assert template.alarms_on(template.queue("SecretsQueue")[0]) == {"ApproximateAgeOfOldestMessage"}


def test_an_environment_that_carries_none_has_nothing_of_it(uncarried_template: Template) -> None:
    names = {name for name in uncarried_template.resources if "Secrets" in name}
    assert names == set()
    variables = [made["Environment"]["Variables"] for made in uncarried_template.of("AWS::Lambda::Function").values()]
    assert not any("NORIKAE_SECRETS_QUEUE" in one for one in variables)
    assert "SecretsQueueUrl" not in uncarried_template.outputs
    actions = allowed(uncarried_template.boundary())
    assert {one for one in actions if one.startswith("secretsmanager:")} == {"secretsmanager:GetSecretValue"}
    assert "sqs:StartMessageMoveTask" not in actions


def test_values_are_read_by_the_one_that_carries_them_and_only_with_the_consent_of_their_owner(
    template: Template,
) -> None:
    reading = {
        row.name: statement
        for row in FUNCTIONS
        for statement in template.allowing(row.identifier, "secretsmanager:GetSecretValue")
    }
    chats = {"hear_slack", "hear_chatwork", "answer_chat", "notify_people"}
    assert reading.keys() == {"ensure_argo_cd", "carry_secrets", *chats}
    carrying = reading["carry_secrets"]
    assert (carrying["Action"], carrying["Resource"]) == ("secretsmanager:GetSecretValue", CARRIED)
    assert carrying["Condition"] == {
        "StringEquals": {"secretsmanager:VersionStage": "AWSCURRENT"},
        "Null": {"secretsmanager:ResourceTag/norikae.dev/namespaces": "false"},
    }


def test_a_key_is_used_for_those_secrets_only(template: Template) -> None:
    through = {"StringEquals": {"kms:ViaService": "secretsmanager.ap-northeast-1.amazonaws.com"}}
    of_secrets = [one for one in template.allowing("CarrySecrets", "kms:Decrypt") if "secretsmanager" in str(one)]
    assert [one["Condition"] for one in of_secrets] == [
        {**through, "StringLike": {"kms:EncryptionContext:SecretARN": CARRIED}}
    ]


def test_versions_are_seen_where_something_waits_for_them_and_nobody_lists_secrets(template: Template) -> None:
    seeing = {
        row.name: statement["Resource"]
        for row in FUNCTIONS
        for statement in template.allowing(row.identifier, "secretsmanager:DescribeSecret")
    }
    assert seeing == dict.fromkeys(("verify_green", "scale_green", "judge_gates", "carry_secrets"), CARRIED)
    rights = [right for role in template.of("AWS::IAM::Role") for right in template.rights(role)]
    actions = {one for one in allowed([*rights, *template.boundary()]) if one.startswith("secretsmanager:")}
    assert actions == {"secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"}


def test_letters_are_sent_by_those_who_look_after_secrets_and_read_by_one(template: Template) -> None:
    arn = {"Fn::GetAtt": [template.queue("SecretsQueue")[0], "Arn"]}

    def may(action: str) -> set[str]:
        found = {row.name: template.allowing(row.identifier, action) for row in FUNCTIONS}
        return {name for name, statements in found.items() if arn in [one["Resource"] for one in statements]}

    waiting = {"scale_green", "judge_gates", "verify_green"}
    readying = {"sync_platform", "sync_applications", "hand_over_green"}
    assert may("sqs:SendMessage") == {"carry_secrets", "operator_command", *waiting, *readying}
    assert may("sqs:ReceiveMessage") == {"carry_secrets"}
    for row in FUNCTIONS:
        variables = template.function(row.identifier)["Environment"]["Variables"]
        assert ("NORIKAE_SECRETS_QUEUE" in variables) == (row.name in may("sqs:SendMessage"))


def test_dead_letters_go_back_by_an_operators_command_only(template: Template) -> None:
    moving = {
        row.name: statement
        for row in FUNCTIONS
        for statement in template.allowing(row.identifier, "sqs:StartMessageMoveTask")
    }
    assert moving.keys() == {"operator_command"}
    dead = {"Fn::GetAtt": [template.queue("SecretsDeadLetters")[0], "Arn"]}
    assert moving["operator_command"]["Resource"] == dead
    assert set(moving["operator_command"]["Action"]) == {
        *("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:StartMessageMoveTask")
    }
    variables = template.function("OperatorCommand")["Environment"]["Variables"]
    assert variables["NORIKAE_SECRETS_DEAD_LETTERS"] == dead


def test_who_carries_writes_what_became_of_secrets_and_nothing_of_a_run(template: Template) -> None:
    keys = {
        action: sorted(
            key
            for statement in template.allowing("CarrySecrets", f"dynamodb:{action}")
            for key in listed(statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"])
        )
        for action in ("GetItem", "Query", "PutItem", "UpdateItem", "DeleteItem")
    }
    assert keys == {
        "GetItem": ["ENV#demo", "SECRET#*"],
        "Query": ["SECRET#*"],
        "PutItem": ["SECRET#*"],
        "UpdateItem": [],
        "DeleteItem": [],
    }
