"""External-dns writes the weights, norikae declares them: an annotation of an Ingress, or a field of a DNSEndpoint.

Two clusters have two external-dns, so nothing is atomic. What rises is declared first, and what falls only once the
zone shows the rise: at no instant have all record sets weight 0, and no client loses its answer.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from norikae.argocd.applications import name_of, read_applications
from norikae.argocd.home import home_of
from norikae.compare.expected import is_ignored
from norikae.compare.objects import Identity
from norikae.errors import RefusedError
from norikae.ownership.asked import Asked
from norikae.ownership.claim import SET_IDENTIFIER, WEIGHT
from norikae.ownership.instances import find_instances
from norikae.ownership.wants import DNS_ENDPOINTS
from norikae.traffic.applications import owner
from norikae.upgrade.no_return import blue_that_goes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from norikae.cluster.ports import Json, Kubernetes
    from norikae.ownership.claim import Claim
    from norikae.traffic.moving import Moving
    from norikae.traffic.records import RecordSet

DECLARED = "declared"
"""What stands for the id of a change that external-dns makes: nobody can ask Route 53 for it."""
INGRESSES, DEPLOYMENTS = "ingresses.networking.k8s.io", "deployments.apps"
RESPECTED = "RespectIgnoreDifferences=true"
"""Without it a sync writes what only the comparison ignores (Argo CD docs, "Sync Options")."""
_ENTRY = re.compile(r"spec\.endpoints\[(\d+)\]")


def next_wishes(current: Mapping[str, int], wanted: Mapping[str, int]) -> dict[str, int]:
    """Which record sets get which weight next: first what rises, then what falls to 0, then the rest; pure.

    Who serves already rises before who begins: green's 5 beside a blue that has 1 so far would be most of the traffic.

    Args:
        current: set identifier to the weight that Route 53 has.
        wanted: set identifier to the weight that it shall have in the end.
    """
    rising = {one: weight for one, weight in wanted.items() if weight > current.get(one, 0)}
    serving = {one: weight for one, weight in rising.items() if current.get(one)}
    falling: dict[str, int] = {one: weight for one, weight in wanted.items() if weight < current.get(one, 0)}
    silenced: dict[str, int] = {one: 0 for one, weight in falling.items() if not weight}
    return serving or rising or silenced or falling


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
    late = blue_that_goes(moving.ports.table)
    raised = [one for one in late if wishes.get(one, 0) > current.get(one, 0)]
    if raised:
        raise RefusedError(f"decommission has begun; nothing raises the weight of {late[0]} any more (docs/runbook.md)")
    for cluster, identifier in moving.item.sets.items():
        if identifier in wishes:
            _declare(moving, cluster, identifier, wishes[identifier])
    return not wishes


def undeclarable(moving: Moving, records: Iterable[RecordSet]) -> Iterator[str]:
    """Why declaring weights would not do, each with its remedy."""
    for record in records:
        if record.raw.get("AliasTarget", {}).get("EvaluateTargetHealth"):
            yield (
                f"{record.name} {record.type} {record.set_identifier} evaluates target health, so weight 0 would not"
                " keep clients away; annotate aws-evaluate-target-health: false"
            )
    argocd = moving.ports.environment.argocd
    for cluster, identifier in moving.item.sets.items():
        home = home_of(argocd, cluster)
        apps = read_applications(moving.ports.kubernetes(home.cluster), argocd)
        for ingress in moving.ports.kubernetes(cluster).list(INGRESSES):
            notes = ingress["metadata"].get("annotations") or {}
            keys = [key for key in notes if key.endswith(f"/{WEIGHT}")]
            app = apps.get(owner(ingress))
            if app and any(notes.get(key.replace(WEIGHT, SET_IDENTIFIER)) == identifier for key in keys):
                yield from _put_back(app, ingress, keys)


def _put_back(app: Json, ingress: Json, keys: Iterable[str]) -> Iterator[str]:
    """Where Argo CD would write the weight of Git again, by itself or when somebody syncs."""
    place = ingress["metadata"]
    identity = Identity("networking.k8s.io", "Ingress", place["namespace"], place["name"])
    options = (app["spec"].get("syncPolicy") or {}).get("syncOptions") or ()
    for key in keys:
        if is_ignored(app, identity, ("metadata", "annotations", key)) and RESPECTED in options:
            continue
        pointer = f"/metadata/annotations/{key.replace('~', '~0').replace('/', '~1')}"
        yield (
            f"Argo CD would put {key} of Ingress {place['namespace']}/{place['name']} back; let {name_of(app)} have "
            f'ignoreDifferences [{{group: networking.k8s.io, kind: Ingress, jsonPointers: ["{pointer}"]}}] and '
            f"syncOptions [{RESPECTED}]"
        )


def _declare(moving: Moving, cluster: str, identifier: str, weight: int) -> None:
    api = moving.ports.kubernetes(cluster)
    zone, hosts = moving.ports.environment.dns.zones[0], moving.planned.hosts
    instances = [one for one in find_instances(api.list(DEPLOYMENTS)) if one.may_write(zone)]
    asked = Asked.read(api, instances)
    found = {claim for one in instances for claim in asked.by_any(one, hosts) if claim.identifier == identifier}
    missing = sorted(set(hosts) - {claim.host for claim in found})
    if missing:
        raise RefusedError(
            f"nothing on {cluster} asks for {', '.join(missing)} {identifier}; annotate its Ingress again"
        )
    for claim in sorted(found, key=lambda one: (one.resource, one.by)):
        if claim.weight != weight:
            moving.save()  # a function that lost the lease is refused here, before it tells external-dns anything
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
