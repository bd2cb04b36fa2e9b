# ruff: noqa: N803 - the API spells its members so
"""Operations on load balancers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.aws.elbv2.attributes import LOG_BUCKET, write_attributes
from local.aws.elbv2.records import LoadBalancer
from local.aws.elbv2.store import HOSTED_ZONES, ElbStore, check_name, page, read_tags
from local.aws.elbv2.targets import TargetHealth
from local.aws.simulator import AwsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local.aws.elbv2.records import Json

PROVISIONING_SECONDS = (30.0, 90.0)
"""How long a new ALB stays in ``provisioning``; AWS names no figure, minutes at most are usual."""
FEWEST_SUBNETS = 2
MOST_LOAD_BALANCERS = 50
"""Default quota, docs: Application Load Balancers per Region."""


class LoadBalancerOperations(TargetHealth, ElbStore):
    """Create, describe, configure and delete Application Load Balancers."""

    def create_load_balancer(
        self,
        *,
        Name: str,
        Subnets: Sequence[str] = (),
        SubnetMappings: Sequence[Json] = (),
        SecurityGroups: Sequence[str] = (),
        Scheme: str = "internet-facing",
        Tags: Sequence[Json] | None = None,
        Type: str = "application",
        IpAddressType: str = "ipv4",
    ) -> Json:
        """A new load balancer in ``provisioning``, or the one that has the same name and settings already.

        Raises:
            AwsError: ValidationError (name, fewer than two subnets), DuplicateLoadBalancerName, TooManyLoadBalancers,
                DuplicateTagKeys, TooManyTags; NotImplemented for network and gateway load balancers.
        """
        if Type != "application":
            raise AwsError("NotImplemented", f"the embedded world has no {Type} load balancers", 501)
        check_name("load balancer", Name)
        subnets = [*Subnets, *(mapping["SubnetId"] for mapping in SubnetMappings)]
        if len(set(subnets)) < FEWEST_SUBNETS:
            raise AwsError(
                "ValidationError", "At least two subnets in two different Availability Zones must be specified"
            )
        zones = {subnet: f"{self.region}{'acd'[index % 3]}" for index, subnet in enumerate(subnets)}
        settings = {
            "Scheme": Scheme,
            "Subnets": zones,
            "SecurityGroups": list(SecurityGroups),
            "IpAddressType": IpAddressType,
        }
        tags = read_tags(Tags)
        existing = next((known for known in self.load_balancers.values() if known.name == Name), None)
        if existing is not None:
            if existing.settings != settings or existing.tags != tags:
                raise AwsError(
                    "DuplicateLoadBalancerName",
                    f"A load balancer with the same name '{Name}' exists, but with different settings",
                )
            return {"LoadBalancers": [existing.describe()]}
        if len(self.load_balancers) >= MOST_LOAD_BALANCERS:
            raise AwsError("TooManyLoadBalancers", "The maximum number of load balancers has been reached")
        created = self._new(Name, settings)
        created.tags = tags
        return {"LoadBalancers": [created.describe()]}

    def _new(self, name: str, settings: Json) -> LoadBalancer:
        random = self.kernel.stream("elbv2")
        prefix = "internal-" if settings["Scheme"] == "internal" else ""
        created = LoadBalancer(
            arn=self.arn(f"loadbalancer/app/{name}/{self.identifier()}"),
            name=name,
            dns_name=f"{prefix}{name}-{random.randrange(10**8, 2 * 10**9)}.{self.region}.elb.amazonaws.com",
            zone_id=HOSTED_ZONES[self.region],
            created=self.kernel.now(),
            vpc=self.vpc,
            settings=settings,
        )
        self.load_balancers[created.arn] = created
        self.kernel.after(random.uniform(*PROVISIONING_SECONDS), lambda: self._activate(created))
        self.changed()
        return created

    def _activate(self, load_balancer: LoadBalancer) -> None:
        load_balancer.state = "active"
        self.changed()
        self.settle_targets()

    def describe_load_balancers(
        self,
        *,
        LoadBalancerArns: Sequence[str] = (),
        Names: Sequence[str] = (),
        Marker: str | None = None,
        PageSize: int | None = None,
    ) -> Json:
        """The load balancers with these ARNs or names, or all of them.

        Raises:
            AwsError: LoadBalancerNotFound; ValidationError for both kinds of selection at once or a strange marker.
        """
        if LoadBalancerArns and Names:
            raise AwsError("ValidationError", "Load balancer names and ARNs cannot be specified at the same time")
        found = list(self.load_balancers.values())
        if LoadBalancerArns:
            found = [self.load_balancer(arn) for arn in LoadBalancerArns]
        if Names:
            found = [known for known in found if known.name in Names]
            missing = [name for name in Names if name not in {known.name for known in found}]
            if missing:
                raise AwsError("LoadBalancerNotFound", f"Load balancers '[{', '.join(missing)}]' not found")
        return page([known.describe() for known in found], "LoadBalancers", Marker, PageSize)

    def delete_load_balancer(self, *, LoadBalancerArn: str) -> Json:
        """Without its listeners and rules too; a load balancer that is not there counts as deleted.

        Raises:
            AwsError: OperationNotPermitted when ``deletion_protection.enabled`` is true.
        """
        known = self.load_balancers.get(LoadBalancerArn)
        if known is None:
            return {}
        if known.attributes["deletion_protection.enabled"] == "true":
            raise AwsError(
                "OperationNotPermitted",
                f"Load balancer '{known.arn}' cannot be deleted because deletion protection is enabled",
            )
        for listener in self.listeners_of(known):
            del self.listeners[listener.arn]
        del self.load_balancers[known.arn]
        self.changed()
        self.settle_targets()
        return {}

    def describe_load_balancer_attributes(self, *, LoadBalancerArn: str) -> Json:
        """All attributes, with AWS's defaults.

        Raises:
            AwsError: LoadBalancerNotFound.
        """
        attributes = self.load_balancer(LoadBalancerArn).attributes
        return {"Attributes": [{"Key": key, "Value": value} for key, value in attributes.items()]}

    def modify_load_balancer_attributes(self, *, LoadBalancerArn: str, Attributes: Sequence[Json]) -> Json:
        """The attributes as they are then.

        Raises:
            AwsError: LoadBalancerNotFound; ValidationError for an attribute that this world does not know;
                InvalidConfigurationRequest for a value that it cannot have, or a log bucket that takes no logs.
        """
        known = self.load_balancer(LoadBalancerArn)
        bucket = {change["Key"]: change["Value"] for change in Attributes}.get(LOG_BUCKET, "")
        if bucket and not self.takes_logs(bucket):
            text = f"Access Denied for bucket: {bucket}. Please check S3bucket permission"
            raise AwsError("InvalidConfigurationRequest", text)
        write_attributes(known.attributes, Attributes, "load balancer")
        self.changed()
        return self.describe_load_balancer_attributes(LoadBalancerArn=LoadBalancerArn)

    def alias_healthy(self, dns_name: str) -> bool:
        """What EvaluateTargetHealth of a Route 53 alias sees in a load balancer.

        Every target group must hold a healthy target; one without targets counts as unhealthy. Source: Route 53
        Developer Guide, "Values specific for weighted alias records", Evaluate target health.
        """
        for known in self.load_balancers.values():
            if known.dns_name == dns_name:
                groups = [group for group in self.target_groups.values() if known in self.users_of(group.arn)]
                return bool(groups) and all(
                    any(target.state == "healthy" for target in group.targets.values()) for group in groups
                )
        return False
