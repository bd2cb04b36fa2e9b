"""What a cluster's load balancer controller left in ELBv2 and EC2, found by its tag."""

from collections.abc import Sequence
from typing import Any

from norikae.adapters.aws.calls import call, look_up, pages
from norikae.errors import AwsRefusedError

CLUSTER_TAG = "elbv2.k8s.aws/cluster"
"""aws-load-balancer-controller, ``pkg/deploy/tracking``: on every load balancer, target group and security group."""

TAGS_PER_CALL = 20
"""DescribeTags takes at most 20 resources (ELBv2 API reference)."""


class AwsOrphans:
    """``Orphans`` over ELBv2 and EC2.

    Args:
        elbv2: boto3's client for load balancers.
        ec2: boto3's client for security groups.
    """

    def __init__(self, elbv2: Any, ec2: Any) -> None:
        self._elbv2, self._ec2 = elbv2, ec2

    def load_balancers(self, cluster: str) -> tuple[str, ...]:
        """The ARNs of its load balancers."""
        listed = pages(self._elbv2.describe_load_balancers)
        return self._tagged([one["LoadBalancerArn"] for page in listed for one in page["LoadBalancers"]], cluster)

    def target_groups(self, cluster: str) -> tuple[str, ...]:
        """The ARNs of its target groups."""
        listed = pages(self._elbv2.describe_target_groups)
        return self._tagged([one["TargetGroupArn"] for page in listed for one in page["TargetGroups"]], cluster)

    def security_groups(self, cluster: str) -> tuple[str, ...]:
        """The ids of its security groups."""
        marked = {"key": CLUSTER_TAG, "value": cluster, "resource-type": "security-group"}
        filters = [{"Name": name, "Values": [value]} for name, value in marked.items()]
        listed = pages(self._ec2.describe_tags, Filters=filters)
        return tuple(sorted({tag["ResourceId"] for page in listed for tag in page["Tags"]}))

    def delete_load_balancer(self, arn: str) -> None:
        """Delete a load balancer with its listeners; fine when it is gone."""
        look_up(self._elbv2.delete_load_balancer, "LoadBalancerNotFound", LoadBalancerArn=arn)

    def delete_target_group(self, arn: str) -> bool:
        """Delete a target group, fine when it is gone; False while a load balancer still uses it."""
        try:
            call(self._elbv2.delete_target_group, TargetGroupArn=arn)
        except AwsRefusedError as error:
            if error.code != "ResourceInUse":
                raise
            return False
        return True

    def delete_security_group(self, group: str) -> bool:
        """Delete a security group, fine when it is gone; False while something still uses it."""
        try:
            look_up(self._ec2.delete_security_group, "InvalidGroup.NotFound", GroupId=group)
        except AwsRefusedError as error:
            if error.code != "DependencyViolation":
                raise
            return False
        return True

    def _tagged(self, arns: Sequence[str], cluster: str) -> tuple[str, ...]:
        found: list[str] = []
        for start in range(0, len(arns), TAGS_PER_CALL):
            answer = call(self._elbv2.describe_tags, ResourceArns=list(arns[start : start + TAGS_PER_CALL]))
            mark = {"Key": CLUSTER_TAG, "Value": cluster}
            found += [one["ResourceArn"] for one in answer["TagDescriptions"] if mark in one["Tags"]]
        return tuple(found)
