"""Which public names an external-dns would claim, from which object, and what lets it.

Source: github.com/kubernetes-sigs/external-dns, ``source/ingress.go``, ``source/service.go``, ``source/crd.go``,
``source/annotations``. An object without a load balancer counts as well: it will have one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from norikae.ownership.claim import (
    ANNOTATION_ONLY,
    DEFINED_ONLY,
    HOSTNAME,
    Claim,
    annotated_set,
    is_listed,
    is_seen,
    names_in,
    notes_of,
    plain,
    titled,
    unread_prefix,
    weight_of,
)
from norikae.ownership.routes import of_route

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from norikae.ownership.instances import Instance

SOURCE, INTERNAL = "ingress-hostname-source", "internal-hostname"
LOOKED_AT = frozenset({"ingress", "service", "crd", "gateway-httproute"})
"""The sources whose objects are read here."""
DNS_ENDPOINTS = "dnsendpoints.externaldns.k8s.io"
_CLASS = "kubernetes.io/ingress.class"
_ADDRESSED = frozenset({"A", "AAAA", "CNAME"})


def claims(
    instance: Instance,
    prefix: str,
    hosts: Collection[str],
    ingresses: Iterable[Mapping[str, Any]],
    services: Iterable[Mapping[str, Any]],
    *,
    dns_endpoints: Iterable[Mapping[str, Any]] = (),
    routes: Iterable[Mapping[str, Any]] = (),
    gateways: Collection[Mapping[str, Any]] = (),
) -> tuple[Claim, ...]:
    """What an external-dns that reads a prefix would claim of some names.

    Args:
        instance: the external-dns.
        prefix: one of its ``annotation_prefixes``.
        hosts: the public names.
        ingresses: all of the cluster.
        services: all of the cluster.
        dns_endpoints: all DNSEndpoints of the cluster.
        routes: all HTTPRoutes of the cluster.
        gateways: all Gateways of the cluster.
    """
    if not _ADDRESSED & set(instance.types):
        return ()
    free = {host for host in hosts if instance.domains.holds(host)}
    found: dict[str, Iterator[Claim]] = {
        "ingress": (claim for one in ingresses for claim in _of_ingress(one, instance, prefix, free)),
        "service": (claim for one in services for claim in _of_service(one, instance, prefix, free)),
        "crd": (claim for one in dns_endpoints for claim in _of_dns_endpoint(one, instance, free)),
        "gateway-httproute": (claim for one in routes for claim in of_route(one, gateways, instance, prefix, free)),
    }
    return tuple(claim for source, made in found.items() if source in instance.sources for claim in made)


def _has_class(ingress: Mapping[str, Any], instance: Instance) -> bool:
    annotated = notes_of(ingress).get(_CLASS)
    return not instance.ingress_classes or (
        (ingress["spec"].get("ingressClassName") or annotated) in instance.ingress_classes
    )


def _is_published(service: Mapping[str, Any], instance: Instance) -> bool:
    """A Service of type ClusterIP counts only when it is headless, or when internal ones are published."""
    spec = service["spec"]
    is_internal = spec.get("type", "ClusterIP") == "ClusterIP" and spec.get("clusterIP") != "None"
    return instance.publishes_internal or not is_internal


def _of_ingress(ingress: Mapping[str, Any], instance: Instance, prefix: str, free: AbstractSet[str]) -> Iterator[Claim]:
    if not is_seen(ingress, instance, prefix) or not _has_class(ingress, instance):
        return
    notes = notes_of(ingress)
    source = str(notes.get(prefix + SOURCE, "")).lower()
    spec = ingress["spec"]
    defined: list[str] = []
    # a value that external-dns does not know takes names from nowhere (endpointsFromIngress)
    if source in {"", DEFINED_ONLY}:
        defined += [] if instance.ignores_rules else [rule.get("host") or "" for rule in spec.get("rules") or ()]
        defined += (
            [] if instance.ignores_tls else [one for tls in spec.get("tls") or () for one in tls.get("hosts") or ()]
        )
    may_annotate = source in {"", ANNOTATION_ONLY} and not instance.ignores_hostnames
    annotated = names_in(notes.get(prefix + HOSTNAME, "")) if may_annotate else []
    identifier, weight = annotated_set(ingress, prefix)
    for host in sorted(free & {plain(name) for name in (*defined, *annotated)}):
        yield Claim(
            host=host,
            resource=titled("Ingress", ingress),
            prefix=prefix,
            is_defined=host in map(plain, defined),
            annotation=prefix + HOSTNAME if host in annotated else "",
            identifier=identifier,
            unread=unread_prefix(ingress, (prefix,)),
            quieted_by=prefix + SOURCE,
            weight=weight,
        )


def _of_service(service: Mapping[str, Any], instance: Instance, prefix: str, free: AbstractSet[str]) -> Iterator[Claim]:
    if not is_seen(service, instance, prefix) or not _is_published(service, instance):
        return
    identifier, weight = annotated_set(service, prefix)
    for key in () if instance.ignores_hostnames else (HOSTNAME, INTERNAL):
        for host in sorted(free & set(names_in(notes_of(service).get(prefix + key, "")))):
            yield Claim(
                host,
                titled("Service", service),
                prefix,
                is_defined=False,
                annotation=prefix + key,
                identifier=identifier,
                weight=weight,
            )


def _of_dns_endpoint(obj: Mapping[str, Any], instance: Instance, free: AbstractSet[str]) -> Iterator[Claim]:
    """Its annotations say nothing, not even about weights; an entry that external-dns leaves out claims nothing."""
    if not instance.reads_dns_endpoints or not is_listed(obj, instance):
        return
    for number, entry in enumerate((obj.get("spec") or {}).get("endpoints") or ()):
        kind, targets = entry.get("recordType", ""), entry.get("targets") or ()
        # a CNAME at a load balancer becomes aliases, so it counts for whichever type is managed
        is_managed = kind == "CNAME" or (kind in _ADDRESSED and kind in instance.types)
        host = plain(entry.get("dnsName", ""))
        if not is_managed or not targets or host not in free or any(one.endswith(".") for one in targets):
            continue
        properties = {one["name"]: one.get("value", "") for one in entry.get("providerSpecific") or ()}
        identifier = entry.get("setIdentifier", "")
        yield Claim(
            host=host,
            resource=titled("DNSEndpoint", obj),
            prefix="",
            is_defined=True,
            annotation="",
            identifier=identifier,
            by=f"spec.endpoints[{number}]",
            weight=weight_of(properties.get("aws/weight")) if identifier else None,
        )
