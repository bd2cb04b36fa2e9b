"""Which functions reach the API of which cluster: by where they run and what security groups let through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from moto.awslambda.models import lambda_backends

if TYPE_CHECKING:
    from local.aws.ec2 import Ec2Simulator
    from local.aws.eks.records import EksCluster
    from local.aws.eks.simulator import EksSimulator

API_PORT = 443
"""Where a control plane listens in AWS; the loopback port of the world's API server stands for it."""


class Reach:
    """Answers whether a connection from a function to a loopback port of an API server would come about in AWS.

    Source: EKS user guide, "Cluster API server endpoint", "View Amazon EKS security group requirements for clusters".

    Args:
        eks: whose clusters these are.
        ec2: whose rules these are.
        account: twelve digits.
        region: such as ``ap-northeast-1``.
    """

    def __init__(self, eks: EksSimulator, ec2: Ec2Simulator, *, account: str, region: str) -> None:
        self._eks, self._ec2, self._account, self._region = eks, ec2, account, region

    def __call__(self, function: str, port: int) -> bool:
        """Whether a function, by its name, reaches a port; whatever is no cluster's is always reached."""
        cluster = next((one for one in self._eks.clusters.values() if _port(one) == port), None)
        if cluster is None:
            return True
        groups = self._groups_of(function)
        if not groups or not cluster.vpc["endpointPrivateAccess"]:
            return bool(cluster.vpc["endpointPublicAccess"])
        attached = (cluster.vpc["clusterSecurityGroupId"], *cluster.vpc["securityGroupIds"])
        return self._ec2.reaches(groups, attached, API_PORT)

    def _groups_of(self, function: str) -> list[str]:
        backend: Any = lambda_backends[self._account][self._region]
        config = backend.get_function(function).vpc_config or {}
        return list(config.get("SecurityGroupIds", ()))


def _port(cluster: EksCluster) -> int | None:
    return urlsplit(cluster.endpoint).port if cluster.endpoint else None
