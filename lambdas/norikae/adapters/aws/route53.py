"""The hosted zone in Route 53."""

from collections.abc import Sequence
from typing import Any

from norikae.adapters.aws.calls import call
from norikae.errors import ForeignWriteError, UnreachableError
from norikae.traffic.records import TRAFFIC_TYPES, Change, RecordSet, traffic_sets


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
        return tuple(record for host in hosts for record in traffic_sets(self._at(host), types))

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

    def _at(self, host: str) -> list[RecordSet]:
        found: list[RecordSet] = []
        start: dict[str, Any] = {"StartRecordName": host, "StartRecordType": TRAFFIC_TYPES[0]}
        while start:
            answer = call(self._client.list_resource_record_sets, HostedZoneId=self._zone, **start)
            here = [one for one in map(RecordSet, answer["ResourceRecordSets"]) if one.name == host]
            found += here
            more = answer["IsTruncated"] and len(here) == len(answer["ResourceRecordSets"])
            follows = {
                "StartRecordName": answer.get("NextRecordName"),
                "StartRecordType": answer.get("NextRecordType"),
                "StartRecordIdentifier": answer.get("NextRecordIdentifier"),
            }
            start = {key: value for key, value in follows.items() if value} if more else {}
        return found


def _foreign_write(text: str) -> ForeignWriteError:
    return ForeignWriteError(f"{text}; somebody else wrote between our read and our write, nothing was changed")


def _was_tried_before(refusal: ForeignWriteError) -> bool:
    """Whether botocore had tried before the attempt that was refused (botocore guide, "Retries", ``RetryAttempts``)."""
    response: dict[str, Any] = getattr(refusal.__cause__, "response", {})
    return int(response.get("ResponseMetadata", {}).get("RetryAttempts", 0)) > 0
