"""What each right means in IAM: a grant gives the statements of one capability for the resources of one environment.

Which actions take a resource, and which conditions exist, is from AWS's Service Authorization Reference.
"""

from __future__ import annotations

from collections.abc import Callable

from aws_cdk import aws_iam as iam

from stacks.resources import Resources

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
        key_of_table(at),
    ]


def key_of_table(at: Resources) -> iam.PolicyStatement:
    """Use of the key by way of DynamoDB (DynamoDB guide, "Using IAM with customer managed keys")."""
    return _key(at, "Encrypt", "Decrypt", "GenerateDataKey", "DescribeKey", through=["dynamodb"])


def key_of_messages(at: Resources) -> iam.PolicyStatement:
    """Use of the key by way of SNS and SQS; one statement for both, since the build's policy has hardly room for it."""
    return _key(at, "Decrypt", "GenerateDataKey", through=["sns", "sqs"])


def _key(at: Resources, *verbs: str, through: list[str]) -> iam.PolicyStatement:
    """Use of the environment's key, only by way of the services that keep our data."""
    services = [f"{service}.{at.region}.amazonaws.com" for service in through]
    return iam.PolicyStatement(
        actions=[f"kms:{verb}" for verb in verbs],
        resources=[at.key],
        conditions={"StringEquals": {"kms:ViaService": services}},
    )


def items(at: Resources, sid: str, actions: list[str], *keys: str) -> iam.PolicyStatement:
    """Actions on the items of some partitions of the table only.

    ``Null`` refuses a call that names no key, which ``ForAllValues`` alone would let through (IAM guide, "Multivalued
    context keys").
    """
    return iam.PolicyStatement(
        sid=sid,
        actions=[f"dynamodb:{action}" for action in actions],
        resources=[at.table],
        conditions={
            "ForAllValues:StringLike": {"dynamodb:LeadingKeys": list(keys)},
            "Null": {"dynamodb:LeadingKeys": "false"},
        },
    )


def forget(at: Resources) -> list[iam.PolicyStatement]:
    """Delete items: answered questions, since they hold task tokens, and batches that the zone's writer has settled."""
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
        key_of_messages(at),
    ]


def records_read(at: Resources) -> list[iam.PolicyStatement]:
    """Read the zone's records and how far a change has come."""
    return [
        iam.PolicyStatement(
            sid="Records",
            actions=["route53:GetHostedZone", "route53:ListResourceRecordSets"],
            resources=at.hosted_zones(),
        ),
        iam.PolicyStatement(sid="Changes", actions=["route53:GetChange"], resources=[at.changes()]),
    ]


def records_write(at: Resources) -> list[iam.PolicyStatement]:
    """Change address and ownership records of the zone, never its NS, SOA, MX or other records; past our own locks.

    The names stay open: the environment file has the zone's id, not its domain. ``Null`` makes a request without the
    keys fail, which ``ForAllValues`` alone would let through (IAM guide, "Multivalued context keys").
    """
    types, actions = "route53:ChangeResourceRecordSetsRecordTypes", "route53:ChangeResourceRecordSetsActions"
    return [
        *records_read(at),
        *locks_lift(at),
        iam.PolicyStatement(
            sid="Weights",
            actions=["route53:ChangeResourceRecordSets"],
            resources=at.hosted_zones(),
            conditions={
                "ForAllValues:StringEquals": {
                    types: ["A", "AAAA", "CNAME", "TXT"],
                    actions: ["CREATE", "UPSERT", "DELETE"],
                },
                "Null": {types: "false", actions: "false"},
            },
        ),
    ]


def locks_read(at: Resources) -> list[iam.PolicyStatement]:
    """See what is protected of the zone."""
    return [_locks(at, "List")]


def locks_lift(at: Resources) -> list[iam.PolicyStatement]:
    """Lift protections; IAM knows no condition for whose they are, so the function tells by their comment."""
    return [_locks(at, "List", "Delete")]


def locks_set(at: Resources) -> list[iam.PolicyStatement]:
    """Protect names."""
    return [_locks(at, "List", "Create")]


def trail_read(_at: Resources) -> list[iam.PolicyStatement]:
    """Look up who changed record sets; the action takes no resource."""
    return [iam.PolicyStatement(sid="WhoWrote", actions=["cloudtrail:LookupEvents"], resources=["*"])]


def ring(at: Resources) -> list[iam.PolicyStatement]:
    """Wake the zone's writer."""
    return [
        iam.PolicyStatement(sid="Ring", actions=["sqs:SendMessage"], resources=[at.bell]),
        key_of_messages(at),
    ]


def hear(at: Resources) -> list[iam.PolicyStatement]:
    """What the Lambda service needs to read the bell's queue (Lambda guide, "Execution role permissions" for SQS)."""
    actions = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
    return [iam.PolicyStatement(sid="Hear", actions=actions, resources=[at.bell])]


def load_balancers_read(_at: Resources) -> list[iam.PolicyStatement]:
    """Describe load balancers; none of these actions takes a resource."""
    kinds = ("Listeners", "LoadBalancerAttributes", "LoadBalancers", "Rules", "Tags", "TargetGroups", "TargetHealth")
    actions = [f"elasticloadbalancing:Describe{kind}" for kind in kinds]
    return [iam.PolicyStatement(sid="LoadBalancers", actions=actions, resources=["*"])]


def keep_alive_write(at: Resources) -> list[iam.PolicyStatement]:
    """Change attributes of load balancers that a controller of this environment's clusters made; nothing by default.

    No condition key names the attribute. Only the adopted cluster and those of the environment's prefix carry the tag.
    """
    if not at.client_keep_alive:
        return []
    return [
        iam.PolicyStatement(
            sid="KeepAlive",
            actions=["elasticloadbalancing:ModifyLoadBalancerAttributes"],
            resources=[at.arn("elasticloadbalancing", "loadbalancer/app/*")],
            conditions=_made_by_cluster(at),
        )
    ]


def access_logs_read(at: Resources) -> list[iam.PolicyStatement]:
    """Read the access logs in the buckets that the environment file names; nothing by default."""
    if not at.access_logs:
        return []
    buckets = [f"arn:{at.partition}:s3:::{name}" for name in at.access_logs]
    folders = [f"{bucket}/*" for bucket in buckets]
    return [
        iam.PolicyStatement(sid="FindLogs", actions=["s3:ListBucket"], resources=buckets),
        iam.PolicyStatement(sid="ReadLogs", actions=["s3:GetObject"], resources=folders),
    ]


def _made_by_cluster(at: Resources) -> dict[str, dict[str, list[str]]]:
    """The tag that the load balancer controller puts on what it makes."""
    return {"StringLike": {"aws:ResourceTag/elbv2.k8s.aws/cluster": [f"{at.cluster_prefix}-*", at.adopted_cluster]}}


def orphans_delete(at: Resources) -> list[iam.PolicyStatement]:
    """Remove what the load balancer controller of a cluster of this environment made: its tag names the cluster.

    Whether that cluster is gone only the function knows; a serving one's load balancers are in use by its record sets.
    """
    of_ours = _made_by_cluster(at)
    return [
        iam.PolicyStatement(
            sid="Orphans",
            actions=["elasticloadbalancing:DeleteLoadBalancer", "elasticloadbalancing:DeleteTargetGroup"],
            resources=[
                at.arn("elasticloadbalancing", "loadbalancer/*"),
                at.arn("elasticloadbalancing", "targetgroup/*"),
            ],
            conditions=of_ours,
        ),
        iam.PolicyStatement(
            sid="OrphanedGroups",
            actions=["ec2:DeleteSecurityGroup"],
            resources=[at.arn("ec2", "security-group/*")],
            conditions=of_ours,
        ),
    ]


def metrics_read(_at: Resources) -> list[iam.PolicyStatement]:
    """Read metrics and the states of alarms.

    The first takes no resource; the second returns composite alarms only to whoever may describe every alarm (API
    reference, DescribeAlarms).
    """
    actions = ["cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData"]
    return [iam.PolicyStatement(sid="Metrics", actions=actions, resources=["*"])]


def executions_read(at: Resources) -> list[iam.PolicyStatement]:
    """See whether an execution of the two machines still lives: a lease has no other expiry."""
    actions = ["states:DescribeExecution"]
    return [iam.PolicyStatement(sid="Executions", actions=actions, resources=at.executions())]


def start_machines(at: Resources) -> list[iam.PolicyStatement]:
    """Start the machines that commands start: upgrading, adopting a cluster, removing green, moving one application."""
    machines = [at.upgrade_machine, at.adopt_machine, at.clean_machine, at.shift_machine]
    return [iam.PolicyStatement(sid="StartMachines", actions=["states:StartExecution"], resources=machines)]


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


def _locks(at: Resources, *verbs: str) -> iam.PolicyStatement:
    actions = [f"route53:{verb}ResourceRecordSetProtections" for verb in verbs]
    return iam.PolicyStatement(sid="Locks", actions=actions, resources=at.hosted_zones())
