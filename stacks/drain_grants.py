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


def machines_watch(_at: Resources) -> list[iam.PolicyStatement]:
    """See machines, what EC2 says against them, groups and their hooks; none of these takes a resource."""
    actions = [
        "autoscaling:DescribeAutoScalingGroups",
        "autoscaling:DescribeLifecycleHooks",
        "ec2:DescribeInstanceStatus",
        "ec2:DescribeInstances",
    ]
    return [iam.PolicyStatement(sid="Machines", actions=actions, resources=["*"])]


def targets_read(_at: Resources) -> list[iam.PolicyStatement]:
    """Whether target groups still send to a machine; neither takes a resource."""
    actions = ["elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTargetHealth"]
    return [iam.PolicyStatement(sid="Targets", actions=actions, resources=["*"])]


def hooks_answer(at: Resources) -> list[iam.PolicyStatement]:
    """Answer lifecycle actions of the environment's groups.

    EKS tags the groups of its node groups with the cluster's name; self-managed ones carry our own tag, or, in an
    adopted cluster, the tag by which its nodes join.
    """
    return _on_hooks(at, "autoscaling:CompleteLifecycleAction")


def hooks_hold(at: Resources) -> list[iam.PolicyStatement]:
    """Prolong lifecycle actions as well."""
    return _on_hooks(at, "autoscaling:CompleteLifecycleAction", "autoscaling:RecordLifecycleActionHeartbeat")


def drain_start(at: Resources) -> list[iam.PolicyStatement]:
    """Start the machine that empties nodes."""
    return [iam.PolicyStatement(sid="StartDrain", actions=["states:StartExecution"], resources=[at.drain_machine])]


def _on_hooks(at: Resources, *actions: str) -> list[iam.PolicyStatement]:
    names = [f"{at.cluster_prefix}-*", at.adopted_cluster]
    of_node_groups = {"StringLike": {"aws:ResourceTag/eks:cluster-name": [name for name in names if name]}}
    ours = {"StringEquals": {f"aws:ResourceTag/{ENVIRONMENT_TAG}": at.environment}}
    adopted = {"StringEquals": {f"aws:ResourceTag/kubernetes.io/cluster/{at.adopted_cluster}": "owned"}}
    which: list[tuple[str, str, dict[str, Any]]] = [
        ("HooksOfOurGroups", at.scaling_groups(), ours),
        ("HooksOfNodeGroups", at.scaling_groups("*"), of_node_groups),
        *([("HooksOfAdoptedGroups", at.scaling_groups("*"), adopted)] if at.adopted_cluster else []),
    ]
    return [
        iam.PolicyStatement(sid=sid, actions=list(actions), resources=[groups], conditions=of)
        for sid, groups, of in which
    ]
