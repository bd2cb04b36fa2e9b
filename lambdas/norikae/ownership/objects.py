"""The objects of a cluster, beside its Ingresses, from which an external-dns takes names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from norikae.ownership.routes import GATEWAYS, ROUTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from norikae.ownership.instances import Instance

    Json = dict[str, Any]

DNS_ENDPOINTS = "dnsendpoints.externaldns.k8s.io"


class Objects(TypedDict):
    """What ``claims`` takes by name."""

    services: list[Json]
    dns_endpoints: list[Json]
    routes: list[Json]
    gateways: list[Json]


def objects_of(every: Callable[[str], list[Json]], instance: Instance) -> Objects:
    """What an external-dns looks at; only the kinds of its sources are asked for.

    Args:
        every: all objects of a resource; none of a kind that the cluster does not serve.
        instance: the external-dns.
    """

    def listed(resource: str, source: str) -> list[Json]:
        return every(resource) if source in instance.sources else []

    return {
        "services": listed("services", "service"),
        "dns_endpoints": listed(DNS_ENDPOINTS, "crd") if instance.reads_dns_endpoints else [],
        "routes": listed(ROUTES, "gateway-httproute"),
        "gateways": listed(GATEWAYS, "gateway-httproute"),
    }
