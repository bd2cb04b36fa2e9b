"""What the functions that ask windows may do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_iam as iam

if TYPE_CHECKING:
    from stacks.resources import Resources

CALENDAR_STATE = "ssm:GetCalendarState"


def calendars_read(at: Resources) -> list[iam.PolicyStatement]:
    """Ask the Change Calendars of the environment file; nothing when it names none.

    The action is for documents (Service Authorization Reference, AWS Systems Manager, GetCalendarState).
    """
    if not at.calendars:
        return []
    documents = [one if one.startswith("arn:") else at.arn("ssm", f"document/{one}") for one in at.calendars]
    return [iam.PolicyStatement(sid="Calendars", actions=[CALENDAR_STATE], resources=documents)]
