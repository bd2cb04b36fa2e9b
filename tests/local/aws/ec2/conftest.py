from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local.aws.autoscaling import AutoScalingSimulator
from local.aws.ec2 import Ec2Simulator
from local.aws.front import Front
from local.aws.identities import Identities
from local.aws.images import PublicParameters, image_of
from local.kernel import Kernel

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT, REGION = "123456789012", "ap-northeast-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/function"
TAG = {"Key": "team", "Value": "platform"}


@dataclass
class Region:
    """EC2 and Auto Scaling of one region behind the front."""

    kernel: Kernel = field(default_factory=Kernel)

    def __post_init__(self) -> None:
        identities = Identities(ACCOUNT)
        subnets = {"subnet-a": "apne1-az4", "subnet-c": "apne1-az1"}
        self.ec2 = Ec2Simulator(self.kernel, account=ACCOUNT, region=REGION, vpc="vpc-1", subnets=subnets)
        self.autoscaling = AutoScalingSimulator(self.kernel, self.ec2, account=ACCOUNT, region=REGION)
        simulators = [self.ec2, self.autoscaling, PublicParameters(self.kernel)]
        self.front = Front(self.kernel, simulators, identities, ACCOUNT, REGION)
        self.front.start()
        iam = self.front.client("iam")
        iam.create_role(RoleName="function", AssumeRolePolicyDocument="{}")
        iam.create_role(RoleName="node", AssumeRolePolicyDocument="{}")
        iam.create_instance_profile(InstanceProfileName="node")
        iam.add_role_to_instance_profile(InstanceProfileName="node", RoleName="node")
        self._iam = iam

    def client(self, service: str, *, as_function: bool = False) -> Any:
        return self.front.client(service, ROLE if as_function else None)

    def grant(self, *statements: dict[str, Any]) -> None:
        document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        self._iam.put_role_policy(RoleName="function", PolicyName="inline", PolicyDocument=document)

    def template(self, name: str = "worker", **data: Any) -> str:
        made = self.client("ec2").create_launch_template(**template_request(name, **data))
        return str(made["LaunchTemplate"]["LaunchTemplateId"])

    def group(self, template: str, **changes: Any) -> None:
        self.client("autoscaling").create_auto_scaling_group(**group_request(template, **changes))
        self.kernel.run(60)

    def described(self) -> dict[str, Any]:
        (group,) = self.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
        return dict(group)

    def activities(self) -> list[dict[str, Any]]:
        found = self.client("autoscaling").describe_scaling_activities(AutoScalingGroupName="worker")
        return list(found["Activities"])


def template_request(name: str = "worker", **data: Any) -> dict[str, Any]:
    return {
        "LaunchTemplateName": name,
        "LaunchTemplateData": {
            "ImageId": image_of("1.35", "arm64"),
            "IamInstanceProfile": {"Arn": f"arn:aws:iam::{ACCOUNT}:instance-profile/node"},
            "TagSpecifications": [{"ResourceType": "volume", "Tags": [TAG]}],
            **data,
        },
        "TagSpecifications": [{"ResourceType": "launch-template", "Tags": [TAG]}],
    }


def group_request(template: str, **changes: Any) -> dict[str, Any]:
    specification = {"LaunchTemplateId": template, "Version": "1"}
    overrides = [{"InstanceType": "m7g.large"}, {"InstanceType": "m6g.large"}]
    return {
        "AutoScalingGroupName": "worker",
        "MinSize": 1,
        "MaxSize": 4,
        "DesiredCapacity": 2,
        "VPCZoneIdentifier": "subnet-a,subnet-c",
        "MixedInstancesPolicy": {
            "LaunchTemplate": {"LaunchTemplateSpecification": specification, "Overrides": overrides}
        },
        "Tags": [{**TAG, "PropagateAtLaunch": True}],
    } | changes


def refusal(call: Any, **request: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as error:
        call(**request)
    found = error.value.response["Error"]
    return found["Code"], found["Message"]


@pytest.fixture
def region() -> Iterator[Region]:
    built = Region()
    yield built
    built.front.stop()
    assert built.front.failures == []
