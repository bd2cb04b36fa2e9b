"""What EventBridge Scheduler remembers, and what it refuses to remember.

Source: EventBridge Scheduler API reference (limits are those of botocore's model, which the front applies). The texts
"Invalid Schedule Expression …" and "The StartDate you specify …" are AWS's, as seen in localstack/localstack issue 9284
and getmoto/moto pull request 8172; the others are ours.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, available_timezones

from local.aws.iam.authority import role_in_iam
from local.aws.resource_policies import lets
from local.aws.simulator import AwsError
from norikae.errors import SettingsError
from norikae.scheduled.expression import At, Expression, read_expression
from norikae.scheduled.occurrence import next_after

if TYPE_CHECKING:
    from datetime import datetime

PRINCIPAL = "scheduler.amazonaws.com"
DEFAULT = "default"
EARLIEST = 300
"""Seconds by which a start may be in the past."""
RETRIES = {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185}
"""What holds when a target says nothing (guide, "Configuring a schedule's retry policy")."""
LARGEST_INPUT = 256 * 1024
KINDS_OF_TARGET = (
    *("EcsParameters", "EventBridgeParameters", "EventBridgePutEventsV2Parameters", "KinesisParameters"),
    *("EventBridgePutRawEventsParameters", "SageMakerPipelineParameters", "SqsParameters"),
)


@dataclass
class Group:
    """A schedule group.

    Args:
        name: its name.
        arn: its ARN, which trust policies name.
        created: when.
        tags: as CreateScheduleGroup takes them.
        token: the client's, so that the same request again makes nothing.
    """

    name: str
    arn: str
    created: datetime
    tags: list[dict[str, str]] = field(default_factory=list)
    token: str = ""


@dataclass
class Schedule:
    """A schedule.

    Args:
        name: its name.
        group: its group.
        arn: its ARN.
        members: what CreateSchedule or UpdateSchedule said, with defaults.
        created: when it was made.
        changed: when it was last written.
        due: when it comes next, in seconds since the epoch; None when it does not any more.
        token: the client's, so that the same request again makes nothing.
    """

    name: str
    group: Group
    arn: str
    members: dict[str, Any]
    created: datetime
    changed: datetime
    due: float | None = None
    token: str = ""

    @property
    def enabled(self) -> bool:
        """Whether it comes at all."""
        return bool(self.members["State"] == "ENABLED")

    def first_from(self, now: float) -> float | None:
        """When it comes for the first time once it is written; a rate at once (guide, "Rate-based schedules")."""
        is_rate = self.members["ScheduleExpression"].startswith("rate(")
        return self.next_after(now - 1 if is_rate else now)

    def next_after(self, after: float) -> float | None:
        """When it comes next after an instant, within its beginning and its end."""
        expression, zone = read_expression(self.members["ScheduleExpression"]), self.zone
        begin = self._instant("StartDate")
        counted = begin if begin is not None else self.changed.timestamp()
        # A rate comes at its beginning, too; at(…) knows neither beginning nor end.
        after = after if begin is None or isinstance(expression, At) else max(after, begin - 1)
        found = next_after(expression, zone, after, begin=counted)
        end = self._instant("EndDate")
        ended = found is not None and end is not None and found > end and not isinstance(expression, At)
        return None if ended else found

    @property
    def zone(self) -> ZoneInfo:
        """Its clocks."""
        return ZoneInfo(self.members["ScheduleExpressionTimezone"])

    @property
    def window(self) -> float:
        """Seconds after its time within which it comes."""
        return float(self.members["FlexibleTimeWindow"].get("MaximumWindowInMinutes", 1)) * 60

    @property
    def policy(self) -> dict[str, int]:
        """How long and how often it is tried."""
        return {**RETRIES, **self.members["Target"].get("RetryPolicy", {})}

    def _instant(self, member: str) -> float | None:
        moment: datetime | None = self.members.get(member)
        return None if moment is None else moment.timestamp()


def complete(given: dict[str, Any]) -> dict[str, Any]:
    """What a request says, with defaults; an update forgets what it does not say (API reference, UpdateSchedule)."""
    defaults = {"ScheduleExpressionTimezone": "UTC", "State": "ENABLED", "ActionAfterCompletion": "NONE"}
    return {**defaults, **{key: value for key, value in given.items() if value is not None}}


def check(members: dict[str, Any], group: Group, now: float) -> None:
    """Nothing happens to what AWS takes.

    Args:
        members: of a schedule, with defaults.
        group: whose it is.
        now: seconds since the epoch.

    Raises:
        AwsError: ``ValidationException``; 501 for what is outside the scope of this simulator.
    """
    expression = _expression(members)
    if isinstance(expression, At) and next_after(expression, ZoneInfo(_zone(members)), now) is None:
        raise _refused(f"The schedule expression {members['ScheduleExpression']} is in the past.")
    _check_dates(members, now)
    _check_window(members["FlexibleTimeWindow"])
    _check_target(members["Target"], group)


def _expression(members: dict[str, Any]) -> Expression:
    text = members["ScheduleExpression"]
    _zone(members)
    try:
        return read_expression(text)
    except SettingsError as error:
        raise _refused(f"Invalid Schedule Expression {text}.") from error


def _zone(members: dict[str, Any]) -> str:
    name = str(members["ScheduleExpressionTimezone"])
    if name not in available_timezones():
        raise _refused(f"Invalid Schedule Expression Timezone {name}.")
    return name


def _check_dates(members: dict[str, Any], now: float) -> None:
    start, end = members.get("StartDate"), members.get("EndDate")
    if start is not None and start.timestamp() < now - EARLIEST:
        raise _refused("The StartDate you specify cannot be earlier than 5 minutes ago.")
    if end is not None and end.timestamp() <= (start.timestamp() if start else now):
        raise _refused("The EndDate you specify must be later than the StartDate and the present.")


def _check_window(window: dict[str, Any]) -> None:
    flexible, minutes = window["Mode"] == "FLEXIBLE", "MaximumWindowInMinutes" in window
    if flexible != minutes:
        raise _refused("MaximumWindowInMinutes belongs to the flexible time window mode FLEXIBLE, and to no other.")


def _check_target(target: dict[str, Any], group: Group) -> None:
    kind = target["Arn"].split(":")[2:3]
    outside = [name for name in KINDS_OF_TARGET if target.get(name)]
    if kind != ["lambda"] or outside:
        raise AwsError("NotImplemented", f"a target {target['Arn']} with {outside}: only Lambda is in scope", 501)
    if "Input" not in target:
        raise AwsError("NotImplemented", "a target without Input: the default notification is out of scope", 501)
    _check_input(target["Input"])
    role = role_in_iam(target["RoleArn"])
    trust = role.assume_role_policy_document if role is not None else None
    if not lets(trust, service=PRINCIPAL, action="sts:AssumeRole", resource=target["RoleArn"], source=group.arn):
        # AWS's own text (as in many reports of deployments whose role is younger than their schedule).
        raise _refused("The execution role you provide must allow AWS EventBridge Scheduler to assume the role.")


def _check_input(text: str) -> None:
    """A Lambda function gets well-formed JSON of 256 KB at most (API reference, Target)."""
    try:
        json.loads(text)
    except ValueError as error:
        raise _refused("The Input of a Lambda target must be well-formed JSON.") from error
    if len(text.encode()) > LARGEST_INPUT:
        raise _refused("The Input of a target must be 256 KB or less.")


def _refused(text: str) -> AwsError:
    return AwsError("ValidationException", text)
