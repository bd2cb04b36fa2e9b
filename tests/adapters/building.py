"""A site on which clusters are built by norikae's adapters, over the wire, in an embedded world without functions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import msgspec
import yaml

from local.cluster.git import GitRepositories
from local.world import World
from norikae.adapters.aws.compute import AwsCompute
from norikae.adapters.aws.eks import EksClusters
from norikae.adapters.aws.identity import AwsIdentity
from norikae.adapters.aws.orphans import AwsOrphans
from norikae.adapters.kubernetes.connect import connect
from norikae.cluster.blue import ensure_gone
from norikae.cluster.green import ClusterRoles, GreenCluster, ensure_green
from norikae.cluster.site import Site
from tests.adapters.looking import until_ready
from tests.unit.fakes.demo import demo_environment

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.aws.autoscaling.records import Group
    from local.aws.ec2 import Instance, Template
    from norikae.adapters.kubernetes.client import KubernetesClient
    from norikae.environment import Environment
    from norikae.upgrade.progress import Progress

BLUE, GREEN = "demo-1-33", GreenCluster("demo-1-35-a", "1.35", "run-1", "demo-1-33")
EKS_TAG = "eks:nodegroup-name"
RBAC: list[dict[str, Any]] = list(yaml.safe_load_all(Path("lambdas/manifests/rbac.yaml").read_text(encoding="utf-8")))
SYSTEM = {"name": "system", "kind": "managed", "instances": ["m7g.large"], "min_size": 2}
WORKER = {
    "name": "worker",
    "kind": "self-managed",
    "instances": ["m7g.xlarge", "m6g.xlarge"],
    "min_size": 3,
    "max_size": 6,
    "labels": {"role": "worker"},
    "disk_gib": 50,
    "spot": {"base": 1, "percent": 100},
    "kubelet": {"maxPods": 40},
    "tags": {"team": "platform"},
}


class BuildingSite:
    """An account with the roles of clusters, and the operator's hands in it.

    Args:
        groups: the node groups of green.
    """

    def __init__(self, *groups: dict[str, Any]) -> None:
        self.environment: Environment = demo_environment(node_groups=list(groups or (SYSTEM, WORKER)), poll=120)
        self.world = World(self.environment, GitRepositories())
        self.kernel, self.front = self.world.kernel, self.world.front
        self.roles = self._roles()
        self._since = 0.0
        self.site = Site(
            EksClusters(self.client("eks")),
            AwsCompute(self.client("ec2"), self.client("autoscaling"), self.client("ssm")),
            AwsIdentity(self.client("iam"), self.client("sts"), self.client("eks")),
            self.connect,
            AwsOrphans(self.client("elbv2"), self.client("ec2")),
        )

    def _roles(self) -> ClusterRoles:
        iam = self.client("iam")
        arns = {}
        for name, service in (("cluster", "eks"), ("node", "ec2")):
            trust = {
                "Effect": "Allow",
                "Principal": {"Service": f"{service}.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
            document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
            arns[name] = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
        profile = iam.create_instance_profile(InstanceProfileName="node")["InstanceProfile"]["Arn"]
        iam.add_role_to_instance_profile(InstanceProfileName="node", RoleName="node")
        return ClusterRoles(arns["cluster"], arns["node"], profile, access={"norikae:admin": [self.me]})

    @property
    def me(self) -> str:
        """The operator's role."""
        return self.world.identities.admin.arn

    @property
    def machines(self) -> list[Instance]:
        """The instances that EKS does not manage, in the order of their launch."""
        return [one for one in self.world.ec2.instances.values() if EKS_TAG not in one.tags]

    @property
    def scaling_groups(self) -> list[Group]:
        """The Auto Scaling groups that EKS does not manage."""
        return [one for one in self.world.autoscaling.groups.values() if EKS_TAG not in one.tags]

    @property
    def templates(self) -> list[Template]:
        """The launch templates that EKS has not made."""
        return [one for one in self.world.ec2.templates.values() if EKS_TAG not in one.tags]

    def client(self, service: str) -> Any:
        """The operator's client of a service."""
        return self.world.client(service)

    def connect(self, cluster: str) -> KubernetesClient:
        """A cluster's API, as the operator."""
        key = self.world.identities.admin.access_key
        session = boto3.Session(
            aws_access_key_id=key,
            aws_secret_access_key=self.world.identities.secret_key_for(key),
            region_name=self.environment.region,
        )
        return connect(cluster, eks=self.client("eks"), session=session)

    def look(self) -> Progress:
        """The next move towards green."""
        return ensure_green(self.site, self.environment, GREEN, self.roles, RBAC, since=self._since)

    def resume(self) -> None:
        """Somebody has read why the build stopped, and resumes."""
        self._since = self.kernel.now()

    def clear(self, cluster: str = GREEN.name) -> Progress:
        """The next move towards no cluster."""
        return ensure_gone(self.site, self.environment, cluster)

    def until_ready(self, look: Callable[[], Progress], looks: int = 200) -> list[str]:
        """Look again when the move says so; what it waited for."""
        return until_ready(self.kernel, look, looks)

    def until_it_waits_for(self, text: str, looks: int = 200) -> None:
        """Look again until green waits for something.

        Args:
            text: a part of what it waits for.
            looks: how often it is looked at.
        """
        waited: list[str] = []
        for _ in range(looks):
            progress = self.look()
            waited.append(progress.waiting_for)
            if text in progress.waiting_for:
                return
            self.kernel.run(progress.retry_after_seconds)
        raise AssertionError(waited)

    def change(self, **clusters: Any) -> None:
        """Another wish for green."""
        changed = msgspec.structs.replace(self.environment.clusters, **clusters)
        self.environment = msgspec.structs.replace(self.environment, clusters=changed)

    def close(self) -> None:
        """Nothing answers any more; the world itself had no defects."""
        self.world.close()
        assert self.front.failures == []
