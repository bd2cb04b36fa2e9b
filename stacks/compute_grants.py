"""Rights on EC2, Auto Scaling and the public SSM parameters: subnets, and nodes that EKS does not manage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_iam as iam

from norikae.cluster.names import ENVIRONMENT_TAG

if TYPE_CHECKING:
    from stacks.resources import Resources


def subnets_read(_at: Resources) -> list[iam.PolicyStatement]:
    """See the subnets with what is left of them; the action takes no resource."""
    return [iam.PolicyStatement(sid="Subnets", actions=["ec2:DescribeSubnets"], resources=["*"])]


def groups_read(_at: Resources) -> list[iam.PolicyStatement]:
    """See Auto Scaling groups, to say in a plan which of them will go; the action takes no resource."""
    return [iam.PolicyStatement(sid="Groups", actions=["autoscaling:DescribeAutoScalingGroups"], resources=["*"])]


def nodes_read(at: Resources) -> list[iam.PolicyStatement]:
    """See launch templates, groups, their activities and instances; none of these takes a resource. AWS's images."""
    return [
        iam.PolicyStatement(
            sid="Nodes",
            actions=[
                "autoscaling:DescribeAutoScalingGroups",
                "autoscaling:DescribeScalingActivities",
                "ec2:DescribeInstances",
                "ec2:DescribeLaunchTemplates",
                "ec2:DescribeTags",
            ],
            resources=["*"],
        ),
        iam.PolicyStatement(
            sid="Images",
            actions=["ssm:GetParameter"],
            # Parameters of AWS have no account in their ARN (Systems Manager guide, "Working with public parameters").
            resources=[f"arn:{at.partition}:ssm:{at.region}::parameter/aws/service/eks/optimized-ami/*"],
        ),
    ]


def nodes_build(at: Resources) -> list[iam.PolicyStatement]:
    """Create launch templates and Auto Scaling groups of green, with the environment's tag and the node role only.

    Auto Scaling asks with the caller's rights whether the template may be used (Auto Scaling guide, "Control Amazon EC2
    launch template usage in Auto Scaling groups"): instances only from launch templates, and with the
    tag at their creation; that they want session tokens is the template's own doing.
    """
    tagged = {"StringEquals": {f"aws:RequestTag/{ENVIRONMENT_TAG}": at.environment}}
    templates = at.arn("ec2", "launch-template/*")
    return [
        iam.PolicyStatement(
            sid="BuildTemplates", actions=["ec2:CreateLaunchTemplate"], resources=[templates], conditions=tagged
        ),
        iam.PolicyStatement(
            sid="TagAtCreation",
            actions=["ec2:CreateTags"],
            resources=[
                at.arn("ec2", f"{kind}/*") for kind in ("instance", "launch-template", "network-interface", "volume")
            ],
            conditions={
                "StringEquals": {
                    "ec2:CreateAction": ["CreateLaunchTemplate", "RunInstances"],
                    f"aws:RequestTag/{ENVIRONMENT_TAG}": at.environment,
                }
            },
        ),
        iam.PolicyStatement(
            sid="UseTemplates",
            actions=["ec2:RunInstances"],
            resources=[at.arn("ec2", "*"), f"arn:{at.partition}:ec2:{at.region}::image/*"],
            conditions={"ArnLike": {"ec2:LaunchTemplate": templates}},
        ),
        iam.PolicyStatement(
            sid="BuildGroups",
            actions=["autoscaling:CreateAutoScalingGroup", "autoscaling:CreateOrUpdateTags"],
            resources=[at.scaling_groups()],
            conditions=tagged,
        ),
        iam.PolicyStatement(
            sid="PassNodeRole",
            actions=["iam:PassRole"],
            resources=[at.node_role],
            conditions={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
        ),
        iam.PolicyStatement(
            sid="LinkedRolesOfNodes",
            actions=["iam:CreateServiceLinkedRole"],
            resources=at.linked_roles_of_nodes(),
            conditions={"StringEquals": {"iam:AWSServiceName": ["autoscaling.amazonaws.com", "spot.amazonaws.com"]}},
        ),
    ]


def nodes_delete(at: Resources) -> list[iam.PolicyStatement]:
    """Take groups away that carry the environment's tag, or the adopted cluster's; of launch templates only our own."""
    adopted = {"StringEquals": {f"aws:ResourceTag/kubernetes.io/cluster/{at.adopted_cluster}": "owned"}}
    return [
        *green_nodes_delete(at),
        iam.PolicyStatement(
            sid="DeleteAdoptedGroups",
            actions=["autoscaling:DeleteAutoScalingGroup"],
            resources=[at.scaling_groups("*")],
            conditions=adopted,
        ),
    ]


def green_nodes_delete(at: Resources) -> list[iam.PolicyStatement]:
    """Take away what norikae made: groups and launch templates with the environment's tag."""
    ours = {"StringEquals": {f"aws:ResourceTag/{ENVIRONMENT_TAG}": at.environment}}
    return [
        iam.PolicyStatement(
            sid="DeleteGroups",
            actions=["autoscaling:DeleteAutoScalingGroup"],
            resources=[at.scaling_groups()],
            conditions=ours,
        ),
        iam.PolicyStatement(
            sid="DeleteTemplates",
            actions=["ec2:DeleteLaunchTemplate"],
            resources=[at.arn("ec2", "launch-template/*")],
            conditions=ours,
        ),
    ]
