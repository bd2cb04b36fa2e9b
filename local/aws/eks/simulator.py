"""EKS as a controller of upgrades sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.aws.eks.access import CLUSTER_ADMIN, POLICY_ARN
from local.aws.eks.tags import TagOperations
from local.aws.eks.tokens import holder
from local.aws.iam.authority import trusts as trusted_in_iam
from local.aws.simulator import Principal
from local.kubernetes.users import MASTERS, User

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from local.aws.eks.mishaps import Mishap
    from local.aws.eks.records import AccessEntry, EksCluster
    from local.aws.identities import Identities
    from local.kernel import Kernel
    from local.kubernetes.audit import Outdated


def _nothing(*_: object) -> None:
    """Nobody listens."""


def _none(_: str) -> tuple[Outdated, ...]:
    """A cluster that nobody asks for anything old."""
    return ()


class EksSimulator(TagOperations):
    """The EKS API of one account and region, in virtual time.

    Args:
        kernel: the clock and the random streams.
        account: the account of the clusters.
        region: the region of the clusters.
        identities: who holds which access key.
        on_active: builds the API server of a cluster; gives its URL and the PEM of its certificate authority.
        on_nodes: gives a node group as many nodes as ``scalingConfig.desiredSize``; called again on a change.
        on_nodes_gone: removes the nodes of a node group.
        on_addon: installs, or brings to another version, the workloads of an add-on.
        on_deleted: removes everything of a cluster.
        on_addon_gone: removes the workloads of an add-on.
        subnets: availability zone by subnet; without it every subnet exists, in a zone of its own.
        vpc_id: the VPC of every cluster.
        outdated: the requests that a cluster gets to API versions on their way out, for its insights.
        launch_trouble: why the instances of a managed node group do not start, if they do not.
        trusts: whether a role lets a service assume it; by default IAM of the embedded world is asked.
    """

    def __init__(
        self,
        kernel: Kernel,
        *,
        account: str,
        region: str,
        identities: Identities,
        on_active: Callable[[EksCluster], tuple[str, str]],
        on_nodes: Callable[[str, dict[str, Any]], object] = _nothing,
        on_nodes_gone: Callable[[str, dict[str, Any]], object] = _nothing,
        on_addon: Callable[[str, dict[str, Any]], object] = _nothing,
        on_deleted: Callable[[str], object] = _nothing,
        on_addon_gone: Callable[[str, dict[str, Any]], object] = _nothing,
        subnets: Mapping[str, str] | None = None,
        vpc_id: str = "vpc-demo",
        outdated: Callable[[str], Iterable[Outdated]] = _none,
        launch_trouble: Callable[[str, dict[str, Any]], Mishap | None] = _nothing,
        trusts: Callable[[str, str], bool] = trusted_in_iam,
    ) -> None:
        super().__init__(kernel, account=account, region=region)
        self._identities = identities
        self.on_active = on_active
        self.on_nodes = on_nodes
        self.on_nodes_gone = on_nodes_gone
        self.on_addon = on_addon
        self.on_deleted = on_deleted
        self.on_security_group = _nothing
        self.on_addon_gone = on_addon_gone
        self._subnets = subnets
        self.vpc_id = vpc_id
        self.outdated = outdated
        self.launch_trouble = launch_trouble
        self.trusts = trusts

    def zone_of(self, subnet: str) -> str:
        """The availability zone of a subnet.

        Raises:
            AwsError: InvalidParameterException if there is no such subnet.
        """
        if self._subnets is None:
            return subnet
        if subnet not in self._subnets:
            raise self.refuse("InvalidParameter", f"The subnet ID '{subnet}' does not exist")
        return self._subnets[subnet]

    def adopt(
        self,
        name: str,
        version: str,
        *,
        role_arn: str,
        subnets: list[str],
        nodegroups: list[dict[str, Any]] | None = None,
        addons: list[str] | None = None,
        entries: dict[str, list[str]] | None = None,
        admins: list[str] | None = None,
        tags: dict[str, str] | None = None,
        deletion_protection: bool = False,
    ) -> EksCluster:
        """A cluster that has been serving for long: ACTIVE at once, with its nodes and add-ons.

        Args:
            name: of the cluster.
            version: its Kubernetes version.
            role_arn: the cluster role; it is not checked.
            subnets: the control plane's subnets.
            nodegroups: requests as for CreateNodegroup, without ``clusterName``.
            addons: names of add-ons, in their default versions.
            entries: Kubernetes groups by principal ARN.
            admins: principals with AmazonEKSClusterAdminPolicy.
            tags: of the cluster.
            deletion_protection: whether DeleteCluster is refused.
        """
        cluster = self.new_cluster(
            {
                "name": name,
                "version": version,
                "roleArn": role_arn,
                "resourcesVpcConfig": {"subnetIds": subnets, "endpointPrivateAccess": True},
                "accessConfig": {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False},
                "bootstrapSelfManagedAddons": False,
                "tags": tags or {},
                "deletionProtection": deletion_protection,
            }
        )
        self.activate(cluster)
        for request in nodegroups or []:
            group = self.new_nodegroup(cluster, request) | {"status": "ACTIVE"}
            cluster.nodegroups[group["nodegroupName"]] = group
            self.node_entry(cluster, group["nodeRole"])
            self.on_nodes(name, dict(group))
        for addon_name in addons or []:
            addon = self.new_addon(cluster, {"addonName": addon_name}) | {"status": "ACTIVE"}
            cluster.addons[addon_name] = addon
            self.on_addon(name, dict(addon))
        for principal, groups in (entries or {}).items():
            self.new_entry(cluster, principal, groups)
        for principal in admins or []:
            if principal not in cluster.entries:
                self.new_entry(cluster, principal, [])
            scope = {"type": "cluster", "namespaces": []}
            now = self.kernel.utcnow()
            grant = {"policyArn": CLUSTER_ADMIN, "accessScope": scope, "associatedAt": now, "modifiedAt": now}
            cluster.entries[principal].policies[CLUSTER_ADMIN] = grant
        return cluster

    def authenticate(self, cluster_name: str) -> Callable[[str], User | None]:
        """What a cluster's API server asks about each bearer token: the user it stands for, or nothing (401).

        A role with an access policy is in the group ``system:masters`` for AmazonEKSClusterAdminPolicy, otherwise in
        ``eks:access-policy:<policy>``, followed by ``:<namespace>`` when the policy is scoped to a namespace; the
        cluster binds these groups, as EKS's own authorizer has no rules that could be read.
        """

        def user(token: str) -> User | None:
            cluster = self.clusters.get(cluster_name)
            principal = holder(
                token,
                cluster=cluster_name,
                region=self.region,
                now=self.kernel.utcnow(),
                identities=self._identities,
            )
            if cluster is None or principal is None or not cluster.api_entries:
                return None
            entry = cluster.entries.get(principal.arn)
            return _user(entry, principal) if entry else None

        return user

    def user_of(self, cluster_name: str, role_arn: str, session: str) -> User | None:
        """Who somebody is inside a cluster that has assumed a role; nobody (401) without an access entry for it."""
        cluster = self.clusters.get(cluster_name)
        entry = cluster.entries.get(role_arn) if cluster is not None and cluster.api_entries else None
        return _user(entry, Principal(arn=role_arn, name=session)) if entry else None


def _user(entry: AccessEntry, principal: Principal) -> User:
    name = entry.username.replace("{{SessionNameRaw}}", principal.name)
    name = name.replace("{{SessionName}}", principal.name.replace("@", "-"))
    groups = [*entry.groups, "system:authenticated"]
    for arn, grant in entry.policies.items():
        policy, scope = arn.removeprefix(POLICY_ARN), grant["accessScope"]
        if scope["type"] == "cluster":
            groups.append(MASTERS if arn == CLUSTER_ADMIN else f"eks:access-policy:{policy}")
        else:
            groups += [f"eks:access-policy:{policy}:{namespace}" for namespace in scope["namespaces"]]
    return User(name, tuple(groups))
