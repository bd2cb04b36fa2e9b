"""The most that any function of norikae may ever do, whatever its own role says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_iam as iam

from stacks.permissions import FUNCTIONS

if TYPE_CHECKING:
    from constructs import Construct

    from stacks.grants import Resources

NETWORK = [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
]
ANSWER = ["states:SendTaskFailure", "states:SendTaskSuccess"]
CLUSTERS = [
    f"eks:{action}"
    for action in (
        "AssociateAccessPolicy",
        "CreateAccessEntry",
        "CreateAddon",
        "CreateCluster",
        "CreateNodegroup",
        "DeleteAddon",
        "DeleteCluster",
        "DeleteNodegroup",
        "DescribeAccessEntry",
        "DescribeAddon",
        "DescribeAddonVersions",
        "DescribeCluster",
        "DescribeClusterVersions",
        "DescribeInsight",
        "DescribeNodegroup",
        "DescribeUpdate",
        "ListAccessEntries",
        "ListAddons",
        "ListAssociatedAccessPolicies",
        "ListClusters",
        "ListInsights",
        "ListNodegroups",
        "ListUpdates",
        "TagResource",
        "UpdateClusterConfig",
    )
]
ELSEWHERE = [
    "cloudwatch:GetMetricData",
    "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeRules",
    "elasticloadbalancing:DescribeTags",
    "elasticloadbalancing:DescribeTargetGroups",
    "elasticloadbalancing:DescribeTargetHealth",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "sqs:SendMessage",
    "states:DescribeExecution",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
]


def operator_role_name(environment: str) -> str:
    """The name of the one role that may answer a waiting state."""
    return f"norikae-{environment}-operator-command"


def permission_boundary(scope: Construct, *, environment: str, at: Resources) -> iam.ManagedPolicy:
    """The boundary of every function's role: services and actions in full, data and zones by name.

    It is written out and not derived from the roles, so that a mistake in their table has to be made twice.

    Args:
        scope: where the policy is put.
        environment: the environment's name.
        at: the environment's resources.
    """
    operator = f"arn:{at.partition}:iam::{at.account}:role/{operator_role_name(environment)}"
    zones = [f"arn:{at.partition}:route53:::hostedzone/{zone}" for zone in at.zones]
    functions = at.arn("lambda", "function:*")
    data = ("ConditionCheckItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem")
    verbs = ("CreateGrant", "Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey")
    return iam.ManagedPolicy(
        scope,
        "Boundary",
        description=f"The most that a function of norikae {environment} may ever do ({len(FUNCTIONS)} roles)",
        statements=[
            _allow("Clusters", CLUSTERS, ["*"]),
            _allow("Elsewhere", ELSEWHERE, ["*"]),
            _allow("Network", NETWORK, ["*"]),
            _allow("Table", [f"dynamodb:{verb}" for verb in data], [at.table]),
            _allow("Evidence", ["s3:PutObject"], [f"{at.bucket}/*"]),
            _allow("Publish", ["sns:Publish"], [at.topic]),
            _allow("Key", [f"kms:{verb}" for verb in verbs], [at.key]),
            _allow(
                "Records",
                ["route53:ChangeResourceRecordSets", "route53:GetHostedZone", "route53:ListResourceRecordSets"],
                zones,
            ),
            _allow("Changes", ["route53:GetChange"], [f"arn:{at.partition}:route53:::change/*"]),
            _allow(
                "Roles",
                ["iam:GetRole", "iam:ListAttachedRolePolicies", "iam:PassRole"],
                [at.cluster_role, at.node_role],
            ),
            _allow("LinkedRoles", ["iam:CreateServiceLinkedRole"], [at.linked_roles()]),
            iam.PolicyStatement(
                sid="OnlyTheOperatorAnswers",
                effect=iam.Effect.DENY,
                actions=["states:SendTask*"],
                resources=["*"],
                conditions={"ArnNotLike": {"aws:PrincipalArn": operator}},
            ),
            iam.PolicyStatement(
                sid="Answer",
                actions=ANSWER,
                resources=["*"],
                conditions={"ArnLike": {"aws:PrincipalArn": operator}},
            ),
            # The Lambda service uses these rights, not the code (Lambda guide, "Using source function ARN").
            iam.PolicyStatement(
                sid="NoNetworkFromCode",
                effect=iam.Effect.DENY,
                actions=NETWORK,
                resources=["*"],
                conditions={"ArnLike": {"lambda:SourceFunctionArn": functions}},
            ),
        ],
    )


def _allow(sid: str, actions: list[str], resources: list[str]) -> iam.PolicyStatement:
    return iam.PolicyStatement(sid=sid, actions=actions, resources=resources)
