from __future__ import annotations

from typing import Any

from local.aws.eventbridge.transform import payload

EVENT: dict[str, Any] = {
    "id": "e1",
    "detail-type": "Step Functions Execution Status Change",
    "detail": {"status": "ABORTED", "name": 'run "7"', "cause": None, "input": {"run": 7}},
}
RULE = "arn:aws:events:ap-northeast-1:123456789012:rule/recover"


def filled(template: str, **places: str) -> Any:
    target = {"InputTransformer": {"InputPathsMap": places, "InputTemplate": template}}
    return payload(target, EVENT, RULE, "2026-11-24T01:00:00Z")


def test_a_target_gets_the_event_or_a_part_or_a_constant() -> None:
    assert payload({}, EVENT, RULE, "") == EVENT
    assert payload({"InputPath": "$.detail.input"}, EVENT, RULE, "") == {"run": 7}
    assert payload({"Input": '{"tick":true}'}, EVENT, RULE, "") == {"tick": True}


def test_unquoted_places_as_cdk_writes_them_take_json() -> None:
    template = '{"status":<s>,"input":<i>,"cause":<c>}'
    assert filled(template, s="$.detail.status", i="$.detail.input", c="$.detail.cause") == {
        "status": "ABORTED",
        "input": {"run": 7},
        "cause": None,
    }


def test_quoted_places_take_text_and_keep_the_json_whole() -> None:
    assert filled('{"text":"<n> was <s>"}', n="$.detail.name", s="$.detail.status") == {"text": 'run "7" was ABORTED'}


def test_reserved_places_need_no_path() -> None:
    assert filled('{"rule":<aws.events.rule-name>,"all":<aws.events.event.json>}') == {"rule": "recover", "all": EVENT}


def test_a_path_that_leads_nowhere_leaves_nothing() -> None:
    assert filled('"cause: <c>"', c="$.detail.nothing") == "cause: "
