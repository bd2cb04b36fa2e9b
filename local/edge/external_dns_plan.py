"""From what is wanted and what is there to a change batch.

Source: github.com/kubernetes-sigs/external-dns, ``plan/plan.go``, ``registry/txt/registry.go``, ``newChange``,
``batchChangeSet`` and ``groupChangesByNameAndOwnershipRelation`` in ``provider/aws/aws.go``.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from local.aws.route53.balancer_zones import balancer_zone
from local.edge.external_dns_registry import twin_names, txt_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from local.edge.external_dns_registry import Twins
    from local.edge.external_dns_settings import Settings
    from local.edge.external_dns_source import Endpoint

DEFAULT_TTL = 300


@dataclass(frozen=True)
class Proposal:
    """One change, and the record that it belongs to: a TXT twin belongs to the record that it marks."""

    action: str
    record: dict[str, Any] = field(hash=False)
    belongs_to: str = ""

    def to_api(self) -> dict[str, Any]:
        """The change as the API spells it."""
        return {"Action": self.action, "ResourceRecordSet": self.record}

    def within(self, zone_id: str) -> Proposal:
        """The same for one zone: an alias that does not lead to a load balancer leads to a name of that zone."""
        alias = self.record.get("AliasTarget")
        if alias is None or alias["HostedZoneId"]:
            return self
        return replace(self, record={**self.record, "AliasTarget": {**alias, "HostedZoneId": zone_id}})


@dataclass
class Plan:
    """What one loop wants to do."""

    create: list[Endpoint] = field(default_factory=list)
    update: list[Endpoint] = field(default_factory=list)
    delete: list[Endpoint] = field(default_factory=list)


def plan(wanted: Iterable[Endpoint], present: Iterable[Endpoint], settings: Settings) -> Plan:
    """The creations, updates and deletions of one loop.

    A place (name and set identifier) that is empty is claimed without asking who owns its neighbours; a place with
    records of somebody else is left alone.
    """
    desired: defaultdict[tuple[str, str], dict[str, Endpoint]] = defaultdict(dict)
    there: defaultdict[tuple[str, str], dict[str, Endpoint]] = defaultdict(dict)
    for endpoint in wanted:
        desired[endpoint.place].setdefault(endpoint.type, endpoint)
    for endpoint in present:
        there[endpoint.place][endpoint.type] = endpoint
    found = Plan()
    for place in sorted({*desired, *there}):
        _row(found, desired[place], there[place], settings.owner)
    if settings.policy != "sync":
        found.delete = []
    if settings.policy == "create-only":
        found.update = []
    return found


def _row(found: Plan, desired: dict[str, Endpoint], there: dict[str, Endpoint], owner: str) -> None:
    ours = {kind: endpoint for kind, endpoint in there.items() if endpoint.owner == owner}
    found.delete += [endpoint for kind, endpoint in ours.items() if kind not in desired]
    for kind, endpoint in desired.items():
        if kind in ours:
            before = ours[kind]
            if before.restate or _differs(endpoint, before):
                found.update.append(endpoint)
        elif kind not in there and (ours or not there):
            found.create.append(endpoint)


def _differs(desired: Endpoint, present: Endpoint) -> bool:
    if desired.ttl is not None and not desired.alias and desired.ttl != present.ttl:
        return True
    return (_lowered(desired.targets), desired.weight, desired.alias, desired.evaluate_target_health) != (
        *(_lowered(present.targets), present.weight, present.alias),
        present.evaluate_target_health,
    )


def _lowered(targets: Sequence[str]) -> list[str]:
    return sorted(target.lower().rstrip(".") for target in targets)


def proposals(found: Plan, twins: Twins, settings: Settings) -> list[Proposal]:
    """The changes for a plan, each record followed by its TXT twins; sorted UPSERT, DELETE, CREATE as it sends them."""
    made: list[Proposal] = []
    for endpoint in found.create:
        made += _with_twins("CREATE", endpoint, settings, skip=twins)
    for endpoint in found.update:
        made += _with_twins("UPSERT", endpoint, settings)
    for endpoint in found.delete:
        # a twin is deleted with the text that it has, and with the weight of the record that it marks
        names = twin_names(endpoint.name, endpoint.type, alias=endpoint.alias, settings=settings)
        labels = next((twins[name, endpoint.identifier] for name in names if (name, endpoint.identifier) in twins), {})
        gone = replace(endpoint, resource=labels.get("resource", ""), owner=labels.get("owner", settings.owner))
        made += _with_twins("DELETE", gone, settings)
    return in_order(made)


def in_order(made: Iterable[Proposal]) -> list[Proposal]:
    """UPSERT before DELETE before CREATE, then by name and type."""
    rank = {"UPSERT": 0, "DELETE": 1, "CREATE": 2}
    return sorted(
        made, key=lambda p: (rank[p.action], p.record["Name"], p.record["Type"], p.record.get("SetIdentifier", ""))
    )


def by_ownership(made: Iterable[Proposal]) -> list[list[Proposal]]:
    """The smallest groups that must be sent together: a record of any identifier with its TXT twins."""
    groups: defaultdict[str, list[Proposal]] = defaultdict(list)
    for proposal in made:
        groups[proposal.belongs_to].append(proposal)
    return [groups[name] for name in sorted(groups)]


def batches(made: Sequence[Proposal], size: int) -> list[list[Proposal]]:
    """As few batches as the size allows, without tearing a record from its twins."""
    if len(made) <= size:
        return [list(made)] if made else []
    cut: list[list[Proposal]] = [[]]
    for group in by_ownership(made):
        if cut[-1] and len(cut[-1]) + len(group) > size:
            cut.append([])
        cut[-1] += group
    return [in_order(batch) for batch in cut]


def _with_twins(action: str, endpoint: Endpoint, settings: Settings, skip: Twins | None = None) -> list[Proposal]:
    policy: dict[str, Any] = {}
    if endpoint.identifier:
        policy["SetIdentifier"] = endpoint.identifier
        if endpoint.weight is not None:
            policy["Weight"] = endpoint.weight
    made = [
        Proposal(action, {"Name": endpoint.name, "Type": endpoint.type, **policy, **_content(endpoint)}, endpoint.name)
    ]
    text = txt_value(endpoint.owner if action == "DELETE" else settings.owner, endpoint.resource)
    for name in twin_names(endpoint.name, endpoint.type, alias=endpoint.alias, settings=settings):
        if skip is None or (name, endpoint.identifier) not in skip:
            content = {"TTL": DEFAULT_TTL, "ResourceRecords": [{"Value": text}]}
            made.append(Proposal(action, {"Name": name, "Type": "TXT", **policy, **content}, endpoint.name))
    return made


def _content(endpoint: Endpoint) -> dict[str, Any]:
    if not endpoint.alias:
        ttl = DEFAULT_TTL if endpoint.ttl is None else endpoint.ttl
        return {"TTL": ttl, "ResourceRecords": [{"Value": target} for target in endpoint.targets]}
    (target,) = endpoint.targets
    return {
        "AliasTarget": {
            "HostedZoneId": balancer_zone(target),
            "DNSName": target,
            "EvaluateTargetHealth": endpoint.evaluate_target_health,
        }
    }
