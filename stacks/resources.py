"""The names and ARNs of one environment, as rights and settings need them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Resources:
    """The ARNs and names that grants and settings speak of; most are known only at deployment."""

    environment: str
    partition: str
    region: str
    account: str
    cluster_prefix: str
    adopted_cluster: str
    zones: tuple[str, ...]
    table: str
    table_name: str
    bucket: str
    bucket_name: str
    topic: str
    key: str
    cluster_role: str
    node_role: str
    upgrade_machine: str
    shift_machine: str

    def arn(self, service: str, resource: str) -> str:
        """An ARN in this account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def clusters(self, kind: str = "cluster", below: str = "") -> list[str]:
        """EKS ARNs of the environment's clusters, or of what belongs to them."""
        names = (f"{self.cluster_prefix}-*", self.adopted_cluster)
        return [self.arn("eks", f"{kind}/{name}{below}") for name in names]

    def clusters_and_parts(self) -> list[str]:
        """EKS ARNs of the clusters, their node groups, add-ons and access entries."""
        parts = ("nodegroup", "addon", "access-entry")
        return [*self.clusters(), *(arn for part in parts for arn in self.clusters(part, "/*"))]

    def hosted_zones(self) -> list[str]:
        """ARNs of the environment's hosted zones."""
        return [f"arn:{self.partition}:route53:::hostedzone/{zone}" for zone in self.zones]

    def changes(self) -> str:
        """ARNs of all Route 53 changes; their ids are made when they are asked for."""
        return f"arn:{self.partition}:route53:::change/*"

    def linked_roles(self) -> str:
        """ARN of EKS's own service-linked roles."""
        return f"arn:{self.partition}:iam::{self.account}:role/aws-service-role/eks*.amazonaws.com/*"

    def executions(self) -> list[str]:
        """ARNs of every execution of the two machines."""
        return [f"{machine.replace(':stateMachine:', ':execution:')}:*" for machine in self.machines()]

    def machines(self) -> tuple[str, str]:
        """ARNs of the two machines."""
        return self.upgrade_machine, self.shift_machine
