"""Elastic Load Balancing v2: Application Load Balancers in virtual time (docs/world/load-balancer.md)."""

from local.aws.elbv2.listeners import ListenerOperations
from local.aws.elbv2.load_balancers import LoadBalancerOperations
from local.aws.elbv2.records import Listener, LoadBalancer, Rule, Target, TargetGroup
from local.aws.elbv2.tags import TagOperations
from local.aws.elbv2.target_groups import TargetGroupOperations

__all__ = ["ElbSimulator", "Listener", "LoadBalancer", "Rule", "Target", "TargetGroup"]


class ElbSimulator(LoadBalancerOperations, TargetGroupOperations, ListenerOperations, TagOperations):
    """The service ``elbv2`` of one account and region; an operation that it lacks is answered with 501."""
