"""EC2, Auto Scaling and images as docs/world/ec2.md promises them."""

from __future__ import annotations

from typing import Any

import pytest

from local.aws.images import image_of

from .conftest import ACCOUNT, REGION, Region, group_request, refusal, template_request


def test_subnets_are_described_with_what_is_left_of_them(region: Region) -> None:
    region.ec2.subnets["subnet-a"].taken = 4000
    found = region.client("ec2").describe_subnets(Filters=[{"Name": "subnet-id", "Values": ["subnet-a", "no-such"]}])
    assert [
        (one["SubnetId"], one["AvailableIpAddressCount"], one["AvailabilityZoneId"]) for one in found["Subnets"]
    ] == [("subnet-a", 91, "apne1-az4")]


def test_a_group_launches_replaces_and_ends_its_machines(region: Region) -> None:
    region.group(region.template())
    first, second = region.described()["Instances"]
    assert {first["LifecycleState"], second["LifecycleState"]} == {"InService"}
    assert {first["AvailabilityZone"], second["AvailabilityZone"]} == {"ap-northeast-1a", "ap-northeast-1c"}
    region.client("ec2").terminate_instances(InstanceIds=[first["InstanceId"]])
    region.kernel.run(120)
    after = {one["InstanceId"] for one in region.described()["Instances"]}
    assert second["InstanceId"] in after
    assert first["InstanceId"] not in after
    region.client("autoscaling").delete_auto_scaling_group(AutoScalingGroupName="worker", ForceDelete=True)
    assert region.described()["Status"] == "Delete in progress"
    region.kernel.run(120)
    assert region.autoscaling.groups == {}
    states = [one["Instances"][0]["State"]["Name"] for one in region.client("ec2").describe_instances()["Reservations"]]
    assert set(states) == {"terminated"}
    region.kernel.run(3700)
    assert region.client("ec2").describe_instances()["Reservations"] == []


def test_a_group_grows_and_shrinks(region: Region) -> None:
    region.group(region.template())
    for size in (4, 1):
        region.client("autoscaling").set_desired_capacity(AutoScalingGroupName="worker", DesiredCapacity=size)
        region.kernel.run(120)
        assert len(region.described()["Instances"]) == size


@pytest.mark.parametrize(
    ("base", "percent", "spot"), [(0, 100, 0), (0, 0, 4), (1, 0, 3), (2, 50, 1), (4, 0, 0), (0, 50, 2)]
)
def test_spot_is_the_share_above_the_base(region: Region, base: int, percent: int, spot: int) -> None:
    template = region.template()
    policy = group_request(template)["MixedInstancesPolicy"]
    policy["InstancesDistribution"] = {"OnDemandBaseCapacity": base, "OnDemandPercentageAboveBaseCapacity": percent}
    region.group(template, MixedInstancesPolicy=policy, DesiredCapacity=4)
    assert sum(one.spot for one in region.ec2.instances.values()) == spot


def test_a_launch_that_fails_is_written_down_and_tried_again(region: Region) -> None:
    for kind in ("m7g.large", "m6g.large"):
        region.ec2.lacks_capacity(kind)
    region.group(region.template())
    (failed,) = region.activities()
    assert failed["StatusCode"] == "Failed"
    assert failed["StatusMessage"].startswith(
        "Could not launch On-Demand Instances. InsufficientInstanceCapacity - We "
    )
    region.ec2.refusals.clear()
    region.kernel.run(120)
    assert [one["StatusCode"] for one in region.activities()] == ["Successful", "Successful", "Failed"]


def test_a_zone_without_capacity_is_left_out(region: Region) -> None:
    for kind in ("m7g.large", "m6g.large"):
        region.ec2.lacks_capacity(kind, zone="ap-northeast-1a")
    region.group(region.template())
    assert {one["AvailabilityZone"] for one in region.described()["Instances"]} == {"ap-northeast-1c"}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"ImageId": "ami-none"}, "InvalidAMIID.NotFound"),
        ({"ImageId": image_of("1.35", "x86_64")}, "InvalidParameterValue"),
        ({"IamInstanceProfile": {"Arn": f"arn:aws:iam::{ACCOUNT}:instance-profile/none"}}, "InvalidParameterValue"),
    ],
)
def test_a_template_that_cannot_launch_fails_at_the_launch(region: Region, data: dict[str, Any], code: str) -> None:
    region.group(region.template(**data))
    assert f"Could not launch On-Demand Instances. {code} - " in region.activities()[0]["StatusMessage"]


def test_machines_take_addresses_and_give_them_back(region: Region) -> None:
    region.ec2.subnets["subnet-c"].taken = region.ec2.subnets["subnet-c"].size
    before = region.ec2.subnets["subnet-a"].free
    region.group(region.template())
    assert region.ec2.subnets["subnet-a"].free == before - 32
    region.ec2.subnets["subnet-a"].taken = region.ec2.subnets["subnet-a"].size
    region.client("autoscaling").set_desired_capacity(AutoScalingGroupName="worker", DesiredCapacity=3)
    region.kernel.run(60)
    assert "InsufficientFreeAddressesInSubnet" in region.activities()[0]["StatusMessage"]


def test_the_same_token_gives_the_same_template(region: Region) -> None:
    create = region.client("ec2").create_launch_template
    first = create(**template_request(), ClientToken="t")
    again = create(**template_request(), ClientToken="t")
    assert first["LaunchTemplate"] == again["LaunchTemplate"]
    assert refusal(create, **template_request("other"), ClientToken="t")[0] == "IdempotentParameterMismatch"


def test_what_create_launch_template_refuses(region: Region) -> None:
    create = region.client("ec2").create_launch_template
    create(**template_request())
    assert refusal(create, **template_request()) == (
        "InvalidLaunchTemplateName.AlreadyExistsException",
        "Launch template name already in use.",
    )
    assert refusal(create, **template_request("big", UserData="A" * 22000))[0] == "InvalidUserData.Malformed"
    delete = region.client("ec2").delete_launch_template
    assert refusal(delete, LaunchTemplateId="lt-0")[0] == "InvalidLaunchTemplateId.NotFound"


def test_what_groups_refuse(region: Region) -> None:
    template, autoscaling = region.template(), region.client("autoscaling")
    create = autoscaling.create_auto_scaling_group
    assert refusal(create, **group_request(template, DesiredCapacity=9))[0] == "ValidationError"
    assert refusal(create, **group_request(template, VPCZoneIdentifier="subnet-x"))[0] == "ValidationError"
    assert "does not exist" in refusal(create, **group_request("lt-0"))[1]
    assert refusal(create, **group_request(template, HealthCheckType="ELB"))[0] == "NotImplemented"
    region.group(template)
    assert refusal(create, **group_request(template))[0] == "AlreadyExists"
    assert refusal(autoscaling.delete_auto_scaling_group, AutoScalingGroupName="worker")[0] == "ResourceInUse"
    missing = refusal(autoscaling.delete_auto_scaling_group, AutoScalingGroupName="none", ForceDelete=True)
    assert missing == ("ValidationError", "Group none not found")
    sized = refusal(autoscaling.set_desired_capacity, AutoScalingGroupName="worker", DesiredCapacity=9)
    assert sized[0] == "ValidationError"


def test_tags_are_found_on_everything(region: Region) -> None:
    region.group(region.template())
    wanted = [{"Name": "key", "Values": ["team"]}, {"Name": "value", "Values": ["platform"]}]
    found = region.client("ec2").describe_tags(Filters=wanted)["Tags"]
    assert sorted(one["ResourceType"] for one in found) == [
        *("instance", "instance", "launch-template", "volume", "volume")
    ]
    groups = region.client("autoscaling").describe_auto_scaling_groups(Filters=[{"Name": "tag:team", "Values": ["x"]}])
    assert groups["AutoScalingGroups"] == []


def test_what_is_not_modelled_is_said_loudly(region: Region) -> None:
    ec2 = region.client("ec2")
    assert refusal(ec2.run_instances, MinCount=1, MaxCount=1)[0] == "NotImplemented"
    assert refusal(ec2.describe_subnets, Filters=[{"Name": "cidr", "Values": ["x"]}])[0] == "NotImplemented"
    assert ec2.describe_vpcs()["Vpcs"], "moto's"


def test_images_are_named_by_public_parameters(region: Region) -> None:
    get, prefix = region.client("ssm").get_parameter, "/aws/service/eks/optimized-ami"
    found = get(Name=f"{prefix}/1.35/amazon-linux-2023/arm64/standard/recommended/image_id")
    assert found["Parameter"]["Value"] == image_of("1.35", "arm64")
    missing = f"{prefix}/1.99/amazon-linux-2023/arm64/standard/recommended/image_id"
    assert refusal(get, Name=missing)[0] == "ParameterNotFound"
    assert refusal(get, Name="/ours/secret")[0] == "NotImplemented"


class TestRights:
    """What IAM asks of the function that builds nodes."""

    def test_a_group_needs_the_right_to_run_its_template_and_to_pass_its_role(self, region: Region) -> None:
        template = region.template()
        create = region.client("autoscaling", as_function=True).create_auto_scaling_group
        needed = [
            ("autoscaling:CreateAutoScalingGroup", f"arn:aws:autoscaling:{REGION}:{ACCOUNT}:autoScalingGroup:*"),
            ("autoscaling:CreateOrUpdateTags", f"arn:aws:autoscaling:{REGION}:{ACCOUNT}:autoScalingGroup:*"),
            ("ec2:RunInstances", "*"),
            ("ec2:CreateTags", "*"),
            ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/node"),
        ]
        for missing, _ in needed:
            granted = [(action, resource) for action, resource in needed if action != missing]
            region.grant(*({"Effect": "Allow", "Action": a, "Resource": r} for a, r in granted))
            assert missing in refusal(create, **group_request(template))[1]
        region.grant(*({"Effect": "Allow", "Action": a, "Resource": r} for a, r in needed))
        create(**group_request(template))

    def test_a_group_can_be_deleted_by_its_tag_only(self, region: Region) -> None:
        region.group(region.template())
        delete = region.client("autoscaling", as_function=True).delete_auto_scaling_group
        allowed: dict[str, Any] = {
            "Effect": "Allow",
            "Action": "autoscaling:DeleteAutoScalingGroup",
            "Resource": f"arn:aws:autoscaling:{REGION}:{ACCOUNT}:autoScalingGroup:*:autoScalingGroupName/*",
        }
        region.grant({**allowed, "Condition": {"StringEquals": {"aws:ResourceTag/team": "other"}}})
        assert refusal(delete, AutoScalingGroupName="worker", ForceDelete=True)[0] == "AccessDenied"
        region.grant({**allowed, "Condition": {"StringEquals": {"aws:ResourceTag/team": "platform"}}})
        delete(AutoScalingGroupName="worker", ForceDelete=True)

    def test_a_template_is_tagged_at_its_creation_only_with_that_right(self, region: Region) -> None:
        create = region.client("ec2", as_function=True).create_launch_template
        template = f"arn:aws:ec2:{REGION}:{ACCOUNT}:launch-template/*"
        making = {"Effect": "Allow", "Action": "ec2:CreateLaunchTemplate", "Resource": template}
        tagging = {"Effect": "Allow", "Action": "ec2:CreateTags", "Resource": template}
        region.grant(making)
        code, text = refusal(create, **template_request())
        assert code == "UnauthorizedOperation"
        assert "ec2:CreateTags" in text
        at_creation = {"StringEquals": {"ec2:CreateAction": "CreateLaunchTemplate", "aws:RequestTag/team": "platform"}}
        region.grant(making, {**tagging, "Condition": at_creation})
        create(**template_request())

    def test_public_parameters_belong_to_no_account(self, region: Region) -> None:
        name = "/aws/service/eks/optimized-ami/1.35/amazon-linux-2023/arm64/standard/recommended/image_id"
        get = region.client("ssm", as_function=True).get_parameter
        resource = f"arn:aws:ssm:{REGION}::parameter/aws/service/eks/*"
        region.grant({"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": resource})
        assert get(Name=name)["Parameter"]["Value"]


class TestSecurityGroups:
    """A group goes when nothing wears it and no other group names it."""

    def test_a_group_with_tags_is_found_by_them_and_goes(self, region: Region) -> None:
        region.ec2.new_group("sg-balancer", {"elbv2.k8s.aws/cluster": "demo-1-33"})
        ec2 = region.client("ec2")
        filters = [{"Name": "resource-type", "Values": ["security-group"]}]
        (tag,) = ec2.describe_tags(Filters=filters)["Tags"]
        assert (tag["ResourceId"], tag["Value"]) == ("sg-balancer", "demo-1-33")
        ec2.delete_security_group(GroupId="sg-balancer")
        assert ec2.describe_tags(Filters=filters)["Tags"] == []

    def test_a_group_in_use_stays(self, region: Region) -> None:
        for group in ("sg-balancer", "sg-nodes"):
            region.ec2.new_group(group)
        worn = {"sg-balancer"}
        region.ec2.wearers.append(lambda: worn)
        delete = region.client("ec2").delete_security_group
        assert refusal(delete, GroupId="sg-balancer")[0] == "DependencyViolation"
        worn.clear()
        region.ec2.admit("sg-nodes", source="sg-balancer", port=8080)
        assert refusal(delete, GroupId="sg-balancer")[0] == "DependencyViolation"
        delete(GroupId="sg-nodes")
        delete(GroupId="sg-balancer")
        assert refusal(delete, GroupId="sg-balancer")[0] == "InvalidGroup.NotFound"

    def test_the_tag_of_a_group_can_be_a_condition(self, region: Region) -> None:
        region.ec2.new_group("sg-blue", {"elbv2.k8s.aws/cluster": "demo-1-33"})
        region.ec2.new_group("sg-other", {"elbv2.k8s.aws/cluster": "prod-1-33"})
        here = f"arn:aws:ec2:{REGION}:{ACCOUNT}:security-group/*"
        of_demo = {"StringLike": {"aws:ResourceTag/elbv2.k8s.aws/cluster": ["demo-*"]}}
        allowed = {"Effect": "Allow", "Action": "ec2:DeleteSecurityGroup", "Resource": here, "Condition": of_demo}
        region.grant(allowed)
        delete = region.client("ec2", as_function=True).delete_security_group
        delete(GroupId="sg-blue")
        assert refusal(delete, GroupId="sg-other")[0] == "UnauthorizedOperation"
