"""The roles of the clusters that norikae builds; the build may pass these and no others."""

from __future__ import annotations

from aws_cdk import aws_iam as iam
from constructs import Construct


class ClusterRoles(Construct):
    """The control plane's role, and the nodes' role with its instance profile.

    The AWS managed policies are those that EKS requires of these roles (EKS guide, "Cluster IAM role" and "Node IAM
    role"); AWS widens them when a new Kubernetes version needs it, which a copy here would miss.
    """

    def __init__(self, scope: Construct, identifier: str) -> None:
        super().__init__(scope, identifier)
        managed = iam.ManagedPolicy.from_aws_managed_policy_name
        self.control_plane = iam.Role(
            self,
            "Cluster",
            assumed_by=iam.ServicePrincipal("eks.amazonaws.com"),
            managed_policies=[managed("AmazonEKSClusterPolicy")],
        )
        self.nodes = iam.Role(
            self,
            "Node",
            assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"),
            managed_policies=[
                managed("AmazonEKSWorkerNodePolicy"),
                managed("AmazonEC2ContainerRegistryPullOnly"),
                managed("AmazonEKS_CNI_Policy"),
            ],
        )
        self.node_profile = iam.InstanceProfile(self, "NodeProfile", role=self.nodes)
