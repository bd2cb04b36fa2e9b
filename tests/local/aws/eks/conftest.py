from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from local.aws.eks import EksCluster, EksSimulator
from local.aws.identities import Identities
from local.aws.simulator import AwsError
from local.kernel import Kernel

ACCOUNT, REGION = "123456789012", "ap-northeast-1"
CLUSTER_ROLE = f"arn:aws:iam::{ACCOUNT}:role/cluster"
NODE_ROLE = f"arn:aws:iam::{ACCOUNT}:role/node"
POD_ROLE = f"arn:aws:iam::{ACCOUNT}:role/pod"
TRUST = {
    (CLUSTER_ROLE, "eks.amazonaws.com"),
    (NODE_ROLE, "ec2.amazonaws.com"),
    (POD_ROLE, "pods.eks.amazonaws.com"),
}


@dataclass
class Region:
    """EKS in one region, and a list of everything that it told the world."""

    kernel: Kernel = field(default_factory=Kernel)
    told: list[tuple[str, str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.identities = Identities(ACCOUNT)
        self.eks = EksSimulator(
            self.kernel,
            account=ACCOUNT,
            region=REGION,
            identities=self.identities,
            on_active=self._active,
            on_nodes=lambda cluster, group: self.told.append(("nodes", cluster, group["nodegroupName"])),
            on_nodes_gone=lambda cluster, group: self.told.append(("nodes gone", cluster, group["nodegroupName"])),
            on_addon=lambda cluster, addon: self.told.append(("addon", cluster, addon["addonName"])),
            on_addon_gone=lambda cluster, addon: self.told.append(("addon gone", cluster, addon["addonName"])),
            on_deleted=lambda cluster: self.told.append(("deleted", cluster, None)),
            subnets={"subnet-a": "apne1-az4", "subnet-a2": "apne1-az4", "subnet-c": "apne1-az1"},
            trusts=lambda role, service: (role, service) in TRUST,
        )

    def _active(self, cluster: EksCluster) -> tuple[str, str]:
        self.told.append(("active", cluster.name, cluster.version))
        return f"https://{cluster.name}.eks.example.com", "-----BEGIN CERTIFICATE-----"

    def pass_time(self, seconds: float) -> None:
        self.kernel.run(seconds)

    def create(self, **changes: Any) -> dict[str, Any]:
        return self.eks.create_cluster(**cluster_request(**changes))

    def ready(self, name: str = "demo-1-35-a", version: str = "1.35") -> EksCluster:
        return self.eks.adopt(name, version, role_arn=CLUSTER_ROLE, subnets=["subnet-a", "subnet-c"])

    def nodegroup(self, **changes: Any) -> dict[str, Any]:
        return self.eks.create_nodegroup(**nodegroup_request(**changes))

    def status(self, kind: str, **names: str) -> str:
        described = getattr(self.eks, f"describe_{kind}")(**names)
        return str(next(iter(described.values()))["status"])


def cluster_request(**changes: Any) -> dict[str, Any]:
    return {
        "name": "demo-1-35-a",
        "version": "1.35",
        "roleArn": CLUSTER_ROLE,
        "resourcesVpcConfig": {"subnetIds": ["subnet-a", "subnet-c"]},
        "accessConfig": {"authenticationMode": "API"},
        "clientRequestToken": "run-1/cluster",
    } | changes


def nodegroup_request(**changes: Any) -> dict[str, Any]:
    return {
        "clusterName": "demo-1-35-a",
        "nodegroupName": "worker",
        "nodeRole": NODE_ROLE,
        "subnets": ["subnet-a", "subnet-c"],
        "instanceTypes": ["m7g.xlarge"],
        "amiType": "AL2023_ARM_64_STANDARD",
        "scalingConfig": {"minSize": 2, "maxSize": 6, "desiredSize": 3},
        "clientRequestToken": "run-1/worker",
    } | changes


@pytest.fixture
def region() -> Region:
    return Region()


def refusal(call: Any, **request: Any) -> tuple[str, str]:
    with pytest.raises(AwsError) as error:
        call(**request)
    return error.value.code, error.value.message
