"""Rights of whoever looks for machines that go: see them, and answer for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import aws_iam as iam

from norikae.cluster.names import ENVIRONMENT_TAG

if TYPE_CHECKING:
    from stacks.resources import Resources


def machines_read(_at: Resources) -> list[iam.PolicyStatement]:
    """See machines, what EC2 says against them, groups and their hooks; none of these takes a resource."""
    actions = [
        "autoscaling:DescribeAutoScalingGroups",
        "autoscaling:DescribeLifecycleHooks",
        "ec2:DescribeInstanceStatus",
        "ec2:DescribeInstances",
    ]
    return [iam.PolicyStatement(sid="Machines", actions=actions, resources=["*"])]


def lifecycle_answer(at: Resources) -> list[iam.PolicyStatement]:
    """Answer lifecycle actions of groups whose tags name the environment or one of its clusters.

    EKS tags the groups of managed node groups with the cluster's name (EKS guide, "Managed node groups").
    """
    clusters = [f"{at.cluster_prefix}-*", at.adopted_cluster]
    conditions: dict[str, dict[str, Any]] = {
        "AnswerOurs": {"StringEquals": {f"aws:ResourceTag/{ENVIRONMENT_TAG}": at.environment}},
        "AnswerManaged": {"StringLike": {"aws:ResourceTag/eks:cluster-name": clusters}},
        "AnswerAdopted": {"StringEquals": {f"aws:ResourceTag/kubernetes.io/cluster/{at.adopted_cluster}": "owned"}},
    }
    return [
        iam.PolicyStatement(
            sid=sid,
            actions=["autoscaling:CompleteLifecycleAction"],
            resources=[at.scaling_groups("*")],
            conditions=condition,
        )
        for sid, condition in conditions.items()
    ]
