"""What Elastic Load Balancing keeps: load balancers, listeners, rules, target groups and their targets."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]
Tags = dict[str, str]

HEALTH_CHECK_DEFAULTS: Json = {
    "HealthCheckProtocol": "HTTP",
    "HealthCheckPort": "traffic-port",
    "HealthCheckEnabled": True,
    "HealthCheckIntervalSeconds": 30,
    "HealthCheckTimeoutSeconds": 5,
    "HealthyThresholdCount": 5,
    "UnhealthyThresholdCount": 2,
    "HealthCheckPath": "/",
    "Matcher": {"HttpCode": "200"},
}
"""Defaults of an HTTP target group, from the text of CreateTargetGroup in botocore's model."""

LOAD_BALANCER_ATTRIBUTES: Tags = {
    "access_logs.s3.bucket": "",
    "access_logs.s3.enabled": "false",
    "access_logs.s3.prefix": "",
    "client_keep_alive.seconds": "3600",
    "deletion_protection.enabled": "false",
    "idle_timeout.timeout_seconds": "60",
    "load_balancing.cross_zone.enabled": "true",
    "routing.http.drop_invalid_header_fields.enabled": "false",
    "routing.http2.enabled": "true",
    "zonal_shift.config.enabled": "false",
}
TARGET_GROUP_ATTRIBUTES: Tags = {
    "deregistration_delay.timeout_seconds": "300",
    "load_balancing.algorithm.type": "round_robin",
    "load_balancing.cross_zone.enabled": "use_load_balancer_configuration",
    "slow_start.duration_seconds": "0",
    "stickiness.enabled": "false",
    "stickiness.type": "lb_cookie",
}


@dataclass(slots=True, eq=False)
class LoadBalancer:
    """An Application Load Balancer."""

    arn: str
    name: str
    dns_name: str
    zone_id: str
    created: float
    vpc: str
    settings: Json
    state: str = "provisioning"
    attributes: Tags = field(default_factory=lambda: dict(LOAD_BALANCER_ATTRIBUTES))
    tags: Tags = field(default_factory=dict)

    @property
    def dimension(self) -> str:
        """The value of the CloudWatch dimension ``LoadBalancer``: ``app/<name>/<id>``."""
        return self.arn.split(":loadbalancer/")[1]

    def describe(self) -> Json:
        """The load balancer as DescribeLoadBalancers gives it."""
        return {
            "LoadBalancerArn": self.arn,
            "DNSName": self.dns_name,
            "CanonicalHostedZoneId": self.zone_id,
            "CreatedTime": datetime.fromtimestamp(self.created, UTC),
            "LoadBalancerName": self.name,
            "Scheme": self.settings["Scheme"],
            "VpcId": self.vpc,
            "State": {"Code": self.state},
            "Type": "application",
            "AvailabilityZones": [
                {"ZoneName": zone, "SubnetId": subnet, "LoadBalancerAddresses": []}
                for subnet, zone in self.settings["Subnets"].items()
            ],
            "SecurityGroups": list(self.settings["SecurityGroups"]),
            "IpAddressType": self.settings["IpAddressType"],
        }


@dataclass(slots=True, eq=False)
class Rule:
    """A rule of a listener; priority 0 is the default rule."""

    arn: str
    priority: int
    conditions: list[Json]
    actions: list[Json]
    tags: Tags = field(default_factory=dict)

    def describe(self) -> Json:
        """The rule as DescribeRules gives it."""
        return {
            "RuleArn": self.arn,
            "Priority": str(self.priority) if self.priority else "default",
            "Conditions": self.conditions,
            "Actions": self.actions,
            "IsDefault": not self.priority,
        }


@dataclass(slots=True, eq=False)
class Listener:
    """A listener with its rules, the default rule among them."""

    arn: str
    load_balancer: LoadBalancer
    port: int
    protocol: str
    certificates: list[Json]
    default: Rule
    rules: dict[str, Rule] = field(default_factory=dict)
    tags: Tags = field(default_factory=dict)

    def in_order(self) -> list[Rule]:
        """The rules as a request meets them: by priority, the default rule last."""
        return [*sorted(self.rules.values(), key=lambda rule: rule.priority), self.default]

    def describe(self) -> Json:
        """The listener as DescribeListeners gives it."""
        described = {
            "ListenerArn": self.arn,
            "LoadBalancerArn": self.load_balancer.arn,
            "Port": self.port,
            "Protocol": self.protocol,
            "DefaultActions": self.default.actions,
        }
        if self.certificates:
            described |= {"Certificates": self.certificates, "SslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06"}
        return described


@dataclass(slots=True, eq=False)
class Target:
    """An address that a target group knows, and what the health checks say of it."""

    id: str
    port: int
    state: str = "unused"
    reason: str = "Target.NotInUse"
    epoch: int = 0
    """Raised with every new expectation, so that an older timer finds itself out of date."""

    def become(self, state: str, reason: str = "") -> None:
        """Change the state; timers that were set before are out of date then."""
        self.state, self.reason = state, reason
        self.epoch += 1


@dataclass(slots=True, eq=False)
class TargetGroup:
    """A target group of kind ``ip``."""

    arn: str
    name: str
    vpc: str
    protocol: str
    port: int
    settings: Json
    attributes: Tags = field(default_factory=lambda: dict(TARGET_GROUP_ATTRIBUTES))
    tags: Tags = field(default_factory=dict)
    targets: dict[tuple[str, int], Target] = field(default_factory=dict)

    @property
    def dimension(self) -> str:
        """The value of the CloudWatch dimension ``TargetGroup``: ``targetgroup/<name>/<id>``."""
        return self.arn.rsplit(":", 1)[1]

    @property
    def interval(self) -> float:
        """Seconds between two health checks of a target."""
        return float(self.settings["HealthCheckIntervalSeconds"])

    def describe(self, load_balancer_arns: list[str]) -> Json:
        """The target group as DescribeTargetGroups gives it."""
        return {
            "TargetGroupArn": self.arn,
            "TargetGroupName": self.name,
            "Protocol": self.protocol,
            "Port": self.port,
            "VpcId": self.vpc,
            "LoadBalancerArns": load_balancer_arns,
            "TargetType": "ip",
            "ProtocolVersion": "HTTP1",
            "IpAddressType": "ipv4",
            **self.settings,
        }
