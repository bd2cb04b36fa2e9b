"""Over the wire: every call to AWS of a build is lost once, before or after its effect; still there is one cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local.aws.front import Fault
from norikae.cluster.compute_port import Leftovers
from norikae.errors import TransientError
from tests.adapters.building import GREEN, BuildingSite

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.aws.front import Call

LOST = {"before": Fault(lose_answer=True), "after": Fault.executed_then_lost()}
READING = ("Describe", "List", "Get")


def once_for_each_call(fault: Fault, deaths: list[str]) -> Callable[[Call], Fault | None]:
    """The first time of each call, by operation and parameters, ends the process."""

    def ask(call: Call) -> Fault | None:
        name = f"{call.operation} {sorted(call.params.items(), key=str)}"
        if name in deaths:
            return None
        deaths.append(name)
        return fault

    return ask


def built(site: BuildingSite) -> dict[str, Any]:
    """What there is, found by the tags of the build and not by what the build remembers."""
    tag = [{"Name": f"tag:kubernetes.io/cluster/{GREEN.name}", "Values": ["owned"]}]
    groups = site.client("autoscaling").describe_auto_scaling_groups(Filters=tag)["AutoScalingGroups"]
    templates = site.client("ec2").describe_launch_templates(Filters=tag)["LaunchTemplates"]
    eks, (cluster,) = site.site.eks, site.site.eks.cluster_names()
    managed = site.world.eks.clusters[cluster].nodegroups["system"]["nodegroupArn"].rpartition("/")[2]
    return {
        "cluster": cluster,
        "node groups": [one.name for one in eks.node_groups(cluster)],
        "add-ons": [one.name for one in eks.addons(cluster)],
        "entries": [one.principal for one in eks.access_entries(cluster)],
        "groups": sorted(one["AutoScalingGroupName"].removesuffix(managed) for one in groups),
        "templates": [one["LaunchTemplateName"] for one in templates],
        "instances": len(site.site.compute.instances(cluster)),
        "nodes": len(site.connect(cluster).list("nodes")),
    }


@pytest.mark.parametrize("when", LOST)
def test_a_build_whose_every_call_is_lost_once_ends_as_one_that_nobody_disturbed(
    when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = BuildingSite()
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: site.kernel.utcnow().replace(tzinfo=None))
    deaths: list[str] = []
    site.front.faults.append(once_for_each_call(LOST[when], deaths))
    for _ in range(400):
        try:
            progress = site.look()
        except TransientError:
            continue
        if progress.ready:
            break
        site.kernel.run(progress.retry_after_seconds)
    site.front.faults.clear()
    assert built(site) == {
        "cluster": GREEN.name,
        "node groups": ["system"],
        "add-ons": ["coredns", "eks-pod-identity-agent", "kube-proxy", "vpc-cni"],
        "entries": [site.roles.node_role, site.me],
        "groups": [f"{GREEN.name}-worker", "eks-system-"],
        "templates": [f"{GREEN.name}-worker"],
        "instances": 5,
        "nodes": 5,
    }
    written = [name.split()[0] for name in deaths if not name.startswith(READING)]
    assert {"CreateCluster", "CreateLaunchTemplate", "CreateAutoScalingGroup", "CreateNodegroup"} <= set(written)
    site.until_ready(site.clear)
    assert site.site.eks.cluster_names() == frozenset()
    assert site.world.autoscaling.groups == {}
    assert (site.site.compute.instances(GREEN.name), site.site.compute.leftovers(GREEN.name)) == ((), Leftovers())
    site.close()
