"""EC2, Auto Scaling and public SSM parameters by boto3: the port ``norikae.cluster.compute_port.Compute``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from norikae.adapters.aws.calls import pages
from norikae.cluster.compute_port import Subnet

if TYPE_CHECKING:
    from collections.abc import Sequence


class AwsCompute:
    """EC2, Auto Scaling and Systems Manager of the process's account and region.

    Args:
        ec2: a boto3 client.
        autoscaling: a boto3 client.
        ssm: a boto3 client.
    """

    def __init__(self, ec2: Any, autoscaling: Any, ssm: Any) -> None:
        self._ec2, self._autoscaling, self._ssm = ec2, autoscaling, ssm

    def subnets(self, ids: Sequence[str]) -> tuple[Subnet, ...]:
        """Some subnets; one that does not exist is left out.

        Asked by a filter and not by ``SubnetIds``, with which one unknown id would refuse the whole call (EC2 API
        reference, "DescribeSubnets").
        """
        if not ids:
            return ()
        wanted = [{"Name": "subnet-id", "Values": list(ids)}]
        return tuple(
            Subnet(found["SubnetId"], found["AvailabilityZoneId"], found["AvailableIpAddressCount"])
            for page in pages(self._ec2.describe_subnets, Filters=wanted)
            for found in page["Subnets"]
        )

    def admits(self, group: str, *, source: str, port: int) -> bool:
        """Whether a rule of a security group admits TCP to a port from another group, or from any addresses.

        Args:
            group: the security group that is entered.
            source: the security group that connections come from.
            port: the port.
        """
        wanted = [{"Name": "group-id", "Values": [group]}]
        return any(
            not rule["IsEgress"] and _covers(rule, port) and (_comes_from(rule, source) or _is_open(rule))
            for page in pages(self._ec2.describe_security_group_rules, Filters=wanted)
            for rule in page["SecurityGroupRules"]
        )


def _covers(rule: dict[str, Any], port: int) -> bool:
    """Whether a rule is about TCP to a port; ``-1`` is every protocol (EC2 API reference, SecurityGroupRule)."""
    if rule["IpProtocol"] == "-1":
        return True
    return bool(rule["IpProtocol"] == "tcp" and rule["FromPort"] <= port <= rule["ToPort"])


def _comes_from(rule: dict[str, Any], source: str) -> bool:
    return bool(rule.get("ReferencedGroupInfo", {}).get("GroupId") == source)


def _is_open(rule: dict[str, Any]) -> bool:
    return rule.get("CidrIpv4") == "0.0.0.0/0"
