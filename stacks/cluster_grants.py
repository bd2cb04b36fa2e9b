"""Rights on EKS clusters: look at them, build one, take one away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from aws_cdk import aws_iam as iam

from norikae.cluster.green import ADMIN_POLICY
from norikae.cluster.names import ENVIRONMENT_TAG, ROLE_TAG
from norikae.settings import GROUPS

if TYPE_CHECKING:
    from stacks.resources import Resources

Group = Literal[
    "norikae:admin",
    "norikae:compare",
    "norikae:decommission",
    "norikae:drain",
    "norikae:drain-delete",
    "norikae:hand-off",
    "norikae:hub",
    "norikae:read",
    "norikae:restart",
    "norikae:scale",
    "norikae:secrets",
    "norikae:sync",
    "norikae:verify",
    "norikae:weigh",
]
"""The Kubernetes groups that norikae's functions act as; ``manifests/rbac.yaml`` gives them their rights."""


def cluster_endpoint(at: Resources) -> list[iam.PolicyStatement]:
    """Where a cluster's API is and which CA signs it."""
    return [iam.PolicyStatement(sid="Endpoint", actions=["eks:DescribeCluster"], resources=at.reached_clusters())]


def clusters_read(at: Resources) -> list[iam.PolicyStatement]:
    """Everything that EKS says about the environment's clusters."""
    return [
        iam.PolicyStatement(
            sid="Clusters",
            actions=[
                "eks:DescribeAccessEntry",
                "eks:DescribeAddon",
                "eks:DescribeCluster",
                "eks:DescribeInsight",
                "eks:DescribeNodegroup",
                "eks:DescribeUpdate",
                "eks:ListAccessEntries",
                "eks:ListAddons",
                "eks:ListAssociatedAccessPolicies",
                "eks:ListInsights",
                "eks:ListNodegroups",
                "eks:ListUpdates",
            ],
            resources=at.clusters_and_parts(),
        ),
        iam.PolicyStatement(
            sid="Catalogue",
            actions=["eks:DescribeAddonVersions", "eks:DescribeClusterVersions", "eks:ListClusters"],
            resources=["*"],
        ),
    ]


def clusters_build(at: Resources) -> list[iam.PolicyStatement]:
    """Create green and what belongs to it, with the two roles of the environment and no others.

    ``eks:CreateCluster`` takes no resource; it is limited to clusters that carry the environment's tag and give their
    creator no rights. Access entries can only put a role into norikae's groups, and one access policy can be given.
    """
    return [
        iam.PolicyStatement(
            sid="BuildCluster",
            actions=["eks:CreateCluster"],
            resources=["*"],
            conditions={
                "StringEquals": {f"aws:RequestTag/{ENVIRONMENT_TAG}": at.environment},
                "Bool": {"eks:bootstrapClusterCreatorAdminPermissions": "false"},
            },
        ),
        iam.PolicyStatement(
            sid="BuildParts",
            actions=["eks:CreateAddon", "eks:CreateNodegroup", "eks:TagResource"],
            resources=at.clusters_and_parts(),
        ),
        iam.PolicyStatement(
            sid="RemoveFailedParts",
            actions=_PARTS,
            resources=[at.clusters("nodegroup", "/*")[0], at.clusters("addon", "/*")[0]],
            conditions={"StringEquals": {f"aws:ResourceTag/{ENVIRONMENT_TAG}": at.environment}},
        ),
        *_let_in_and_add(at),
        iam.PolicyStatement(
            sid="MakeAdmin",
            actions=["eks:AssociateAccessPolicy"],
            resources=at.clusters("access-entry", "/*"),
            conditions={"ArnEquals": {"eks:policyArn": ADMIN_POLICY}},
        ),
        *_roles_of_clusters(at),
        # Secrets of the cluster are encrypted by the environment's key (EKS guide, "Envelope encryption").
        iam.PolicyStatement(sid="SeeKey", actions=["kms:DescribeKey"], resources=[at.key]),
        iam.PolicyStatement(
            sid="EnvelopeEncryption",
            actions=["kms:CreateGrant"],
            resources=[at.key],
            conditions={"Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
    ]


def _let_in_and_add(at: Resources) -> list[iam.PolicyStatement]:
    """Roles enter green as members of our groups only, also of one that a later release adds.

    One statement, since an action asks only for the kind of resource that it has, and the build's policy has room for
    10,240 characters.
    """
    return [
        iam.PolicyStatement(
            sid="LetIn",
            actions=["eks:CreateAccessEntry", "eks:UpdateAccessEntry"],
            resources=[*at.clusters(), at.clusters("access-entry", "/*")[0]],
            conditions=_OUR_GROUPS,
        ),
    ]


def clusters_adopt(at: Resources) -> list[iam.PolicyStatement]:
    """Let functions into the adopted cluster (and a central Argo CD's), with the adopting role as admin for a while."""
    adopted = at.adopted_clusters()
    entries = [arn.replace(":cluster/", ":access-entry/") + "/*" for arn in adopted]
    return [
        iam.PolicyStatement(
            sid="LetIn",
            actions=["eks:CreateAccessEntry"],
            resources=adopted,
            conditions=_OUR_GROUPS,
        ),
        iam.PolicyStatement(
            sid="LetOut", actions=["eks:DeleteAccessEntry", "eks:UpdateAccessEntry"], resources=entries
        ),
        iam.PolicyStatement(
            sid="MakeAdmin",
            actions=["eks:AssociateAccessPolicy"],
            resources=entries,
            conditions={"ArnEquals": {"eks:policyArn": ADMIN_POLICY}},
        ),
        iam.PolicyStatement(
            sid="Tags",
            actions=["eks:TagResource", "eks:UntagResource"],
            resources=adopted,
            conditions={"ForAllValues:StringEquals": {"aws:TagKeys": [ENVIRONMENT_TAG, ROLE_TAG]}},
        ),
        # The action takes no resource.
        iam.PolicyStatement(sid="Rules", actions=["ec2:DescribeSecurityGroupRules"], resources=["*"]),
    ]


def adopter_leaves(at: Resources, adopter: str) -> list[iam.PolicyStatement]:
    """Let the adopting role out of the adopted clusters, when its own execution cannot; nobody else.

    Args:
        at: the environment's resources.
        adopter: ARN of the role of *Adopt cluster*.
    """
    entries = [arn.replace(":cluster/", ":access-entry/") + "/*" for arn in at.adopted_clusters()]
    return [
        iam.PolicyStatement(
            sid="AdopterLeaves",
            actions=["eks:DeleteAccessEntry"],
            resources=entries,
            conditions={"ArnEquals": {"eks:principalArn": adopter}},
        )
    ]


def admins_leave(at: Resources, admins: list[str]) -> list[iam.PolicyStatement]:
    """Take norikae's own admins out of a cluster that was built, or only their policy, and nobody else's.

    Args:
        at: the environment's resources.
        admins: ARNs of the roles in the group ``norikae:admin``.
    """
    built = at.clusters("access-entry", "/*")[0]
    return [
        iam.PolicyStatement(
            sid="AdminsLeave",
            actions=["eks:DeleteAccessEntry", "eks:DisassociateAccessPolicy"],
            resources=[built],
            conditions={"ArnEquals": {"eks:principalArn": admins}},
        )
    ]


def _roles_of_clusters(at: Resources) -> list[iam.PolicyStatement]:
    """Give the two roles to EKS; EKS reads the node role with the caller's rights (EKS guide, managed node groups)."""
    roles = [at.cluster_role, at.node_role]
    return [
        iam.PolicyStatement(
            sid="PassRoles",
            actions=["iam:PassRole"],
            resources=roles,
            conditions={"StringEquals": {"iam:PassedToService": "eks.amazonaws.com"}},
        ),
        iam.PolicyStatement(sid="ReadRoles", actions=["iam:GetRole", "iam:ListAttachedRolePolicies"], resources=roles),
        iam.PolicyStatement(
            sid="LinkedRoles",
            actions=["iam:CreateServiceLinkedRole"],
            resources=[at.linked_roles()],
            conditions={"StringEquals": {"iam:AWSServiceName": ["eks.amazonaws.com", "eks-nodegroup.amazonaws.com"]}},
        ),
    ]


def clusters_delete(at: Resources) -> list[iam.PolicyStatement]:
    """Take a cluster of the environment away, piece by piece: one that norikae built, or the adopted one.

    Which of them is blue only the table knows, so IAM cannot tell; EKS's own deletion protection and the checks of the
    function are what keeps the serving one.
    """
    _, adopted = at.clusters()
    return [
        *green_delete(at),
        iam.PolicyStatement(sid="DecommissionAdopted", actions=_WHOLE, resources=[adopted]),
        iam.PolicyStatement(
            sid="DecommissionAdoptedParts",
            actions=_PARTS,
            resources=[at.clusters("nodegroup", "/*")[1], at.clusters("addon", "/*")[1]],
        ),
    ]


def green_delete(at: Resources) -> list[iam.PolicyStatement]:
    """Take away a cluster that norikae built for this environment, with its node groups and add-ons."""
    built, _ = at.clusters()
    return [
        iam.PolicyStatement(
            sid="DecommissionBuilt",
            actions=_WHOLE,
            resources=[built],
            conditions={"StringEquals": {f"aws:ResourceTag/{ENVIRONMENT_TAG}": at.environment}},
        ),
        iam.PolicyStatement(
            sid="DecommissionParts",
            actions=_PARTS,
            resources=[at.clusters("nodegroup", "/*")[0], at.clusters("addon", "/*")[0]],
        ),
    ]


_WHOLE = ["eks:DeleteCluster", "eks:UpdateClusterConfig"]
_PARTS = ["eks:DeleteAddon", "eks:DeleteNodegroup"]
_OUR_GROUPS = {"ForAllValues:StringLike": {"eks:kubernetesGroups": [f"{GROUPS}*"]}}
