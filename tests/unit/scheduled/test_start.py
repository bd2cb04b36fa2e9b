"""A schedule comes due: one run, or one message that says why not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from norikae.commands.operate import operate
from norikae.environment import Scheduled, Windows
from norikae.errors import (
    AwsRefusedError,
    BadRequestError,
    ForbiddenError,
    RefusedError,
    ThrottledError,
    UnreachableError,
)
from norikae.scheduled.start import command_of, start_on_schedule
from norikae.upgrade.lease import Lease
from tests.unit.commands.people import CLOCK, MACHINE, session_of
from tests.unit.fakes.ports import FakePorts
from tests.unit.fakes.story import Story

QUARTERLY = Scheduled(name="quarterly", at="cron(0 10 ? 1,4,7,10 TUE#2 *)", version="1.35")
REHEARSAL = Scheduled(name="rehearsal", at="at(2026-12-01T10:00:00)", dry_run=True)
DUE = "2027-01-12T01:00:00Z"
NOW = datetime(2027, 1, 12, 1, 0, 21, tzinfo=UTC).timestamp()


class Clockwork:
    """An environment with two schedules, and the function that carries commands out."""

    def __init__(self) -> None:
        self.ports = FakePorts(now=NOW)
        self.ports.environment = msgspec.structs.replace(
            self.ports.environment, schedule=(QUARTERLY, REHEARSAL), windows=Windows(timezone="Asia/Tokyo")
        )

    def due(self, name: str = "quarterly", at: str = DUE) -> dict[str, Any]:
        return start_on_schedule(self.ports, {"schedule": name, **({"at": at} if at else {})})

    @property
    def told(self) -> list[dict[str, Any]]:
        return [message for _, message in self.ports.topic.told]

    @property
    def heard(self) -> list[dict[str, Any]]:
        return self.ports.commander.heard


def test_a_schedule_says_start_and_people_are_told() -> None:
    world = Clockwork()
    assert world.due() == {"schedule": "quarterly", "outcome": "started", "run": "demo-1-35-0001"}
    assert world.heard == [
        {
            "command": "start",
            "environment": "demo",
            "version": "1.35",
            "reason": f"schedule quarterly, due {DUE}",
            "actor": {"door": "schedule", "id": "quarterly"},
        }
    ]
    (message,) = world.told
    assert (message["event"], message["severity"], message["schedule"]) == ("schedule-started", "info", "quarterly")
    assert (message["run"], message["text"]) == ("demo-1-35-0001", "schedule quarterly has started demo-1-35-0001")


def test_a_dry_run_says_plan_and_takes_the_version_of_the_clusters() -> None:
    world = Clockwork()
    world.due("rehearsal", "2026-12-01T01:00:00Z")
    assert world.heard[0]["command"] == "plan"
    assert "version" not in world.heard[0]
    assert world.told[0]["text"] == "schedule rehearsal makes the plan demo-1-35-0001"


def test_a_copy_says_nothing_and_tells_nobody() -> None:
    world = Clockwork()
    world.due()
    for _ in range(20):
        assert world.due() == {"schedule": "quarterly", "ignored": "a copy", "run": "demo-1-35-0001"}
    assert len(world.heard) == len(world.told) == 1


def test_the_next_occurrence_is_no_copy() -> None:
    world = Clockwork()
    world.due()
    world.due(at="2027-04-13T01:00:00Z")
    assert [said["reason"][-20:] for said in world.heard] == [DUE, "2027-04-13T01:00:00Z"]
    assert len(world.told) == 2


@pytest.mark.parametrize(
    "refusal",
    [
        RefusedError("run demo-1-34-0007 is open"),
        ForbiddenError("schedule quarterly may not start"),
        BadRequestError("command: version"),
        AwsRefusedError("lambda:Invoke", "AccessDeniedException", "no"),
    ],
)
def test_what_is_refused_for_good_is_told_once_with_when_it_comes_again(refusal: Exception) -> None:
    world = Clockwork()
    world.ports.commander.refuses = refusal  # type: ignore[assignment]
    assert world.due()["outcome"] == "refused"
    assert world.due()["ignored"] == "a copy"
    (message,) = world.told
    assert (message["event"], message["severity"], message["reason"]) == ("schedule-refused", "action", str(refusal))
    assert message["text"] == (
        f"schedule quarterly started nothing: {refusal}; it comes again at 2027-04-13 10:00 JST, or say start yourself"
    )
    assert message["next"] == datetime(2027, 4, 13, 1, tzinfo=UTC).timestamp()


def test_a_refused_schedule_that_is_over_says_so() -> None:
    world = Clockwork()
    world.ports.commander.refuses = RefusedError("run demo-1-34-0007 is open")
    world.due("rehearsal", "2026-12-01T01:00:00Z")
    assert world.told[0]["text"].endswith("is open; it is over, or say plan yourself")
    assert world.told[0]["next"] == 0


@pytest.mark.parametrize("trouble", [ThrottledError("slow down"), UnreachableError("no answer")])
def test_what_passes_is_raised_and_tried_again(trouble: Exception) -> None:
    world = Clockwork()
    world.ports.commander.refuses = trouble  # type: ignore[assignment]
    with pytest.raises(type(trouble)):
        world.due()
    assert world.told == []
    world.ports.commander.refuses = None
    assert world.due()["outcome"] == "started"
    assert len(world.told) == 1


def test_who_could_not_be_told_is_told_by_the_next_attempt() -> None:
    world = Clockwork()
    tell, world.ports.topic.tell = world.ports.topic.tell, _unreachable  # type: ignore[method-assign,assignment]
    with pytest.raises(UnreachableError):
        world.due()
    world.ports.topic.tell = tell  # type: ignore[method-assign]
    world.due()
    assert len(world.told) == 1


@pytest.mark.parametrize(("name", "has"), [("yearly", "quarterly, rehearsal"), ("", "quarterly, rehearsal")])
def test_a_schedule_that_the_file_does_not_have_is_an_error(name: str, has: str) -> None:
    world = Clockwork()
    with pytest.raises(
        BadRequestError, match=f"schedule: the environment file has no schedule '{name}'; it has: {has}"
    ):
        world.due(name)
    assert world.heard == world.told == []


class Office(Story):
    """The same schedule, and commands that are really carried out; no run is open."""

    def __init__(self) -> None:
        super().__init__()
        self.ports.now = NOW
        self.ports.table.leases.clear()
        self.ports.settings = replace(self.ports.settings, clocks=CLOCK, upgrade_machine=MACHINE)
        self.ports.environment = msgspec.structs.replace(self.ports.environment, schedule=(QUARTERLY,))
        self.ports.callers.me = f"{session_of(CLOCK)}/start"
        self.ports.commander.answer = lambda said: operate(self.ports, {**said, "proof": self.ports.callers.prove()})

    def due(self, at: str = DUE) -> dict[str, Any]:
        return start_on_schedule(self.ports, {"schedule": "quarterly", "at": at})

    def becomes(self, status: str, run: str = "demo-1-35-20270112-1") -> None:
        """The execution of the run is in force, or has ended."""
        arn = f"{MACHINE.replace(':stateMachine:', ':execution:')}:{run}-a1"
        self.ports.executions.statuses[arn] = status
        self.ports.table.leases[""] = Lease(arn if status == "RUNNING" else "", run, 8)


@pytest.mark.parametrize("died", ["before it ran", "while it ran", "after it ended"])
def test_an_attempt_that_died_before_it_was_noted_down_has_started_one_run(died: str) -> None:
    office = Office()
    said = command_of("demo", QUARTERLY, DUE)
    first = office.ports.commander.carry_out(said)  # and dies here
    if died != "before it ran":
        office.becomes("RUNNING" if died == "while it ran" else "SUCCEEDED")
    office.time_passes(120)
    again = [office.due(), office.due()]
    assert {answer["run"] for answer in again} == {first["run"]} == {"demo-1-35-20270112-1"}
    assert list(office.ports.executions.started) == ["demo-1-35-20270112-1-a1"]


def test_the_next_occurrence_is_refused_while_the_run_of_the_last_one_is_open() -> None:
    office = Office()
    office.due()
    office.becomes("RUNNING")
    office.time_passes(7 * 86400)
    assert office.due("2027-01-19T01:00:00Z")["outcome"] == "refused"
    assert "run demo-1-35-20270112-1 is open" in office.ports.topic.told[-1][1]["reason"]
    assert len(office.ports.executions.started) == 1


def test_whoever_asked_is_the_schedule() -> None:
    office = Office()
    office.due()
    ((_, request),) = office.ports.executions.started.values()
    assert request["requested_by"] == "schedule quarterly"


def _unreachable(*_: Any) -> None:
    raise UnreachableError("no answer from SNS")
