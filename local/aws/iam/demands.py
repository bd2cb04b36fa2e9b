"""Which permissions a call needs: actions, the ARNs of its resources, and the condition keys of the request.

Source of the actions, resource types and keys: the Service Authorization Reference of each service.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from local.aws.iam.compute_demands import autoscaling, ec2, elbv2
from local.aws.iam.conditions import Context, UnmodelledPolicyError
from local.aws.iam.eks_demands import eks
from local.aws.iam.identity_demands import iam, sts
from local.aws.iam.queue_demands import sns, sqs
from local.aws.iam.secret_demands import secretsmanager
from local.aws.iam.storage_demands import dynamodb, s3
from local.aws.iam.systems_demands import health, ssm

if TYPE_CHECKING:
    from local.aws.protocol import Operation


class Facts:
    """What the world knows and a request does not say; this base knows nothing."""

    def eks_arn(self, kind: str, cluster: str, name: str) -> str | None:
        """The ARN of a part of a cluster, whose last part AWS chooses."""

    def tags(self, arn: str) -> dict[str, str] | None:
        """The tags of a resource, if it has any that the world keeps."""

    def scaling_group(self, name: str) -> str | None:
        """The ARN of an Auto Scaling group, which has a part that AWS chooses."""

    def group_of(self, instance: str) -> str | None:
        """The name of the Auto Scaling group of an instance."""

    def secret(self, reference: str) -> str | None:
        """The whole ARN of a secret, which has a part that AWS chooses."""

    def node_role(self, template: str) -> str | None:
        """The ARN of the role that instances of a launch template get."""


@dataclass(frozen=True, slots=True)
class Demand:
    """One permission: may this action be done to this resource, in a request with these condition keys?"""

    action: str
    resource: str = "*"
    context: Context = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """Where ARNs are."""

    region: str
    account: str
    facts: Facts

    def arn(self, service: str, resource: str) -> str:
        """An ARN of this region and account."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"


def demands(operation: Operation, region: str, account: str, facts: Facts) -> list[Demand]:
    """All the permissions that a call needs.

    Args:
        operation: the call.
        region: of the resources.
        account: of the resources.
        facts: what the request does not say.

    Raises:
        UnmodelledPolicyError: the resources of this call cannot be derived here.
    """
    derive = _SERVICES.get(operation.service)
    if derive is None:
        raise UnmodelledPolicyError(f"the embedded world cannot judge permissions for {operation.service}")
    place = Place(region, account, facts)
    return [Demand(action, resource, context) for action, resource, context in derive(operation, place)]


Derived = list[tuple[str, str, Context]]
Derive = Callable[[Any, Place], Derived]


def _route53(operation: Operation, place: Place) -> Derived:
    action, params = f"route53:{operation.name}", operation.params
    if operation.name == "GetChange":
        return [(action, "arn:aws:route53:::change/" + params["Id"].rsplit("/", 1)[-1], {})]
    zone = params.get("HostedZoneId") or (params.get("Id") if "HostedZone" in operation.name else None)
    if zone is None:
        return _anywhere("route53")(operation, place)
    context: Context = {}
    if operation.name == "ChangeResourceRecordSets":
        changes = params["ChangeBatch"]["Changes"]
        prefix = "route53:changeresourcerecordsets"
        context = {
            prefix + "normalizedrecordnames": [_normalized(c["ResourceRecordSet"]["Name"]) for c in changes],
            prefix + "recordtypes": [c["ResourceRecordSet"]["Type"] for c in changes],
            prefix + "actions": [c["Action"] for c in changes],
        }
    return [(action, "arn:aws:route53:::hostedzone/" + zone.rsplit("/", 1)[-1], context)]


def _normalized(name: str) -> str:
    """Lower case, without the last dot, other characters as octal escapes (Route 53 guide, policy conditions)."""
    plain = name.lower().removesuffix(".")
    plain = re.sub(r"\\(\d{3})", lambda m: chr(int(m[1], 8)), plain)
    return re.sub(r"[^a-z0-9\-_.]", lambda m: f"\\{ord(m[0]):03o}", plain)


def _by_member(prefix: str, *members: str, otherwise: Callable[[Any, Place], str] | None = None) -> Derive:
    """A service whose resource is an ARN (or a name) in one of a few members."""

    def derive(operation: Operation, place: Place) -> Derived:
        for member in members:
            value = operation.params.get(member)
            if value:
                arn = value if value.startswith("arn:") or otherwise is None else otherwise(value, place)
                return [(f"{prefix}:{operation.name}", arn, {})]
        return _anywhere(prefix)(operation, place)

    return derive


def _anywhere(prefix: str) -> Derive:
    """A service, or operations of one, that know no resources: policies must name ``*``."""
    prefixes = ("Describe", "List", "Get", "SendTask")

    def derive(operation: Operation, _: Place) -> Derived:
        if not operation.name.startswith(prefixes):
            raise UnmodelledPolicyError(f"the embedded world cannot judge permissions for {prefix}:{operation.name}")
        return [(f"{prefix}:{operation.name}", "*", {})]

    return derive


def _cloudwatch(operation: Operation, place: Place) -> Derived:
    action, params = f"cloudwatch:{operation.name}", operation.params
    if operation.name == "PutMetricData":
        return [(action, "*", {"cloudwatch:namespace": [params["Namespace"]]})]
    if operation.name == "DescribeAlarms":
        return [(action, place.arn("cloudwatch", f"alarm:{name}"), {}) for name in params.get("AlarmNames") or ["*"]]
    return _anywhere("cloudwatch")(operation, place)


def _lambda(operation: Operation, place: Place) -> Derived:
    action = "lambda:InvokeFunction" if operation.name in {"Invoke", "InvokeAsync"} else f"lambda:{operation.name}"
    name = operation.params.get("FunctionName")
    if not name:
        return _anywhere("lambda")(operation, place)
    arn = name if name.startswith("arn:") else place.arn("lambda", f"function:{name.rpartition('function:')[2]}")
    qualifier = operation.params.get("Qualifier")
    return [(action, f"{arn}:{qualifier}" if qualifier else arn, {})]


def _events(operation: Operation, place: Place) -> Derived:
    if operation.name != "PutEvents":
        return _anywhere("events")(operation, place)
    buses = sorted({entry.get("EventBusName") or "default" for entry in operation.params["Entries"]})
    return [
        ("events:PutEvents", bus if bus.startswith("arn:") else place.arn("events", f"event-bus/{bus}"), {})
        for bus in buses
    ]


def _logs(operation: Operation, place: Place) -> Derived:
    name = operation.params.get("logGroupName")
    resource = place.arn("logs", f"log-group:{name}:*") if name else "*"
    return [(f"logs:{operation.name}", resource, {})]


_SERVICES: dict[str, Derive] = {
    "eks": eks,
    "dynamodb": dynamodb,
    "s3": s3,
    "route53": _route53,
    "cloudtrail": lambda operation, _: [(f"cloudtrail:{operation.name}", "*", {})],
    "cloudwatch": _cloudwatch,
    "lambda": _lambda,
    "events": _events,
    "logs": _logs,
    "sts": sts,
    "iam": iam,
    "elbv2": elbv2,
    "ec2": ec2,
    "autoscaling": autoscaling,
    "stepfunctions": _by_member("states", "executionArn", "stateMachineArn", "mapRunArn", "activityArn"),
    "sns": sns,
    "sqs": sqs,
    "kms": _by_member("kms", "KeyId", otherwise=lambda key, place: place.arn("kms", f"key/{key}")),
    "ssm": ssm,
    "health": health,
    "secretsmanager": secretsmanager,
}
