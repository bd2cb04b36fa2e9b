"""Rights of the function that watches the end of support."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_iam as iam

if TYPE_CHECKING:
    from stacks.resources import Resources


def support_read(_at: Resources) -> list[iam.PolicyStatement]:
    """EKS's calendar of versions, and what AWS says about the account's clusters; neither action takes a resource."""
    return [
        iam.PolicyStatement(
            sid="Support", actions=["eks:DescribeClusterVersions", "health:DescribeEvents"], resources=["*"]
        )
    ]
