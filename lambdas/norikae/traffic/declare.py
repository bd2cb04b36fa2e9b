"""External-dns writes the weights, norikae declares them: an annotation of an Ingress, or a field of a DNSEndpoint.

Two clusters have two external-dns, so nothing is atomic. What rises is declared first, and what falls only once Route 53
shows the rise: at no instant have all record sets weight 0, and no client loses its answer.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from norikae.errors import RefusedError
from norikae.ownership.asked import Asked
from norikae.ownership.claim import WEIGHT
from norikae.ownership.instances import find_instances
from norikae.ownership.wants import DNS_ENDPOINTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from norikae.cluster.ports import Json, Kubernetes
    from norikae.ownership.claim import Claim
    from norikae.traffic.moving import Moving

DECLARED = "declared"
"""What stands for the id of a change that external-dns makes: nobody can ask Route 53 for it."""
INGRESSES, DEPLOYMENTS = "ingresses.networking.k8s.io", "deployments.apps"
_ENTRY = re.compile(r"spec\.endpoints\[(\d+)\]")


def next_wishes(current: Mapping[str, int], wanted: Mapping[str, int]) -> dict[str, int]:
    """Which record sets get which weight next: first all that rise, then all that fall; pure.

    Args:
        current: set identifier to the weight that Route 53 has.
        wanted: set identifier to the weight that it shall have in the end.
    """
    rising = {one: weight for one, weight in wanted.items() if weight > current.get(one, 0)}
    falling = {one: weight for one, weight in wanted.items() if weight < current.get(one, 0)}
    return rising or falling


def declare(moving: Moving, current: Mapping[str, int], wanted: Mapping[str, int]) -> bool:
    """Whether Route 53 has the wanted weights; the next declarations are made otherwise, each once.

    Args:
        moving: the application.
        current: set identifier to the weight that Route 53 has.
        wanted: set identifier to the weight that it shall have in the end.

    Raises:
        RefusedError: nothing that norikae can write asks for the record set, or blue is being taken apart.
    """
    wishes = next_wishes(current, wanted)
    for cluster, identifier in moving.item.sets.items():
        if identifier in wishes:
            _declare(moving, cluster, identifier, wishes[identifier])
    return not wishes


def _declare(moving: Moving, cluster: str, identifier: str, weight: int) -> None:
    api = moving.ports.kubernetes(cluster)
    zone, hosts = moving.ports.environment.dns.zones[0], moving.planned.hosts
    instances = [one for one in find_instances(api.list(DEPLOYMENTS)) if one.may_write(zone)]
    asked = Asked.read(api, instances)
    found = {claim for one in instances for claim in asked.by_any(one, hosts) if claim.identifier == identifier}
    missing = sorted(set(hosts) - {claim.host for claim in found})
    if missing:
        raise RefusedError(f"nothing on {cluster} asks for {', '.join(missing)} {identifier}; annotate its Ingress again")
    for claim in sorted(found, key=lambda one: (one.resource, one.by)):
        if claim.weight != weight:
            _write(api, claim, weight)
            moving.note("weight-declared", cluster=cluster, resource=claim.resource, weight=weight)


def _write(api: Kubernetes, claim: Claim, weight: int) -> None:
    kind, _, place = claim.resource.partition(" ")
    namespace, _, name = place.partition("/")
    if kind == "Ingress":
        notes = {claim.prefix + WEIGHT: str(weight)}
        api.patch(INGRESSES, name, namespace, {"metadata": {"annotations": notes}})
    elif kind == "DNSEndpoint" and (entry := _ENTRY.fullmatch(claim.by)):
        found = api.get(DNS_ENDPOINTS, name, namespace)
        if found is not None:
            api.patch(DNS_ENDPOINTS, name, namespace, _weighted(found, int(entry[1]), weight))
    else:
        raise RefusedError(
            f"{claim.resource} declares {claim.host}, and norikae declares weights by Ingresses and DNSEndpoints only; "
            "let it lease the name (norikae.dev/owner: lease)"
        )


def _weighted(found: Json, number: int, weight: int) -> dict[str, Any]:
    """The merge patch that gives one entry another weight, unless somebody changed the object meanwhile."""
    entries = [dict(entry) for entry in found["spec"]["endpoints"]]
    others = [one for one in entries[number].get("providerSpecific") or () if one["name"] != "aws/weight"]
    entries[number]["providerSpecific"] = [*others, {"name": "aws/weight", "value": str(weight)}]
    return {"metadata": {"resourceVersion": found["metadata"]["resourceVersion"]}, "spec": {"endpoints": entries}}
