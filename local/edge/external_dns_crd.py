"""From DNSEndpoint objects to the records that external-dns wants (``--source=crd``); their annotations say nothing.

Source: github.com/kubernetes-sigs/external-dns, ``source/crd.go``, ``endpoint/endpoint.go``, ``AdjustEndpoints`` and
``newChange`` in ``provider/aws/aws.go``, ``charts/external-dns/crds``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.aws.route53.balancer_zones import balancer_zone
from local.edge.external_dns_source import Endpoint, weight_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from local.edge.external_dns_settings import Settings

DNS_ENDPOINTS = "dnsendpoints.externaldns.k8s.io"
_ADDRESSED = frozenset({"A", "AAAA", "CNAME"})
_WEIGHT, _HEALTH, _ALIAS = "aws/weight", "aws/evaluate-target-health", "alias"


def of_dns_endpoints(objects: Iterable[Mapping[str, Any]], settings: Settings) -> Iterator[Endpoint]:
    """The endpoints in DNSEndpoints; one without targets, or with a target that ends in a dot, is left out.

    Args:
        objects: in the order of namespace and name.
        settings: of this external-dns.
    """
    for obj in objects:
        resource = f"crd/{obj['metadata']['namespace']}/{obj['metadata']['name']}"
        for entry in (obj.get("spec") or {}).get("endpoints") or ():
            targets = entry.get("targets") or ()
            if (entry["recordType"] in _ADDRESSED and not targets) or any(one.endswith(".") for one in targets):
                continue
            yield from _records(entry, resource, settings)


def _records(entry: Mapping[str, Any], resource: str, settings: Settings) -> Iterator[Endpoint]:
    """A CNAME at a load balancer becomes the aliases A and AAAA."""
    properties = {one["name"]: str(one.get("value", "")) for one in entry.get("providerSpecific") or ()}
    kind, targets = entry["recordType"], tuple(entry.get("targets") or ())
    identifier = entry.get("setIdentifier", "")
    common: dict[str, Any] = {
        "identifier": identifier,
        "weight": weight_of(properties[_WEIGHT]) if identifier and _WEIGHT in properties else None,
        "resource": resource,
    }
    name = entry["dnsName"].lower().rstrip(".")
    alias = properties.get(_ALIAS) == "true" and kind in _ADDRESSED
    if alias or (kind == "CNAME" and _ALIAS not in properties and balancer_zone(targets[0])):
        health = properties.get(_HEALTH, str(settings.evaluate_target_health).lower()) == "true"
        for one in ("A", "AAAA") if kind == "CNAME" else (kind,):
            yield Endpoint(name, one, targets[:1], alias=True, evaluate_target_health=health, **common)
    else:
        yield Endpoint(name, kind, tuple(sorted(targets)), ttl=entry.get("recordTTL") or None, **common)
