"""Auto Scaling as the builder of nodes sees it: groups of several instance types from a launch template."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any, ClassVar

from local.aws.autoscaling.groups import Group, Launcher
from local.aws.ec2.filters import matching, page
from local.aws.simulator import AwsError, Simulator

if TYPE_CHECKING:
    from local.aws.ec2.simulator import Ec2Simulator
    from local.kernel import Kernel

_MODELLED = frozenset(
    {
        "AutoScalingGroupName",
        "MinSize",
        "MaxSize",
        "DesiredCapacity",
        "VPCZoneIdentifier",
        "MixedInstancesPolicy",
        "Tags",
    }
)


class AutoScalingSimulator(Simulator):
    """Auto Scaling of one account and region, in virtual time.

    Args:
        kernel: the clock.
        ec2: where instances come from.
        account: the account.
        region: the region.
    """

    service: ClassVar[str] = "autoscaling"

    def __init__(self, kernel: Kernel, ec2: Ec2Simulator, *, account: str, region: str) -> None:
        self.kernel, self._ec2, self._account, self._region = kernel, ec2, account, region
        self._launcher = Launcher(kernel, ec2)
        self.groups = self._launcher.groups

    def tags_of(self, arn: str) -> dict[str, str] | None:
        """The tags of a group, or nothing if it does not exist."""
        found = next((group for group in self.groups.values() if group.arn == arn), None)
        return {key: value for key, (value, _) in found.tags.items()} if found else None

    def arn_of(self, name: str) -> str | None:
        """The ARN of a group, or nothing if it does not exist."""
        return self.groups[name].arn if name in self.groups else None

    def create_auto_scaling_group(self, **request: Any) -> dict[str, Any]:
        """A group that launches its instances at once, spread over its subnets."""
        name = request["AutoScalingGroupName"]
        if name in self.groups:
            text = f"AutoScalingGroup by this name already exists - A group with the name {name} already exists"
            raise AwsError("AlreadyExists", text)
        unknown = set(request) - _MODELLED
        if unknown:
            raise AwsError(
                "NotImplemented", f"the embedded world has no CreateAutoScalingGroup with {sorted(unknown)}", 501
            )
        policy = request["MixedInstancesPolicy"]
        template = policy["LaunchTemplate"]["LaunchTemplateSpecification"]["LaunchTemplateId"]
        subnets = request.get("VPCZoneIdentifier", "").split(",")
        self._check(request, template, subnets)
        distribution = policy.get("InstancesDistribution", {})
        key = self.kernel.uuid("autoscaling/groups")
        group = self.groups[name] = Group(
            name=name,
            arn=f"arn:aws:autoscaling:{self._region}:{self._account}:autoScalingGroup:{key}:autoScalingGroupName/{name}",
            template=template,
            types=[one["InstanceType"] for one in policy["LaunchTemplate"]["Overrides"]],
            base=distribution.get("OnDemandBaseCapacity", 0),
            percent=distribution.get("OnDemandPercentageAboveBaseCapacity", 100),
            subnets=subnets,
            min_size=request["MinSize"],
            max_size=request["MaxSize"],
            desired=request.get("DesiredCapacity", request["MinSize"]),
            created_at=self.kernel.utcnow(),
            request=deepcopy(request),
            tags={tag["Key"]: (tag["Value"], tag["PropagateAtLaunch"]) for tag in request.get("Tags", [])},
        )
        self._launcher.look_soon(group)
        return {}

    def _check(self, request: dict[str, Any], template: str, subnets: list[str]) -> None:
        """What CreateAutoScalingGroup refuses with ValidationError (messages of the service)."""
        low, high = request["MinSize"], request["MaxSize"]
        if not low <= request.get("DesiredCapacity", low) <= high:
            text = (
                f"Desired capacity:{request.get('DesiredCapacity', low)} must be between the specified min size:{low} "
            )
            raise AwsError("ValidationError", text + f"and max size:{high}")
        if template not in self._ec2.templates:
            text = "You must use a valid fully-formed launch template. The specified launch template, with template ID "
            raise AwsError("ValidationError", text + f"{template}, does not exist.")
        for one in subnets:
            if one not in self._ec2.subnets:
                raise AwsError("ValidationError", f"The subnet ID '{one}' does not exist")

    def describe_auto_scaling_groups(self, **request: Any) -> dict[str, Any]:
        """The groups with their instances."""
        names = request.get("AutoScalingGroupNames") or list(self.groups)
        rows = [_described(group) for group in self.groups.values() if group.name in names]
        return page(matching(rows, request.get("Filters", []), {}), request, "AutoScalingGroups")

    def describe_scaling_activities(self, **request: Any) -> dict[str, Any]:
        """What a group has tried, newest first."""
        found = deepcopy(self._group(request["AutoScalingGroupName"]).activities)
        return page(found, request, "Activities")

    def set_desired_capacity(self, **request: Any) -> dict[str, Any]:
        """The group grows or shrinks."""
        group, wanted = self._group(request["AutoScalingGroupName"]), request["DesiredCapacity"]
        if not group.min_size <= wanted <= group.max_size:
            text = f"New SetDesiredCapacity value {wanted} is not between min {group.min_size} and max {group.max_size}"
            raise AwsError("ValidationError", f"{text} for the AutoScalingGroup.")
        group.desired = wanted
        self._launcher.look_soon(group)
        return {}

    def delete_auto_scaling_group(self, **request: Any) -> dict[str, Any]:
        """The group goes; with ForceDelete its instances go with it."""
        group = self._group(request["AutoScalingGroupName"])
        if group.living and not request.get("ForceDelete"):
            text = "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s)"
            raise AwsError("ResourceInUse", f"{text} still in the group.")
        self._launcher.remove(group)
        return {}

    def _group(self, name: str) -> Group:
        if name not in self.groups:
            raise AwsError("ValidationError", f"Group {name} not found")
        return self.groups[name]


def _described(group: Group) -> dict[str, Any]:
    states = {"pending": "Pending", "running": "InService", "shutting-down": "Terminating"}
    return {
        "AutoScalingGroupName": group.name,
        "AutoScalingGroupARN": group.arn,
        "MixedInstancesPolicy": deepcopy(group.request["MixedInstancesPolicy"]),
        "MinSize": group.min_size,
        "MaxSize": group.max_size,
        "DesiredCapacity": group.desired,
        "DefaultCooldown": 300,
        "AvailabilityZones": [],
        "HealthCheckType": "EC2",
        "HealthCheckGracePeriod": 0,
        "VPCZoneIdentifier": ",".join(group.subnets),
        "CreatedTime": group.created_at,
        "Instances": [
            {
                "InstanceId": one.id,
                "InstanceType": one.type,
                "AvailabilityZone": one.subnet.zone,
                "LifecycleState": states[one.state],
                "HealthStatus": "Healthy",
                "ProtectedFromScaleIn": False,
            }
            for one in group.instances
            if one.state in states
        ],
        "Tags": [
            {
                "ResourceId": group.name,
                "ResourceType": "auto-scaling-group",
                "Key": key,
                "Value": value,
                "PropagateAtLaunch": goes_on,
            }
            for key, (value, goes_on) in group.tags.items()
        ],
        **({"Status": group.status} if group.status else {}),
    }
