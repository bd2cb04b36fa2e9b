"""Upgrades that start by themselves in a whole world: Scheduler, its role, the function, the command, the machine."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from local.aws.mischief import Mischief
from local.aws.simulator import AwsError
from local.demo.scenarios import Scenario
from norikae.upgrade.state import RequestedItem
from tests.workflow.upgrades import Upgrade

if TYPE_CHECKING:
    from local.aws.front import Call
    from local.aws.step_functions.execution import Execution

pytestmark = [pytest.mark.scenario, pytest.mark.xdist_group("schedule")]
SCHEDULES = [
    {"name": "weekly", "at": "cron(30 10 ? * TUE *)", "version": "1.35"},
    {"name": "rehearsal", "at": "cron(0 11 ? * TUE *)", "dry_run": True},
]
"""The world begins on a Tuesday at ten, as clocks in Tokyo show it."""


@dataclass(frozen=True)
class Scheduled(Scenario):
    """The demo's environment with schedules."""

    @property
    def changes(self) -> dict[str, Any]:
        return {**super().changes, "windows.timezone": "Asia/Tokyo", "schedule": SCHEDULES}


class Clockwork(Upgrade):
    """Nobody starts or approves anything."""

    def __init__(self) -> None:
        super().__init__("files-upload", approves=False, scenario=Scheduled("story", "", "succeeded"))
        self.heard: list[dict[str, Any]] = []
        self.world.front.on_call.append(self._listen)

    def _listen(self, call: Call, phase: str) -> None:
        if phase == "after" and (call.service, call.operation) == ("sns", "Publish") and not call.error_code:
            self.heard.append(json.loads(call.params["Message"]))

    def news(self, event: str) -> list[dict[str, Any]]:
        return [one for one in self.heard if one["event"] == event]

    def runs(self) -> list[Execution]:
        executions = self.world.step_functions.executions.values()
        return [one for one in executions if one.machine.name.endswith("upgrade")]

    def letters(self) -> int:
        """Dead letters of the schedules and of their function."""
        sqs, ids = self.world.client("sqs"), self.stage.deployment.ids
        of = ("SchedulesDeadLetters", "FunctionsStartOnScheduleDeadLetters")
        urls = [url for name, url in ids.items() if name.startswith(of) and url.startswith("http")]
        asked = [sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"] for url in urls]
        return sum(int(one["ApproximateNumberOfMessages"]) for one in asked)


@pytest.mark.long
def test_each_occurrence_comes_twice_and_starts_one_run_or_is_refused_once() -> None:
    with Clockwork() as clock:
        clock.world.scheduler.mischief = Mischief(duplicate=1.0, delay=20)
        clock.run(45 * 60)
        (run,) = clock.runs()
        assert run.name == "demo-1-35-20261124-1-a1"
        asked = clock.table().read("demo-1-35-20261124-1", "REQUESTED", RequestedItem)
        assert asked is not None
        assert (asked.by, asked.person, asked.door) == ("schedule weekly", "schedule weekly", "schedule")
        assert asked.request["reason"] == "schedule weekly, due 2026-11-24T01:30:00Z"
        (started,) = clock.news("schedule-started")
        assert (started["schedule"], started["run"]) == ("weekly", "demo-1-35-20261124-1")
        assert clock.news("waiting"), "its plan asks as every other does"
        clock.run(45 * 60)
        assert clock.runs() == [run]
        (refused,) = clock.news("schedule-refused")
        assert (refused["schedule"], refused["severity"]) == ("rehearsal", "action")
        assert refused["reason"].startswith("run demo-1-35-20261124-1 is open")
        assert "it comes again at 2026-12-01 11:00 JST" in refused["text"]
        assert clock.letters() == 0


@pytest.mark.long
def test_what_lambda_takes_later_is_started_later_and_what_it_does_not_take_for_an_hour_is_a_dead_letter() -> None:
    with Clockwork() as clock:
        throttle, begin = (
            AwsError("AWSLambda.TooManyRequestsException", "Rate Exceeded.", 429),
            clock.world.kernel.now(),
        )
        clock.world.scheduler.delivery.trouble = lambda _: throttle if clock.world.kernel.now() < begin + 2400 else None
        clock.run(55 * 60)
        assert len(clock.runs()) == len(clock.news("schedule-started")) == 1
        clock.world.scheduler.delivery.trouble = lambda _: throttle
        clock.run(75 * 60)
        assert clock.letters() == 1
        assert clock.news("schedule-refused") == []
