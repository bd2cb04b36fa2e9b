"""Whether a zone allows a change batch: all of it, or nothing."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from local.aws.route53.balancer_zones import CLOUDFRONT, REGION_OF_ZONE
from local.aws.route53.errors import not_modelled
from local.aws.route53.names import lies_within
from local.aws.route53.values import problem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from local.aws.route53.record import Key, RecordSet
    from local.aws.route53.zone import Change, HostedZone

MAX_RECORDS = 1000
MAX_CHARACTERS = 32_000
MAX_ZONE_RECORD_SETS = 10_000
MAX_WEIGHTED = 100


def outcome(
    zone: HostedZone, changes: Sequence[Change], target_exists: Callable[[str], bool] | None
) -> tuple[dict[Key, RecordSet], list[str]]:
    """What the zone would hold after a batch, and every reason to refuse it.

    Rules about neighbours (weighted beside simple, CNAME beside anything, equal TTLs) look at the state after the whole
    batch, which is what makes DELETE plus CREATE in one batch the way to change a routing policy.

    Args:
        zone: the zone as it is.
        changes: the batch in the caller's order.
        target_exists: whether a load balancer has this DNS name; without it every one has.

    Source: API reference of ChangeResourceRecordSets.
    """
    messages = _too_much(changes)
    messages += [_protected(zone, change) for change in changes if _key(change) in zone.protections]
    messages += _contradictions(changes)
    if messages:
        return zone.records, messages
    after = dict(zone.records)
    for change in changes:
        messages += _existence(after, change)
        if change.action == "DELETE":
            after.pop(change.record.key, None)
        else:
            after[change.record.key] = change.record
    beside: defaultdict[str, list[RecordSet]] = defaultdict(list)
    for record in after.values():
        beside[record.name].append(record)
    for change in changes:
        if change.action != "DELETE":
            messages += _content(change.record)
            messages += _neighbours(zone, change.record, beside[change.record.name])
            messages += _target(zone, change.record, beside, target_exists)
    if len(after) > MAX_ZONE_RECORD_SETS:
        messages.append(f"Exceeded limit MAX_RRSETS_BY_ZONE for zone: {zone.id}")
    return after, messages


def _key(change: Change) -> tuple[str, str]:
    return change.record.name, change.record.type


def _too_much(changes: Sequence[Change]) -> list[str]:
    records = characters = 0
    for change in changes:
        times = 2 if change.action == "UPSERT" else 1
        records += times * max(1, len(change.record.values))
        characters += times * sum(len(value) for value in change.record.values)
    messages = [f"Number of records limit of {MAX_RECORDS} exceeded."] if records > MAX_RECORDS else []
    if characters > MAX_CHARACTERS:
        messages.append(f"RDATA character limit of {MAX_CHARACTERS} exceeded.")
    return messages


def _protected(zone: HostedZone, change: Change) -> str:
    name, kind = _key(change)
    comment = zone.protections[name, kind]
    text = f"The resource record set [name='{name}', type='{kind}'] is protected by a resource record set protection"
    return f"{text}: {comment}" if comment else text


def _contradictions(changes: Sequence[Change]) -> list[str]:
    actions: defaultdict[Key, list[str]] = defaultdict(list)
    for change in changes:
        actions[change.record.key].append(change.action)
    return [
        f"The request contains an invalid set of changes for a resource record set '{kind} {name}'"
        for (name, kind, _), done in actions.items()
        if len(done) > 1 and done not in (["DELETE", "CREATE"], ["DELETE", "UPSERT"])
    ]


def _existence(after: dict[Key, RecordSet], change: Change) -> list[str]:
    record, current = change.record, after.get(change.record.key)
    named = f"name='{record.name}', type='{record.type}'"
    if record.identifier is not None:
        named += f", set-identifier='{record.identifier}'"
    if change.action == "CREATE" and current is not None:
        return [f"Tried to create resource record set [{named}] but it already exists"]
    if change.action == "DELETE" and current is None:
        return [f"Tried to delete resource record set [{named}] but it was not found"]
    if change.action == "DELETE" and current is not None and not current.same_values(record):
        text = "but the values provided do not match the current values"
        return [f"Tried to delete resource record set [{named}] {text}"]
    return []


def _content(record: RecordSet) -> list[str]:
    messages = [text for value in record.values if (text := problem(record.type, value))]
    messages += [f"Duplicate Resource Record: '{value}'" for value in _repeated(record.values)]
    if len(record.values) > 1 and (record.type == "CNAME" or record.weight is not None):
        what = "a CNAME" if record.type == "CNAME" else "a weighted"
        messages.append(
            f"RRSet with DNS name {record.name}, type {record.type}: {what} record set has exactly one record"
        )
    return messages


def _repeated(values: Sequence[str]) -> list[str]:
    return [value for value in dict.fromkeys(values) if values.count(value) > 1]


def _neighbours(zone: HostedZone, record: RecordSet, beside: Sequence[RecordSet]) -> list[str]:
    if not lies_within(record.name, zone.name):
        return [f"RRSet with DNS name {record.name} is not permitted in zone {zone.name}"]
    messages = _cname_rules(zone, record, beside)
    group = [other for other in beside if other.type == record.type]
    if len(group) == 1:
        return messages
    named = f"RRSet with DNS name {record.name}, type {record.type}"
    if record.identifier is None:
        return [*messages, f"{named} cannot be created as other RRSets exist with the same name and type."]
    named += f", SetIdentifier {record.identifier} cannot be created as"
    if any(other.identifier is None for other in group):
        messages.append(f"{named} a non-weighted set exists with the same name and type.")
    if len({other.ttl for other in group if other.alias is None}) > 1:
        messages.append(f"{named} weighted sets must contain the same TTL.")
    if len(group) > MAX_WEIGHTED:
        messages.append(f"{named} {MAX_WEIGHTED} weighted sets exist with the same name and type.")
    return messages


def _cname_rules(zone: HostedZone, record: RecordSet, beside: Sequence[RecordSet]) -> list[str]:
    named = f"RRSet of type {record.type} with DNS name {record.name} is not permitted"
    if record.type == "CNAME" and record.name == zone.name:
        return [f"{named} at apex in zone {zone.name}"]
    if all(other.type == record.type for other in beside):
        return []
    where = f"with the same DNS name in zone {zone.name}"
    if record.type == "CNAME":
        return [f"{named} as it conflicts with other records {where}"]
    if any(other.type == "CNAME" for other in beside):
        text = f"with the same DNS name already exists in zone {zone.name}"
        # two blanks before CNAME: that is how Route 53 writes it
        return [f"{named} because a conflicting RRSet of type  CNAME {text}"]
    return []


def _target(
    zone: HostedZone,
    record: RecordSet,
    beside: dict[str, list[RecordSet]],
    target_exists: Callable[[str], bool] | None,
) -> list[str]:
    alias = record.alias
    if alias is None:
        return []
    if alias.zone_id == CLOUDFRONT:
        raise not_modelled("aliases to CloudFront")
    region = REGION_OF_ZONE.get(alias.zone_id)
    if region is not None:
        within = alias.dns_name.endswith(f".{region}.elb.amazonaws.com.")
        balancer = alias.dns_name.rstrip(".").removeprefix("dualstack.")
        found = within and record.type in {"A", "AAAA"} and (target_exists is None or target_exists(balancer))
    else:
        within = alias.zone_id == zone.id and lies_within(alias.dns_name, zone.name)
        found = within and any(other.type == record.type for other in beside.get(alias.dns_name, ()))
    text = f"Tried to create an alias that targets {alias.dns_name}, type {record.type} in zone {alias.zone_id}, but"
    messages = [] if within else [f"{text} the alias target name does not lie within the target zone"]
    return messages if found else [*messages, f"{text} that target was not found"]
