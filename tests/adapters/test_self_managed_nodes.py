"""Self-managed nodes over the wire: what norikae asks for is what a machine needs to join, and all of it goes again."""

from __future__ import annotations

import base64
import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest

from local.aws.simulator import AwsError
from local.joining import node_config
from norikae.cluster.compute_port import Leftovers
from norikae.errors import AwsRefusedError, RefusedError
from tests.adapters.building import BLUE, GREEN, BuildingSite

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = f"{GREEN.name}-worker"
OURS = {
    "norikae:environment": "demo",
    "norikae:run": "run-1",
    "norikae:role": "green",
    f"kubernetes.io/cluster/{GREEN.name}": "owned",
    "team": "platform",
}


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[BuildingSite]:
    built = BuildingSite()
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: built.kernel.utcnow().replace(tzinfo=None))
    yield built
    built.close()


def tags_of(thing: dict[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in thing["Tags"]}


def template_data(site: BuildingSite) -> dict[str, Any]:
    (template,) = site.templates
    return template.data


def nodes_of(site: BuildingSite, role: str) -> list[dict[str, Any]]:
    return site.connect(GREEN.name).list("nodes", labels=f"role={role}")


def test_green_grows_with_both_kinds_of_groups_and_goes_again(site: BuildingSite) -> None:
    waited = site.until_ready(site.look)
    assert "node group system is CREATING, node groups worker were just asked for" in waited
    assert len(site.connect(GREEN.name).list("nodes")) == 5
    waited = site.until_ready(site.clear)
    assert f"Auto Scaling groups {NAME} to be deleted" in waited
    assert site.site.eks.cluster_names() == frozenset()
    assert (site.site.compute.instances(GREEN.name), site.site.compute.leftovers(GREEN.name)) == ((), Leftovers())


def test_nodes_have_the_labels_and_the_kubelet_of_their_group(site: BuildingSite) -> None:
    site.until_ready(site.look)
    nodes = nodes_of(site, "worker")
    assert [node["status"]["capacity"]["pods"] for node in nodes] == ["40", "40", "40"]
    config = node_config(template_data(site)["UserData"])
    cluster = site.site.eks.cluster(GREEN.name)
    assert cluster is not None
    assert config["cluster"] == {
        "name": GREEN.name,
        "apiServerEndpoint": cluster.endpoint,
        "certificateAuthority": cluster.ca,
        "cidr": "172.20.0.0/16",
    }
    assert config["kubelet"] == {"config": {"maxPods": 40}, "flags": ["--node-labels=role=worker"]}


def test_a_launch_template_asks_for_tokens_and_an_encrypted_disk(site: BuildingSite) -> None:
    site.until_ready(site.look)
    data = template_data(site)
    assert data["MetadataOptions"] == {"HttpTokens": "required", "HttpPutResponseHopLimit": 2}
    (disk,) = data["BlockDeviceMappings"]
    assert disk["Ebs"] == {"VolumeSize": 50, "VolumeType": "gp3", "Encrypted": True, "DeleteOnTermination": True}
    assert data["IamInstanceProfile"] == {"Arn": site.roles.node_profile}


def test_everything_is_tagged_from_its_first_moment(site: BuildingSite) -> None:
    site.until_ready(site.look)
    tagging = [
        call for call in site.front.calls if "Tag" in call.operation and not call.operation.startswith("Describe")
    ]
    assert tagging == []
    (template,) = site.templates
    assert template.tags == OURS
    groups = site.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[NAME])
    (group,) = groups["AutoScalingGroups"]
    for_the_autoscaler = {
        "k8s.io/cluster-autoscaler/enabled": "true",
        f"k8s.io/cluster-autoscaler/{GREEN.name}": "owned",
        "k8s.io/cluster-autoscaler/node-template/label/role": "worker",
    }
    assert tags_of(group) == {**OURS, **for_the_autoscaler, "Name": NAME}
    mine = [{"Name": "tag:aws:autoscaling:groupName", "Values": [NAME]}]
    instances = site.client("ec2").describe_instances(Filters=mine)["Reservations"]
    assert len(instances) == 3
    assert all(tags_of(one["Instances"][0]).items() >= {**OURS, "Name": NAME}.items() for one in instances)
    parts = site.world.ec2.parts_of(site.machines[0])
    assert [kind for kind, _, tags in parts if tags.items() >= OURS.items()] == ["volume", "network-interface"]


def test_above_the_base_nodes_are_spot(site: BuildingSite) -> None:
    site.until_ready(site.look)
    assert sorted(one.spot for one in site.machines) == [False, True, True]


def test_without_spot_every_node_is_on_demand_and_spread_over_the_zones(site: BuildingSite) -> None:
    group = site.environment.clusters.node_groups[1]
    site.change(node_groups=(type(group)(name="plain", kind="self-managed", instances=("m7i.large",), min_size=2),))
    site.until_ready(site.look)
    instances = site.machines
    assert [one.spot for one in instances] == [False, False]
    assert {one.subnet.id for one in instances} == {"subnet-a", "subnet-c"}


def test_a_node_that_is_taken_away_is_replaced(site: BuildingSite) -> None:
    site.until_ready(site.look)
    first = site.machines[0].id
    site.client("ec2").terminate_instances(InstanceIds=[first])
    assert not site.look().ready
    site.until_ready(site.look)
    assert first not in {node["spec"]["providerID"].rpartition("/")[2] for node in nodes_of(site, "worker")}


def test_a_type_without_capacity_is_replaced_by_the_next_one(site: BuildingSite) -> None:
    site.world.ec2.lacks_capacity("m7g.xlarge")
    site.until_ready(site.look)
    assert {one.type for one in site.machines} == {"m6g.xlarge"}


def test_spot_capacity_is_waited_for_and_the_wait_says_so(site: BuildingSite) -> None:
    for kind in ("m7g.xlarge", "m6g.xlarge"):
        site.world.ec2.lacks_capacity(kind, spot=True)
    site.until_it_waits_for(
        "node group worker has 1 of 3 nodes Ready, 1 instances run (UnfulfillableCapacity: Unable to fulfill capacity "
        "due to your request configuration. Please adjust your request and try again. Launching EC2 instance failed.)"
    )
    site.world.ec2.refusals.clear()
    site.until_ready(site.look)


def test_blue_takes_its_own_groups_along_and_leaves_the_templates_of_others(site: BuildingSite) -> None:
    site.world.eks.adopt(
        BLUE, "1.33", role_arn=site.roles.cluster_role, subnets=["subnet-a", "subnet-c"], admins=[site.me]
    )
    ec2, autoscaling = site.client("ec2"), site.client("autoscaling")
    tag = {"Key": f"kubernetes.io/cluster/{BLUE}", "Value": "owned"}
    data = {
        "ImageId": site.site.compute.image("1.33", "arm64"),
        "TagSpecifications": [{"ResourceType": "instance", "Tags": [tag]}],
    }
    made = ec2.create_launch_template(
        LaunchTemplateName="terraform-blue",
        LaunchTemplateData=data,
        TagSpecifications=[{"ResourceType": "launch-template", "Tags": [tag]}],
    )["LaunchTemplate"]
    specification = {"LaunchTemplateId": made["LaunchTemplateId"], "Version": "1"}
    overrides = [{"InstanceType": "m7g.large"}]
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName="blue-nodes",
        MinSize=2,
        MaxSize=2,
        VPCZoneIdentifier="subnet-a,subnet-c",
        MixedInstancesPolicy={"LaunchTemplate": {"LaunchTemplateSpecification": specification, "Overrides": overrides}},
        Tags=[{**tag, "PropagateAtLaunch": True}],
    )
    site.kernel.run(60)
    site.until_ready(lambda: site.clear(BLUE))
    assert site.world.autoscaling.groups == {}
    assert [one.name for one in site.world.ec2.templates.values()] == ["terraform-blue"]


def test_nodes_that_no_group_owns_are_for_a_person(site: BuildingSite) -> None:
    site.until_ready(site.look)
    (group,) = site.scaling_groups
    stray = group.instances.pop()
    del stray.tags["aws:autoscaling:groupName"]
    with pytest.raises(RefusedError, match=rf"instances {stray.id} \(1 in all\) are nodes of {GREEN.name}"):
        site.until_ready(site.clear)
    site.client("ec2").terminate_instances(InstanceIds=[stray.id])
    site.until_ready(site.clear)


def test_an_instance_type_of_two_processors_says_so_in_the_words_of_aws(site: BuildingSite) -> None:
    group = site.environment.clusters.node_groups[1]
    mixed = type(group)(name="mixed", kind="self-managed", instances=("m7g.large", "m7i.large"), min_size=1)
    site.world.ec2.lacks_capacity("m7g.large")
    site.change(node_groups=(mixed,))
    site.until_it_waits_for("InsufficientInstanceCapacity: We currently do not have sufficient m7g.large capacity")


def test_a_quota_holds_the_build_with_the_words_of_aws(site: BuildingSite) -> None:
    text = "You have requested more vCPU capacity than your current vCPU limit of 8 allows."
    site.world.ec2.refusals.append(lambda _: AwsError("VcpuLimitExceeded", text))
    with pytest.raises(
        AwsRefusedError, match="VcpuLimitExceeded: node group worker gets no instances: You have requested"
    ):
        site.until_ready(site.look)


def told(site: BuildingSite, **cluster: str) -> dict[str, Any]:
    """User data that names another cluster, or something else of it."""
    spec = node_config(template_data(site)["UserData"])
    spec["cluster"] |= cluster
    document = json.dumps({"apiVersion": "node.eks.aws/v1alpha1", "kind": "NodeConfig", "spec": spec})
    part = f"Content-Type: application/node.eks.aws\n\n{document}\n"
    return {"UserData": base64.b64encode(part.encode()).decode()}


def test_a_machine_that_was_told_something_else_stays_alone(site: BuildingSite) -> None:
    site.until_ready(site.look)
    as_it_was, data = deepcopy(template_data(site)), template_data(site)
    site.client("autoscaling").set_desired_capacity(AutoScalingGroupName=NAME, DesiredCapacity=4)
    (group,) = site.scaling_groups
    wrong = {
        "no such host": told(site, name="demo-1-99-a"),
        "spec.cluster.apiServerEndpoint": told(site, apiServerEndpoint="https://elsewhere"),
        "spec.cluster.certificateAuthority": told(site, certificateAuthority="LS0t"),
        "spec.cluster.cidr": told(site, cidr="10.100.0.0/16"),
        "i/o timeout": {"SecurityGroupIds": ["sg-other"]},
        "Unauthorized": {"IamInstanceProfile": {}},
    }
    for reason, change in wrong.items():
        data |= {**as_it_was, **change}
        newest = group.living[-1]
        if len(group.living) == group.desired:
            site.client("ec2").terminate_instances(InstanceIds=[newest.id])
        site.kernel.run(180)
        (alone,) = [one for one in group.living if one.console]
        assert reason in alone.console[0]
        assert len(nodes_of(site, "worker")) == 3


def test_a_machine_without_the_tag_of_the_cluster_stays_alone(site: BuildingSite) -> None:
    site.until_ready(site.look)
    (group,) = site.scaling_groups
    del group.tags[f"kubernetes.io/cluster/{GREEN.name}"]
    template_data(site)["TagSpecifications"] = []
    site.client("autoscaling").set_desired_capacity(AutoScalingGroupName=NAME, DesiredCapacity=4)
    site.kernel.run(180)
    assert group.living[-1].console[0] == f"the instance has no tag kubernetes.io/cluster/{GREEN.name}=owned"
