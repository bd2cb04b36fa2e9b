"""Rights of the function that hears that machines go: read its queue, find the machine, claim it, start the drain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_iam as iam

from stacks.grants import key_of_table

if TYPE_CHECKING:
    from stacks.resources import Resources


def interruptions_hear(at: Resources) -> list[iam.PolicyStatement]:
    """What the Lambda service needs to read the queue (Lambda guide, "Execution role permissions" for SQS)."""
    actions = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
    decrypt = iam.PolicyStatement(
        sid="Letters",
        actions=["kms:Decrypt"],
        resources=[at.key],
        conditions={"StringEquals": {"kms:ViaService": f"sqs.{at.region}.amazonaws.com"}},
    )
    return [iam.PolicyStatement(sid="HearOfMachines", actions=actions, resources=[at.interruptions]), decrypt]


def machines_find(_at: Resources) -> list[iam.PolicyStatement]:
    """Whose a machine is, by its tags; the action takes no resource."""
    return [iam.PolicyStatement(sid="Machines", actions=["ec2:DescribeInstances"], resources=["*"])]


def claims_write(at: Resources) -> list[iam.PolicyStatement]:
    """Read and write claims, which are kept by cluster, and read which cluster is blue; nothing of any run.

    ``Null`` refuses a call that names no key, which ``ForAllValues`` alone would let through (IAM guide, "Multivalued
    context keys").
    """
    return [
        _items(at, "Claims", ["dynamodb:GetItem", "dynamodb:PutItem"], "CLUSTER#*"),
        _items(at, "Roles", ["dynamodb:GetItem"], f"ENV#{at.environment}"),
        key_of_table(at),
    ]


def _items(at: Resources, sid: str, actions: list[str], keys: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid=sid,
        actions=actions,
        resources=[at.table],
        conditions={
            "ForAllValues:StringLike": {"dynamodb:LeadingKeys": [keys]},
            "Null": {"dynamodb:LeadingKeys": "false"},
        },
    )
