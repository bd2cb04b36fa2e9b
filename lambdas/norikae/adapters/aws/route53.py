"""The hosted zone in Route 53."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from norikae.adapters.aws.calls import call
from norikae.errors import ForeignWriteError, UnreachableError
from norikae.traffic.records import TRAFFIC_TYPES, Change, RecordSet, traffic_sets

MANY = 16
"""From so many names on the zone is read as a whole, if it is small: an account has five requests a second for all."""
_NAMES_A_PAGE, _MOST_PAGES = 4, 20
"""A zone is read on for as long as its pages (of 300 record sets) are a fraction of the names, and not too many."""


class Route53Dns:
    """``Dns`` over one hosted zone.

    Args:
        client: boto3's Route 53 client.
        zone: the hosted zone's id.
    """

    def __init__(self, client: Any, zone: str) -> None:
        self._client, self._zone = client, zone

    def records(self, hosts: Sequence[str], types: Sequence[str] = TRAFFIC_TYPES) -> tuple[RecordSet, ...]:
        """The record sets of some names and types, A and AAAA by default."""
        whole = self._whole(min(len(hosts) // _NAMES_A_PAGE, _MOST_PAGES)) if len(hosts) >= MANY else None
        return tuple(
            record
            for host in hosts
            for record in traffic_sets(self._at(host) if whole is None else whole.get(host, ()), types)
        )

    def change(self, changes: Sequence[Change], comment: str) -> str:
        """Apply a batch; its id.

        Route 53 applies all of a batch or nothing, and a DELETE must repeat every value (API reference,
        ChangeResourceRecordSets), which makes the batch a compare-and-set. The client tries again what timed out; when
        the first attempt had worked, the second is refused like somebody else's write, and nobody can tell them apart
        but by reading.
        """
        batch = [{"Action": change.action, "ResourceRecordSet": dict(change.record.raw)} for change in changes]
        try:
            answer = call(
                self._client.change_resource_record_sets,
                expected={"InvalidChangeBatch": _foreign_write},
                HostedZoneId=self._zone,
                ChangeBatch={"Comment": comment, "Changes": batch},
            )
        except ForeignWriteError as refusal:
            if _was_tried_before(refusal):
                raise UnreachableError(f"{refusal}, or by an attempt whose answer was lost") from refusal
            raise
        return str(answer["ChangeInfo"]["Id"])

    def is_in_sync(self, change: str) -> bool:
        """Whether Route 53 says INSYNC."""
        answer = call(self._client.get_change, Id=change.removeprefix("/change/"))
        return bool(answer["ChangeInfo"]["Status"] == "INSYNC")

    def whole(self) -> tuple[list[RecordSet], int]:
        """Every record set of the zone, and how many requests that took."""
        found: list[RecordSet] = []
        start: dict[str, Any] = {}
        pages = 0
        while start or not pages:
            answer = call(self._client.list_resource_record_sets, HostedZoneId=self._zone, **start)
            found += map(RecordSet, answer["ResourceRecordSets"])
            start, pages = _next(answer), pages + 1
        return found, pages

    def _at(self, host: str) -> list[RecordSet]:
        found: list[RecordSet] = []
        start: dict[str, Any] = {"StartRecordName": host, "StartRecordType": TRAFFIC_TYPES[0]}
        while start:
            answer = call(self._client.list_resource_record_sets, HostedZoneId=self._zone, **start)
            here = [one for one in map(RecordSet, answer["ResourceRecordSets"]) if one.name == host]
            found += here
            start = _next(answer) if len(here) == len(answer["ResourceRecordSets"]) else {}
        return found

    def _whole(self, pages: int) -> Mapping[str, Sequence[RecordSet]] | None:
        """Every record set of the zone by name; None when it has more pages."""
        found: defaultdict[str, list[RecordSet]] = defaultdict(list)
        start: dict[str, Any] = {}
        for _ in range(pages):
            answer = call(self._client.list_resource_record_sets, HostedZoneId=self._zone, **start)
            for record in map(RecordSet, answer["ResourceRecordSets"]):
                found[record.name].append(record)
            start = _next(answer)
            if not start:
                return found
        return None


def _next(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Where the next page begins; nothing after the last one."""
    follows = {
        "StartRecordName": answer.get("NextRecordName"),
        "StartRecordType": answer.get("NextRecordType"),
        "StartRecordIdentifier": answer.get("NextRecordIdentifier"),
    }
    return {key: value for key, value in follows.items() if value} if answer["IsTruncated"] else {}


def _foreign_write(text: str) -> ForeignWriteError:
    return ForeignWriteError(f"{text}; somebody else wrote between our read and our write, nothing was changed")


def _was_tried_before(refusal: ForeignWriteError) -> bool:
    """Whether botocore had tried before the attempt that was refused (botocore guide, "Retries", ``RetryAttempts``)."""
    response: dict[str, Any] = getattr(refusal.__cause__, "response", {})
    return int(response.get("ResponseMetadata", {}).get("RetryAttempts", 0)) > 0
