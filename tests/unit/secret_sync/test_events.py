"""What the queue of secrets says, from recorded events: one per kind and form."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from norikae.secret_sync.events.table import PARSERS, parse
from norikae.secret_sync.heard import Ignored, Rotated, RotationEnded
from norikae.secret_sync.letter import Check, Restart, Sweep

FOLDER = Path("tests/events/secrets")
ARN = "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:prod/db-AbCdEf"
SAID = {
    "label_current": Rotated(ARN, "a1b2c3d4-5678-90ab-cdef-000000000001"),
    "rotation_failed": RotationEnded(ARN, "failed", "e-rotationfailed"),
    "rotation_abandoned": RotationEnded(ARN, "abandoned", "e-rotationabandoned"),
    "delete": Rotated(ARN),
    "delete_by_name": Rotated("prod/db"),
    "restore_old_form": Rotated(ARN),
    "letter_check": Check("prod/db", "gate"),
    "letter_sweep": Sweep("sweep", only_new=True),
    "letter_restart": Restart("demo-1-33", "shop", ("db",), after=("demo-1-35-a",)),
}
TRAIL = "aws.secretsmanager AWS API Call via CloudTrail"
ASKS_NOTHING = {
    "label_custom": Ignored("other-label", "aws.secretsmanager Secret Label Updated"),
    "rotation_succeeded": Ignored("other-event", "aws.secretsmanager AWS Service Event via CloudTrail"),
    "delete_denied": Ignored("call-failed", TRAIL),
    "put": Ignored("other-event", TRAIL),
    "letter_unknown": Ignored("malformed"),
    "other_source": Ignored("unknown-event", "aws.ssm Parameter Store Change"),
}
KINDS = Rotated | RotationEnded | Check | Sweep | Restart | Ignored


def recorded(name: str) -> str:
    return (FOLDER / f"{name}.json").read_text()


@pytest.mark.parametrize("name", SAID)
def test_a_message_says_what_to_look_at(name: str) -> None:
    assert parse(recorded(name)) == SAID[name]


@pytest.mark.parametrize("name", ASKS_NOTHING)
def test_what_asks_for_nothing_says_why(name: str) -> None:
    assert parse(recorded(name)) == ASKS_NOTHING[name]


def test_every_recorded_event_is_told_of_here() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == {*SAID, *ASKS_NOTHING}


def test_every_parser_has_a_recorded_event() -> None:
    kinds = {json.loads(path.read_text()).get("detail-type", "") for path in FOLDER.glob("*.json")}
    assert {kind for _, kind in PARSERS} <= kinds


@pytest.mark.parametrize("body", ["", "no JSON", "[]", "null", '"text"'])
def test_a_body_that_is_no_json_object_is_acknowledged(body: str) -> None:
    assert parse(body) == Ignored("not-json")


ODD: list[Any] = [None, True, 5, -1, 1e300, "", [], {}, ["a"], {"a": 1}, "x" * 5000, [{"status": 5}]]


@pytest.mark.parametrize("name", [*SAID, *ASKS_NOTHING])
def test_whatever_a_field_holds_the_answer_is_a_value(name: str) -> None:
    whole = json.loads(recorded(name))
    bodies = [{**whole, key: odd} for key in whole for odd in ODD]
    detail = whole.get("detail", {})
    bodies += [{**whole, "detail": {**detail, key: odd}} for key in detail for odd in ODD]
    bodies += [{key: value for key, value in whole.items() if key != missing} for missing in whole]
    for body in bodies:
        said = parse(json.dumps(body))
        assert isinstance(said, KINDS), body
        assert not isinstance(said, Ignored) or len(said.what) <= 80


@given(body=st.text() | st.recursive(st.none(), st.lists).map(json.dumps))
def test_whatever_a_body_is_it_is_acknowledged(body: str) -> None:
    assert isinstance(parse(body), Ignored)


def test_an_event_that_is_not_understood_is_not_quoted() -> None:
    event = {**json.loads(recorded("label_current")), "detail": {"labelUpdated": ["hunter2"], "name": "hunter2"}}
    assert "hunter2" not in str(parse(json.dumps(event)))
