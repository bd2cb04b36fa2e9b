"""The part of an environment file that says what clusters are made of and where they live."""

from typing import Annotated, Any, Literal

import msgspec

from norikae.environment.part import Name, Part, RoleArn, Seconds, Version, WholePercent

LogType = Literal["api", "audit", "authenticator", "controllerManager", "scheduler"]


class Network(Part, frozen=True):
    """Where the clusters and the functions that talk to them live."""

    vpc: Annotated[str, msgspec.Meta(pattern=r"^vpc-[0-9a-z-]+$", description="The VPC of both clusters.")]
    subnets: Annotated[
        dict[str, str],
        msgspec.Meta(min_length=2, description="Subnet id to availability zone id, for the clusters and their nodes."),
    ]
    controller_subnets: Annotated[
        tuple[str, ...], msgspec.Meta(min_length=1, description="Subnets of the functions that call the cluster API.")
    ]
    security_groups: Annotated[
        tuple[str, ...], msgspec.Meta(min_length=1, description="Security groups of those functions.")
    ]


class Endpoint(Part, frozen=True):
    """Who reaches a cluster's API."""

    private: Annotated[bool, msgspec.Meta(description="From inside the VPC; norikae's functions need it.")] = True
    public: Annotated[bool, msgspec.Meta(description="From the Internet, limited to public_cidrs.")] = False
    public_cidrs: Annotated[
        tuple[str, ...], msgspec.Meta(description="Addresses that may use the public endpoint; needed when public.")
    ] = ()


class Spot(Part, frozen=True):
    """How much of a self-managed group are spot instances."""

    base: Annotated[int, msgspec.Meta(ge=0, description="Nodes that are always on-demand.")] = 0
    percent: Annotated[WholePercent, msgspec.Meta(description="Share of spot among the nodes above the base.")] = 100


class PodIdentity(Part, frozen=True):
    """A service account that acts as an IAM role by EKS Pod Identity."""

    namespace: Annotated[str, msgspec.Meta(min_length=1, description="The service account's namespace.")]
    service_account: Annotated[str, msgspec.Meta(min_length=1, description="The service account.")]
    role: Annotated[RoleArn, msgspec.Meta(description="The role; it has to trust pods.eks.amazonaws.com.")]


class NodeGroup(Part, frozen=True):
    """A group of nodes that green gets."""

    name: Annotated[Name, msgspec.Meta(description="Name of the group; lower-case letters, digits and dashes.")]
    kind: Annotated[
        Literal["managed", "self-managed"],
        msgspec.Meta(description="An EKS managed node group, or an Auto Scaling group of norikae's own making."),
    ]
    instances: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, description="Instance types, best first.")]
    min_size: Annotated[
        int, msgspec.Meta(ge=0, description="Nodes at least; a new group begins with as many, but never with none.")
    ] = 1
    max_size: Annotated[int, msgspec.Meta(ge=1, le=450, description="Nodes at most.")] = 3
    labels: Annotated[dict[str, str], msgspec.Meta(description="Kubernetes labels of the nodes.")] = {}
    disk_gib: Annotated[int, msgspec.Meta(ge=20, le=16384, description="Size of a node's root volume, in GiB.")] = 20
    spot: Annotated[
        Spot | None, msgspec.Meta(description="Spot instances, for self-managed groups; on-demand only when left out.")
    ] = None
    kubelet: Annotated[
        dict[str, Any],
        msgspec.Meta(description="KubeletConfiguration fields such as maxPods, for self-managed groups."),
    ] = {}
    tags: Annotated[
        dict[str, str],
        msgspec.Meta(description="AWS tags of the group and its instances, such as those of cluster-autoscaler."),
    ] = {}


class Clusters(Part, frozen=True):
    """Which cluster serves today and what its successor looks like."""

    prefix: Annotated[Name, msgspec.Meta(description="Clusters are named <prefix>-<version>-<letter>.")]
    adopt: Annotated[str, msgspec.Meta(description="The cluster that serves today; needed once.")]
    version: Version
    addons: Annotated[
        tuple[str, ...],
        msgspec.Meta(min_length=1, description="EKS add-ons of green, each in the newest version that goes with it."),
    ]
    node_groups: Annotated[tuple[NodeGroup, ...], msgspec.Meta(min_length=1, description="The node groups of green.")]
    poll: Annotated[Seconds, msgspec.Meta(description="How often a build or a deletion is looked at.")] = 30
    build_deadline: Annotated[
        Seconds, msgspec.Meta(description="Building green for longer than this holds the run.")
    ] = 5400
    delete_deadline: Annotated[
        Seconds, msgspec.Meta(description="Deleting blue for longer than this holds the run.")
    ] = 5400
    endpoint: Annotated[Endpoint, msgspec.Meta(description="Who reaches the API of green.")] = Endpoint()
    logging: Annotated[tuple[LogType, ...], msgspec.Meta(description="Control plane logs of green.")] = (
        "api",
        "audit",
        "authenticator",
        "controllerManager",
        "scheduler",
    )
    deletion_protection: Annotated[
        bool, msgspec.Meta(description="Whether EKS refuses to delete green until norikae takes the protection off.")
    ] = True
    pod_identity: Annotated[
        tuple[PodIdentity, ...],
        msgspec.Meta(description="Pod Identity associations of green: which service account gets which role."),
    ] = ()
    irsa_roles: Annotated[
        tuple[RoleArn, ...],
        msgspec.Meta(description="Roles whose trust policy norikae may extend to green's OIDC issuer."),
    ] = ()
