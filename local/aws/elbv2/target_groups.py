# ruff: noqa: N803 - the API spells its members so
"""Operations on target groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.aws.elbv2.attributes import write_attributes
from local.aws.elbv2.records import HEALTH_CHECK_DEFAULTS, TargetGroup
from local.aws.elbv2.store import check_name, page, read_tags
from local.aws.elbv2.targets import TargetHealth
from local.aws.simulator import AwsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local.aws.elbv2.records import Json


class TargetGroupOperations(TargetHealth):
    """Create, describe, configure and delete target groups of kind ``ip``."""

    def create_target_group(
        self,
        *,
        Name: str,
        Protocol: str = "",
        Port: int = 0,
        VpcId: str = "",
        TargetType: str = "instance",
        Tags: Sequence[Json] | None = None,
        **HealthCheck: Any,
    ) -> Json:
        """A new target group, or the one that has the same name and settings already.

        Raises:
            AwsError: ValidationError (name, protocol, port or VPC missing), DuplicateTargetGroupName, DuplicateTagKeys,
                TooManyTags; NotImplemented for other kinds of targets, protocols and health checks.
        """
        if TargetType != "ip":
            raise AwsError("NotImplemented", f"the embedded world has no targets of kind {TargetType}", 501)
        check_name("target group", Name)
        for member, value in (("protocol", Protocol), ("port", Port), ("VPC ID", VpcId)):
            if not value:
                raise AwsError("ValidationError", f"A {member} must be specified")
        unknown = HealthCheck.keys() - HEALTH_CHECK_DEFAULTS.keys() - {"ProtocolVersion", "IpAddressType"}
        if Protocol not in ("HTTP", "HTTPS") or unknown or HealthCheck.pop("ProtocolVersion", "HTTP1") == "GRPC":
            raise AwsError("NotImplemented", f"no {Protocol} target groups with {sorted(unknown)}", 501)
        HealthCheck.pop("IpAddressType", None)
        tags, settings = read_tags(Tags), {**HEALTH_CHECK_DEFAULTS, **HealthCheck}
        if settings["HealthCheckTimeoutSeconds"] >= settings["HealthCheckIntervalSeconds"]:
            raise AwsError("ValidationError", "Health check interval must be greater than the timeout.")
        for known in self.target_groups.values():
            if known.name == Name:
                same = (known.protocol, known.port, known.vpc, known.settings) == (Protocol, Port, VpcId, settings)
                if not same or known.tags != tags:
                    raise AwsError(
                        "DuplicateTargetGroupName",
                        f"A target group with the same name '{Name}' exists, but with different settings",
                    )
                return {"TargetGroups": [self._describe(known)]}
        arn = self.arn(f"targetgroup/{Name}/{self.identifier()}")
        created = TargetGroup(arn, Name, VpcId, Protocol, Port, settings, tags=tags)
        self.target_groups[arn] = created
        self.changed()
        return {"TargetGroups": [self._describe(created)]}

    def describe_target_groups(
        self,
        *,
        LoadBalancerArn: str = "",
        TargetGroupArns: Sequence[str] = (),
        Names: Sequence[str] = (),
        Marker: str | None = None,
        PageSize: int | None = None,
    ) -> Json:
        """The target groups of a load balancer, with these ARNs or names, or all of them.

        Raises:
            AwsError: LoadBalancerNotFound, TargetGroupNotFound; ValidationError for two kinds of selection at once.
        """
        if sum(map(bool, (LoadBalancerArn, TargetGroupArns, Names))) > 1:
            raise AwsError("ValidationError", "A load balancer ARN, target group names and ARNs cannot be combined")
        found = list(self.target_groups.values())
        if LoadBalancerArn:
            owner = self.load_balancer(LoadBalancerArn)
            found = [group for group in found if owner in self.users_of(group.arn)]
        if TargetGroupArns:
            found = [self.target_group(arn) for arn in TargetGroupArns]
        if Names:
            found = [group for group in found if group.name in Names]
            if len(found) < len(set(Names)):
                raise AwsError("TargetGroupNotFound", "One or more target groups not found")
        return page([self._describe(group) for group in found], "TargetGroups", Marker, PageSize)

    def delete_target_group(self, *, TargetGroupArn: str) -> Json:
        """Without its targets; a target group that is not there counts as deleted.

        Raises:
            AwsError: ResourceInUse while a listener or a rule forwards to it.
        """
        if self.users_of(TargetGroupArn):
            raise AwsError(
                "ResourceInUse", f"Target group '{TargetGroupArn}' is currently in use by a listener or a rule"
            )
        if self.target_groups.pop(TargetGroupArn, None):
            self.changed()
        return {}

    def describe_target_group_attributes(self, *, TargetGroupArn: str) -> Json:
        """All attributes, with AWS's defaults.

        Raises:
            AwsError: TargetGroupNotFound.
        """
        attributes = self.target_group(TargetGroupArn).attributes
        return {"Attributes": [{"Key": key, "Value": value} for key, value in attributes.items()]}

    def modify_target_group_attributes(self, *, TargetGroupArn: str, Attributes: Sequence[Json]) -> Json:
        """The attributes as they are then.

        Raises:
            AwsError: TargetGroupNotFound; ValidationError for an attribute that this world does not know;
                InvalidConfigurationRequest for a value that it cannot have.
        """
        write_attributes(self.target_group(TargetGroupArn).attributes, Attributes, "target group")
        return self.describe_target_group_attributes(TargetGroupArn=TargetGroupArn)

    def _describe(self, group: TargetGroup) -> Json:
        return group.describe([user.arn for user in self.users_of(group.arn)])
