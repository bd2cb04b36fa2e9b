"""What a check may look at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from norikae.argocd.applications import read_applications
from norikae.argocd.home import home_of
from norikae.errors import NotFoundError
from norikae.ownership.asked import Asked
from norikae.ownership.detect import marks_beside, owners
from norikae.ownership.instances import find_instances
from norikae.ownership.registry import owner_names
from norikae.traffic.applications import find_applications
from norikae.traffic.records import TRAFFIC_TYPES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from norikae.argocd.home import Home
    from norikae.cluster.compute_port import Subnet
    from norikae.cluster.eks_port import Cluster, ClusterVersion, Eks
    from norikae.cluster.identity_port import Association
    from norikae.cluster.ports import Json, Kubernetes
    from norikae.environment import Environment, Owner
    from norikae.ownership.instances import Instance
    from norikae.ownership.registry import Mark
    from norikae.preflight.insights_port import Insights
    from norikae.singletons.ledger import Named
    from norikae.traffic.applications import Application
    from norikae.traffic.locks import Locks
    from norikae.traffic.records import RecordSet


class PublicNames(Protocol):
    """The records of the public names, to read only."""

    def records(self, hosts: Sequence[str], types: Sequence[str] = TRAFFIC_TYPES) -> tuple[RecordSet, ...]:
        """All record sets of some names and types; A and AAAA by default."""


class Balancers(Protocol):
    """Load balancers, to read only."""

    def client_keep_alive(self, dns_name: str) -> int | None:
        """For how many seconds clients may keep a connection to one; None when there is none."""


class Subnets(Protocol):
    """Subnets, to read only."""

    def subnets(self, ids: Sequence[str]) -> tuple[Subnet, ...]:
        """Some subnets; one that does not exist is left out."""


class TrustPolicies(Protocol):
    """Who may assume which role, to read only."""

    def trust_policy(self, role: str) -> dict[str, Any] | None:
        """The trust policy of a role by its ARN, or None when there is no such role."""

    def trust_policy_limit(self) -> int:
        """How many characters a trust policy may have."""

    def associations(self, cluster: str) -> tuple[Association, ...]:
        """The Pod Identity associations of a cluster."""


@dataclass(frozen=True, kw_only=True)
class Ground:
    """The world before an upgrade; what several checks need is read once.

    Args:
        environment: whose upgrade it is.
        blue_name: the cluster that serves.
        version: the Kubernetes version of green.
        eks: Amazon EKS.
        kubernetes: blue's API.
        names: the records of the public names.
        locks: what is protected of them.
        insights: what EKS itself found about blue.
        subnets: what is left of the subnets.
        trust: the trust policies of roles.
        balancers: blue's load balancers.
        now: this instant, in seconds since the epoch.
        green_name: the cluster that an earlier attempt of the same run has built; its records are expected, too.
        suspended: what this run itself, or Git, has suspended on blue.
        disturbed: blue's nodes are being drained, so that some of its pods are on their way.
        home_api: the API of the cluster that blue's Argo CD applications are in; blue's own when left out.
    """

    environment: Environment
    blue_name: str
    version: str
    eks: Eks
    kubernetes: Kubernetes
    names: PublicNames
    locks: Locks
    insights: Insights
    subnets: Subnets
    trust: TrustPolicies
    balancers: Balancers
    now: float
    green_name: str = ""
    suspended: frozenset[Named] = frozenset()
    disturbed: bool = False
    home_api: Kubernetes | None = None

    @cached_property
    def blue(self) -> Cluster:
        """Blue as EKS describes it.

        Raises:
            NotFoundError: EKS does not know it.
        """
        found = self.eks.cluster(self.blue_name)
        if found is None:
            raise NotFoundError(f"there is no cluster {self.blue_name}")
        return found

    @cached_property
    def versions(self) -> tuple[ClusterVersion, ...]:
        """Every Kubernetes version that EKS knows."""
        return self.eks.cluster_versions()

    @cached_property
    def applications(self) -> tuple[Application, ...]:
        """The applications of blue that want to be shifted."""
        return find_applications(self.ingresses)

    @cached_property
    def ingresses(self) -> list[Json]:
        """Every Ingress of blue."""
        return self.kubernetes.list("ingresses.networking.k8s.io")

    @cached_property
    def external_dns(self) -> tuple[Instance, ...]:
        """Every external-dns of blue."""
        return find_instances(self.kubernetes.list("deployments.apps"))

    @cached_property
    def asked(self) -> Asked:
        """Whatever an external-dns of blue takes names from."""
        return Asked.read(self.kubernetes, self.external_dns)

    @cached_property
    def marks(self) -> dict[str, list[Mark]]:
        """The owners that are written beside the public names, but for norikae itself."""
        hosts = sorted({host for application in self.applications for host in application.hosts})
        spellings = [instance.affixes for instance in self.external_dns]
        names = sorted({name for host in hosts for name in owner_names(host, spellings)})
        return marks_beside(hosts, self.names.records(names, ("TXT",)), self.external_dns)

    @cached_property
    def owners(self) -> dict[str, Owner]:
        """Application to the owner of its record sets."""
        return owners(self.applications, self.environment.dns.owner, self.marks)

    def hosts(self, *owned_by: Owner) -> tuple[str, ...]:
        """The public names of the applications whose record sets somebody owns, sorted."""
        names = {host for one in self.applications if self.owners[one.name] in owned_by for host in one.hosts}
        return tuple(sorted(names))

    @cached_property
    def argocd_applications(self) -> dict[str, Json]:
        """The Argo CD applications of blue's home by name; in mode hub also those of other clusters."""
        return read_applications(self.home_api or self.kubernetes, self.environment.argocd)

    @property
    def home(self) -> Home:
        """Where blue's Argo CD applications are."""
        return home_of(self.environment.argocd, self.blue_name)
