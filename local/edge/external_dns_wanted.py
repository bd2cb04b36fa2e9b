"""What external-dns wants of all its sources.

Source: github.com/kubernetes-sigs/external-dns, ``source/store.go``, ``source/wrappers``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.edge.external_dns_crd import DNS_ENDPOINTS, of_dns_endpoints
from local.edge.external_dns_source import Endpoint, of_ingresses, passes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from local.edge.external_dns_settings import Settings

INGRESSES = "ingresses.networking.k8s.io"
RESOURCES = {"ingress": INGRESSES, "crd": DNS_ENDPOINTS}
"""What a source lists; sources that are not here give nothing."""
_READERS = {"ingress": of_ingresses, "crd": of_dns_endpoints}


def wanted(objects: Mapping[str, Iterable[Mapping[str, Any]]], settings: Settings) -> list[Endpoint]:
    """The endpoints of all sources, the first to claim a record first.

    Args:
        objects: those that each source lists, in the order of namespace and name.
        settings: of this external-dns.
    """
    found: dict[tuple[str, str, str], Endpoint] = {}
    for source in settings.sources:
        for endpoint in _READERS[source](objects[source], settings) if source in objects else ():
            if endpoint.type in settings.types and passes(endpoint.name, settings.domains):
                found.setdefault(endpoint.key, endpoint)
    return list(found.values())
