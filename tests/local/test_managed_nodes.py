"""Managed nodes are machines of EC2 in a group of Auto Scaling, and come and go with their node group."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from local.cluster.git import GitRepositories
from local.world import World
from stacks.environment_file import load

if TYPE_CHECKING:
    from collections.abc import Iterator

CLUSTER, ROLE = "blue", "arn:aws:iam::123456789012:role/node"


class Blue:
    """A cluster with a node group of three spot instances."""

    def __init__(self) -> None:
        self.world = World(load(Path("environments/demo.yaml")), GitRepositories({}))
        subnets = list(self.world.environment.network.subnets)
        group = {
            "nodegroupName": "worker",
            "scalingConfig": {"minSize": 1, "maxSize": 5, "desiredSize": 3},
            "subnets": subnets,
            "instanceTypes": ["m7g.xlarge"],
            "nodeRole": ROLE,
            "capacityType": "SPOT",
            "labels": {"role": "worker"},
        }
        self.world.eks.adopt(CLUSTER, "1.33", role_arn=ROLE, subnets=subnets, nodegroups=[group])
        self.ec2, self.autoscaling = self.world.client("ec2"), self.world.client("autoscaling")

    def nodes(self) -> list[dict[str, Any]]:
        return self.world.clusters[CLUSTER].api.list("nodes")

    def instances(self) -> list[dict[str, Any]]:
        """The machines that run."""
        running = [{"Name": "instance-state-name", "Values": ["running"]}]
        return [one["Instances"][0] for one in self.ec2.describe_instances(Filters=running)["Reservations"]]

    def group(self) -> dict[str, Any]:
        (found,) = self.autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]
        return dict(found)


@pytest.fixture
def blue() -> Iterator[Blue]:
    made = Blue()
    yield made
    made.world.close()


def test_each_node_names_the_instance_that_ec2_describes(blue: Blue) -> None:
    machines = {one["InstanceId"]: one for one in blue.instances()}
    assert len(machines) == 3
    for node in blue.nodes():
        zone, _, instance = node["spec"]["providerID"].removeprefix("aws:///").partition("/")
        assert machines[instance]["Placement"]["AvailabilityZone"] == zone
        assert machines[instance]["PrivateDnsName"] == node["metadata"]["name"]
        assert machines[instance]["InstanceLifecycle"] == "spot"
        labels = node["metadata"]["labels"]
        assert labels["eks.amazonaws.com/nodegroup"] == "worker"
        assert labels["eks.amazonaws.com/capacityType"] == "SPOT"
        assert labels["role"] == "worker"


def test_machines_have_the_tags_of_managed_nodes(blue: Blue) -> None:
    group = blue.group()
    assert group["AutoScalingGroupName"].startswith("eks-worker-")
    marks = {
        "eks:cluster-name": CLUSTER,
        "eks:nodegroup-name": "worker",
        "kubernetes.io/cluster/blue": "owned",
        "aws:autoscaling:groupName": group["AutoScalingGroupName"],
    }
    for one in blue.instances():
        tags = {tag["Key"]: tag["Value"] for tag in one["Tags"]}
        assert tags.items() >= marks.items()
    found = blue.ec2.describe_tags(Filters=[{"Name": "key", "Values": ["eks:cluster-name"]}])["Tags"]
    assert sum(tag["ResourceType"] == "instance" for tag in found) == 3
    resources = blue.world.client("eks").describe_nodegroup(clusterName=CLUSTER, nodegroupName="worker")["nodegroup"]
    assert resources["resources"]["autoScalingGroups"] == [{"name": group["AutoScalingGroupName"]}]


def test_a_node_whose_machine_is_reclaimed_goes_and_another_comes(blue: Blue) -> None:
    blue.world.kernel.run(60)
    first = blue.instances()[0]
    blue.world.ec2.interrupt(first["InstanceId"])
    blue.world.kernel.run(121)
    assert first["InstanceId"] not in {one["InstanceId"] for one in blue.instances()}
    blue.world.kernel.run(15)
    assert first["PrivateDnsName"] not in {node["metadata"]["name"] for node in blue.nodes()}
    blue.world.kernel.run(150)
    assert {node["metadata"]["name"] for node in blue.nodes()} == {one["PrivateDnsName"] for one in blue.instances()}
    assert len(blue.nodes()) == 3
    newest = blue.nodes()[-1]["metadata"]["labels"]
    assert (newest["eks.amazonaws.com/nodegroup"], newest["role"]) == ("worker", "worker")


def test_a_node_group_grows_and_shrinks_with_its_group(blue: Blue) -> None:
    eks = blue.world.client("eks")
    for size in (5, 2):
        scaling = {"minSize": 1, "maxSize": 5, "desiredSize": size}
        eks.update_nodegroup_config(clusterName=CLUSTER, nodegroupName="worker", scalingConfig=scaling)
        blue.world.kernel.run(300)
        assert len(blue.nodes()) == len(blue.instances()) == blue.group()["DesiredCapacity"] == size


def test_a_deleted_node_group_leaves_nothing_that_runs(blue: Blue) -> None:
    blue.world.client("eks").delete_nodegroup(clusterName=CLUSTER, nodegroupName="worker")
    blue.world.kernel.run(300)
    assert blue.instances() == []
    assert blue.nodes() == []
    assert blue.autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"] == []
    assert blue.ec2.describe_launch_templates()["LaunchTemplates"] == []
    assert {one.state for one in blue.world.ec2.instances.values()} == {"terminated"}
