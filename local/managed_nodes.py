"""Managed node groups as EC2 and Auto Scaling have them: each has a group, and each node an instance.

Sources: EKS guide, "Simplify node lifecycle with managed node groups" (an Auto Scaling group for each, tagged for the
Cluster Autoscaler); kubernetes/autoscaler, ``cluster-autoscaler/cloudprovider/aws/README.md`` (its tags).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.aws.autoscaling.records import Group
from local.aws.ec2.records import Template
from local.aws.images import image_of
from norikae.cluster.processors import processor_of

if TYPE_CHECKING:
    from local.aws.autoscaling import AutoScalingSimulator
    from local.aws.ec2 import Ec2Simulator
    from local.joining import Joining
    from local.kernel import Kernel


class ManagedNodes:
    """Makes the Auto Scaling groups of managed node groups, and ends them.

    The nodes that EKS reports as joined are there at once, as they were waited for in the node group's own time; those
    that replace others later boot as any machine does.

    Args:
        kernel: the clock.
        ec2: the machines.
        autoscaling: their groups.
        joining: takes machines into clusters.
    """

    def __init__(self, kernel: Kernel, ec2: Ec2Simulator, autoscaling: AutoScalingSimulator, joining: Joining) -> None:
        self._kernel, self._ec2, self._autoscaling, self._joining = kernel, ec2, autoscaling, joining

    def join(self, cluster: str, described: dict[str, Any]) -> None:
        """The nodes that a node group wants and that are not there yet join; what is too much ends."""
        group = self._group(cluster, described)
        scaling = described["scalingConfig"]
        group.min_size, group.max_size, group.desired = (scaling[key] for key in ("minSize", "maxSize", "desiredSize"))
        for instance in self._autoscaling.launcher.fill(group, booted=True):
            self._joining.enter(instance)
        self._autoscaling.launcher.reconcile(group)

    def leave(self, _cluster: str, described: dict[str, Any]) -> None:
        """The nodes of a node group are gone: EKS has waited until their machines were terminated."""
        group = self._autoscaling.groups.pop(_name(described), None)
        if group:
            group.status = "Delete in progress"
            group.actions.clear()
            for instance in group.instances:
                self._ec2.end(instance, at_once=True)
            del self._ec2.templates[group.template]

    def _group(self, cluster: str, described: dict[str, Any]) -> Group:
        name = _name(described)
        if name not in self._autoscaling.groups:
            self._autoscaling.groups[name] = self._made(cluster, described)
        return self._autoscaling.groups[name]

    def _made(self, cluster: str, described: dict[str, Any]) -> Group:
        name, tags, types = _name(described), _tags(cluster, described), described["instanceTypes"]
        template = self._template(described, types[0], tags)
        specification = {"LaunchTemplateId": template.id, "LaunchTemplateName": template.name, "Version": "1"}
        overrides = [{"InstanceType": kind} for kind in types]
        policy = {"LaunchTemplate": {"LaunchTemplateSpecification": specification, "Overrides": overrides}}
        return Group(
            name=name,
            arn=self._autoscaling.new_arn(name),
            template=template.id,
            types=list(types),
            base=0,
            percent=0 if described["capacityType"] == "SPOT" else 100,
            subnets=list(described["subnets"]),
            min_size=0,
            max_size=0,
            desired=0,
            created_at=self._kernel.utcnow(),
            request={"MixedInstancesPolicy": policy},
            tags={key: (value, True) for key, value in tags.items()},
        )

    def _template(self, described: dict[str, Any], kind: str, tags: dict[str, str]) -> Template:
        """EKS makes a launch template of its own for each node group."""
        ours = {key: value for key, value in tags.items() if key.startswith("eks:")}
        made = Template(
            id=f"lt-{self._ec2.identifier('managed-launch-templates')}",
            name=_name(described).replace(f"eks-{described['nodegroupName']}-", "eks-"),
            data={"ImageId": image_of(described["version"], processor_of(kind))},
            created_at=self._kernel.utcnow(),
            tags=ours,
        )
        self._ec2.templates[made.id] = made
        return made


def _name(described: dict[str, Any]) -> str:
    return str(described["resources"]["autoScalingGroups"][0]["name"])


def _tags(cluster: str, described: dict[str, Any]) -> dict[str, str]:
    return {
        "eks:cluster-name": cluster,
        "eks:nodegroup-name": described["nodegroupName"],
        f"kubernetes.io/cluster/{cluster}": "owned",
        f"k8s.io/cluster-autoscaler/{cluster}": "owned",
        "k8s.io/cluster-autoscaler/enabled": "true",
    }
