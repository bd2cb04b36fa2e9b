"""Auto Scaling as the builder of nodes sees it: groups of several instance types from a launch template."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any, ClassVar

from local.aws.autoscaling.groups import Launcher
from local.aws.autoscaling.hooks import LifecycleOperations
from local.aws.autoscaling.records import Group
from local.aws.ec2.filters import matching, page
from local.aws.simulator import AwsError

if TYPE_CHECKING:
    from collections.abc import Callable

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
        "LifecycleHookSpecificationList",
    }
)


class AutoScalingSimulator(LifecycleOperations):
    """Auto Scaling of one account and region, in virtual time.

    Args:
        kernel: the clock.
        ec2: where instances come from.
        account: the account.
        region: the region.
        authorize: whether a role may send to the queue or topic of a hook; by default it may.
    """

    service: ClassVar[str] = "autoscaling"

    def __init__(
        self,
        kernel: Kernel,
        ec2: Ec2Simulator,
        *,
        account: str,
        region: str,
        authorize: Callable[[str, str, str], bool] = lambda *_: True,
    ) -> None:
        self.kernel, self._ec2, self._account, self._region = kernel, ec2, account, region
        self.launcher = Launcher(kernel, ec2, account=account)
        self.groups, self.authorize = self.launcher.groups, authorize

    def tags_of(self, arn: str) -> dict[str, str] | None:
        """The tags of a group, or nothing if it does not exist."""
        found = next((group for group in self.groups.values() if group.arn == arn), None)
        return {key: value for key, (value, _) in found.tags.items()} if found else None

    def arn_of(self, name: str) -> str | None:
        """The ARN of a group, or nothing if it does not exist."""
        return self.groups[name].arn if name in self.groups else None

    def new_arn(self, name: str) -> str:
        """The ARN of a group that is about to be made."""
        key = self.kernel.uuid("autoscaling/groups")
        return f"arn:aws:autoscaling:{self._region}:{self._account}:autoScalingGroup:{key}:autoScalingGroupName/{name}"

    def group_of(self, instance: str) -> str | None:
        """The name of the group of an instance, or nothing if it has none."""
        found = (group.name for group in self.groups.values() for one in group.instances if one.id == instance)
        return next(found, None)

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
        group = self.groups[name] = Group(
            name=name,
            arn=self.new_arn(name),
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
        self._hook(group, request.get("LifecycleHookSpecificationList", []))
        self.launcher.look_soon(group)
        return {}

    def _hook(self, group: Group, hooks: list[dict[str, Any]]) -> None:
        """A new group has its hooks before its first instance; with one that is refused there is no group."""
        try:
            for hook in hooks:
                self.put_lifecycle_hook(AutoScalingGroupName=group.name, **hook)
        except AwsError:
            del self.groups[group.name]
            raise

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
        found = deepcopy(self.group(request["AutoScalingGroupName"]).activities)
        return page(found, request, "Activities")

    def set_desired_capacity(self, **request: Any) -> dict[str, Any]:
        """The group grows or shrinks."""
        group, wanted = self.group(request["AutoScalingGroupName"]), request["DesiredCapacity"]
        if not group.min_size <= wanted <= group.max_size:
            text = f"New SetDesiredCapacity value {wanted} is not between min {group.min_size} and max {group.max_size}"
            raise AwsError("ValidationError", f"{text} for the AutoScalingGroup.")
        group.desired = wanted
        self.launcher.look_soon(group)
        return {}

    def delete_auto_scaling_group(self, **request: Any) -> dict[str, Any]:
        """The group goes; with ForceDelete its instances go with it."""
        group = self.group(request["AutoScalingGroupName"])
        if group.living and not request.get("ForceDelete"):
            text = "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s)"
            raise AwsError("ResourceInUse", f"{text} still in the group.")
        self.launcher.remove(group)
        return {}


def _described(group: Group) -> dict[str, Any]:
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
        "Instances": group.members(),
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
