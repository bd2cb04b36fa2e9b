"""CloudTrail's event history, as far as norikae asks it: who changed record sets; docs/world/route53.md.

Sources: CloudTrail guide, "How CloudTrail works" (an event is there some minutes after the call, five on average);
Route 53 developer guide, "Logging Amazon Route 53 API calls" (us-east-1 only, members begin in lower case).
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from local.aws.simulator import AwsError, Simulator

if TYPE_CHECKING:
    from local.aws.route53 import AppliedBatch, Route53Simulator
    from local.kernel import Kernel

LATE_SECONDS = 300
"""How long an event is on its way; the guide says "about 5 minutes"."""
EVENT = "ChangeResourceRecordSets"
MOST_RESULTS = 50


class CloudTrailSimulator(Simulator):
    """The changes of record sets, each some minutes after it was made.

    Args:
        kernel: the clock.
        route53: whose log of batches it shows.
    """

    service: ClassVar[str] = "cloudtrail"

    def __init__(self, kernel: Kernel, route53: Route53Simulator) -> None:
        self._kernel, self._route53 = kernel, route53

    def lookup_events(self, **request: Any) -> dict[str, Any]:
        """Events by their name, the latest first; other attributes, and pages, are not modelled."""
        wanted = request.pop("LookupAttributes", [])
        if [one["AttributeKey"] for one in wanted] != ["EventName"] or "NextToken" in request:
            raise AwsError("NotImplemented", "only events of one name are looked up here, on one page", 501)
        most = request.get("MaxResults", MOST_RESULTS)
        if not 1 <= most <= MOST_RESULTS:
            raise AwsError("InvalidMaxResultsException", "MaxResults is out of range.")
        begin, end = (_seconds(request.get(key)) for key in ("StartTime", "EndTime"))
        if begin is not None and end is not None and begin > end:
            raise AwsError("InvalidTimeRangeException", "The start time is after the end time.")
        known = [
            batch
            for batch in reversed(self._route53.history)
            if batch.time + LATE_SECONDS <= self._kernel.now()
            and (begin is None or batch.time >= begin)
            and (end is None or batch.time <= end)
        ]
        is_asked = wanted[0]["AttributeValue"] == EVENT
        return {"Events": [_event(batch) for batch in known[:most]] if is_asked else []}


def _seconds(instant: Any) -> float | None:
    if instant is None:
        return None
    return float(instant.timestamp()) if isinstance(instant, datetime) else float(instant)


def _event(batch: AppliedBatch) -> dict[str, Any]:
    at = datetime.fromtimestamp(batch.time, UTC)
    changes = [
        {
            "action": change.action,
            "resourceRecordSet": {
                "name": change.record.name,
                "type": change.record.type,
                **({"setIdentifier": change.record.identifier} if change.record.identifier else {}),
                **({"weight": change.record.weight} if change.record.weight is not None else {}),
            },
        }
        for change in batch.changes
    ]
    detail = {
        "eventTime": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": "route53.amazonaws.com",
        "eventName": EVENT,
        "awsRegion": "us-east-1",
        "userIdentity": {"type": "AssumedRole", "arn": f"arn:aws:sts::123456789012:assumed-role/{batch.principal}"},
        "requestParameters": {"hostedZoneId": batch.zone_id, "changeBatch": {"changes": changes}},
    }
    return {
        "EventId": batch.change_id,
        "EventName": EVENT,
        "EventTime": at,
        "EventSource": "route53.amazonaws.com",
        "Username": batch.principal,
        "Resources": [],
        "CloudTrailEvent": json.dumps(detail),
    }
