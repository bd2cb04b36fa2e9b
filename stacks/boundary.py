"""The most that any function of norikae may ever do, whatever its own role says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_iam as iam

from stacks.window_grants import CALENDAR_STATE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from stacks.resources import Resources

NETWORK = [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:UnassignPrivateIpAddresses",
]
ROOM_FOR_ROLES = 600
"""Characters of role ARNs that the boundary has room for, for each of its two lists."""
ROOM_FOR_SECRETS = 300
"""The same of secrets."""
QUEUES = ["DeleteMessage", "GetQueueAttributes", "ReceiveMessage"]
ANSWER = ["states:SendTaskFailure", "states:SendTaskSuccess"]
CLUSTERS = [
    f"eks:{action}"
    for action in (
        "AssociateAccessPolicy",
        "CreateAccessEntry",
        "CreateAddon",
        "CreateCluster",
        "CreateNodegroup",
        "CreatePodIdentityAssociation",
        "DeleteAccessEntry",
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
        "DescribePodIdentityAssociation",
        "DescribeUpdate",
        "DisassociateAccessPolicy",
        "ListAccessEntries",
        "ListAddons",
        "ListAssociatedAccessPolicies",
        "ListClusters",
        "ListInsights",
        "ListNodegroups",
        "ListPodIdentityAssociations",
        "ListUpdates",
        "TagResource",
        "UntagResource",
        "UpdateAccessEntry",
        "UpdateClusterConfig",
        "UpdatePodIdentityAssociation",
    )
]
NODES = [
    *(f"autoscaling:{verb}AutoScalingGroup" for verb in ("Create", "Delete")),
    *("autoscaling:CreateOrUpdateTags", "autoscaling:DescribeAutoScalingGroups"),
    *("autoscaling:DescribeLifecycleHooks", "autoscaling:DescribeScalingActivities"),
    *("autoscaling:CompleteLifecycleAction", "autoscaling:RecordLifecycleActionHeartbeat"),
    *(f"ec2:{verb}LaunchTemplate" for verb in ("Create", "Delete")),
    *("ec2:CreateTags", "ec2:DescribeInstances", "ec2:DescribeLaunchTemplates", "ec2:DescribeTags"),
    *("ec2:DescribeInstanceStatus", "ec2:RunInstances", "ssm:GetParameter"),
]
ELSEWHERE = [
    "cloudtrail:LookupEvents",
    "cloudwatch:DescribeAlarms",
    "cloudwatch:GetMetricData",
    "ec2:DescribeSubnets",
    "ec2:DescribeSecurityGroupRules",
    "ec2:DeleteSecurityGroup",
    "elasticloadbalancing:DeleteLoadBalancer",
    "elasticloadbalancing:DeleteTargetGroup",
    "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeLoadBalancerAttributes",
    "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeRules",
    "elasticloadbalancing:DescribeTags",
    "elasticloadbalancing:DescribeTargetGroups",
    "elasticloadbalancing:DescribeTargetHealth",
    "iam:GetAccountSummary",
    "iam:ListOpenIDConnectProviders",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "sqs:SendMessage",
    "states:DescribeExecution",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
]
EVERYWHERE = [*CLUSTERS, *NODES, *ELSEWHERE, *ANSWER, *NETWORK]
KEEP_ALIVE = ["elasticloadbalancing:ModifyLoadBalancerAttributes"]
"""Only where the environment file lets a run lower it."""


def operator_role_name(environment: str) -> str:
    """The name of the one role that may answer a waiting state."""
    return f"norikae-{environment}-operator-command"


def permission_boundary(scope: Construct, *, at: Resources) -> iam.ManagedPolicy:
    """The boundary of every function's role: services and actions in full, data and zones by name.

    It is written out and not derived from the roles, so that a mistake in their table has to be made twice.

    Args:
        scope: where the policy is put.
        at: the environment's resources.
    """
    return iam.ManagedPolicy(
        scope,
        "Boundary",
        description=f"The most that a function of norikae {at.environment} may ever do",
        statements=[
            # One statement: a managed policy has room for 6,144 characters, and every statement costs sixty.
            _allow("All", [*EVERYWHERE, *_wished(at)], ["*"]),
            *_data(at),
            *_secrets(at),
            *_logs(at),
            *_records(at),
            *_roles(at),
            *_identity(at),
            *_answers(at),
            *_errands(at),
            *_network(at),
        ],
    )


def _wished(at: Resources) -> list[str]:
    """What functions may do only where the environment file asks for it."""
    return [*(KEEP_ALIVE if at.client_keep_alive else ()), *([CALENDAR_STATE] if at.calendars else ())]


def _data(at: Resources) -> list[iam.PolicyStatement]:
    """What norikae remembers, says and hears; an action asks only for the kind of resource that it has."""
    items = ("ConditionCheckItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem")
    verbs = ("CreateGrant", "Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey")
    actions = [
        *(f"dynamodb:{item}" for item in items),
        *(f"kms:{verb}" for verb in verbs),
        "s3:PutObject",
        "sns:Publish",
        *(f"sqs:{verb}" for verb in (*QUEUES, *(["StartMessageMoveTask"] if at.carried else []))),
    ]
    return [_allow("Data", actions, [at.table, at.key, f"{at.bucket}/*", at.topic, at.queues()])]


def _logs(at: Resources) -> list[iam.PolicyStatement]:
    """The buckets of access logs that the environment file names; none when it names none."""
    buckets = [f"arn:{at.partition}:s3:::{name}" for name in at.access_logs]
    folders = [f"{bucket}/*" for bucket in buckets]
    return [_allow("Logs", ["s3:GetObject", "s3:ListBucket"], [*buckets, *folders])] if buckets else []


def _secrets(at: Resources) -> list[iam.PolicyStatement]:
    """The secrets that the environment file names for Argo CD, or to be carried; none when it names none."""
    secrets = [*at.named_secrets(), *at.carried_secrets()]
    if not secrets:
        return []
    if sum(map(len, secrets)) > ROOM_FOR_SECRETS:
        secrets = [at.secret("*")]
    verbs = ("DescribeSecret", "GetSecretValue") if at.carried else ("GetSecretValue",)
    through = {"StringEquals": {"kms:ViaService": f"secretsmanager.{at.region}.amazonaws.com"}}
    return [
        _allow("Secrets", [f"secretsmanager:{verb}" for verb in verbs], secrets),
        iam.PolicyStatement(sid="Key", actions=["kms:Decrypt"], resources=[at.arn("kms", "key/*")], conditions=through),
    ]


def _records(at: Resources) -> list[iam.PolicyStatement]:
    """The records of the environment's zones, and their changes."""
    actions = ["route53:ChangeResourceRecordSets", "route53:GetHostedZone", "route53:ListResourceRecordSets"]
    actions += [f"route53:{verb}ResourceRecordSetProtections" for verb in ("Create", "Delete", "List")]
    return [_allow("Records", [*actions, "route53:GetChange"], [*at.hosted_zones(), at.changes()])]


def _roles(at: Resources) -> list[iam.PolicyStatement]:
    """The two roles of the clusters."""
    actions = ["iam:GetRole", "iam:ListAttachedRolePolicies", "iam:PassRole"]
    return [
        _allow("Roles", actions, [at.cluster_role, at.node_role]),
        _allow("Linked", ["iam:CreateServiceLinkedRole"], [at.linked_roles(), *at.linked_roles_of_nodes()]),
    ]


def _identity(at: Resources) -> list[iam.PolicyStatement]:
    """The roles that pods get, as far as a managed policy has room to name them, and the issuers of the region."""
    trusting = ["iam:GetRole", "iam:UpdateAssumeRolePolicy"]
    verbs = ("AddClientIDTo", "Create", "Delete", "Get", "Tag")
    given = _named(at, at.pod_identity_roles)
    return [
        *([_allow("Trust", trusting, _named(at, at.irsa_roles))] if at.irsa_roles else []),
        *([_allow("PodRoles", ["iam:GetRole", "iam:PassRole"], given)] if given else []),
        _allow("Issuers", [f"iam:{verb}OpenIDConnectProvider" for verb in verbs], [at.issuers()]),
    ]


def _named(at: Resources, roles: Sequence[str]) -> list[str]:
    """The roles by name; every role of the account when the names are too long for the policy's 6144 characters."""
    if sum(map(len, roles)) > ROOM_FOR_ROLES:
        return [f"arn:{at.partition}:iam::{at.account}:role/*"]
    return list(roles)


def _answers(at: Resources) -> list[iam.PolicyStatement]:
    """Only the operator's command answers waiting states, whatever another role is given."""
    operator = f"arn:{at.partition}:iam::{at.account}:role/{operator_role_name(at.environment)}"
    return [
        iam.PolicyStatement(
            sid="Answers",
            effect=iam.Effect.DENY,
            actions=["states:SendTask*"],
            resources=["*"],
            conditions={"ArnNotLike": {"aws:PrincipalArn": operator}},
        ),
    ]


def _errands(at: Resources) -> list[iam.PolicyStatement]:
    """The machines that a command or an event starts."""
    return [_allow("Machines", ["states:StartExecution"], [at.every_machine()])]


def _network(at: Resources) -> list[iam.PolicyStatement]:
    """The Lambda service uses these rights, the code must not (Lambda guide, "Using source function ARN")."""
    return [
        iam.PolicyStatement(
            effect=iam.Effect.DENY,
            actions=["ec2:*NetworkInterface*", "ec2:*PrivateIpAddresses"],
            resources=["*"],
            conditions={"ArnLike": {"lambda:SourceFunctionArn": at.arn("lambda", "function:*")}},
        ),
    ]


def _allow(_name: str, actions: list[str], resources: list[str]) -> iam.PolicyStatement:
    """A statement; its name is for whoever reads this module, since a Sid takes room that the policy has not."""
    return iam.PolicyStatement(actions=actions, resources=resources)
