"""AWS Health by boto3: the port ``norikae.support.ports.AwsHealth``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from norikae.adapters.aws.calls import pages
from norikae.errors import AwsRefusedError
from norikae.support.ports import HealthEvent

if TYPE_CHECKING:
    from collections.abc import Collection

NOT_SUBSCRIBED = "SubscriptionRequiredException"
"""Accounts with a small AWS support plan may not ask (AWS Health guide, "Accessing the AWS Health API")."""
AT_ONCE = 10
"""ARNs in a request (API reference, EntityFilter)."""


class AwsHealthEvents:
    """AWS Health of the process's account.

    Args:
        client: boto3's client of its global endpoint.
    """

    def __init__(self, client: Any) -> None:
        self._client = client

    def about_eks(self, region: str) -> tuple[HealthEvent, ...] | None:
        """The events about EKS in a region, or in all, that are not over; None when the account may not ask."""
        wanted = {"services": ["EKS"], "regions": [region, "global"], "eventStatusCodes": ["open", "upcoming"]}
        try:
            found = list(pages(self._client.describe_events, filter=wanted))
        except AwsRefusedError as refusal:
            if refusal.code == NOT_SUBSCRIBED:
                return None
            raise
        return tuple(_event(one) for page in found for one in page["events"])

    def affected(self, arns: Collection[str]) -> dict[str, tuple[str, ...]]:
        """What events are about, by their ARN."""
        named: dict[str, tuple[str, ...]] = {}
        ordered = list(arns)
        for begin in range(0, len(ordered), AT_ONCE):
            wanted = {"eventArns": ordered[begin : begin + AT_ONCE]}
            for page in pages(self._client.describe_affected_entities, filter=wanted):
                for entity in page["entities"]:
                    arn = entity["eventArn"]
                    named[arn] = (*named.get(arn, ()), entity["entityValue"])
        return named


def _event(found: dict[str, Any]) -> HealthEvent:
    starts = found.get("startTime")
    return HealthEvent(
        arn=found["arn"],
        code=found["eventTypeCode"],
        category=found["eventTypeCategory"],
        status=found["statusCode"],
        region=found.get("region", "global"),
        is_public=found.get("eventScopeCode", "PUBLIC") == "PUBLIC",
        starts=starts.timestamp() if starts else None,
    )
