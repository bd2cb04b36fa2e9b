"""The sweep after a cluster's end: what its load balancer controller had no time to take away.

A load balancer outlives its cluster when the controller ends before its Ingresses do (aws-load-balancer-controller
issues 1629, 2014). The controller marks everything that it makes with its cluster's name; only exactly that tag counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.upgrade.progress import NAMED, Progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from norikae.cluster.orphans_port import Orphans


def ensure_swept(orphans: Orphans, cluster: str, poll_seconds: int) -> Progress:
    """The next move towards no load balancer, target group or security group of a cluster that is gone.

    In this order, because each is in use by the one before. Volumes are never touched.

    Args:
        orphans: Elastic Load Balancing and EC2.
        cluster: the cluster, of which neither control plane nor nodes are left.
        poll_seconds: how often it is looked at.

    Raises:
        AwsRefusedError: AWS refused, such as a load balancer with deletion protection; the text is AWS's.
    """
    balancers = orphans.load_balancers(cluster)
    for arn in balancers:
        orphans.delete_load_balancer(arn)
    if balancers:
        return Progress.wait(f"orphaned load balancers {_named(balancers)} of {cluster} to be deleted", poll_seconds)
    groups = [arn for arn in orphans.target_groups(cluster) if not orphans.delete_target_group(arn)]
    if groups:
        return Progress.wait(f"orphaned target groups {_named(groups)} of {cluster}, which are in use", poll_seconds)
    walls = [group for group in orphans.security_groups(cluster) if not orphans.delete_security_group(group)]
    if walls:
        text = f"orphaned security groups {_named(walls)} of {cluster}, which network interfaces or other groups use"
        return Progress.wait(text, poll_seconds)
    return Progress.done()


def _named(things: Sequence[str]) -> str:
    """The first few by their names, which in an ARN follow the kind."""
    names = [thing.partition(":loadbalancer/")[2] or thing.partition(":targetgroup/")[2] or thing for thing in things]
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
