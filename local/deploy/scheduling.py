"""EventBridge Scheduler: groups and schedules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.deploy.values import Made

if TYPE_CHECKING:
    from local.deploy.properties import Place, Properties


def schedule_group(place: Place, given: Properties) -> Made:
    """``AWS::Scheduler::ScheduleGroup``."""
    name = given.name(place, "Name", longest=64)
    made = place.clients("scheduler").create_schedule_group(Name=name, Tags=given.get("Tags", []))
    return Made(name, {"Arn": made["ScheduleGroupArn"], "State": "ACTIVE"})


def schedule(place: Place, given: Properties) -> Made:
    """``AWS::Scheduler::Schedule``."""
    name = given.name(place, "Name", longest=64)
    members = given.pick(
        "Description",
        "EndDate",
        "FlexibleTimeWindow",
        "GroupName",
        "KmsKeyArn",
        "ScheduleExpression",
        "ScheduleExpressionTimezone",
        "StartDate",
        "State",
        "Target",
    )
    made = place.clients("scheduler").create_schedule(Name=name, **members)
    return Made(name, {"Arn": made["ScheduleArn"]})
