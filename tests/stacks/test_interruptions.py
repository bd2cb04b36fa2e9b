"""How the stack hears that machines go."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from norikae.drain.events import asked
from norikae.drain.events.table import PARSERS, parse
from norikae.drain.interruption import Interruption
from stacks.interruptions import RULES
from stacks.permissions import FUNCTIONS
from tests.stacks.template import Template

FOLDER = Path("tests/events/interruptions")
RECORDED = [path for path in sorted(FOLDER.glob("*.json")) if "source" in json.loads(path.read_text())]
READ_TO_KNOW = {"health_backup", "health_other_region", "health_no_instance", "test_notification_event"}
"""What a rule cannot tell from an event that matters."""
ROW = next(row for row in FUNCTIONS if row.name == "interruptions")


def queue(template: Template) -> tuple[str, dict[str, Any]]:
    return template.queue("InterruptionsQueue")


def matches(pattern: dict[str, Any], event: dict[str, Any]) -> bool:
    """Whether a pattern of exact values takes an event."""
    return all(
        matches(wanted, event[key]) if isinstance(wanted, dict) else event[key] in wanted
        for key, wanted in pattern.items()
    )


def test_each_rule_asks_for_exact_events_and_sends_them_to_the_queue(template: Template) -> None:
    name, _ = queue(template)
    rules = template.rules_to(name).values()
    assert [rule["EventPattern"] for rule in rules] == [rule.pattern for rule in RULES.values()]
    for rule in rules:
        (target,) = rule["Targets"]
        assert target["DeadLetterConfig"]["Arn"] == _dead(template)


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_what_a_parser_acts_on_is_asked_for_and_what_it_ignores_mostly_is_not(path: Path) -> None:
    event = json.loads(path.read_text())
    event["detail-type"] = event.get("detail-type") or event["detail_type"]
    taken = any(matches(rule.pattern, event) for rule in RULES.values() if rule.pattern)
    acts = any(isinstance(said, Interruption) for said in parse(path.read_text()))
    by_norikae = event.get("source") == asked.SOURCE  # goes to the queue without a rule
    assert taken == ((acts and not by_norikae) or path.stem in READ_TO_KNOW)


def test_every_event_that_is_asked_for_has_its_parser() -> None:
    patterns = [rule.pattern for rule in RULES.values() if rule.pattern]
    asked = {(source, kind) for one in patterns for source in one["source"] for kind in one["detail-type"]}
    assert asked <= set(PARSERS)


def test_only_those_rules_may_send_and_only_by_tls(template: Template) -> None:
    name, _ = queue(template)
    arns = [{"Fn::GetAtt": [rule, "Arn"]} for rule in template.rules_to(name)]
    statements = template.policy_of(name)
    allowed = [one for one in statements if one["Effect"] == "Allow"]
    assert [one["Principal"] for one in allowed] == [{"Service": "events.amazonaws.com"}]
    assert [one["Condition"] for one in allowed] == [{"ArnEquals": {"aws:SourceArn": arns}}]
    assert any(one["Condition"] == {"Bool": {"aws:SecureTransport": "false"}} for one in statements)


def test_the_key_lets_eventbridge_encrypt_what_it_sends(template: Template) -> None:
    _, made = queue(template)
    (key,) = template.of("AWS::KMS::Key").items()
    assert made["KmsMasterKeyId"] == {"Fn::GetAtt": [key[0], "Arn"]}
    statements = key[1]["KeyPolicy"]["Statement"]
    (allowed,) = [one for one in statements if "events.amazonaws.com" in _listed(one["Principal"].get("Service", ""))]
    assert set(allowed["Action"]) == {"kms:Decrypt", "kms:GenerateDataKey"}


def test_a_message_is_kept_for_hours_and_comes_again_while_a_spot_machine_still_runs(template: Template) -> None:
    _, made = queue(template)
    assert made["MessageRetentionPeriod"] == 4 * 3600
    assert ROW.timeout <= made["VisibilityTimeout"] <= 20
    assert made["RedrivePolicy"]["maxReceiveCount"] * made["VisibilityTimeout"] >= 1800
    dead = template.of("AWS::SQS::Queue")[made["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]]
    assert dead["MessageRetentionPeriod"] == 14 * 86400


def test_messages_are_not_waited_for_and_fail_one_by_one(template: Template) -> None:
    name, _ = queue(template)
    mapping = template.reader_of(name)
    assert (mapping["BatchSize"], mapping["MaximumBatchingWindowInSeconds"]) == (10, 0)
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_its_dead_letters_alarm(template: Template) -> None:
    assert "ApproximateNumberOfMessagesVisible" in template.alarms_on(_dead(template)["Fn::GetAtt"][0])


def test_the_reader_writes_claims_and_nothing_of_a_run(template: Template) -> None:
    keys = {
        action: sorted(
            key
            for statement in template.allowing("Interruptions", action)
            for key in _listed(statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"])
        )
        for action in ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:DeleteItem")
    }
    assert keys == {
        "dynamodb:GetItem": ["CLUSTER#*", "ENV#demo"],
        "dynamodb:PutItem": ["CLUSTER#*"],
        "dynamodb:Query": [],
        "dynamodb:DeleteItem": [],
    }


def test_the_reader_starts_the_machine_that_drains_and_no_other(template: Template) -> None:
    (statement,) = template.allowing("Interruptions", "states:StartExecution")
    assert statement["Resource"].endswith("stateMachine:norikae-demo-drain")


def _dead(template: Template) -> dict[str, Any]:
    _, made = queue(template)
    found: dict[str, Any] = made["RedrivePolicy"]["deadLetterTargetArn"]
    return found


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
