"""The hosted zone in Route 53."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from norikae.adapters.aws.calls import call
from norikae.errors import ForeignWriteError, UnreachableError
from norikae.traffic.records import TRAFFIC_TYPES, Change, RecordSet, traffic_sets

_PLAIN = re.compile(r"[a-z0-9_.-]+")
"""Names without an escape, of whose place in the zone's order there is no doubt."""
_LAST = "\x7f"
"""Behind every name in the order."""


class Route53Dns:
    """``Dns`` over one hosted zone.

    Args:
        client: boto3's Route 53 client.
        zone: the hosted zone's id.
    """

    def __init__(self, client: Any, zone: str) -> None:
        self._client, self._zone = client, zone

    def records(self, hosts: Sequence[str], types: Sequence[str] = TRAFFIC_TYPES) -> tuple[RecordSet, ...]:
        """The record sets of some names and types, A and AAAA by default.

        A page has up to 300 record sets from its name on, so names are read in the zone's order and those that a page
        holds are not asked for again: a small zone is one request, however many names there are.
        """
        found: defaultdict[str, list[RecordSet]] = defaultdict(list)
        known_until = ""
        for host in sorted(set(hosts), key=_order):
            if not (_PLAIN.fullmatch(host) and _order(host) < known_until):
                known_until = self._read_from(host, found)
        return tuple(record for host in hosts for record in traffic_sets(found[host], types))

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

    def _read_from(self, host: str, found: defaultdict[str, list[RecordSet]]) -> str:
        """Read a name whole, with whatever follows it on the same pages; up to which place in the order all is known.

        Args:
            host: the name.
            found: record sets by name; those that are read replace what is there.
        """
        start: dict[str, Any] = {"StartRecordName": host, "StartRecordType": TRAFFIC_TYPES[0]}
        read: dict[tuple[str, str, str], RecordSet] = {}
        following = host
        while start and following == host:
            answer = call(self._client.list_resource_record_sets, HostedZoneId=self._zone, **start)
            for record in map(RecordSet, answer["ResourceRecordSets"]):
                read[record.name, record.type, record.set_identifier] = record
            start = _next(answer)
            following = RecordSet({"Name": start.get("StartRecordName", "")}).name
        whole = [one for one in read.values() if one.name != following]
        for name in {one.name for one in whole}:
            found[name] = [one for one in whole if one.name == name]
        return _order(following) if start else _LAST


def _order(name: str) -> str:
    """What Route 53 sorts by: the labels reversed, with a trailing dot (API reference, ListResourceRecordSets)."""
    return ".".join(reversed(name.replace("*", r"\052").split("."))) + "."


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
