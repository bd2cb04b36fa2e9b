"""EC2, Auto Scaling and public SSM parameters by boto3: the port ``norikae.cluster.compute_port.Compute``."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any

from norikae.adapters.aws.calls import call, look_up, pages
from norikae.cluster.compute_port import (
    Instance,
    LaunchTemplate,
    Leftovers,
    NewLaunchTemplate,
    NewScalingGroup,
    Processor,
    ScalingGroup,
    Subnet,
)
from norikae.cluster.eks_port import Issue
from norikae.cluster.names import ENVIRONMENT_TAG
from norikae.errors import AwsRefusedError, ConflictError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NO_TEMPLATE = ("InvalidLaunchTemplateId.NotFound", "InvalidLaunchTemplateName.NotFoundException")
TEMPLATE_TAKEN = {"InvalidLaunchTemplateName.AlreadyExistsException": ConflictError}
GROUP_TAKEN = {"AlreadyExists": ConflictError}
"""The name is taken: by us before a crash, which reading again shows, or by somebody else, which stays."""

LIVING = ("pending", "running", "shutting-down", "stopping", "stopped")
"""States of an instance that is not terminated (EC2 API reference, InstanceState); terminated ones stay for an hour."""

FAILED_LAUNCH = re.compile(r"Could not launch [A-Za-z-]+ Instances\. (?P<code>[A-Za-z.]+) - (?P<text>.*)", re.DOTALL)
WORDS = {
    "do not have sufficient": "InsufficientInstanceCapacity",
    "no Spot capacity available": "InsufficientInstanceCapacity",
    "vCPU limit": "VcpuLimitExceeded",
    "Max spot instance count": "MaxSpotInstanceCountExceeded",
}
"""What EC2's code would be in messages that have none (Auto Scaling guide, "Troubleshoot instance launch failures")."""


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

    def image(self, version: str, processor: Processor) -> str | None:
        """The id of the newest EKS image with Amazon Linux 2023, from the parameter that AWS keeps for it.

        Source: EKS guide, "Retrieve recommended Amazon Linux AMI IDs".
        """
        name = f"/aws/service/eks/optimized-ami/{version}/amazon-linux-2023/{processor}/standard/recommended/image_id"
        answer = look_up(self._ssm.get_parameter, "ParameterNotFound", Name=name)
        return None if answer is None else str(answer["Parameter"]["Value"])

    def launch_templates(self, cluster: str, environment: str) -> tuple[LaunchTemplate, ...]:
        """The launch templates that are tagged as a cluster's and as this environment's."""
        ours = [*_owned_by(cluster), {"Name": f"tag:{ENVIRONMENT_TAG}", "Values": [environment]}]
        return tuple(
            LaunchTemplate(found["LaunchTemplateId"], found["LaunchTemplateName"])
            for page in pages(self._ec2.describe_launch_templates, Filters=ours)
            for found in page["LaunchTemplates"]
        )

    def create_launch_template(self, new: NewLaunchTemplate) -> None:
        """Create a launch template, tagged from the first moment; its instances ask for session tokens (IMDSv2).

        Two hops let pods reach the metadata as on managed nodes, which load balancer controllers without a VPC id in
        their settings need (EKS guide, "Customize managed nodes with launch templates").
        """
        tags = _tags(new.instance_tags)
        disk = {"VolumeSize": new.disk_gib, "VolumeType": "gp3", "Encrypted": True, "DeleteOnTermination": True}
        call(
            self._ec2.create_launch_template,
            expected=TEMPLATE_TAKEN,
            ClientToken=new.token,
            LaunchTemplateName=new.name,
            TagSpecifications=[{"ResourceType": "launch-template", "Tags": _tags(new.tags)}],
            LaunchTemplateData={
                "ImageId": new.image,
                "IamInstanceProfile": {"Arn": new.profile},
                "SecurityGroupIds": list(new.security_groups),
                "UserData": base64.b64encode(new.user_data.encode()).decode(),
                "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": disk}],
                "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 2},
                "TagSpecifications": [
                    {"ResourceType": kind, "Tags": tags} for kind in ("instance", "volume", "network-interface")
                ],
            },
        )

    def delete_launch_template(self, template: str) -> None:
        """Delete a launch template by id; fine when it is gone."""
        look_up(self._ec2.delete_launch_template, NO_TEMPLATE, LaunchTemplateId=template)

    def scaling_groups(self, cluster: str) -> tuple[ScalingGroup, ...]:
        """The Auto Scaling groups that are tagged as a cluster's, also those of managed node groups."""
        return tuple(
            ScalingGroup(
                name=found["AutoScalingGroupName"],
                desired=found["DesiredCapacity"],
                instances=tuple(
                    one["InstanceId"] for one in found["Instances"] if one["LifecycleState"] == "InService"
                ),
                status=found.get("Status", ""),
                managed=any(tag["Key"] == "eks:nodegroup-name" for tag in found.get("Tags", [])),
            )
            for page in pages(self._autoscaling.describe_auto_scaling_groups, Filters=_owned_by(cluster))
            for found in page["AutoScalingGroups"]
        )

    def create_scaling_group(self, new: NewScalingGroup) -> None:
        """Create a group of on-demand and spot instances; its tags go to each instance that it launches.

        Spot pools are chosen by price and capacity, as AWS recommends (Auto Scaling guide, "Allocation strategies for
        multiple instance types"); on-demand instances by the order of the types.
        """
        overrides = [{"InstanceType": kind} for kind in new.instances]
        template = {"LaunchTemplateId": new.template, "Version": "1"}
        call(
            self._autoscaling.create_auto_scaling_group,
            expected=GROUP_TAKEN,
            AutoScalingGroupName=new.name,
            MinSize=new.min_size,
            MaxSize=new.max_size,
            DesiredCapacity=new.desired,
            VPCZoneIdentifier=",".join(new.subnets),
            MixedInstancesPolicy={
                "LaunchTemplate": {"LaunchTemplateSpecification": template, "Overrides": overrides},
                "InstancesDistribution": {
                    "OnDemandAllocationStrategy": "prioritized",
                    "OnDemandBaseCapacity": new.on_demand_base,
                    "OnDemandPercentageAboveBaseCapacity": new.on_demand_percent,
                    "SpotAllocationStrategy": "price-capacity-optimized",
                },
            },
            Tags=[
                {
                    "ResourceType": "auto-scaling-group",
                    "ResourceId": new.name,
                    "Key": key,
                    "Value": value,
                    "PropagateAtLaunch": True,
                }
                for key, value in new.tags.items()
            ],
        )

    def delete_scaling_group(self, name: str) -> None:
        """Ask for a group to go with all its instances; fine when it is gone.

        Auto Scaling says ValidationError also for a group that does not exist, so its text has to tell.
        """
        try:
            call(
                self._autoscaling.delete_auto_scaling_group,
                expected={"ResourceInUse": ConflictError, "ScalingActivityInProgress": ConflictError},
                AutoScalingGroupName=name,
                ForceDelete=True,
            )
        except AwsRefusedError as refusal:
            if refusal.code != "ValidationError" or "not found" not in refusal.text:
                raise

    def launch_failure(self, group: str) -> Issue | None:
        """Why the newest launch of a group failed, in AWS's words; activities come newest first (API reference)."""
        answer = call(self._autoscaling.describe_scaling_activities, AutoScalingGroupName=group, MaxRecords=1)
        failed = [one for one in answer["Activities"] if one["StatusCode"] == "Failed"]
        return _launch_failure(failed[0].get("StatusMessage", "")) if failed else None

    def instances(self, cluster: str) -> tuple[Instance, ...]:
        """The machines that are tagged as a cluster's and have not ended yet, whoever started them."""
        living = [{"Name": "instance-state-name", "Values": list(LIVING)}]
        return tuple(
            Instance(found["InstanceId"], found["State"]["Name"], _group_of(found.get("Tags", [])))
            for page in pages(self._ec2.describe_instances, Filters=[*_owned_by(cluster), *living])
            for reservation in page["Reservations"]
            for found in reservation["Instances"]
        )

    def leftovers(self, cluster: str) -> Leftovers:
        """What EC2 still has of a cluster besides instances, found by the tags of nodes, the VPC CNI and EKS itself."""
        volumes: set[str] = set()
        others: set[str] = set()
        for page in pages(self._ec2.describe_tags, Filters=_marked(cluster)):
            for tag in page["Tags"]:
                (volumes if tag["ResourceType"] == "volume" else others).add(tag["ResourceId"])
        return Leftovers(tuple(sorted(volumes)), tuple(sorted(others)))


def _owned_by(cluster: str) -> list[dict[str, Any]]:
    """Filters for what carries the cluster's tag."""
    return [{"Name": f"tag:kubernetes.io/cluster/{cluster}", "Values": ["owned"]}]


def _marked(cluster: str) -> list[dict[str, Any]]:
    """Filters of DescribeTags for everything but instances that says whose it is.

    Source: EKS (security group of the cluster), amazon-vpc-cni-k8s (``cluster.k8s.amazonaws.com/name`` on network
    interfaces), aws-load-balancer-controller (``elbv2.k8s.aws/cluster`` on security groups).
    """
    keys = [f"kubernetes.io/cluster/{cluster}", "cluster.k8s.amazonaws.com/name", "elbv2.k8s.aws/cluster"]
    kinds = ["launch-template", "network-interface", "security-group", "volume"]
    return [
        {"Name": "key", "Values": keys},
        {"Name": "value", "Values": ["owned", cluster]},
        {"Name": "resource-type", "Values": kinds},
    ]


def _group_of(tags: Sequence[Mapping[str, str]]) -> str:
    """The tag that Auto Scaling puts on every instance (Auto Scaling guide, "Tag Auto Scaling groups")."""
    return next((tag["Value"] for tag in tags if tag["Key"] == "aws:autoscaling:groupName"), "")


def _tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _launch_failure(message: str) -> Issue:
    named = FAILED_LAUNCH.search(message)
    if named:
        return Issue(named["code"], named["text"])
    return Issue(next((code for words, code in WORDS.items() if words in message), "LaunchFailed"), message)


def _covers(rule: dict[str, Any], port: int) -> bool:
    """Whether a rule is about TCP to a port; ``-1`` is every protocol (EC2 API reference, SecurityGroupRule)."""
    if rule["IpProtocol"] == "-1":
        return True
    return bool(rule["IpProtocol"] == "tcp" and rule["FromPort"] <= port <= rule["ToPort"])


def _comes_from(rule: dict[str, Any], source: str) -> bool:
    return bool(rule.get("ReferencedGroupInfo", {}).get("GroupId") == source)


def _is_open(rule: dict[str, Any]) -> bool:
    return rule.get("CidrIpv4") == "0.0.0.0/0"
