"""Record set protections: the lock of Route 53 itself on a name and type."""

# ruff: noqa: N803 - operations take the members of the API under the names that boto3 gives them

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from local.aws.route53.errors import invalid_facet, invalid_input
from local.aws.route53.names import lies_within, normalise, order_key
from local.aws.route53.record import KNOWN_TYPES
from local.aws.route53.zones import Zones
from local.aws.simulator import AwsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from local.aws.route53.zone import HostedZone

MAX_PER_REQUEST = 100
MAX_PER_ZONE = 1000
MAX_COMMENT = 256
_DNSSEC_TYPES = {"DS"}
_PAGE = 300


def create(zone: HostedZone, entries: Sequence[Mapping[str, Any]]) -> None:
    """Protect names and types: all of them, or none.

    Raises:
        AwsError: InvalidInput, InvalidResourceRecordSetProtectionBatch, ProtectionAlreadyExists, LimitsExceeded.

    Source: botocore's model of CreateResourceRecordSetProtections.
    """
    keys = _keys(zone, entries)
    for entry in entries:
        if len(entry.get("Comment", "")) > MAX_COMMENT:
            raise invalid_facet("maxLength", entry["Comment"], str(MAX_COMMENT), "ResourceDescription")
    taken = [
        _error(entry, "ProtectionAlreadyExists", "A protection already exists for this name and type.")
        for entry, key in zip(entries, keys, strict=True)
        if key in zone.protections
    ]
    if taken and len(taken) == len(entries):
        text = "A protection already exists for every name and type in the request."
        raise AwsError("ProtectionAlreadyExists", text, 409, {"Errors": taken})
    if taken:
        raise _refused(taken)
    if len(zone.protections) + len(keys) > MAX_PER_ZONE:
        raise AwsError("LimitsExceeded", "The hosted zone has reached its limit of resource record set protections.")
    for entry, key in zip(entries, keys, strict=True):
        zone.protections[key] = entry.get("Comment", "")


def delete(zone: HostedZone, entries: Sequence[Mapping[str, Any]]) -> None:
    """Lift protections: all of them, or none.

    Raises:
        AwsError: InvalidInput, or InvalidResourceRecordSetProtectionBatch when a name and type is not protected.
    """
    keys = _keys(zone, entries)
    missing = [
        _error(entry, "ProtectionNotFound", "No protection exists for this name and type.")
        for entry, key in zip(entries, keys, strict=True)
        if key not in zone.protections
    ]
    if missing:
        raise _refused(missing)
    for key in keys:
        del zone.protections[key]


def page(zone: HostedZone, start: tuple[str, str] | None, limit: int | None) -> tuple[list[dict[str, str]], str]:
    """Some protections in the order of their names, and the token of the next page.

    Args:
        zone: the zone.
        start: the first name and type, if not the very first.
        limit: how many at most; 300 at most.
    """
    ordered = sorted(zone.protections, key=lambda key: (order_key(key[0]), key[1]))
    if start is not None:
        first = (order_key(normalise(start[0])), start[1])
        ordered = [key for key in ordered if (order_key(key[0]), key[1]) >= first]
    limit = min(limit or _PAGE, _PAGE)
    shown = [
        {"RecordName": name, "RecordType": kind} | ({"Comment": comment} if comment else {})
        for name, kind in ordered[:limit]
        for comment in [zone.protections[name, kind]]
    ]
    return shown, " ".join(ordered[limit]) if len(ordered) > limit else ""


def _keys(zone: HostedZone, entries: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    if not entries:
        raise invalid_input("The request must contain at least one entry in Protections.")
    if len(entries) > MAX_PER_REQUEST:
        raise invalid_input(f"The request contains more than {MAX_PER_REQUEST} protections.")
    keys = [(normalise(entry["RecordName"]), entry["RecordType"]) for entry in entries]
    times = Counter(keys)
    wrong = []
    for entry, (name, kind) in zip(entries, keys, strict=True):
        if kind not in KNOWN_TYPES or kind in _DNSSEC_TYPES:
            wrong.append(_error(entry, "InvalidInput", f"Records of type {kind} can't be protected."))
        elif not lies_within(name, zone.name):
            wrong.append(_error(entry, "InvalidInput", f"The name is not in hosted zone {zone.name}"))
        elif times[name, kind] > 1:
            wrong.append(_error(entry, "InvalidInput", "The name and type appear more than once in the request."))
    if wrong:
        raise _refused(wrong)
    return keys


def _error(entry: Mapping[str, Any], code: str, message: str) -> dict[str, str]:
    name = normalise(entry["RecordName"])
    return {"RecordName": name, "RecordType": entry["RecordType"], "Code": code, "Message": message}


def _refused(errors: list[dict[str, str]]) -> AwsError:
    text = "One or more entries in the request couldn't be processed."
    return AwsError("InvalidResourceRecordSetProtectionBatch", text, 400, {"Errors": errors})


class Protections(Zones):
    """The three operations on protections."""

    def create_resource_record_set_protections(
        self, *, HostedZoneId: str, Protections: list[dict[str, Any]]
    ) -> dict[str, Any]:
        """CreateResourceRecordSetProtections."""
        self._admit()
        create(self._zone(HostedZoneId), Protections)
        return {}

    def delete_resource_record_set_protections(
        self, *, HostedZoneId: str, Protections: list[dict[str, Any]]
    ) -> dict[str, Any]:
        """DeleteResourceRecordSetProtections."""
        self._admit()
        delete(self._zone(HostedZoneId), Protections)
        return {}

    def list_resource_record_set_protections(
        self,
        *,
        HostedZoneId: str,
        StartRecordName: str = "",
        StartRecordType: str = "",
        MaxResults: str = "",
        NextToken: str = "",
    ) -> dict[str, Any]:
        """ListResourceRecordSetProtections."""
        self._admit()
        zone = self._zone(HostedZoneId)
        start = (StartRecordName, StartRecordType) if StartRecordName else None
        if StartRecordType and not StartRecordName:
            raise invalid_input("If you specify StartRecordType, you must also specify StartRecordName.")
        if NextToken:
            name, _, kind = NextToken.partition(" ")
            if kind not in KNOWN_TYPES:
                raise AwsError("InvalidPaginationToken", "The specified pagination token is not valid.")
            start = (name, kind)
        shown, token = page(zone, start, int(MaxResults) if MaxResults else None)
        return {"ResourceRecordSetProtections": shown} | ({"NextToken": token} if token else {})
