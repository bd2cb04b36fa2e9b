"""Who changed record sets, by CloudTrail: the port ``norikae.traffic.ports.Trail``.

Sources: Route 53 developer guide, "Logging Amazon Route 53 API calls with AWS CloudTrail" (events are in us-east-1);
CloudTrail API reference, LookupEvents (two requests a second, the latest event first).
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from norikae.adapters.aws.calls import call
from norikae.errors import NorikaeError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LATELY = 3600
"""Seconds that are looked back."""
MOST = 3
"""Principals that are named."""


class CloudTrail:
    """``Trail`` over CloudTrail's event history, which every account has.

    Args:
        client: a boto3 client of CloudTrail in us-east-1.
        now: this instant, in seconds since the epoch.
        environment: the environment's name, by which norikae's own roles are known.
    """

    def __init__(self, client: Any, now: float, environment: str) -> None:
        self._client, self._now, self._own = client, now, f"/norikae-{environment}-"

    def writers(self, zone: str, hosts: Sequence[str]) -> tuple[str, ...]:
        """The principals that changed record sets of some names lately; nothing when CloudTrail does not know."""
        try:
            answer = call(
                self._client.lookup_events,
                LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "ChangeResourceRecordSets"}],
                StartTime=datetime.fromtimestamp(self._now - LATELY, UTC),
                EndTime=datetime.fromtimestamp(self._now, UTC),
                MaxResults=50,
            )
        except NorikaeError:
            return ()
        events = [json.loads(event["CloudTrailEvent"]) for event in answer["Events"]]
        found = [_principal(event) for event in events if _is_about(event, zone, hosts)]
        return tuple(dict.fromkeys(one for one in found if self._own not in one))[:MOST]


def _is_about(event: dict[str, Any], zone: str, hosts: Sequence[str]) -> bool:
    """Whether a change that was made (a refused one has an error code) touched one of the names."""
    asked = event.get("requestParameters") or {}
    if "errorCode" in event or str(asked.get("hostedZoneId", "")).rpartition("/")[2] != zone:
        return False
    return any(name in hosts for name in _names(asked.get("changeBatch") or {}))


def _names(batch: dict[str, Any]) -> Iterator[str]:
    for change in batch.get("changes") or ():
        name = str((change.get("resourceRecordSet") or {}).get("name", ""))
        yield name.rstrip(".").replace(r"\052", "*").lower()


def _principal(event: dict[str, Any]) -> str:
    identity = event.get("userIdentity") or {}
    return str(identity.get("arn") or identity.get("invokedBy") or identity.get("principalId") or "somebody")
