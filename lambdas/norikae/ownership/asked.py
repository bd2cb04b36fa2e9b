"""What the objects of a cluster ask external-dns for, each kind of object read once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from norikae.ownership.routes import GATEWAYS, ROUTES
from norikae.ownership.wants import DNS_ENDPOINTS, claims

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from norikae.cluster.ports import Json
    from norikae.ownership.claim import Claim
    from norikae.ownership.instances import Instance

INGRESSES = "ingresses.networking.k8s.io"


class Listing(Protocol):
    """A cluster's API, to list."""

    def list(self, resource: str) -> list[Json]:
        """All objects; an empty list when the API server does not know the resource."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The objects that some external-dns take names from."""

    ingresses: Sequence[Json]
    services: Sequence[Json] = ()
    dns_endpoints: Sequence[Json] = ()
    routes: Sequence[Json] = ()
    gateways: Sequence[Json] = ()

    @classmethod
    def read(cls, kubernetes: Listing, instances: Sequence[Instance]) -> Asked:
        """All of a cluster, as far as one of its external-dns looks at them.

        Args:
            kubernetes: the cluster's API; a cluster that does not serve a kind has no object of it.
            instances: the external-dns.
        """
        sources = {source for one in instances for source in one.sources}
        reads_endpoints = any(one.reads_dns_endpoints for one in instances)

        def listed(resource: str, source: str) -> list[Json]:
            return kubernetes.list(resource) if source in sources else []

        return cls(
            ingresses=kubernetes.list(INGRESSES),
            services=listed("services", "service"),
            dns_endpoints=listed(DNS_ENDPOINTS, "crd") if reads_endpoints else [],
            routes=listed(ROUTES, "gateway-httproute"),
            gateways=listed(GATEWAYS, "gateway-httproute"),
        )

    def by(self, instance: Instance, prefix: str, hosts: Collection[str]) -> tuple[Claim, ...]:
        """What an external-dns that reads a prefix would claim of some names."""
        return claims(
            instance,
            prefix,
            hosts,
            self.ingresses,
            self.services,
            dns_endpoints=self.dns_endpoints,
            routes=self.routes,
            gateways=self.gateways,
        )

    def by_any(self, instance: Instance, hosts: Collection[str]) -> tuple[Claim, ...]:
        """What it would claim whichever prefix it reads, each claim once."""
        return tuple(
            dict.fromkeys(
                claim for prefix in instance.annotation_prefixes for claim in self.by(instance, prefix, hosts)
            )
        )
