"""Amazon Route 53: strict where it is strict, as slow and as throttled as it is."""

# ruff: noqa: N803 - operations take the members of the API under the names that boto3 gives them

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.aws.route53.batch import outcome
from local.aws.route53.errors import (
    invalid_change_batch,
    invalid_facet,
    invalid_input,
    no_such_change,
    not_modelled,
)
from local.aws.route53.names import normalise, order_key
from local.aws.route53.nameservers import NameServers
from local.aws.route53.protections import Protections
from local.aws.route53.record import parse
from local.aws.route53.zone import Change, HostedZone
from local.aws.simulator import AwsError

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAX_RECORD_PAGE = 300
_MAX_ZONE_PAGE = 100
_MAX_COMMENT = 256


class Route53Simulator(Protections, NameServers):
    """The hosted zones of one account, their API, and the name servers of the public ones.

    Args:
        kernel: the clock, and the stream ``route53`` from which ids and propagation times come.
        account: its number; five requests a second are for all of it.
        target_exists: whether a load balancer has a DNS name; without it, every target exists.
    """

    def create_hosted_zone(
        self,
        *,
        Name: str,
        CallerReference: str,
        HostedZoneConfig: Mapping[str, Any] | None = None,
        VPC: Mapping[str, str] | None = None,
        DelegationSetId: str = "",
        zone_id: str = "",
    ) -> dict[str, Any]:
        """CreateHostedZone; with a VPC it is private. In process an id may be forced.

        Raises:
            AwsError: HostedZoneAlreadyExists for a known caller reference, InvalidDomainName for a top-level domain,
                ConflictingDomainExists for a name that the VPC has already.
        """
        self._admit()
        config = HostedZoneConfig or {}
        if DelegationSetId or (config.get("PrivateZone") and VPC is None):
            raise not_modelled("private hosted zones without a VPC and reusable delegation sets")
        if "." not in Name.strip("."):
            raise AwsError("InvalidDomainName", f"The specified domain name isn't valid: {Name}")
        if any(zone.caller_reference == CallerReference for zone in self.zones.values()):
            text = f"A hosted zone has already been created with the specified caller reference {CallerReference}."
            raise AwsError("HostedZoneAlreadyExists", text, 409)
        vpcs: tuple[tuple[str, str], ...] = ((VPC["VPCRegion"], VPC["VPCId"]),) if VPC else ()
        if any(zone.name == normalise(Name) and {*zone.vpcs} & {*vpcs} for zone in self.zones.values()):
            raise AwsError("ConflictingDomainExists", f"A VPC of {vpcs} has a hosted zone {Name} already")
        zone = HostedZone(zone_id or self._id("Z"), Name, CallerReference, config.get("Comment", ""), vpcs)
        self.zones[zone.id] = zone
        self._zone_of.clear()
        batch = self._record(zone, [], "")
        answered_by = {"VPC": VPC} if VPC else {"DelegationSet": {"NameServers": zone.name_servers}}
        return {
            "HostedZone": zone.to_api(),
            "ChangeInfo": self._info(batch),
            **answered_by,
            "Location": f"https://route53.amazonaws.com/2013-04-01/hostedzone/{zone.id}",
        }

    def get_hosted_zone(self, *, Id: str) -> dict[str, Any]:
        """GetHostedZone; a private zone has VPCs instead of name servers."""
        self._admit()
        zone = self._zone(Id)
        if zone.is_private:
            return {
                "HostedZone": zone.to_api(),
                "VPCs": [{"VPCRegion": region, "VPCId": vpc} for region, vpc in zone.vpcs],
            }
        return {"HostedZone": zone.to_api(), "DelegationSet": {"NameServers": zone.name_servers}}

    def list_hosted_zones(
        self, *, Marker: str = "", MaxItems: str = "100", DelegationSetId: str = "", HostedZoneType: str = ""
    ) -> dict[str, Any]:
        """ListHostedZones, in the order of creation."""
        self._admit()
        if DelegationSetId:
            raise not_modelled("reusable delegation sets")
        zones = [zone for zone in self.zones.values() if zone.is_private or not HostedZoneType]
        limit = _page(MaxItems, _MAX_ZONE_PAGE)
        if Marker:
            ids = [zone.id for zone in zones]
            if Marker not in ids:
                raise invalid_input(f"The specified marker is not valid: {Marker}")
            zones = zones[ids.index(Marker) :]
        answered = {
            "HostedZones": [zone.to_api() for zone in zones[:limit]],
            "Marker": Marker,
            "IsTruncated": len(zones) > limit,
            "MaxItems": str(limit),
        }
        return answered | ({"NextMarker": zones[limit].id} if len(zones) > limit else {})

    def list_hosted_zones_by_name(
        self, *, DNSName: str = "", HostedZoneId: str = "", MaxItems: str = "100"
    ) -> dict[str, Any]:
        """ListHostedZonesByName, by reversed labels."""
        self._admit()
        limit = _page(MaxItems, _MAX_ZONE_PAGE)
        first = (order_key(normalise(DNSName)), HostedZoneId) if DNSName else ("", "")
        ordered = sorted(self.zones.values(), key=lambda zone: (order_key(zone.name), zone.id))
        zones = [zone for zone in ordered if (order_key(zone.name), zone.id) >= first]
        answered: dict[str, Any] = {
            "HostedZones": [zone.to_api() for zone in zones[:limit]],
            "IsTruncated": len(zones) > limit,
            "MaxItems": str(limit),
        }
        if DNSName:
            answered["DNSName"] = DNSName
        if len(zones) > limit:
            answered |= {"NextDNSName": zones[limit].name, "NextHostedZoneId": zones[limit].id}
        return answered

    def list_resource_record_sets(
        self,
        *,
        HostedZoneId: str,
        StartRecordName: str = "",
        StartRecordType: str = "",
        StartRecordIdentifier: str = "",
        MaxItems: str = "300",
    ) -> dict[str, Any]:
        """ListResourceRecordSets: what was written last, PENDING or not."""
        self._admit()
        zone = self._zone(HostedZoneId)
        if StartRecordType and not StartRecordName:
            raise invalid_input("The name is required if the type is specified.")
        if StartRecordIdentifier and not StartRecordType:
            raise invalid_input("The type is required if the identifier is specified.")
        limit = _page(MaxItems, _MAX_RECORD_PAGE)
        records = zone.in_order()
        if StartRecordName:
            first = (order_key(normalise(StartRecordName)), StartRecordType, StartRecordIdentifier)
            records = [
                record for record in records if (order_key(record.name), record.type, record.identifier or "") >= first
            ]
        answered: dict[str, Any] = {
            "ResourceRecordSets": [record.to_api() for record in records[:limit]],
            "IsTruncated": len(records) > limit,
            "MaxItems": str(limit),
        }
        if len(records) > limit:
            following = records[limit]
            answered |= {"NextRecordName": following.name, "NextRecordType": following.type}
            answered |= {"NextRecordIdentifier": following.identifier} if following.identifier else {}
        return answered

    def change_resource_record_sets(self, *, HostedZoneId: str, ChangeBatch: Mapping[str, Any]) -> dict[str, Any]:
        """ChangeResourceRecordSets: the whole batch, or an error and nothing.

        Raises:
            AwsError: NoSuchHostedZone, InvalidInput, InvalidChangeBatch, PriorRequestNotComplete, Throttling.
        """
        self._admit()
        zone = self._zone(HostedZoneId)
        comment = ChangeBatch.get("Comment") or ""
        if len(comment) > _MAX_COMMENT:
            raise invalid_facet("maxLength", comment, str(_MAX_COMMENT), "ResourceDescription")
        changes = [_change(member) for member in ChangeBatch.get("Changes") or ()]
        if not changes:
            raise invalid_input("Invalid XML ; The content of element 'Changes' is not complete.")
        self._check_prior(zone)
        after, messages = outcome(zone, changes, self.target_exists)
        if messages:
            raise invalid_change_batch(messages)
        zone.replace(after)
        return {"ChangeInfo": self._info(self._record(zone, changes, comment))}

    def get_change(self, *, Id: str) -> dict[str, Any]:
        """GetChange: PENDING until the name servers answer with the batch."""
        self._admit()
        change_id = Id.removeprefix("/change/")
        for batch in reversed(self.history):
            if batch.change_id == change_id:
                return {"ChangeInfo": self._info(batch)}
        raise no_such_change(change_id)


def _change(member: Mapping[str, Any]) -> Change:
    action = member["Action"]
    if action not in {"CREATE", "DELETE", "UPSERT"}:
        listed = "enumeration '[CREATE, DELETE, UPSERT]'. It must be a value from the enumeration."
        text = f"Value '{action}' is not facet-valid with respect to {listed}"
        raise invalid_input(f"Invalid XML ; cvc-enumeration-valid: {text}")
    return Change(action, parse(action, member["ResourceRecordSet"]))


def _page(asked: str, most: int) -> int:
    try:
        count = int(asked)
    except ValueError:
        count = 0
    if count < 1:
        raise invalid_input(f"The value for maxitems is not valid: {asked}")
    return min(count, most)
