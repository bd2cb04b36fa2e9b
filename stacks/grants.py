"""What each right means in IAM: a grant gives the statements of one capability for the resources of one environment.

Which actions take a resource, and which conditions exist, is from AWS's Service Authorization Reference.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from aws_cdk import aws_iam as iam

from norikae.cluster.names import ENVIRONMENT_TAG

GROUPS = ("norikae:admin", "norikae:decommission", "norikae:read", "norikae:sync")
"""The Kubernetes groups that norikae's functions act as; ``manifests/rbac.yaml`` gives them their rights."""
ADMIN_POLICY = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
"""The one access policy that norikae gives, and only to the functions that bootstrap green."""


@dataclass(frozen=True, kw_only=True)
class Resources:
    """The ARNs and names that grants and settings speak of; most are known only at deployment."""

    environment: str
    partition: str
    region: str
    account: str
    cluster_prefix: str
    adopted_cluster: str
    zones: tuple[str, ...]
    table: str
    table_name: str
    bucket: str
    bucket_name: str
    topic: str
    key: str
    cluster_role: str
    node_role: str
    upgrade_machine: str
    shift_machine: str

    def arn(self, service: str, resource: str) -> str:
        """An ARN in this account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def clusters(self, kind: str = "cluster", below: str = "") -> list[str]:
        """EKS ARNs of the environment's clusters, or of what belongs to them."""
        names = (f"{self.cluster_prefix}-*", self.adopted_cluster)
        return [self.arn("eks", f"{kind}/{name}{below}") for name in names]

    def clusters_and_parts(self) -> list[str]:
        """EKS ARNs of the clusters, their node groups, add-ons and access entries."""
        parts = ("nodegroup", "addon", "access-entry")
        return [*self.clusters(), *(arn for part in parts for arn in self.clusters(part, "/*"))]

    def linked_roles(self) -> str:
        """ARN of EKS's own service-linked roles."""
        return f"arn:{self.partition}:iam::{self.account}:role/aws-service-role/eks*.amazonaws.com/*"

    def executions(self) -> list[str]:
        """ARNs of every execution of the two machines."""
        return [f"{machine.replace(':stateMachine:', ':execution:')}:*" for machine in self.machines()]

    def machines(self) -> tuple[str, str]:
        """ARNs of the two machines."""
        return self.upgrade_machine, self.shift_machine


Grant = Callable[[Resources], list[iam.PolicyStatement]]


def table(at: Resources) -> list[iam.PolicyStatement]:
    """Read and write single items and item collections; no scan, no deletion, and nothing on the table itself."""
    return [
        iam.PolicyStatement(
            sid="Table",
            actions=[
                "dynamodb:ConditionCheckItem",
                "dynamodb:GetItem",
                "dynamodb:PutItem",
                "dynamodb:Query",
                "dynamodb:UpdateItem",
            ],
            resources=[at.table],
        ),
        _key(at, "Encrypt", "Decrypt", "GenerateDataKey", "DescribeKey", through=["dynamodb"]),
    ]


def forget(at: Resources) -> list[iam.PolicyStatement]:
    """Delete items: only answered questions ever are, since they hold task tokens."""
    return [iam.PolicyStatement(sid="Forget", actions=["dynamodb:DeleteItem"], resources=[at.table])]


def evidence(at: Resources) -> list[iam.PolicyStatement]:
    """Put evidence and reports; neither read nor deleted."""
    return [
        iam.PolicyStatement(sid="Evidence", actions=["s3:PutObject"], resources=[f"{at.bucket}/*"]),
        _key(at, "Decrypt", "GenerateDataKey", through=["s3"]),
    ]


def publish(at: Resources) -> list[iam.PolicyStatement]:
    """Tell people."""
    return [
        iam.PolicyStatement(sid="Publish", actions=["sns:Publish"], resources=[at.topic]),
        _key(at, "Decrypt", "GenerateDataKey", through=["sns"]),
    ]


def cluster_endpoint(at: Resources) -> list[iam.PolicyStatement]:
    """Where a cluster's API is and which CA signs it."""
    return [iam.PolicyStatement(sid="Endpoint", actions=["eks:DescribeCluster"], resources=at.clusters())]


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
            sid="LetIn",
            actions=["eks:CreateAccessEntry"],
            resources=at.clusters(),
            conditions={"ForAllValues:StringEquals": {"eks:kubernetesGroups": list(GROUPS)}},
        ),
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
    built, adopted = at.clusters()
    whole = ["eks:DeleteCluster", "eks:UpdateClusterConfig"]
    return [
        iam.PolicyStatement(
            sid="DecommissionBuilt",
            actions=whole,
            resources=[built],
            conditions={"StringEquals": {f"aws:ResourceTag/{ENVIRONMENT_TAG}": at.environment}},
        ),
        iam.PolicyStatement(sid="DecommissionAdopted", actions=whole, resources=[adopted]),
        iam.PolicyStatement(
            sid="DecommissionParts",
            actions=["eks:DeleteAddon", "eks:DeleteNodegroup"],
            resources=[*at.clusters("nodegroup", "/*"), *at.clusters("addon", "/*")],
        ),
    ]


def records_read(at: Resources) -> list[iam.PolicyStatement]:
    """Read the zone's records and how far a change has come."""
    return [
        iam.PolicyStatement(
            sid="Records",
            actions=["route53:GetHostedZone", "route53:ListResourceRecordSets"],
            resources=_zones(at),
        ),
        iam.PolicyStatement(
            sid="Changes", actions=["route53:GetChange"], resources=[f"arn:{at.partition}:route53:::change/*"]
        ),
    ]


def records_write(at: Resources) -> list[iam.PolicyStatement]:
    """Change address and ownership records of the zone, never its NS, SOA, MX or other records.

    The names stay open: the environment file has the zone's id, not its domain. ``Null`` makes a request without the
    keys fail, which ``ForAllValues`` alone would let through (IAM guide, "Multivalued context keys").
    """
    types, actions = "route53:ChangeResourceRecordSetsRecordTypes", "route53:ChangeResourceRecordSetsActions"
    return [
        *records_read(at),
        iam.PolicyStatement(
            sid="Weights",
            actions=["route53:ChangeResourceRecordSets"],
            resources=_zones(at),
            conditions={
                "ForAllValues:StringEquals": {
                    types: ["A", "AAAA", "CNAME", "TXT"],
                    actions: ["CREATE", "UPSERT", "DELETE"],
                },
                "Null": {types: "false", actions: "false"},
            },
        ),
    ]


def load_balancers_read(_at: Resources) -> list[iam.PolicyStatement]:
    """Describe load balancers; none of these actions takes a resource."""
    kinds = ("Listeners", "LoadBalancers", "Rules", "Tags", "TargetGroups", "TargetHealth")
    actions = [f"elasticloadbalancing:Describe{kind}" for kind in kinds]
    return [iam.PolicyStatement(sid="LoadBalancers", actions=actions, resources=["*"])]


def metrics_read(_at: Resources) -> list[iam.PolicyStatement]:
    """Read metrics; the action takes no resource."""
    return [iam.PolicyStatement(sid="Metrics", actions=["cloudwatch:GetMetricData"], resources=["*"])]


def executions_read(at: Resources) -> list[iam.PolicyStatement]:
    """See whether an execution of the two machines still lives: a lease has no other expiry."""
    actions = ["states:DescribeExecution"]
    return [iam.PolicyStatement(sid="Executions", actions=actions, resources=at.executions())]


def answer_tasks(_at: Resources) -> list[iam.PolicyStatement]:
    """Answer a state that waits for a person.

    The actions take no resource, so this role can answer any task token of the account: exactly one role has it, and
    tokens never leave the table.
    """
    actions = ["states:SendTaskFailure", "states:SendTaskSuccess"]
    return [iam.PolicyStatement(sid="AnswerTasks", actions=actions, resources=["*"])]


def network(_at: Resources) -> list[iam.PolicyStatement]:
    """What the Lambda service needs to place a function in a VPC (Lambda guide, "Execution role permissions").

    The same role must not be usable for this by the function's own code; the boundary sees to that.
    """
    actions = [
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:UnassignPrivateIpAddresses",
    ]
    return [iam.PolicyStatement(sid="Network", actions=actions, resources=["*"])]


def _zones(at: Resources) -> list[str]:
    return [f"arn:{at.partition}:route53:::hostedzone/{zone}" for zone in at.zones]


def _key(at: Resources, *verbs: str, through: list[str]) -> iam.PolicyStatement:
    """Use of the environment's key, only by way of the services that keep our data."""
    services = [f"{service}.{at.region}.amazonaws.com" for service in through]
    return iam.PolicyStatement(
        actions=[f"kms:{verb}" for verb in verbs],
        resources=[at.key],
        conditions={"StringEquals": {"kms:ViaService": services}},
    )
