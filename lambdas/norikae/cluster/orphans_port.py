"""What is needed to find and remove what a dead cluster's load balancer controller left in AWS."""

from typing import Protocol


class Orphans(Protocol):
    """Load balancers, target groups and security groups that carry the tag ``elbv2.k8s.aws/cluster`` of a cluster."""

    def load_balancers(self, cluster: str) -> tuple[str, ...]:
        """The ARNs of its load balancers."""

    def target_groups(self, cluster: str) -> tuple[str, ...]:
        """The ARNs of its target groups."""

    def security_groups(self, cluster: str) -> tuple[str, ...]:
        """The ids of its security groups."""

    def delete_load_balancer(self, arn: str) -> None:
        """Delete a load balancer with its listeners; fine when it is gone."""

    def delete_target_group(self, arn: str) -> bool:
        """Delete a target group, fine when it is gone; False while a load balancer still uses it."""

    def delete_security_group(self, group: str) -> bool:
        """Delete a security group, fine when it is gone; False while something still uses it."""
