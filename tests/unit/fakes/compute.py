"""EC2 and Auto Scaling in memory; it refuses what they refuse, and notes what it was asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from norikae.cluster.compute_port import (
    Instance,
    LaunchTemplate,
    Leftovers,
    NewLaunchTemplate,
    NewScalingGroup,
    Processor,
    ScalingGroup,
    Subnet,
)
from norikae.errors import ConflictError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from norikae.cluster.eks_port import Issue


class FakeCompute:
    """The port ``Compute`` over dictionaries; instances start, and end, when the test says that time has passed."""

    def __init__(self) -> None:
        self.free = {
            "subnet-a": Subnet("subnet-a", "apne1-az4", 4000),
            "subnet-c": Subnet("subnet-c", "apne1-az1", 4000),
        }
        self.rules: set[tuple[str, str, int]] = set()
        self.images = {("1.35", "arm64"): "ami-arm", ("1.35", "x86_64"): "ami-x86"}
        self.templates: dict[str, NewLaunchTemplate] = {}
        self.groups: dict[str, ScalingGroup] = {}
        self.made: dict[str, NewScalingGroup] = {}
        self.owners: dict[str, str] = {}
        self.machines: dict[str, Instance] = {}
        self.failures: dict[str, Issue] = {}
        self.left = Leftovers()
        self.asked: list[str] = []

    def settle(self) -> None:
        """Let instances start and end."""
        for name, group in list(self.groups.items()):
            if group.status:
                del self.groups[name]
            elif name not in self.failures:
                ids = tuple(f"i-{name}-{number}" for number in range(group.desired))
                self.groups[name] = replace(group, instances=ids)
                self.machines.update({one: Instance(one, "running", name) for one in ids})
        self.machines = {key: one for key, one in self.machines.items() if one.state != "shutting-down"}

    def subnets(self, ids: Sequence[str]) -> tuple[Subnet, ...]:
        return tuple(self.free[one] for one in ids if one in self.free)

    def admits(self, group: str, *, source: str, port: int) -> bool:
        return (group, source, port) in self.rules

    def image(self, version: str, processor: Processor) -> str | None:
        return self.images.get((version, processor))

    def launch_templates(self, cluster: str, environment: str) -> tuple[LaunchTemplate, ...]:
        wanted = {f"kubernetes.io/cluster/{cluster}": "owned", "norikae:environment": environment}.items()
        return tuple(
            LaunchTemplate(f"lt-{one.name}", one.name) for one in self.templates.values() if wanted <= one.tags.items()
        )

    def create_launch_template(self, new: NewLaunchTemplate) -> None:
        if new.name in self.templates:
            raise ConflictError("Launch template name already in use.")
        self.asked.append(f"create launch template {new.name}")
        self.templates[new.name] = new

    def delete_launch_template(self, template: str) -> None:
        self.asked.append(f"delete launch template {template}")
        self.templates.pop(template.removeprefix("lt-"), None)

    def scaling_groups(self, cluster: str) -> tuple[ScalingGroup, ...]:
        return tuple(one for one in self.groups.values() if self.owners[one.name] == cluster)

    def create_scaling_group(self, new: NewScalingGroup) -> None:
        if new.name in self.groups:
            raise ConflictError("AutoScalingGroup by this name already exists")
        self.asked.append(f"create group {new.name}")
        (tag,) = [key for key in new.tags if key.startswith("kubernetes.io/cluster/")]
        self.own(ScalingGroup(new.name, new.desired), tag.rpartition("/")[2])
        self.made[new.name] = new

    def own(self, group: ScalingGroup, cluster: str) -> None:
        """A group carries a cluster's tag."""
        self.groups[group.name], self.owners[group.name] = group, cluster

    def delete_scaling_group(self, name: str) -> None:
        self.asked.append(f"delete group {name}")
        group = self.groups[name]
        self.groups[name] = replace(group, status="Delete in progress")
        self.machines.update({one: Instance(one, "shutting-down", name) for one in group.instances})

    def launch_failure(self, group: str) -> Issue | None:
        return self.failures.get(group)

    def instances(self, cluster: str) -> tuple[Instance, ...]:
        return tuple(one for one in self.machines.values() if self.owners.get(one.group, cluster) == cluster)

    def leftovers(self, cluster: str) -> Leftovers:
        return self.left
