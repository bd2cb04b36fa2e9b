"""Rights of the function that watches the end of support: what EKS and AWS Health say, its reminders, one command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_iam as iam

from stacks.grants import items, key_of_table

if TYPE_CHECKING:
    from stacks.resources import Resources


def support_read(at: Resources) -> list[iam.PolicyStatement]:
    """Ask for the calendar of Kubernetes versions and for events of AWS Health; neither action takes a resource."""
    actions = ["eks:DescribeClusterVersions", "health:DescribeEvents"]
    return [
        iam.PolicyStatement(sid="Support", actions=actions, resources=["*"]),
        iam.PolicyStatement(
            sid="Affected",
            actions=["health:DescribeAffectedEntities"],
            resources=[f"arn:{at.partition}:health:*::event/EKS/*"],
        ),
    ]


def reminders_write(at: Resources) -> list[iam.PolicyStatement]:
    """Read and write what people were told; read which cluster serves, and who asked for which run."""
    return [
        items(at, "Reminders", ["GetItem", "PutItem"], f"SUPPORT#{at.environment}"),
        items(at, "Serving", ["GetItem"], f"ENV#{at.environment}"),
        items(at, "Requests", ["GetItem"], "RUN#*"),
        key_of_table(at),
    ]
