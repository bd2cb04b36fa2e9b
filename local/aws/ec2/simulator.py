"""EC2 as the builder of nodes sees it: subnets, launch templates, instances, tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from local.aws.ec2.filters import matching, page, tag_list
from local.aws.ec2.interruptions import Interruptions
from local.aws.ec2.records import Subnet, Template
from local.aws.ec2.security_groups import SecurityGroupOperations
from local.aws.ec2.status import StatusOperations
from local.aws.simulator import AwsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local.aws.ec2.records import Instance
    from local.kernel import Kernel

_LONGEST_USER_DATA = 16384 * 4 // 3
_MOTO = ("Vpc", "RouteTable", "InternetGateway", "NatGateway")
"""Families of operations that moto answers; of everything else it would know nothing of these instances."""


def _nobody(_: object) -> None:
    """Nobody listens."""


class Ec2Simulator(Interruptions, StatusOperations, SecurityGroupOperations):
    """EC2 of one account and region, in virtual time.

    Args:
        kernel: the clock and the random streams.
        account: the account.
        region: the region.
        vpc: the VPC of every subnet.
        subnets: availability zone id by subnet.
        on_running: told of an instance that boots.
        on_ended: told of an instance that has just stopped running.
    """

    service: ClassVar[str] = "ec2"
    falls_through: ClassVar[bool] = True

    def __init__(
        self,
        kernel: Kernel,
        *,
        account: str,
        region: str,
        vpc: str,
        subnets: Mapping[str, str],
        on_running: Callable[[Instance], object] = _nobody,
        on_ended: Callable[[Instance], object] = _nobody,
    ) -> None:
        super().__init__(kernel, account=account, region=region)
        self._vpc = vpc
        zones = sorted(set(subnets.values()))
        letters = dict(zip(zones, "acdbef", strict=False))
        self.subnets = {key: Subnet(key, zone, f"{region}{letters[zone]}") for key, zone in subnets.items()}
        self.on_running, self.on_ended, self.on_impaired = [on_running], [on_ended], []
        self._tokens: dict[str, str] = {}

    def operation(self, name: str) -> Callable[..., dict[str, Any] | None] | None:
        """The method that answers an operation; moto answers only what has nothing to do with instances."""
        method = super().operation(name)
        if method is None and not any(family in name for family in _MOTO):
            return lambda **_: _unmodelled(name)
        return method

    def tags_of(self, arn: str) -> dict[str, str] | None:
        """The tags of a launch template, an instance or a security group, or nothing if it does not exist."""
        kind, _, name = arn.rpartition(":")[2].partition("/")
        if kind == "security-group":
            return self.group_tags.get(name)
        found = {"launch-template": self.templates.get(name), "instance": self.instances.get(name)}.get(kind)
        return dict(found.tags) if found else None

    def describe_subnets(self, **request: Any) -> dict[str, Any]:
        """The subnets with what is left of them."""
        for wanted in request.get("SubnetIds", []):
            if wanted not in self.subnets:
                raise AwsError("InvalidSubnetID.NotFound", f"The subnet ID '{wanted}' does not exist")
        rows = [self._described_subnet(one) for one in self.subnets.values()]
        ids = request.get("SubnetIds") or list(self.subnets)
        keys = {"subnet-id": "SubnetId", "vpc-id": "VpcId", "availability-zone-id": "AvailabilityZoneId"}
        found = matching([row for row in rows if row["SubnetId"] in ids], request.get("Filters", []), keys)
        return page(found, request, "Subnets")

    def _described_subnet(self, one: Subnet) -> dict[str, Any]:
        number = list(self.subnets).index(one.id)
        return {
            "SubnetId": one.id,
            "VpcId": self._vpc,
            "State": "available",
            "CidrBlock": f"10.0.{16 * number}.0/20",
            "AvailabilityZone": one.zone,
            "AvailabilityZoneId": one.zone_id,
            "AvailableIpAddressCount": one.free,
            "MapPublicIpOnLaunch": False,
            "OwnerId": self.account,
            "SubnetArn": f"arn:aws:ec2:{self.region}:{self.account}:subnet/{one.id}",
            "Tags": [],
        }

    def create_launch_template(self, **request: Any) -> dict[str, Any]:
        """A launch template with its first version; the same token again gives the same one."""
        name, token = request["LaunchTemplateName"], request.get("ClientToken", "")
        known = self._tokens.get(token, "")
        if token and known in self.templates:
            before = self.templates[known]
            if (before.name, before.data) != (name, request["LaunchTemplateData"]):
                raise AwsError("IdempotentParameterMismatch", f"Client token already used before: {token}")
            return {"LaunchTemplate": _described_template(before)}
        if any(one.name == name for one in self.templates.values()):
            raise AwsError("InvalidLaunchTemplateName.AlreadyExistsException", "Launch template name already in use.")
        if len(request["LaunchTemplateData"].get("UserData", "")) > _LONGEST_USER_DATA:
            raise AwsError("InvalidUserData.Malformed", "User data is limited to 16384 bytes")
        made = Template(
            id=f"lt-{self.identifier('launch-templates')}",
            name=name,
            data=request["LaunchTemplateData"],
            created_at=self.kernel.utcnow(),
            tags=_specified(request.get("TagSpecifications", []), "launch-template"),
        )
        self.templates[made.id] = made
        self._tokens[token] = made.id
        return {"LaunchTemplate": _described_template(made)}

    def describe_launch_templates(self, **request: Any) -> dict[str, Any]:
        """The launch templates."""
        for wanted in request.get("LaunchTemplateIds", []):
            self._template(wanted)
        rows = [_described_template(one) for one in self.templates.values()]
        ids = request.get("LaunchTemplateIds") or list(self.templates)
        keys = {"launch-template-name": "LaunchTemplateName"}
        found = matching([row for row in rows if row["LaunchTemplateId"] in ids], request.get("Filters", []), keys)
        return page(found, request, "LaunchTemplates")

    def delete_launch_template(self, **request: Any) -> dict[str, Any]:
        """The launch template is gone; instances of it go on."""
        gone = self.templates.pop(self._template(request["LaunchTemplateId"]).id)
        return {"LaunchTemplate": _described_template(gone)}

    def _template(self, identifier: str) -> Template:
        if identifier not in self.templates:
            text = f"The specified launch template, with template ID {identifier}, does not exist."
            raise AwsError("InvalidLaunchTemplateId.NotFound", text)
        return self.templates[identifier]

    def describe_tags(self, **request: Any) -> dict[str, Any]:
        """Every tag of every thing of EC2 here; those of a terminated instance stay as long as the instance does."""
        things = [("launch-template", one.id, one.tags) for one in self.templates.values()]
        things += [("security-group", group, tags) for group, tags in self.group_tags.items()]
        for instance in self.instances.values():
            things.append(("instance", instance.id, instance.tags))
            if instance.state in {"pending", "running"}:
                things += self.parts_of(instance)
        rows = [
            {"ResourceType": kind, "ResourceId": key, "Key": name, "Value": value}
            for kind, key, tags in [*things, *self.others]
            for name, value in tags.items()
        ]
        keys = {"key": "Key", "value": "Value", "resource-type": "ResourceType", "resource-id": "ResourceId"}
        return page(matching(rows, request.get("Filters", []), keys), request, "Tags")


def _described_template(one: Template) -> dict[str, Any]:
    return {
        "LaunchTemplateId": one.id,
        "LaunchTemplateName": one.name,
        "CreateTime": one.created_at,
        "DefaultVersionNumber": 1,
        "LatestVersionNumber": 1,
        "Tags": tag_list(one.tags),
    }


def _specified(specifications: list[dict[str, Any]], kind: str) -> dict[str, str]:
    return {
        tag["Key"]: tag["Value"] for one in specifications if one["ResourceType"] == kind for tag in one.get("Tags", [])
    }


def _unmodelled(name: str) -> dict[str, Any]:
    raise AwsError("NotImplemented", f"the embedded world has no ec2:{name}", 501)
