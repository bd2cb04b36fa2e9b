"""People are told in time, once each, and one plan is made, however often and however late somebody looks."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from norikae.errors import ForbiddenError, NotFoundError, RefusedError, UnreachableError
from norikae.upgrade.state import ClustersItem, RequestedItem
from tests.unit.fakes.support import KilledError
from tests.unit.support.looks import BLUE, Looks, at, health_event


def days_told(messages: list[dict[str, Any]]) -> list[int]:
    return [one["days"] for one in messages if one["event"] == "support-ends"]


def test_far_from_the_end_nobody_is_told() -> None:
    looks = Looks()
    assert looks.on("2026-01-05") == []
    assert looks.answer == {"cluster": BLUE, "version": "1.33", "told": []}
    assert looks.commands == []


def test_the_message_says_what_ends_when_and_where_to_go() -> None:
    (message,) = Looks().on("2026-05-01")
    assert message["text"] == (
        "demo-1-33: standard support of 1.33 ends in 89 days, on 2026-07-29; extended support is paid after that; "
        "upgrade to 1.35"
    )
    assert {key: message[key] for key in ("severity", "cluster", "version", "support", "ends", "days")} == {
        "severity": "info",
        "cluster": BLUE,
        "version": "1.33",
        "support": "standard",
        "ends": at("2026-07-29"),
        "days": 89,
    }
    assert message["next_version"] == "1.35"


@pytest.mark.parametrize("weekday", range(7))
def test_weekly_looks_tell_of_every_mark_once_whatever_day_they_are_on(weekday: int) -> None:
    looks, told = Looks(plan=0), []
    day = date(2026, 4, 1) + timedelta(days=weekday)
    while day < date(2026, 9, 1):
        told += looks.on(day.isoformat())
        day += timedelta(days=7)
    left = days_told(told)
    for mark, days in zip((90, 60, 30, 14, 7, 0), left, strict=True):
        assert mark - 7 < days <= mark
    assert [one["severity"] for one in told] == ["info", "info", "action", "action", "action", "page"]


def test_several_marks_that_passed_between_two_looks_are_told_as_one() -> None:
    looks = Looks(plan=0)
    assert days_told(looks.on("2026-04-25")) == []
    assert days_told(looks.on("2026-07-10")) == [19]
    assert days_told(looks.on("2026-07-14")) == []
    assert days_told(looks.on("2026-07-15")) == [14]


def test_a_mark_is_reached_on_its_day_and_not_an_hour_before() -> None:
    looks = Looks(tell=(30,), plan=0)
    assert looks.on("2026-06-28T23:00:00") == []
    assert days_told(looks.on("2026-06-29T00:00:00")) == [30]


def test_once_it_is_over_and_paid_somebody_is_woken_once() -> None:
    looks = Looks(plan=0)
    (message,) = looks.on("2026-08-01")
    assert (message["severity"], message["days"]) == ("page", -3)
    assert "standard support of 1.33 is over since 2026-07-29; extended support is paid now" in message["text"]
    assert looks.on("2026-08-08") == []


def test_then_the_end_of_extended_support_is_watched() -> None:
    looks = Looks(plan=0)
    looks.on("2026-08-01")
    (message,) = looks.on("2027-05-05")
    assert (message["support"], message["severity"], message["days"]) == ("extended", "action", 85)
    assert "EKS upgrades it in place after that" in message["text"]
    (message,) = looks.on("2027-07-01")
    assert message["severity"] == "page"
    (message,) = looks.on("2027-07-30")
    assert "EKS upgrades it in place at any time now" in message["text"]


def test_a_cluster_without_extended_support_is_upgraded_by_eks_and_people_know() -> None:
    looks = Looks(plan=0)
    looks.runs("1.33", extends_support=False)
    (message,) = looks.on("2026-07-20")
    assert "EKS upgrades it in place after that" in message["text"]


def test_after_an_upgrade_everything_begins_anew() -> None:
    looks = Looks(plan=0)
    looks.on("2026-07-28")
    looks.runs("1.34")
    assert looks.on("2026-08-01") == []
    assert days_told(looks.on("2026-11-29")) == [3]


def test_nobody_is_told_where_nobody_wants_to_be_but_the_plan_is_made() -> None:
    looks = Looks(tell=())
    assert looks.on("2026-08-01") == []
    assert len(looks.commands) == 1


def test_the_cluster_that_serves_by_the_record_counts() -> None:
    looks = Looks(plan=0)
    looks.ports.table.write_unfenced("", "CLUSTERS", ClustersItem(blue="demo-1-35-a"))
    with pytest.raises(NotFoundError, match=r"blue is demo-1-35-a by the record, but EKS knows no such cluster"):
        looks.on("2026-08-01")


def test_one_plan_is_asked_for_by_the_schedule_in_time() -> None:
    looks = Looks(tell=())
    looks.on("2026-05-29")
    assert looks.commands == []
    looks.on("2026-06-01")
    looks.on("2026-06-08")
    (command,) = looks.commands
    assert command == {
        "command": "plan",
        "environment": "demo",
        "version": "1.35",
        "reason": "standard support of 1.33 ends on 2026-07-29",
        "actor": {"door": "schedule", "id": "support", "name": "the end of support"},
    }


def test_the_run_of_the_plan_is_answered() -> None:
    looks = Looks()
    looks.on("2026-06-01")
    assert looks.answer["run"] == "demo-1-35-0001"


def test_without_a_newer_version_there_is_no_plan_until_there_is_one() -> None:
    looks = Looks(version="1.35")
    (message,) = looks.on("2027-02-01")
    assert message["next_version"] == ""
    assert "EKS offers nothing newer with standard support yet" in message["text"]
    assert looks.commands == []


@pytest.mark.parametrize(
    "refusal", [RefusedError("run demo-1-34 is open, and an environment has one run at a time"), ForbiddenError("no")]
)
def test_a_refusal_is_told_once_and_asked_again_at_the_next_look(refusal: Any) -> None:
    looks = Looks(tell=())
    looks.ports.commander.refuses = refusal
    (message,) = looks.on("2026-06-01")
    assert (message["event"], message["severity"], message["reason"]) == (
        "support-plan-refused",
        "action",
        str(refusal),
    )
    assert looks.on("2026-06-08") == []
    looks.ports.commander.refuses = None
    assert looks.on("2026-06-15") == []
    assert looks.answer["run"]
    assert len(looks.commands) == 3


def test_what_cannot_be_reached_is_no_refusal_and_the_next_look_tells_nothing_twice() -> None:
    looks = Looks()
    looks.ports.commander.refuses = UnreachableError("lambda:Invoke timed out")
    with pytest.raises(UnreachableError):
        looks.on("2026-06-01")
    assert [message["event"] for _, message in looks.ports.topic.told] == ["support-ends"]
    looks.ports.commander.refuses = None
    assert looks.on("2026-06-01") == []
    assert looks.answer["run"]


def test_a_look_that_died_after_its_word_to_people_says_that_again_and_nothing_is_lost() -> None:
    looks = Looks(plan=0)
    looks.ports.reminders.dies = True
    with pytest.raises(KilledError):
        looks.on("2026-07-20")
    looks.ports.reminders.dies = False
    assert days_told(looks.on("2026-07-20")) == [9]
    assert looks.on("2026-07-20") == []


def test_a_look_that_died_after_its_command_finds_the_run_it_began() -> None:
    looks = Looks(tell=())
    looks.ports.reminders.dies = True
    with pytest.raises(KilledError):
        looks.on("2026-06-01")
    (command,) = looks.commands
    table, run = looks.ports.table, "demo-1-35-20260601-1"
    table.write_unfenced("", "CLUSTERS", ClustersItem(blue=BLUE, run=run))
    request = {"version": command["version"], "reason": command["reason"]}
    asked = RequestedItem(by="schedule/support", door="schedule", at=looks.ports.now, request=request)
    table.write_unfenced(run, "REQUESTED", asked)
    looks.ports.reminders.dies = False
    looks.on("2026-06-01")
    assert looks.answer["run"] == run
    assert len(looks.commands) == 1


def test_a_persons_run_is_not_taken_for_the_plan() -> None:
    looks = Looks(tell=())
    asked = RequestedItem(by="ann", door="slack", at=1, request={"version": "1.35", "reason": "it is time"})
    looks.ports.table.write_unfenced("", "CLUSTERS", ClustersItem(blue=BLUE, run="demo-1-35-of-ann"))
    looks.ports.table.write_unfenced("demo-1-35-of-ann", "REQUESTED", asked)
    looks.on("2026-06-01")
    assert looks.answer["run"] == "demo-1-35-0001"


def test_each_event_of_aws_health_is_told_once() -> None:
    looks = Looks()
    looks.ports.aws_health.events = [health_event(1), health_event(2, category="accountNotification")]
    first, second = looks.on("2026-01-05")
    assert first["event"] == "health-event"
    assert (first["severity"], second["severity"]) == ("action", "info")
    assert "EKS in ap-northeast-1: AWS_EKS_PLANNED_LIFECYCLE_EVENT (scheduledChange, upcoming)" in first["text"]
    assert looks.ports.aws_health.asked == ["ap-northeast-1"]
    assert looks.on("2026-01-12") == []
    looks.ports.aws_health.events.append(health_event(3))
    assert [one["arn"][-1] for one in looks.on("2026-01-19")] == ["3"]


def test_an_event_that_is_over_is_forgotten() -> None:
    looks = Looks()
    looks.ports.aws_health.events = [health_event(1)]
    looks.on("2026-01-05")
    looks.ports.aws_health.events = []
    looks.on("2026-01-12")
    assert looks.ports.reminders.kept is not None
    assert looks.ports.reminders.kept.health == ()


def test_an_event_about_other_clusters_only_is_nobodys_matter_until_it_is_about_ours() -> None:
    looks = Looks()
    event = health_event(1, is_public=False)
    looks.ports.aws_health.events = [event]
    looks.ports.aws_health.entities = {event.arn: ("arn:aws:eks:ap-northeast-1:123456789012:cluster/others",)}
    assert looks.on("2026-01-05") == []
    looks.ports.aws_health.entities = {event.arn: ("others", f"arn:aws:eks:ap-northeast-1:123456789012:cluster/{BLUE}")}
    (message,) = looks.on("2026-01-12")
    assert message["clusters"] == [BLUE]
    assert message["text"].startswith("AWS Health about demo-1-33: ")


def test_an_account_that_may_not_ask_is_told_so_once_and_the_look_goes_on() -> None:
    looks = Looks()
    looks.ports.aws_health.may_ask = False
    ends, unread = looks.on("2026-05-01")
    assert (ends["event"], unread["event"], unread["severity"]) == ("support-ends", "health-unread", "info")
    assert looks.on("2026-05-08") == []
    looks.ports.aws_health.may_ask = True
    looks.on("2026-05-15")
    looks.ports.aws_health.may_ask = False
    assert [one["event"] for one in looks.on("2026-05-22")] == ["health-unread"]


def test_a_version_of_which_eks_says_no_date_ends_never() -> None:
    looks = Looks(version="1.32")
    assert looks.on("2026-08-01") == []
    assert looks.commands == []
