"""Which public names an external-dns would claim for HTTPRoutes (``--source=gateway-httproute``).

Source: github.com/kubernetes-sigs/external-dns, ``source/gateway.go``; Gateway API, ``HTTPRoute.spec.hostnames``
("must intersect with the listener's hostname"). A Gateway that is not there, or has no address yet, counts as one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from norikae.ownership.claim import (
    ANNOTATION_ONLY,
    DEFINED_ONLY,
    HOSTNAME,
    Claim,
    annotated_set,
    is_seen,
    names_in,
    notes_of,
    plain,
    titled,
    unread_prefix,
)
from norikae.ownership.filters import selects

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from norikae.ownership.instances import Instance

ROUTES, GATEWAYS = "httproutes.gateway.networking.k8s.io", "gateways.gateway.networking.k8s.io"
ROUTE_SOURCE = "gateway-hostname-source"
_SOURCE_SINCE = (0, 20)
"""The first version whose source is known to read the annotation; an earlier one is taken not to."""
_GROUP, _KIND = "gateway.networking.k8s.io", "Gateway"
_PROTOCOLS = frozenset({"HTTP", "HTTPS"})


def of_route(
    route: Mapping[str, Any],
    gateways: Collection[Mapping[str, Any]],
    instance: Instance,
    prefix: str,
    free: AbstractSet[str],
) -> Iterator[Claim]:
    """The names that a route and the listeners that it is attached to have in common.

    Args:
        route: an HTTPRoute.
        gateways: all of the cluster.
        instance: the external-dns.
        prefix: how the annotations begin that it reads.
        free: the public names that it may write.
    """
    if not is_seen(route, instance, prefix):
        return
    notes = notes_of(route)
    chooses = instance.version is not None and instance.version >= _SOURCE_SINCE
    source = str(notes.get(prefix + ROUTE_SOURCE, "")).lower() if chooses else ""
    defined = [] if source == ANNOTATION_ONLY else [plain(name) for name in route["spec"].get("hostnames") or ()]
    takes_annotated = source != DEFINED_ONLY and not instance.ignores_hostnames
    annotated = names_in(notes.get(prefix + HOSTNAME, "")) if takes_annotated else []
    # a route without hostnames serves those of its listeners
    takes_all = not route["spec"].get("hostnames") and source not in {ANNOTATION_ONLY, DEFINED_ONLY}
    listeners = _listeners(route, gateways, instance)
    by_fields = _common(defined or ([""] if takes_all else []), listeners)
    by_annotation = _common(annotated, listeners)
    identifier, weight = annotated_set(route, prefix)
    for host in sorted(free & (by_fields | by_annotation)):
        yield Claim(
            host=host,
            resource=titled("HTTPRoute", route),
            prefix=prefix,
            is_defined=host in by_fields,
            annotation=prefix + HOSTNAME if host in by_annotation else "",
            identifier=identifier,
            unread=unread_prefix(route, (prefix,)),
            by="hostnames" if defined else "Gateway's listeners",
            quieted_by=prefix + ROUTE_SOURCE if chooses else "",
            weight=weight,
        )


def _listeners(
    route: Mapping[str, Any], gateways: Collection[Mapping[str, Any]], instance: Instance
) -> AbstractSet[str]:
    """The hostnames of the listeners that the route is attached to, "" for one that takes every name."""
    known = {(one["metadata"]["namespace"], one["metadata"]["name"]): one for one in gateways}
    found: set[str] = set()
    for parent in route["spec"].get("parentRefs") or ():
        where = (parent.get("namespace") or route["metadata"]["namespace"], parent["name"])
        is_gateway = (parent.get("group", _GROUP), parent.get("kind", _KIND)) == (_GROUP, _KIND)
        gateway = known.get(where) if is_gateway else None
        if is_gateway and not _is_chosen(where, gateway, instance):
            continue
        if gateway is None:
            found.add("")
            continue
        for listener in gateway["spec"].get("listeners") or ():
            if parent.get("sectionName", listener["name"]) == listener["name"] and listener["protocol"] in _PROTOCOLS:
                found.add(plain(listener.get("hostname") or ""))
    return found


def _is_chosen(where: tuple[str, str], gateway: Mapping[str, Any] | None, instance: Instance) -> bool:
    namespace, name = where
    if instance.gateway_namespace not in {"", namespace} or instance.gateway_name not in {"", name}:
        return False
    return gateway is None or selects(instance.gateway_labels, gateway["metadata"].get("labels") or {})


def _common(names: Collection[str], listeners: AbstractSet[str]) -> set[str]:
    """What names and listeners have in common, the narrower of both; "" is every name."""
    pairs = ((name, listener) for name in names for listener in listeners)
    return {common for name, listener in pairs if (common := _narrower(name, listener))}


def _narrower(one: str, other: str) -> str:
    if not one or not other or one == other:
        return one or other
    wide, narrow = sorted((one, other), key=lambda name: (len(name), not name.startswith("*.")))
    return narrow if wide.startswith("*.") and narrow.endswith(wide[1:]) else ""
