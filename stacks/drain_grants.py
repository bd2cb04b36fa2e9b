"""Rights on the machines behind nodes that go: look at them, and answer the lifecycle actions that wait for a drain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import aws_iam as iam

from norikae.cluster.names import ENVIRONMENT_TAG

if TYPE_CHECKING:
    from stacks.resources import Resources


def machines_read(_at: Resources) -> list[iam.PolicyStatement]:
    """Whether machines run, and how much time a lifecycle hook gives; neither takes a resource."""
    actions = ["autoscaling:DescribeLifecycleHooks", "ec2:DescribeInstances"]
    return [iam.PolicyStatement(sid="Machines", actions=actions, resources=["*"])]


def targets_read(_at: Resources) -> list[iam.PolicyStatement]:
    """Whether target groups still send to a machine; neither takes a resource."""
    actions = ["elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTargetHealth"]
    return [iam.PolicyStatement(sid="Targets", actions=actions, resources=["*"])]


def hooks_answer(at: Resources) -> list[iam.PolicyStatement]:
    """Prolong and answer lifecycle actions of the environment's groups.

    EKS tags the groups of its node groups with the cluster's name; self-managed ones carry our own tag, or, in an
    adopted cluster, the tag by which its nodes join.
    """
    names = [f"{at.cluster_prefix}-*", at.adopted_cluster]
    of_node_groups = {"StringLike": {"aws:ResourceTag/eks:cluster-name": [name for name in names if name]}}
    ours = {"StringEquals": {f"aws:ResourceTag/{ENVIRONMENT_TAG}": at.environment}}
    adopted = {"StringEquals": {f"aws:ResourceTag/kubernetes.io/cluster/{at.adopted_cluster}": "owned"}}
    return [
        _answer("HooksOfNodeGroups", at.scaling_groups("*"), of_node_groups),
        _answer("HooksOfOurGroups", at.scaling_groups(), ours),
        *([_answer("HooksOfAdoptedGroups", at.scaling_groups("*"), adopted)] if at.adopted_cluster else []),
    ]


def drain_start(at: Resources) -> list[iam.PolicyStatement]:
    """Start the machine that empties nodes."""
    return [iam.PolicyStatement(sid="StartDrain", actions=["states:StartExecution"], resources=[at.drain_machine])]


def _answer(sid: str, groups: str, of: dict[str, Any]) -> iam.PolicyStatement:
    actions = ["autoscaling:CompleteLifecycleAction", "autoscaling:RecordLifecycleActionHeartbeat"]
    return iam.PolicyStatement(sid=sid, actions=actions, resources=[groups], conditions=of)
