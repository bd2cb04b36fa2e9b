"""What AWS says about machines, from recorded events: one per kind and form.

These are the cases that other projects have under parsing and queue. Merged: "malformed JSON" and "empty body" are one
table of bodies, as are "other service" and "other category"; "no messages" and "delete failure" are the queue's own.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from norikae.drain.events.message import instant
from norikae.drain.events.table import PARSERS, parse
from norikae.drain.interruption import Hook, Ignored, Interruption

MACHINE = "i-0a1b2c3d4e5f60718"
AT = 1795834800.0  # 2026-11-28T03:00:00Z
FOLDER = Path("tests/events/interruptions")
SPOT, REBALANCE = "3f2504e0-4f89-41d3-9a0c-0305e82c3301", "7c9e6679-7425-40de-944b-e07fc1f90ae7"
CHANGE, TOKEN = "9b2d1c5e-6a57-4f5e-8a6b-2c8f3f1f9d10", "71514b9d-6a40-4b26-8523-05e7eexample"
LAUNCH = "87654321-4321-4321-4321-210987654321"
HEALTH = "1234abc01232a4012345678-1/123456789012"
RETIREMENT, RETIRES_AT = "AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED", 1797081543.0  # Sat, 12 Dec 2026 13:19:03 GMT
GROUP = "demo-1-33-worker"
DRAIN, JOIN = Hook(GROUP, "drain", TOKEN), Hook(GROUP, "join", LAUNCH)


def recorded(name: str) -> str:
    return (FOLDER / f"{name}.json").read_text()


def changed(name: str, **more: Any) -> str:
    return json.dumps({**json.loads(recorded(name)), **more})


def scheduled(instance: str = MACHINE, event: str = HEALTH, *, cancelled: bool = False) -> Interruption:
    return Interruption("scheduled", instance, AT, event, ends_at=RETIRES_AT, cancelled=cancelled, detail=RETIREMENT)


SAID = {
    "spot": (Interruption("spot", MACHINE, AT, SPOT, ends_at=AT + 120, detail="terminate"),),
    "spot_hibernate": (Interruption("spot", MACHINE, AT, SPOT, ends_at=AT, detail="hibernate"),),
    "rebalance": (Interruption("rebalance", MACHINE, AT, REBALANCE),),
    "state_change": (Interruption("state-change", MACHINE, AT, CHANGE, ends_at=AT, detail="shutting-down"),),
    "lifecycle_terminate": (Interruption("scaling", MACHINE, AT, TOKEN, hook=DRAIN, detail="terminate"),),
    "lifecycle_direct": (Interruption("scaling", MACHINE, AT + 0.123, TOKEN, hook=DRAIN, detail="terminate"),),
    "lifecycle_sns": (Interruption("scaling", MACHINE, AT + 0.123, TOKEN, hook=DRAIN, detail="terminate"),),
    "lifecycle_to_warm_pool": (
        Interruption("scaling", MACHINE, AT, TOKEN, hook=DRAIN, detail="terminate-to-warm-pool"),
    ),
    "lifecycle_launch": (Interruption("launch", MACHINE, AT, LAUNCH, hook=JOIN, detail="launch"),),
    "lifecycle_from_warm_pool": (
        Interruption("launch", MACHINE, AT, LAUNCH, hook=JOIN, detail="launch-from-warm-pool"),
    ),
    "health": (scheduled(),),
    "asked": (Interruption("asked", MACHINE, AT, "asked-5f2b1c77", detail="drain"),),
    "health_arn": (scheduled(),),
    "health_second_page": (scheduled("i-0d1b2c3d4e5f60718"),),
    "health_several": (
        scheduled(),
        scheduled("i-0b1b2c3d4e5f60718"),
        scheduled("i-0c1b2c3d4e5f60718", f"{HEALTH}/over", cancelled=True),
    ),
    "health_closed": (scheduled(event="1234abc01232a4012345678-2/123456789012/over", cancelled=True),),
    "capacity": (Interruption("capacity", MACHINE, AT, SPOT, ends_at=AT + 120, detail="terminate"),),
    "capacity_old_name": (Interruption("capacity", MACHINE, AT, SPOT, ends_at=AT + 120, detail="terminate"),),
    "capacity_block": (Interruption("capacity", MACHINE, AT, SPOT, ends_at=AT + 600, detail="terminate"),),
}
HEALTH_EVENT = "aws.health AWS Health Event"
ASKS_NOTHING = {
    "state_change_running": Ignored("does-not-end", "aws.ec2 EC2 Instance State-change Notification running"),
    "test_notification": Ignored("test-notification", "direct"),
    "test_notification_event": Ignored("test-notification", "aws.autoscaling EC2 Instance-terminate Lifecycle Action"),
    "health_backup": Ignored("backup-copy", HEALTH_EVENT),
    "health_other_region": Ignored("backup-copy", HEALTH_EVENT),
    "health_other_service": Ignored("other-service", HEALTH_EVENT),
    "health_issue": Ignored("other-service", HEALTH_EVENT),
    "health_no_instance": Ignored("no-instance", HEALTH_EVENT),
    "capacity_block_expires": Ignored("reservation-expires", "aws.ec2 Capacity Block Reservation Expiration Warning"),
    "fleet": Ignored("unknown-event", "aws.ec2 EC2 Spot Fleet Instance Change"),
}


@pytest.mark.parametrize("name", SAID)
def test_an_event_says_which_machine_goes_and_when(name: str) -> None:
    assert parse(recorded(name)) == SAID[name]


@pytest.mark.parametrize("name", ASKS_NOTHING)
def test_what_asks_for_nothing_says_why(name: str) -> None:
    assert parse(recorded(name)) == (ASKS_NOTHING[name],)


def test_every_recorded_event_is_told_of_here() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == {*SAID, *ASKS_NOTHING}


def test_every_parser_has_a_recorded_event() -> None:
    kinds = {json.loads(path.read_text()).get("detail-type", "") for path in FOLDER.glob("*.json")}
    kinds |= {json.loads(path.read_text()).get("detail_type", "") for path in FOLDER.glob("*.json")}
    assert {kind for _, kind in PARSERS} - kinds == {"Capacity Block Expiration Warning"}, "the guide's other name"


@pytest.mark.parametrize("state", ["stopping", "stopped", "shutting-down", "terminated"])
def test_a_state_from_which_nothing_comes_back_is_an_end(state: str) -> None:
    (said,) = parse(changed("state_change", detail={"instance-id": MACHINE, "state": state}))
    assert isinstance(said, Interruption)
    assert (said.detail, said.ends_at) == (state, AT)


@pytest.mark.parametrize("body", ["", "no JSON", "[]", "null", '"text"', '{"Type": "Notification", "Message": "hi"}'])
def test_a_body_that_is_no_json_object_is_acknowledged(body: str) -> None:
    assert parse(body) == (Ignored("not-json"),)


@pytest.mark.parametrize("missing", ["eventTypeCode", "affectedEntities"])
def test_a_health_event_without_what_matters_is_acknowledged(missing: str) -> None:
    detail = json.loads(recorded("health"))["detail"]
    del detail[missing]
    (said,) = parse(changed("health", detail=detail))
    assert isinstance(said, Ignored)
    assert said.reason in {"malformed", "no-instance"}


@pytest.mark.parametrize("instance", ["i-XYZ", "", "mi-0a1b2c3d4e5f60718", 5, None])
def test_an_instance_that_is_none_is_never_asked_for(instance: object) -> None:
    (said,) = parse(changed("spot", detail={"instance-id": instance, "instance-action": "terminate"}))
    assert isinstance(said, Ignored)
    assert said.reason == "malformed"


def test_a_time_that_is_none_is_malformed_and_not_taken_for_now() -> None:
    (said,) = parse(changed("spot", time="yesterday"))
    assert said == Ignored("malformed", "'yesterday' is no time")


def test_both_forms_of_time_are_the_same_instant() -> None:
    assert instant("Sat, 28 Nov 2026 03:00:00 GMT") == instant("2026-11-28T03:00:00Z") == AT


def test_both_forms_of_a_lifecycle_action_are_one_event() -> None:
    events = {said.event for name in ("terminate", "direct", "sns") for said in _of(f"lifecycle_{name}")}
    assert events == {TOKEN}


def _of(name: str) -> tuple[Interruption, ...]:
    return tuple(said for said in parse(recorded(name)) if isinstance(said, Interruption))


ODD = [
    None,
    True,
    5,
    -1,
    1e300,
    "",
    [],
    {},
    ["a"],
    {"a": 1},
    "x" * 50,
    "0001-01-01T00:00:00",
    "Thu, 99 Foo",
    [{"status": 5}],
]


@pytest.mark.parametrize("name", [*SAID, *ASKS_NOTHING])
def test_whatever_a_field_holds_the_answer_is_a_value(name: str) -> None:
    whole = json.loads(recorded(name))
    bodies = [{**whole, key: odd} for key in whole for odd in ODD]
    detail = whole.get("detail", {})
    bodies += [{**whole, "detail": {**detail, key: odd}} for key in detail for odd in ODD]
    bodies += [{key: value for key, value in whole.items() if key != missing} for missing in whole]
    for body in bodies:
        assert all(isinstance(said, Interruption | Ignored) for said in parse(json.dumps(body))), body


@given(body=st.text() | st.recursive(st.none(), st.lists).map(json.dumps))
def test_whatever_a_body_is_it_is_acknowledged(body: str) -> None:
    (said,) = parse(body)
    assert isinstance(said, Ignored)
