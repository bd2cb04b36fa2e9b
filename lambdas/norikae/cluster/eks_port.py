"""What the core needs of Amazon EKS: small values, and verbs by the thing they are about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


@dataclass(frozen=True, slots=True)
class Issue:
    """What EKS says is wrong with one of its things, in its own words."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster as DescribeCluster describes it.

    Args:
        status: CREATING, ACTIVE, UPDATING, PENDING, DELETING or FAILED.
        authentication_mode: API, API_AND_CONFIG_MAP or CONFIG_MAP.
        issuer: the URL of its OIDC issuer; empty while there is none.
        endpoint: the URL of its API; empty while there is none.
        ca: its certificate authority, in base64.
        service_cidr: the addresses of its Services.
        security_group: the security group that EKS made for control plane and nodes.
        extends_support: whether it goes into extended support, which is paid; one that does not is upgraded by EKS.
    """

    name: str
    version: str
    status: str
    tags: Mapping[str, str] = field(default_factory=dict)
    authentication_mode: str = "API"
    deletion_protection: bool = False
    issues: tuple[Issue, ...] = ()
    arn: str = ""
    issuer: str = ""
    endpoint: str = ""
    ca: str = ""
    service_cidr: str = ""
    security_group: str = ""
    extends_support: bool = True


@dataclass(frozen=True, slots=True)
class NodeGroup:
    """A managed node group.

    Args:
        status: CREATING, ACTIVE, UPDATING, DELETING, CREATE_FAILED, DELETE_FAILED or DEGRADED.
        created_at: in seconds since the epoch.
    """

    name: str
    status: str
    issues: tuple[Issue, ...] = ()
    created_at: float = 0


@dataclass(frozen=True, slots=True)
class Addon:
    """An EKS add-on.

    Args:
        status: CREATING, ACTIVE, CREATE_FAILED, UPDATING, UPDATE_FAILED, DELETING, DELETE_FAILED or DEGRADED.
        created_at: in seconds since the epoch.
    """

    name: str
    version: str
    status: str
    issues: tuple[Issue, ...] = ()
    created_at: float = 0


@dataclass(frozen=True, slots=True)
class AccessEntry:
    """Who may enter a cluster, and as what.

    Args:
        kind: STANDARD, or EC2_LINUX for the role of self-managed nodes.
    """

    principal: str
    groups: frozenset[str]
    policies: frozenset[str]
    kind: str = "STANDARD"


@dataclass(frozen=True, slots=True)
class ClusterVersion:
    """A Kubernetes version of EKS.

    Args:
        status: UNSUPPORTED, STANDARD_SUPPORT or EXTENDED_SUPPORT (``versionStatus``; ``status`` is deprecated).
        standard_until: when its standard support ends, in seconds since the epoch; None when EKS does not say.
        extended_until: the same of extended support.
    """

    version: str
    status: str
    standard_until: float | None = None
    extended_until: float | None = None


@dataclass(frozen=True, slots=True)
class NewCluster:
    """A control plane to be created.

    Args:
        role: ARN of the cluster role.
        key: ARN of the KMS key that encrypts Secrets; none when empty.
        security_groups: attached to the control plane's network interfaces besides the one that EKS makes.
        token: makes the creation idempotent.
        private: whether the VPC reaches the API.
        public_cidrs: from where the Internet reaches the API; not at all when empty.
        logging: the control plane's logs.
        protected: whether EKS refuses its deletion.
    """

    name: str
    version: str
    role: str
    subnets: tuple[str, ...]
    security_groups: tuple[str, ...]
    key: str
    tags: Mapping[str, str]
    token: str
    private: bool = True
    public_cidrs: tuple[str, ...] = ()
    logging: tuple[str, ...] = ()
    protected: bool = True


@dataclass(frozen=True, slots=True)
class NewNodeGroup:
    """A managed node group to be created.

    Args:
        role: ARN of the node role.
        instances: instance types, best first.
        disk_gib: size of the root volume.
        token: makes the creation idempotent.
    """

    cluster: str
    name: str
    role: str
    subnets: tuple[str, ...]
    instances: tuple[str, ...]
    min_size: int
    max_size: int
    labels: Mapping[str, str]
    tags: Mapping[str, str]
    token: str
    disk_gib: int = 20


class Clusters(Protocol):
    """Control planes."""

    def cluster(self, name: str) -> Cluster | None:
        """The cluster, or None when there is none."""

    def cluster_names(self) -> frozenset[str]:
        """Every cluster of the account and region."""

    def cluster_versions(self) -> tuple[ClusterVersion, ...]:
        """Every Kubernetes version that EKS knows."""

    def create_cluster(self, new: NewCluster) -> None:
        """Ask for a control plane; ConflictError when somebody was first."""

    def set_deletion_protection(self, name: str, *, on: bool) -> None:
        """Ask for the protection against deletion to change."""

    def delete_cluster(self, name: str) -> None:
        """Ask for the deletion of a cluster without node groups."""

    def tag(self, arn: str, tags: Mapping[str, str]) -> None:
        """Put tags on a thing of EKS."""

    def untag(self, arn: str, keys: tuple[str, ...]) -> None:
        """Take tags off a thing of EKS."""


class NodeGroups(Protocol):
    """Managed node groups."""

    def node_groups(self, cluster: str) -> tuple[NodeGroup, ...]:
        """The node groups of a cluster."""

    def create_node_group(self, new: NewNodeGroup) -> None:
        """Ask for a node group; ConflictError when somebody was first."""

    def delete_node_group(self, cluster: str, name: str) -> None:
        """Ask for the deletion of a node group."""


class Addons(Protocol):
    """EKS add-ons."""

    def addons(self, cluster: str) -> tuple[Addon, ...]:
        """The add-ons of a cluster."""

    def newest_addon_version(self, addon: str, version: str) -> str | None:
        """The newest version of an add-on for a Kubernetes version, or None when there is none."""

    def create_addon(
        self, cluster: str, addon: str, addon_version: str, token: str, tags: Mapping[str, str] | None = None
    ) -> None:
        """Ask for an add-on, which takes over what is already installed; ConflictError when somebody was first."""

    def delete_addon(self, cluster: str, addon: str) -> None:
        """Ask for the deletion of an add-on and its resources."""


class Access(Protocol):
    """Access entries."""

    def access_entries(self, cluster: str, *, policies_of: Collection[str] = ()) -> tuple[AccessEntry, ...]:
        """The access entries of a cluster; the policies of some of them, which take a call for each."""

    def create_access_entry(
        self, cluster: str, principal: str, groups: tuple[str, ...], token: str, kind: str = "STANDARD"
    ) -> None:
        """Let a role in as a member of Kubernetes groups; ConflictError when it is already in."""

    def update_access_entry(self, cluster: str, principal: str, groups: tuple[str, ...], token: str) -> None:
        """Replace the Kubernetes groups of a role that is let in."""

    def delete_access_entry(self, cluster: str, principal: str) -> None:
        """Let a role in no longer; fine when it is not."""

    def associate_policy(self, cluster: str, principal: str, policy: str) -> None:
        """Give a role that is let in one of EKS's access policies for the whole cluster."""

    def disassociate_policy(self, cluster: str, principal: str, policy: str) -> None:
        """Take an access policy from a role, which keeps its groups; fine when it has none."""


class Eks(Clusters, NodeGroups, Addons, Access, Protocol):
    """All of it: what building and deleting a cluster needs."""
