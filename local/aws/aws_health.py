"""AWS Health as its API tells of it: events about services and accounts, and what they are about; docs/world/aws.md.

Sources: AWS Health API reference (DescribeEvents, DescribeEventDetails, DescribeAffectedEntities, EventFilter) and
guide ("Accessing the AWS Health API": who has no large AWS support plan gets SubscriptionRequiredException; "Planned
lifecycle events": their type, category and entities). What Health says of machines by EventBridge is ``health.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from local.aws.simulator import AwsError, Simulator

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from local.kernel import Kernel

LIFECYCLE = "AWS_EKS_PLANNED_LIFECYCLE_EVENT"
WHOLE_ACCOUNT = "AWS_ACCOUNT"
"""What an event is about that is about no single thing of an account."""
KEPT = timedelta(days=90)
"""How long an event that is over can be asked for (API reference, DescribeEvents)."""
PAGE = 100
FROM = "from-"
"""What a token begins with; it has four characters at least."""
_EXACT = {
    "services": "service",
    "regions": "region",
    "eventArns": "arn",
    "eventTypeCodes": "eventTypeCode",
    "eventTypeCategories": "eventTypeCategory",
    "eventStatusCodes": "statusCode",
}
"""Members of a filter, and the member of an event that has to be one of theirs."""
_TIMES = {"startTimes": "startTime", "endTimes": "endTime", "lastUpdatedTimes": "lastUpdatedTime"}


@dataclass(slots=True)
class HealthEvent:
    """One event.

    Attributes:
        shown: its members as DescribeEvents gives them.
        text: its description.
        entities: what it is about, and the status of each.
    """

    shown: dict[str, Any]
    text: str
    entities: dict[str, str] = field(default_factory=dict)


class AwsHealthSimulator(Simulator):
    """The events of one account; ``happens`` and ``is_over`` are what AWS does.

    Args:
        kernel: the clock.
        account: whose entities they are about.
        region: where they are by default.
    """

    service: ClassVar[str] = "health"

    def __init__(self, kernel: Kernel, *, account: str, region: str) -> None:
        self._kernel, self._account, self._region = kernel, account, region
        self.events: dict[str, HealthEvent] = {}
        self.is_subscribed = True
        """Whether the account's AWS support plan includes this API."""

    def happens(
        self,
        code: str = LIFECYCLE,
        *,
        category: str = "scheduledChange",
        about: Sequence[str] = (),
        in_days: float = 0,
        region: str = "",
        text: str = "Something about EKS.",
    ) -> str:
        """AWS tells of something; the ARN of the event.

        Args:
            code: its type; the second word is the service.
            category: as in ``Event.eventTypeCategory``.
            about: names of EKS clusters, ARNs or the whole account; a public event, about nobody's things, without any.
            in_days: when it begins.
            region: the world's by default; ``global`` is possible.
            text: its description.
        """
        now, where = self._kernel.utcnow(), region or self._region
        service = code.split("_")[1]
        arn = f"arn:aws:health:{where}::event/{service}/{code}/{code}_{self._kernel.uuid('health/events')}"
        shown = {
            "arn": arn,
            "service": service,
            "eventTypeCode": code,
            "eventTypeCategory": category,
            "region": where,
            "startTime": now + timedelta(days=in_days),
            "lastUpdatedTime": now,
            "statusCode": "upcoming" if in_days > 0 else "open",
            "eventScopeCode": "ACCOUNT_SPECIFIC" if about else "PUBLIC",
        }
        self.events[arn] = HealthEvent(shown, text, {self._entity(one): "PENDING" for one in about})
        return arn

    def is_over(self, arn: str) -> None:
        """AWS closes an event."""
        event, now = self.events[arn], self._kernel.utcnow()
        event.shown |= {"statusCode": "closed", "endTime": now, "lastUpdatedTime": now}
        event.entities = dict.fromkeys(event.entities, "RESOLVED")

    def describe_events(self, **request: Any) -> dict[str, Any]:
        """Events that a filter names, the one that was updated last first."""
        self._admit()
        wanted = request.get("filter", {})
        found = [one.shown for one in self._remembered() if _is_wanted(one, wanted)]
        found.sort(key=lambda shown: (shown["lastUpdatedTime"], shown["arn"]), reverse=True)
        return _page(found, request, "events")

    def describe_event_details(self, **request: Any) -> dict[str, Any]:
        """Events with their descriptions; those that are unknown are named."""
        self._admit()
        known = {one.shown["arn"]: one for one in self._remembered()}
        asked = request["eventArns"]
        return {
            "successfulSet": [
                {
                    "event": known[arn].shown,
                    "eventDescription": {"latestDescription": known[arn].text},
                    "eventMetadata": {},
                }
                for arn in asked
                if arn in known
            ],
            "failedSet": [
                {"eventArn": arn, "errorName": "InvalidEventArn", "errorMessage": "There is no such event."}
                for arn in asked
                if arn not in known
            ],
        }

    def describe_affected_entities(self, **request: Any) -> dict[str, Any]:
        """What events are about; a public one is about nothing."""
        self._admit()
        wanted = request["filter"]
        _refuse_all_but({"eventArns", "entityValues", "statusCodes"}, wanted)
        found = [
            self._shown(event, value, status)
            for event in self._remembered()
            if event.shown["arn"] in wanted["eventArns"]
            for value, status in event.entities.items()
            if value in wanted.get("entityValues", [value]) and status in wanted.get("statusCodes", [status])
        ]
        return _page(found, request, "entities")

    def _admit(self) -> None:
        if not self.is_subscribed:
            raise AwsError("SubscriptionRequiredException", "")

    def _remembered(self) -> Iterable[HealthEvent]:
        now = self._kernel.utcnow()
        oldest = now - KEPT
        for one in self.events.values():
            if one.shown["statusCode"] == "upcoming" and one.shown["startTime"] <= now:
                one.shown["statusCode"] = "open"
        return [one for one in self.events.values() if one.shown.get("endTime", oldest) >= oldest]

    def _entity(self, name: str) -> str:
        if name.startswith("arn:") or name == WHOLE_ACCOUNT:
            return name
        return f"arn:aws:eks:{self._region}:{self._account}:cluster/{name}"

    def _shown(self, event: HealthEvent, value: str, status: str) -> dict[str, Any]:
        entity = event.shown["arn"].replace(":event/", f":{self._account}:entity/")
        return {
            "entityArn": f"{entity}/{value.rpartition('/')[2]}",
            "eventArn": event.shown["arn"],
            "entityValue": value,
            "awsAccountId": self._account,
            "lastUpdatedTime": event.shown["lastUpdatedTime"],
            "statusCode": status,
        }


def _is_wanted(event: HealthEvent, wanted: dict[str, Any]) -> bool:
    _refuse_all_but({*_EXACT, *_TIMES, "entityValues"}, wanted)
    exactly = all(event.shown[of] in wanted[name] for name, of in _EXACT.items() if name in wanted)
    in_time = all(_is_within(event.shown.get(of), wanted[name]) for name, of in _TIMES.items() if name in wanted)
    about = not wanted.get("entityValues") or bool(set(wanted["entityValues"]) & set(event.entities))
    return exactly and in_time and about


def _is_within(instant: datetime | None, ranges: Iterable[dict[str, Any]]) -> bool:
    if instant is None:
        return False
    return any(
        ("from" not in one or _time(one["from"]) <= instant) and ("to" not in one or instant <= _time(one["to"]))
        for one in ranges
    )


def _time(value: Any) -> datetime:
    if not isinstance(value, datetime):
        return datetime.fromtimestamp(float(value), UTC)
    return value if value.tzinfo else value.replace(tzinfo=UTC)  # moto's parsers give UTC without saying so


def _refuse_all_but(known: set[str], wanted: dict[str, Any]) -> None:
    if unknown := sorted(set(wanted) - known):
        raise AwsError("NotImplemented", f"a filter by {', '.join(unknown)} is outside of this simulator", 501)


def _page(found: list[dict[str, Any]], request: dict[str, Any], member: str) -> dict[str, Any]:
    """Some of a list from where the token says."""
    token, most = request.get("nextToken", f"{FROM}0").removeprefix(FROM), request.get("maxResults", PAGE)
    if not token.isdecimal() or int(token) > len(found):
        raise AwsError("InvalidPaginationToken", "The specified pagination token (nextToken) is not valid.")
    end = int(token) + most
    return {member: found[int(token) : end], **({"nextToken": f"{FROM}{end}"} if end < len(found) else {})}
