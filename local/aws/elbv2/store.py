"""The state that all operations of Elastic Load Balancing share: look-ups, names, identifiers, paging, tags."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, Protocol, TypeVar

from local.aws.simulator import AwsError, Simulator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from local.aws.elbv2.records import Json, Listener, LoadBalancer, Rule, Tags, Target, TargetGroup
    from local.kernel import Kernel

T = TypeVar("T")

HOSTED_ZONES = {"ap-northeast-1": "Z14GRHDCWA56QT", "us-east-1": "Z35SXDOTRQ7X7K"}
"""Hosted zone ids of ALBs: docs.aws.amazon.com/general/latest/gr/elb.html."""

NAME_LIMIT = 32
TAG_LIMIT = 50
DESCRIBE_TAGS_LIMIT = 20
PAGE_SIZE = 400


class Tagged(Protocol):
    """Anything that carries tags."""

    arn: str
    tags: Tags


class ElbStore(Simulator):
    """Load balancers, target groups and listeners of one account and region.

    Args:
        kernel: the world's clock and random streams.
        account: twelve digits.
        region: a region whose ALB hosted zone is known.
        vpc: the VPC of all subnets.
    """

    service: ClassVar[str] = "elbv2"

    def __init__(self, kernel: Kernel, *, account: str, region: str, vpc: str = "vpc-demo") -> None:
        self.kernel, self.account, self.region, self.vpc = kernel, account, region, vpc
        self.load_balancers: dict[str, LoadBalancer] = {}
        self.target_groups: dict[str, TargetGroup] = {}
        self.listeners: dict[str, Listener] = {}
        self.generation = 0
        """Raised with every change that a request could notice; the data path drops what it remembers then."""
        self.probe: Callable[[TargetGroup, Target], bool] = lambda _group, _target: True
        """What a health check of a target finds; the data path sets it."""
        self.has_certificate: Callable[[str], bool] = lambda _arn: True
        """Whether a certificate exists; the world sets it."""
        self.takes_logs: Callable[[str], bool] = lambda _bucket: True
        """Whether a bucket takes access logs; the world sets it."""
        self.open_group: Callable[[str, Tags], object] = lambda _group, _tags: None
        """Makes a security group for a load balancer, if it is not there; the world sets it."""
        self.close_group: Callable[[str], object] = lambda _group: None
        """Deletes a security group; the world sets it."""

    def tags_of(self, arn: str) -> Tags | None:
        """The tags of a load balancer or a target group, or nothing if it does not exist."""
        found: Tagged | None = self.load_balancers.get(arn) or self.target_groups.get(arn)
        return dict(found.tags) if found else None

    def groups_in_use(self) -> set[str]:
        """The security groups of all load balancers."""
        return {group for one in self.load_balancers.values() for group in one.settings["SecurityGroups"]}

    def arn(self, path: str) -> str:
        """The ARN of a resource of this account and region."""
        return f"arn:aws:elasticloadbalancing:{self.region}:{self.account}:{path}"

    def identifier(self) -> str:
        """The next sixteen hexadecimal digits."""
        return f"{self.kernel.stream('elbv2').getrandbits(64):016x}"

    def load_balancer(self, arn: str) -> LoadBalancer:
        """The load balancer; LoadBalancerNotFound when there is none."""
        return _known(self.load_balancers, arn, "LoadBalancerNotFound", "One or more load balancers not found")

    def target_group(self, arn: str) -> TargetGroup:
        """The target group; TargetGroupNotFound when there is none."""
        return _known(self.target_groups, arn, "TargetGroupNotFound", "One or more target groups not found")

    def listener(self, arn: str) -> Listener:
        """The listener; ListenerNotFound when there is none."""
        return _known(self.listeners, arn, "ListenerNotFound", "One or more listeners not found")

    def listeners_of(self, load_balancer: LoadBalancer) -> list[Listener]:
        """The listeners of a load balancer, in the order of their ports."""
        own = [listener for listener in self.listeners.values() if listener.load_balancer is load_balancer]
        return sorted(own, key=lambda listener: listener.port)

    def rules(self) -> Iterable[tuple[Listener, Rule]]:
        """Every rule of every listener, the default rules among them."""
        return [(listener, rule) for listener in self.listeners.values() for rule in listener.in_order()]

    def users_of(self, group_arn: str) -> list[LoadBalancer]:
        """The load balancers whose listeners and rules forward to a target group."""
        users = {
            listener.load_balancer.arn: listener.load_balancer
            for listener, rule in self.rules()
            if group_arn in forwards_to(rule.actions)
        }
        return list(users.values())

    def tagged(self, arn: str) -> Tagged:
        """Whatever carries tags under an ARN; the error names the kind that is missing."""
        if ":listener-rule/" in arn:
            return self.rule(arn)[1]
        if ":listener/" in arn:
            return self.listener(arn)
        if ":targetgroup/" in arn:
            return self.target_group(arn)
        return self.load_balancer(arn)

    def rule(self, arn: str) -> tuple[Listener, Rule]:
        """A rule and its listener; RuleNotFound when there is none."""
        for listener, rule in self.rules():
            if rule.arn == arn:
                return listener, rule
        raise AwsError("RuleNotFound", "One or more rules not found")

    def changed(self) -> None:
        """Tell the data path that what it remembers may be wrong."""
        self.generation += 1


def forwards_to(actions: list[Json]) -> list[str]:
    """The ARNs of the target groups to which actions forward."""
    arns: list[str] = []
    for action in actions:
        if "TargetGroupArn" in action:
            arns.append(action["TargetGroupArn"])
        arns += [group["TargetGroupArn"] for group in action.get("ForwardConfig", {}).get("TargetGroups", [])]
    return list(dict.fromkeys(arns))


def check_name(kind: str, name: str) -> None:
    """Refuse a name as AWS does.

    Raises:
        AwsError: ValidationError; longer than 32 characters, other characters, a hyphen at an end, or ``internal-``.
    """
    if len(name) > NAME_LIMIT:
        raise AwsError("ValidationError", f"The {kind} name '{name}' cannot be longer than '{NAME_LIMIT}' characters")
    if not re.fullmatch(r"[A-Za-z0-9-]+", name):
        allowed = "alphanumeric characters and hyphens(-)"
        raise AwsError("ValidationError", f"The {kind} name '{name}' can only contain characters that are {allowed}")
    if name.startswith("-") or name.endswith("-"):
        raise AwsError("ValidationError", f"The {kind} name '{name}' cannot begin or end with a hyphen(-)")
    if kind == "load balancer" and name.startswith("internal-"):
        raise AwsError("ValidationError", f"The load balancer name '{name}' cannot begin with 'internal-'")


def read_tags(tags: Sequence[Json] | None) -> Tags:
    """The tags of a request.

    Raises:
        AwsError: DuplicateTagKeys, or TooManyTags above 50.
    """
    read = {tag["Key"]: tag.get("Value", "") for tag in tags or ()}
    if len(read) != len(tags or ()):
        raise AwsError("DuplicateTagKeys", "A tag key was specified more than once")
    if len(read) > TAG_LIMIT:
        raise AwsError("TooManyTags", f"The maximum number of tags, {TAG_LIMIT}, is exceeded")
    return read


def page(items: list[Json], member: str, marker: str | None, size: int | None) -> Json:
    """One page of a list, with ``NextMarker`` when more follow.

    Raises:
        AwsError: ValidationError; the marker is none of ours.
    """
    if marker is not None and not marker.isdigit():
        raise AwsError("ValidationError", f"The marker '{marker}' is not valid")
    first = int(marker or 0)
    last = first + (size or PAGE_SIZE)
    found: Json = {member: items[first:last]}
    if last < len(items):
        found["NextMarker"] = str(last)
    return found


def _known(records: dict[str, T], arn: str, code: str, message: str) -> T:
    if arn not in records:
        raise AwsError(code, message)
    return records[arn]
