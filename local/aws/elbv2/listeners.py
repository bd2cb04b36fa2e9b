# ruff: noqa: N803 - the API spells its members so
"""Operations on listeners and their rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.aws.elbv2.records import Listener, Rule
from local.aws.elbv2.store import forwards_to, page, read_tags
from local.aws.elbv2.targets import TargetHealth
from local.aws.simulator import AwsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local.aws.elbv2.records import Json

MOST_RULES = 100
"""Default quota, docs: Rules per Application Load Balancer, not counting default rules."""
ACTIONS = ("forward", "fixed-response", "redirect")
CONDITIONS = ("host-header", "path-pattern")


class ListenerOperations(TargetHealth):
    """Create, describe and delete listeners and rules."""

    def create_listener(
        self,
        *,
        LoadBalancerArn: str,
        Protocol: str = "HTTP",
        Port: int = 80,
        DefaultActions: Sequence[Json],
        Certificates: Sequence[Json] = (),
        Tags: Sequence[Json] | None = None,
    ) -> Json:
        """A new listener with its default rule.

        Raises:
            AwsError: LoadBalancerNotFound, TargetGroupNotFound, UnsupportedProtocol, DuplicateListener, ValidationError
                (HTTPS without a certificate), CertificateNotFound, TargetGroupAssociationLimit; NotImplemented for
                other actions.
        """
        owner = self.load_balancer(LoadBalancerArn)
        if Protocol not in ("HTTP", "HTTPS"):
            raise AwsError("UnsupportedProtocol", f"Listener protocol '{Protocol}' is not supported")
        if any(listener.port == Port for listener in self.listeners_of(owner)):
            raise AwsError(
                "DuplicateListener", f"A listener already exists on this port for this load balancer '{owner.arn}'"
            )
        if Protocol == "HTTPS" and not Certificates:
            raise AwsError("ValidationError", "A certificate must be specified for HTTPS listeners")
        for certificate in Certificates:
            if not self.has_certificate(certificate["CertificateArn"]):
                raise AwsError("CertificateNotFound", f"Certificate '{certificate['CertificateArn']}' not found")
        actions = self._actions(owner.arn, DefaultActions)
        arn = owner.arn.replace(":loadbalancer/", ":listener/") + f"/{self.identifier()}"
        default = Rule(_rule_arn(arn, self.identifier()), 0, [], actions)
        created = Listener(arn, owner, Port, Protocol, list(Certificates), default, tags=read_tags(Tags))
        self.listeners[arn] = created
        self.changed()
        self.settle_targets()
        return {"Listeners": [created.describe()]}

    def describe_listeners(
        self,
        *,
        LoadBalancerArn: str = "",
        ListenerArns: Sequence[str] = (),
        Marker: str | None = None,
        PageSize: int | None = None,
    ) -> Json:
        """The listeners of a load balancer, or with these ARNs.

        Raises:
            AwsError: LoadBalancerNotFound, ListenerNotFound; ValidationError for none or both of the selections.
        """
        if bool(LoadBalancerArn) == bool(ListenerArns):
            raise AwsError("ValidationError", "You must specify either listener ARNs or a load balancer ARN")
        if LoadBalancerArn:
            found = self.listeners_of(self.load_balancer(LoadBalancerArn))
        else:
            found = [self.listener(arn) for arn in ListenerArns]
        return page([listener.describe() for listener in found], "Listeners", Marker, PageSize)

    def delete_listener(self, *, ListenerArn: str) -> Json:
        """With its rules.

        Raises:
            AwsError: ListenerNotFound.
        """
        del self.listeners[self.listener(ListenerArn).arn]
        self.changed()
        self.settle_targets()
        return {}

    def create_rule(
        self,
        *,
        ListenerArn: str,
        Conditions: Sequence[Json],
        Priority: int,
        Actions: Sequence[Json],
        Tags: Sequence[Json] | None = None,
    ) -> Json:
        """A new rule.

        Raises:
            AwsError: ListenerNotFound, TargetGroupNotFound, PriorityInUse, TooManyRules, TargetGroupAssociationLimit,
                ValidationError (no conditions); NotImplemented for other actions and conditions.
        """
        listener = self.listener(ListenerArn)
        if not Conditions:
            raise AwsError("ValidationError", "A condition must be specified")
        if any(rule.priority == Priority for rule in listener.rules.values()):
            raise AwsError("PriorityInUse", f"Priority '{Priority}' is currently in use")
        owned = sum(len(own.rules) for own in self.listeners_of(listener.load_balancer))
        if owned >= MOST_RULES:
            raise AwsError("TooManyRules", "The maximum number of rules has been reached")
        actions = self._actions(listener.load_balancer.arn, Actions)
        arn = _rule_arn(listener.arn, self.identifier())
        created = Rule(arn, Priority, _conditions(Conditions), actions, tags=read_tags(Tags))
        listener.rules[arn] = created
        self.changed()
        self.settle_targets()
        return {"Rules": [created.describe()]}

    def describe_rules(
        self,
        *,
        ListenerArn: str = "",
        RuleArns: Sequence[str] = (),
        Marker: str | None = None,
        PageSize: int | None = None,
    ) -> Json:
        """The rules of a listener in the order of their priorities, or with these ARNs.

        Raises:
            AwsError: ListenerNotFound, RuleNotFound; ValidationError for none or both of the selections.
        """
        if bool(ListenerArn) == bool(RuleArns):
            raise AwsError("ValidationError", "You must specify either listener rule ARNs or a listener ARN")
        found = self.listener(ListenerArn).in_order() if ListenerArn else [self.rule(arn)[1] for arn in RuleArns]
        return page([rule.describe() for rule in found], "Rules", Marker, PageSize)

    def delete_rule(self, *, RuleArn: str) -> Json:
        """Its target groups stay.

        Raises:
            AwsError: RuleNotFound; OperationNotPermitted for a default rule.
        """
        listener, rule = self.rule(RuleArn)
        if rule is listener.default:
            raise AwsError("OperationNotPermitted", f"Default rule '{RuleArn}' cannot be deleted")
        del listener.rules[RuleArn]
        self.changed()
        self.settle_targets()
        return {}

    def _actions(self, owner_arn: str, actions: Sequence[Json]) -> list[Json]:
        for action in actions:
            several = len(action.get("ForwardConfig", {}).get("TargetGroups", [])) > 1
            if action["Type"] not in ACTIONS or several:
                raise AwsError("NotImplemented", f"the embedded world has no action {action}", 501)
        for arn in forwards_to(list(actions)):
            self.target_group(arn)
            if any(user.arn != owner_arn for user in self.users_of(arn)):
                raise AwsError(
                    "TargetGroupAssociationLimit",
                    f"The following target groups cannot be associated with more than one load balancer: {arn}",
                )
        return [dict(action) for action in actions]


def _conditions(conditions: Sequence[Json]) -> list[Json]:
    for condition in conditions:
        config = condition.get("HostHeaderConfig") or condition.get("PathPatternConfig") or {}
        if condition.get("Field") not in CONDITIONS or "RegexValues" in config or "RegexValues" in condition:
            raise AwsError("NotImplemented", f"the embedded world has no condition {condition}", 501)
    return [dict(condition) for condition in conditions]


def _rule_arn(listener_arn: str, identifier: str) -> str:
    return listener_arn.replace(":listener/", ":listener-rule/") + f"/{identifier}"
