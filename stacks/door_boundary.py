"""The most that a function at a door may ever do: it hears, asks and tells, and touches no cluster and no record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_iam as iam

if TYPE_CHECKING:
    from constructs import Construct

    from stacks.resources import Resources

ANYWHERE = [
    *("logs:CreateLogStream", "logs:PutLogEvents"),
    *("xray:PutTelemetryRecords", "xray:PutTraceSegments"),
    *("eks:DescribeCluster", "eks:DescribeClusterVersions"),
    *("health:DescribeAffectedEntities", "health:DescribeEvents"),
]


def door_boundary(scope: Construct, *, at: Resources) -> iam.ManagedPolicy:
    """The boundary of the rows that are doors, written out like the one of all others.

    Args:
        scope: where the policy is put.
        at: the environment's resources.
    """
    topics = [at.topic, *([at.q_topic] if at.q_topic else [])]
    return iam.ManagedPolicy(
        scope,
        "DoorBoundary",
        description=f"The most that a door of norikae {at.environment} may ever do",
        statements=[
            _allow(ANYWHERE, ["*"]),
            _allow([f"dynamodb:{verb}" for verb in _items(at)], [at.table]),
            _allow([f"kms:{verb}" for verb in ("Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey")], [at.key]),
            _allow(["sns:Publish"], topics),
            _allow(["lambda:InvokeFunction"], [at.command()]),
            # Lambda sends a function's dead letters with the function's own role; their queues are not made yet.
            _allow(["sqs:SendMessage"], [at.queues()]),
            *_chats(at),
        ],
    )


def _items(at: Resources) -> list[str]:
    return ["GetItem", "PutItem", *(["DeleteItem", "Query"] if "readers" in at.parts() else [])]


def _chats(at: Resources) -> list[iam.PolicyStatement]:
    """Queues and secrets of chats; none where there are none."""
    hear = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
    queues = [one for one in (at.chat_queue, at.messages) if one]
    secrets = at.chat_secrets("slack", "chatwork")
    return [
        *([_allow(hear, queues)] if queues else []),
        *([_allow(["secretsmanager:GetSecretValue"], secrets), _keys(at)] if secrets else []),
    ]


def _keys(at: Resources) -> iam.PolicyStatement:
    """Whoever owns a chat's secret chooses its key."""
    return iam.PolicyStatement(
        actions=["kms:Decrypt"],
        resources=[at.arn("kms", "key/*")],
        conditions={"StringEquals": {"kms:ViaService": f"secretsmanager.{at.region}.amazonaws.com"}},
    )


def _allow(actions: list[str], resources: list[str]) -> iam.PolicyStatement:
    return iam.PolicyStatement(actions=actions, resources=resources)
