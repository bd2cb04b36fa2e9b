"""Rights on EC2, Auto Scaling and the public SSM parameters: subnets, and nodes that EKS does not manage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_iam as iam

if TYPE_CHECKING:
    from stacks.resources import Resources


def subnets_read(_at: Resources) -> list[iam.PolicyStatement]:
    """See the subnets with what is left of them; the action takes no resource."""
    return [iam.PolicyStatement(sid="Subnets", actions=["ec2:DescribeSubnets"], resources=["*"])]
