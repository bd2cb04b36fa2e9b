from __future__ import annotations

from typing import Any

import pytest

from .conftest import NODE_ROLE, Region, nodegroup_request, refusal


def test_nodes_join_and_then_the_group_is_active(region: Region) -> None:
    region.ready()

    group = region.nodegroup()["nodegroup"]
    assert (group["status"], group["version"]) == ("CREATING", "1.35")
    region.pass_time(101)
    assert ("nodes", "demo-1-35-a", "worker") in region.told
    region.pass_time(80)

    assert region.status("nodegroup", clusterName="demo-1-35-a", nodegroupName="worker") == "ACTIVE"
    assert region.eks.list_nodegroups(clusterName="demo-1-35-a") == {"nodegroups": ["worker"]}


def test_eks_makes_the_access_entry_of_managed_nodes(region: Region) -> None:
    cluster = region.ready()
    region.nodegroup()

    entry = cluster.entries[NODE_ROLE]

    assert (entry.type, entry.groups, entry.username) == (
        "EC2_LINUX",
        ["system:nodes"],
        "system:node:{{EC2PrivateDNSName}}",
    )


def test_no_node_group_before_the_cluster_is_active(region: Region) -> None:
    region.create()

    code, text = refusal(region.eks.create_nodegroup, **nodegroup_request())

    assert (code, text) == (
        "InvalidRequestException",
        "Cluster 'demo-1-35-a' is not in ACTIVE status, it is CREATING",
    )


def test_a_repeated_request_makes_one_group_and_another_request_finds_the_name_taken(region: Region) -> None:
    region.ready()
    first = region.nodegroup()["nodegroup"]

    assert region.nodegroup()["nodegroup"]["nodegroupArn"] == first["nodegroupArn"]
    assert refusal(region.eks.create_nodegroup, **nodegroup_request(clientRequestToken="other")) == (
        "ResourceInUseException",
        "NodeGroup already exists with name worker and cluster name demo-1-35-a",
    )


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"scalingConfig": {"minSize": 4, "maxSize": 6, "desiredSize": 3}}, "Minimum capacity 4 can't be greater"),
        ({"scalingConfig": {"minSize": 1, "maxSize": 2, "desiredSize": 3}}, "Maximum capacity 2 can't be less"),
        ({"version": "1.34"}, "should be equal to the cluster's version"),
        ({"amiType": "AL2_ARM_64"}, "Requested AMI for this version 1.35 is not supported"),
        ({"amiType": "AL2023_x86_64_STANDARD"}, "[m7g.xlarge] is not a valid instance type for requested amiType"),
        ({"instanceTypes": ["m7i.large"]}, "[m7i.large] is not a valid instance type for requested amiType"),
        ({"nodeRole": f"{NODE_ROLE}-of-nobody"}, "required service principals [ec2.amazonaws.com] were not found"),
        ({"subnets": ["subnet-x"]}, "The subnet ID 'subnet-x' does not exist"),
    ],
)
def test_a_group_that_could_not_run_is_refused(region: Region, changes: dict[str, Any], text: str) -> None:
    region.ready()

    code, message = refusal(region.eks.create_nodegroup, **nodegroup_request(**changes))

    assert code == "InvalidParameterException"
    assert text in message
    assert region.eks.list_nodegroups(clusterName="demo-1-35-a") == {"nodegroups": []}


def test_a_changed_size_reaches_the_world_when_the_update_succeeds(region: Region) -> None:
    region.ready()
    region.nodegroup()
    region.pass_time(181)
    names = {"clusterName": "demo-1-35-a", "nodegroupName": "worker"}

    update = region.eks.update_nodegroup_config(
        **names,
        scalingConfig={"desiredSize": 5},
        labels={"addOrUpdateLabels": {"role": "worker"}},
        taints={"addOrUpdateTaints": [{"key": "spot", "value": "true", "effect": "NO_SCHEDULE"}]},
    )["update"]
    assert refusal(region.eks.update_nodegroup_config, **names, scalingConfig={"desiredSize": 4})[0] == (
        "ResourceInUseException"
    )
    assert refusal(region.eks.delete_nodegroup, **names)[0] == "ResourceInUseException"
    region.pass_time(61)

    group = region.eks.describe_nodegroup(**names)["nodegroup"]
    assert group["scalingConfig"] == {"minSize": 2, "maxSize": 6, "desiredSize": 5}
    assert (group["labels"], group["taints"][0]["key"]) == ({"role": "worker"}, "spot")
    assert region.told[-1] == ("nodes", "demo-1-35-a", "worker")
    found = region.eks.list_updates(name="demo-1-35-a", nodegroupName="worker")
    assert found == {"updateIds": [update["id"]]}
    assert region.eks.list_updates(name="demo-1-35-a") == {"updateIds": []}
    assert refusal(region.eks.describe_update, name="demo-1-35-a", updateId=update["id"])[0] == (
        "ResourceNotFoundException"
    )


def test_a_size_outside_of_its_bounds_is_refused(region: Region) -> None:
    region.ready()
    region.nodegroup()
    region.pass_time(181)

    found = refusal(
        region.eks.update_nodegroup_config,
        clusterName="demo-1-35-a",
        nodegroupName="worker",
        scalingConfig={"desiredSize": 9},
    )

    assert found[0] == "InvalidParameterException"


def test_a_deleted_group_takes_its_nodes_with_it(region: Region) -> None:
    region.ready()
    region.nodegroup()
    names = {"clusterName": "demo-1-35-a", "nodegroupName": "worker"}
    assert refusal(region.eks.delete_nodegroup, **names)[0] == "ResourceInUseException"
    region.pass_time(181)

    assert region.eks.delete_nodegroup(**names)["nodegroup"]["status"] == "DELETING"
    region.pass_time(241)

    assert region.told[-1] == ("nodes gone", "demo-1-35-a", "worker")
    assert refusal(region.eks.describe_nodegroup, **names) == (
        "ResourceNotFoundException",
        "No node group found for name: worker.",
    )
