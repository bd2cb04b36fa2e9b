"""What the AWS Load Balancer Controller does with Elastic Load Balancing to make a load balancer as wanted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local.edge.alb import CLUSTER_TAG
from local.edge.alb_model import NOT_FOUND, STACK_TAG

if TYPE_CHECKING:
    from local.aws.elbv2 import ElbSimulator, Listener, LoadBalancer, TargetGroup
    from local.edge.alb_model import GroupWanted, LoadBalancerWanted
    from local.edge.alb_pods import PodIndex

Json = dict[str, Any]


@dataclass(frozen=True)
class Deployer:
    """Makes the load balancers of one cluster as wanted, and removes what nobody wants; each call may be repeated.

    Args:
        elb: Elastic Load Balancing.
        cluster: the cluster's name, by whose tag the resources are found again.
        pods: the cluster's pods.
    """

    elb: ElbSimulator
    cluster: str
    pods: PodIndex

    def stacks(self) -> set[str]:
        """The stacks of this cluster of which anything exists."""
        known: list[LoadBalancer | TargetGroup] = [*self.elb.load_balancers.values(), *self.elb.target_groups.values()]
        return {owned.tags.get(STACK_TAG, "") for owned in known if owned.tags.get(CLUSTER_TAG) == self.cluster}

    def deploy(self, wanted: LoadBalancerWanted) -> LoadBalancer:
        """The load balancer as wanted, with listeners, rules, target groups and targets.

        Raises:
            AwsError: whatever AWS refuses, such as DuplicateLoadBalancerName.
        """
        owner = self._load_balancer(wanted)
        groups = {name: self._group(group) for name, group in wanted.groups.items()}
        arns = {name: group.arn for name, group in groups.items()}
        default = _forward(arns[wanted.default]) if wanted.default else NOT_FOUND
        rules = [(rule.conditions, [_forward(arns[rule.group])]) for rule in wanted.rules]
        self._listeners(owner, wanted, default, rules)
        for name, group in groups.items():
            self._targets(group, wanted.groups[name])
        for group in self._groups_of(wanted.stack):
            if group.name not in wanted.groups:
                self.elb.delete_target_group(TargetGroupArn=group.arn)
        return owner

    def remove(self, stack: str) -> None:
        """The load balancer and the target groups of a stack, also against deletion protection.

        Source: the controller's ``pkg/deploy/elbv2/load_balancer_synthesizer.go``.
        """
        for owner in self._load_balancers_of(stack):
            off = [{"Key": "deletion_protection.enabled", "Value": "false"}]
            self.elb.modify_load_balancer_attributes(LoadBalancerArn=owner.arn, Attributes=off)
            self.elb.delete_load_balancer(LoadBalancerArn=owner.arn)
        for group in self._groups_of(stack):
            self.elb.delete_target_group(TargetGroupArn=group.arn)
        if self._wall not in self.elb.groups_in_use():
            self.elb.close_group(self._wall)

    @property
    def _wall(self) -> str:
        """The security group of the load balancers that ask for no other one."""
        return "sg-k8s-" + self.cluster

    def _load_balancers_of(self, stack: str) -> list[LoadBalancer]:
        mine = {CLUSTER_TAG: self.cluster, STACK_TAG: stack}.items()
        return [owned for owned in self.elb.load_balancers.values() if mine <= owned.tags.items()]

    def _groups_of(self, stack: str) -> list[TargetGroup]:
        mine = {CLUSTER_TAG: self.cluster, STACK_TAG: stack}.items()
        return [owned for owned in self.elb.target_groups.values() if mine <= owned.tags.items()]

    def _load_balancer(self, wanted: LoadBalancerWanted) -> LoadBalancer:
        found = self._load_balancers_of(wanted.stack)
        if found and (found[0].settings["Scheme"] != wanted.scheme):
            self.remove(wanted.stack)
            found = []
        if not found:
            if not wanted.security_groups:
                self.elb.open_group(self._wall, {CLUSTER_TAG: self.cluster})
            answer = self.elb.create_load_balancer(
                Name=wanted.name,
                Subnets=wanted.subnets,
                SecurityGroups=wanted.security_groups or [self._wall],
                Scheme=wanted.scheme,
                IpAddressType=wanted.ip_address_type,
                Tags=[{"Key": key, "Value": value} for key, value in wanted.tags.items()],
            )
            found = [self.elb.load_balancer(answer["LoadBalancers"][0]["LoadBalancerArn"])]
        owner = found[0]
        changes = _changes(owner.attributes, wanted.attributes)
        if changes:
            self.elb.modify_load_balancer_attributes(LoadBalancerArn=owner.arn, Attributes=changes)
        return owner

    def _group(self, wanted: GroupWanted) -> TargetGroup:
        found = next((owned for owned in self._groups_of(wanted.tags[STACK_TAG]) if owned.name == wanted.name), None)
        if found is None:
            answer = self.elb.create_target_group(
                Name=wanted.name,
                Protocol="HTTP",
                Port=wanted.port,
                VpcId=self.elb.vpc,
                TargetType="ip",
                Tags=[{"Key": key, "Value": value} for key, value in wanted.tags.items()],
                **wanted.settings,
            )
            found = self.elb.target_group(answer["TargetGroups"][0]["TargetGroupArn"])
        found.settings.update(wanted.settings)
        changes = _changes(found.attributes, wanted.attributes)
        if changes:
            self.elb.modify_target_group_attributes(TargetGroupArn=found.arn, Attributes=changes)
        return found

    def _listeners(
        self, owner: LoadBalancer, wanted: LoadBalancerWanted, default: Json, rules: list[tuple[list[Json], list[Json]]]
    ) -> None:
        existing = {listener.port: listener for listener in self.elb.listeners_of(owner)}
        for protocol, port in wanted.listeners:
            redirects = protocol == "HTTP" and wanted.redirect_to is not None
            action = _redirect(wanted.redirect_to) if redirects else default
            listener = existing.pop(port, None)
            if listener and (listener.protocol != protocol or listener.default.actions != [action]):
                self.elb.delete_listener(ListenerArn=listener.arn)
                listener = None
            if listener is None:
                listener = self._create_listener(owner, wanted, (protocol, port), action)
            self._rules(listener, [] if redirects else rules)
        for listener in existing.values():
            self.elb.delete_listener(ListenerArn=listener.arn)

    def _create_listener(
        self, owner: LoadBalancer, wanted: LoadBalancerWanted, place: tuple[str, int], action: Json
    ) -> Listener:
        protocol, port = place
        certificates = [{"CertificateArn": arn} for arn in wanted.certificates[:1]] if protocol == "HTTPS" else []
        answer = self.elb.create_listener(
            LoadBalancerArn=owner.arn,
            Protocol=protocol,
            Port=port,
            DefaultActions=[action],
            Certificates=certificates,
            Tags=[{"Key": key, "Value": owner.tags[key]} for key in (CLUSTER_TAG, STACK_TAG)],
        )
        return self.elb.listener(answer["Listeners"][0]["ListenerArn"])

    def _rules(self, listener: Listener, wanted: list[tuple[list[Json], list[Json]]]) -> None:
        now = [(rule.priority, rule.conditions, rule.actions) for rule in listener.in_order() if rule.priority]
        then = [(index, conditions, actions) for index, (conditions, actions) in enumerate(wanted, start=1)]
        if now == then:
            return
        for arn in list(listener.rules):
            self.elb.delete_rule(RuleArn=arn)
        for priority, conditions, actions in then:
            self.elb.create_rule(ListenerArn=listener.arn, Conditions=conditions, Priority=priority, Actions=actions)

    def _targets(self, group: TargetGroup, wanted: GroupWanted) -> None:
        ready: set[tuple[str, int]] = set()
        for pod in self.pods.ready(wanted.namespace, wanted.selector):
            port = pod.ports.get(wanted.target_port) if isinstance(wanted.target_port, str) else wanted.target_port
            if port is not None:
                ready.add((pod.address, port))
        known = {key for key, target in group.targets.items() if target.state != "draining"}
        if ready - known:
            self.elb.register_targets(TargetGroupArn=group.arn, Targets=_targets(ready - known))
        if known - ready:
            self.elb.deregister_targets(TargetGroupArn=group.arn, Targets=_targets(known - ready))


def _targets(keys: set[tuple[str, int]]) -> list[Json]:
    return [{"Id": address, "Port": port} for address, port in sorted(keys)]


def _changes(now: dict[str, str], wanted: dict[str, str]) -> list[Json]:
    return [{"Key": key, "Value": value} for key, value in wanted.items() if now.get(key) != value]


def _forward(arn: str) -> Json:
    return {"Type": "forward", "TargetGroupArn": arn}


def _redirect(port: int | None) -> Json:
    return {
        "Type": "redirect",
        "RedirectConfig": {"Protocol": "HTTPS", "Port": str(port), "StatusCode": "HTTP_301"},
    }
