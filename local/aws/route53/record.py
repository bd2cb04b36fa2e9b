"""One resource record set, and the checks a request passes before Route 53 looks at the zone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local.aws.route53.errors import invalid_facet, invalid_input, invalid_request, no_such_health_check, not_modelled
from local.aws.route53.names import normalise

if TYPE_CHECKING:
    from collections.abc import Mapping

Key = tuple[str, str, str]
"""What identifies a record set in a zone: name, type, set identifier (empty for a simple one)."""

MODELLED_TYPES = ("A", "AAAA", "CNAME", "TXT")
KNOWN_TYPES = (
    *MODELLED_TYPES,
    *("SOA", "NS", "MX", "NAPTR", "PTR", "SRV", "SPF", "CAA", "DS", "TLSA", "SSHFP", "SVCB", "HTTPS"),
)
_UNMODELLED = (
    *("Region", "GeoLocation", "Failover", "MultiValueAnswer"),
    *("TrafficPolicyInstanceId", "CidrRoutingConfig", "GeoProximityLocation"),
)
_POLICIES = (
    "Expected exactly one of [Weight, Region, Failover, GeoLocation, MultiValueAnswer, GeoProximityLocation, "
    "or CidrRoutingConfig], but found none"
)
_CONTENT = "Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId]"
MAX_WEIGHT = 255
MAX_IDENTIFIER = 128
MAX_TTL = 2_147_483_647


@dataclass(frozen=True, slots=True)
class Alias:
    """Where an alias record set points."""

    zone_id: str
    dns_name: str
    evaluate_target_health: bool


@dataclass(frozen=True, slots=True)
class RecordSet:
    """One record set, simple (no identifier, no weight) or weighted."""

    name: str
    type: str
    identifier: str | None = None
    weight: int | None = None
    ttl: int | None = None
    values: tuple[str, ...] = ()
    alias: Alias | None = None

    @property
    def key(self) -> Key:
        """Name, type and set identifier."""
        return (self.name, self.type, self.identifier or "")

    def same_values(self, other: RecordSet) -> bool:
        """Whether a DELETE that names ``other`` fits this record set; the order of the values does not count."""
        return (self.weight, self.ttl, self.alias, sorted(self.values)) == (
            *(other.weight, other.ttl, other.alias),
            sorted(other.values),
        )

    def to_api(self) -> dict[str, Any]:
        """The record set as the API returns it."""
        answer: dict[str, Any] = {"Name": self.name, "Type": self.type}
        if self.identifier is not None:
            answer["SetIdentifier"] = self.identifier
            answer["Weight"] = self.weight
        if self.alias is not None:
            answer["AliasTarget"] = {
                "HostedZoneId": self.alias.zone_id,
                "DNSName": self.alias.dns_name,
                "EvaluateTargetHealth": self.alias.evaluate_target_health,
            }
        else:
            answer["TTL"] = self.ttl
            answer["ResourceRecords"] = [{"Value": value} for value in self.values]
        return answer


def parse(action: str, members: Mapping[str, Any]) -> RecordSet:
    """The record set that a change names.

    Args:
        action: CREATE, UPSERT or DELETE.
        members: ResourceRecordSet as the API spells it.

    Raises:
        AwsError: InvalidInput when members contradict each other, NoSuchHealthCheck, or 501 for what is not modelled.
    """
    name, kind, identifier = members["Name"], members["Type"], members.get("SetIdentifier")
    _check_kind(members, kind)
    reason = _contradiction(members)
    if reason:
        raise invalid_request(reason, action, name, kind, identifier)
    target = members.get("AliasTarget")
    return RecordSet(
        name=normalise(name),
        type=kind,
        identifier=identifier,
        weight=_weight(members.get("Weight")),
        ttl=None if target else _ttl(members["TTL"]),
        values=tuple(record["Value"] for record in members.get("ResourceRecords") or ()),
        alias=None if target is None else _alias(target),
    )


def _check_kind(members: Mapping[str, Any], kind: str) -> None:
    if kind not in KNOWN_TYPES:
        listed = f"enumeration '[{', '.join(KNOWN_TYPES)}]'. It must be a value from the enumeration."
        text = f"Value '{kind}' is not facet-valid with respect to {listed}"
        raise invalid_input(f"Invalid XML ; cvc-enumeration-valid: {text}")
    if kind not in MODELLED_TYPES:
        raise not_modelled(f"records of type {kind}")
    for member in _UNMODELLED:
        if members.get(member) is not None:
            raise not_modelled(f"{member} in a record set")
    if members.get("HealthCheckId"):
        raise no_such_health_check(members["HealthCheckId"])
    identifier = members.get("SetIdentifier")
    if identifier is not None and not 1 <= len(identifier) <= MAX_IDENTIFIER:
        facet, limit = ("maxLength", str(MAX_IDENTIFIER)) if identifier else ("minLength", "1")
        raise invalid_facet(facet, identifier, limit, "ResourceRecordSetIdentifier")


def _contradiction(members: Mapping[str, Any]) -> str:
    alias = members.get("AliasTarget") is not None
    ttl = members.get("TTL") is not None
    records = bool(members.get("ResourceRecords"))
    if alias and (ttl or records):
        return f"{_CONTENT}, but found more than one"
    if not alias and not (ttl and records):
        return f"{_CONTENT}, but found none"
    weighted = members.get("Weight") is not None
    identified = members.get("SetIdentifier") is not None
    if weighted and not identified:
        return "Missing field 'SetIdentifier'"
    return _POLICIES if identified and not weighted else ""


def _weight(weight: object) -> int | None:
    if weight is None:
        return None
    if not isinstance(weight, int) or isinstance(weight, bool):
        raise invalid_input(f"Invalid XML ; cvc-datatype-valid.1.2.1: '{weight}' is not a valid value for 'integer'.")
    if weight > MAX_WEIGHT:
        raise invalid_facet("maxInclusive", str(weight), str(MAX_WEIGHT), "ResourceRecordSetWeight")
    if weight < 0:
        raise invalid_facet("minInclusive", str(weight), "0", "ResourceRecordSetWeight")
    return weight


def _ttl(ttl: int) -> int:
    if ttl > MAX_TTL:
        raise invalid_facet("maxInclusive", str(ttl), str(MAX_TTL), "TTL")
    if ttl < 0:
        raise invalid_facet("minInclusive", str(ttl), "0", "TTL")
    return ttl


def _alias(target: Mapping[str, Any]) -> Alias:
    return Alias(
        zone_id=target["HostedZoneId"].removeprefix("/hostedzone/"),
        dns_name=normalise(target["DNSName"]),
        evaluate_target_health=bool(target["EvaluateTargetHealth"]),
    )
