"""Nodes that EKS does not manage: a launch template and an Auto Scaling group each, and what becomes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.cluster.compute_port import NewLaunchTemplate, NewScalingGroup
from norikae.cluster.names import ENVIRONMENT_TAG
from norikae.cluster.node_config import user_data
from norikae.cluster.processors import processor_of
from norikae.cluster.workloads import node_is_ready
from norikae.errors import AwsRefusedError, RefusedError
from norikae.upgrade.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from norikae.cluster.compute_port import Compute, ScalingGroup
    from norikae.cluster.eks_port import Cluster
    from norikae.cluster.ports import Kubernetes
    from norikae.environment import NodeGroup

WHOLE = 100
PASSING = frozenset(
    {"InsufficientInstanceCapacity", "InsufficientHostCapacity", "UnfulfillableCapacity", "RequestLimitExceeded"}
)
"""Failures that Auto Scaling itself tries again with other types and zones; the deadline of the build limits them."""


def cluster_tag(cluster: str) -> dict[str, str]:
    """The tag that says whose nodes these are; without it the cluster does not know them.

    Source: EKS guide, "Create self-managed Amazon Linux nodes" (its template tags group and instances so).
    """
    return {f"kubernetes.io/cluster/{cluster}": "owned"}


def group_name(cluster: str, group: str) -> str:
    """The name of a group's launch template and Auto Scaling group."""
    return f"{cluster}-{group}"


def ensure_self_managed(
    compute: Compute,
    kubernetes: Kubernetes,
    cluster: Cluster,
    groups: Sequence[NodeGroup],
    *,
    subnets: tuple[str, ...],
    profile: str,
    tags: Mapping[str, str],
    tokens: Mapping[str, str],
    poll: int,
) -> Progress:
    """The next move towards every self-managed group with all its nodes Ready.

    Args:
        compute: EC2 and Auto Scaling.
        kubernetes: the cluster's API.
        cluster: the cluster, ACTIVE.
        groups: the groups that it shall have.
        subnets: where the nodes live.
        profile: ARN of the instance profile.
        tags: of everything that is created.
        tokens: group to the idempotency token of its launch template.
        poll: seconds between two looks.

    Raises:
        RefusedError: there is no image for the version.
        AwsRefusedError: instances do not start for a reason that does not pass; the text is AWS's.
    """
    templates = {one.name: one.id for one in compute.launch_templates(cluster.name, tags[ENVIRONMENT_TAG])}
    found = {one.name: one for one in compute.scaling_groups(cluster.name)}
    missing = [group for group in groups if group_name(cluster.name, group.name) not in found]
    for group in missing:
        name = group_name(cluster.name, group.name)
        if name not in templates:
            compute.create_launch_template(_template(compute, cluster, group, profile, tags, tokens[group.name]))
            return Progress.wait(f"launch template {name} was just made", 1)
        compute.create_scaling_group(_scaling_group(cluster.name, group, templates[name], subnets, tags))
    if missing:
        return Progress.wait(f"node groups {', '.join(g.name for g in missing)} were just asked for", poll)
    ready = {_instance_of(node.get("spec", {})) for node in kubernetes.list("nodes") if node_is_ready(node)}
    waiting = [
        text
        for group in groups
        if (text := _missing_nodes(compute, group.name, found[group_name(cluster.name, group.name)], ready))
    ]
    return Progress.wait(" | ".join(waiting), poll) if waiting else Progress.done()


def _missing_nodes(compute: Compute, name: str, group: ScalingGroup, ready: set[str]) -> str:
    if group.status:
        raise RefusedError(
            f"node group {name}: Auto Scaling group {group.name} is {group.status}; resume when it is gone"
        )
    joined = sum(1 for instance in group.instances if instance in ready)
    if joined >= group.desired:
        return ""
    failure = compute.launch_failure(group.name) if len(group.instances) < group.desired else None
    if failure and failure.code not in PASSING:
        raise AwsRefusedError("ec2:RunInstances", failure.code, f"node group {name} gets no instances: {failure.text}")
    why = f" ({failure.code}: {failure.text})" if failure else ""
    return f"node group {name} has {joined} of {group.desired} nodes Ready, {len(group.instances)} instances run{why}"


def _instance_of(spec: Mapping[str, str]) -> str:
    """The instance behind a node: ``aws:///<zone>/<instance id>`` (Kubernetes, cloud-provider-aws)."""
    return str(spec.get("providerID", "")).rpartition("/")[2]


def _template(
    compute: Compute, cluster: Cluster, group: NodeGroup, profile: str, tags: Mapping[str, str], token: str
) -> NewLaunchTemplate:
    processor = processor_of(group.instances[0])
    image = compute.image(cluster.version, processor)
    if image is None:
        raise RefusedError(
            f"node group {group.name}: EKS has no image with Amazon Linux 2023 for {cluster.version} on {processor}; "
            "choose other clusters.node_groups[].instances"
        )
    name = group_name(cluster.name, group.name)
    everything = {**group.tags, **tags, **cluster_tag(cluster.name)}
    return NewLaunchTemplate(
        name=name,
        image=image,
        profile=profile,
        security_groups=(cluster.security_group,),
        user_data=user_data(cluster, group),
        disk_gib=group.disk_gib,
        tags=everything,
        instance_tags={**everything, "Name": name},
        token=token,
    )


def _scaling_group(
    cluster: str, group: NodeGroup, template: str, subnets: tuple[str, ...], tags: Mapping[str, str]
) -> NewScalingGroup:
    name = group_name(cluster, group.name)
    return NewScalingGroup(
        name=name,
        template=template,
        subnets=subnets,
        instances=group.instances,
        min_size=group.min_size,
        max_size=group.max_size,
        desired=max(1, group.min_size),
        on_demand_base=group.spot.base if group.spot else 0,
        on_demand_percent=WHOLE - group.spot.percent if group.spot else WHOLE,
        tags={**_autoscaler_tags(cluster, group), **group.tags, **tags, **cluster_tag(cluster), "Name": name},
    )


def _autoscaler_tags(cluster: str, group: NodeGroup) -> dict[str, str]:
    """How cluster-autoscaler finds the group, and what it expects of a node of a group that has none.

    Source: kubernetes/autoscaler, cluster-autoscaler/cloudprovider/aws/README.md, "Auto-Discovery Setup" and "Scaling a
    node group to 0"; the tags are read from the group, and have to be there before the autoscaler looks.
    """
    prefix = "k8s.io/cluster-autoscaler"
    labels = {f"{prefix}/node-template/label/{key}": value for key, value in group.labels.items()}
    return {f"{prefix}/enabled": "true", f"{prefix}/{cluster}": "owned", **labels}
