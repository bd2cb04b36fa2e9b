"""Managed node groups: EKS makes and keeps their Auto Scaling groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.cluster.eks_port import NewNodeGroup
from norikae.cluster.health import failed_before, first_broken, waiting_for
from norikae.upgrade.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from norikae.cluster.eks_port import NodeGroups
    from norikae.environment import NodeGroup


def ensure_managed(
    eks: NodeGroups,
    cluster: str,
    groups: Sequence[NodeGroup],
    *,
    role: str,
    subnets: tuple[str, ...],
    tags: Mapping[str, str],
    tokens: Mapping[str, str],
    since: float,
    poll: int,
) -> Progress:
    """The next move towards every managed node group being ACTIVE.

    A group that failed before this attempt goes and comes again: somebody has read why, and has resumed.

    Args:
        eks: node groups.
        cluster: the cluster.
        groups: the groups that it shall have.
        role: ARN of the node role.
        subnets: where the nodes live.
        tags: of everything that is created.
        tokens: group to the idempotency token of its creation.
        since: when this attempt began, in seconds since the epoch.
        poll: seconds between two looks.

    Raises:
        AwsRefusedError: a group failed; the text is AWS's.
    """
    found = {group.name: group for group in eks.node_groups(cluster)}
    missing = [group for group in groups if group.name not in found]
    for group in missing:
        new = NewNodeGroup(
            cluster=cluster,
            name=group.name,
            role=role,
            subnets=subnets,
            instances=group.instances,
            min_size=group.min_size,
            max_size=group.max_size,
            labels=group.labels,
            tags={**group.tags, **tags},
            token=tokens[group.name],
            disk_gib=group.disk_gib,
        )
        eks.create_node_group(new)
    if missing:
        return Progress.wait(f"node groups {', '.join(g.name for g in missing)} were just asked for", poll)
    wanted = [found[group.name] for group in groups]
    failed = failed_before(wanted, since)
    for old in failed:
        eks.delete_node_group(cluster, old.name)
    if failed:
        return Progress.wait(f"node groups {', '.join(g.name for g in failed)}, which had failed, go first", poll)
    first_broken("eks:CreateNodegroup", "node group", wanted)
    waiting = waiting_for("node group", wanted)
    return Progress.wait(waiting, poll) if waiting else Progress.done()
