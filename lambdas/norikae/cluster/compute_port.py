"""What the core needs of EC2, Auto Scaling and the public SSM parameters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from norikae.cluster.eks_port import Issue

Processor = Literal["arm64", "x86_64"]


@dataclass(frozen=True, slots=True)
class Subnet:
    """A subnet with what is left of it.

    Args:
        zone: availability zone id, such as ``apne1-az4``.
        free: addresses that are free now (``AvailableIpAddressCount``).
    """

    id: str
    zone: str
    free: int


@dataclass(frozen=True, slots=True)
class LaunchTemplate:
    """A launch template by its id and name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class ScalingGroup:
    """An Auto Scaling group.

    Args:
        desired: how many instances it wants to have.
        instances: ids of those that are in service.
        status: empty, or ``Delete in progress``.
        managed: whether it belongs to an EKS managed node group, which alone may change it.
    """

    name: str
    desired: int
    instances: tuple[str, ...] = ()
    status: str = ""
    managed: bool = False


@dataclass(frozen=True, slots=True)
class NewLaunchTemplate:
    """How each instance of a group begins.

    Args:
        image: id of the machine image.
        profile: ARN of the instance profile.
        security_groups: of the instance.
        user_data: what the instance reads when it boots, as text.
        disk_gib: size of the encrypted root volume.
        tags: of the template itself.
        instance_tags: of the instances and their volumes.
        token: makes the creation idempotent.
    """

    name: str
    image: str
    profile: str
    security_groups: tuple[str, ...]
    user_data: str
    disk_gib: int
    tags: Mapping[str, str]
    instance_tags: Mapping[str, str]
    token: str


@dataclass(frozen=True, slots=True)
class NewScalingGroup:
    """A group of instances to be created.

    Args:
        template: id of the launch template, of which version 1 is used.
        instances: instance types, best first.
        on_demand_base: how many instances are never spot.
        on_demand_percent: share of on-demand instances among those above the base.
        tags: of the group and, when it launches them, of its instances.
    """

    name: str
    template: str
    subnets: tuple[str, ...]
    instances: tuple[str, ...]
    min_size: int
    max_size: int
    desired: int
    on_demand_base: int
    on_demand_percent: int
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Instance:
    """A machine that has not ended yet.

    Args:
        state: pending, running, shutting-down, stopping or stopped.
        group: the Auto Scaling group that started it, or empty.
    """

    id: str
    state: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What EC2 still has of a cluster besides instances, by the tags that say whose it is.

    Args:
        volumes: ids of volumes; those of PersistentVolumes hold data.
        others: ids of launch templates, network interfaces and security groups.
    """

    volumes: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


class Compute(Protocol):
    """Subnets, images, launch templates, Auto Scaling groups."""

    def subnets(self, ids: Sequence[str]) -> tuple[Subnet, ...]:
        """Some subnets; one that does not exist is left out."""

    def admits(self, group: str, *, source: str, port: int) -> bool:
        """Whether a rule of a security group admits TCP to a port from another group, or from any addresses.

        Args:
            group: the security group that is entered.
            source: the security group that connections come from.
            port: the port.
        """

    def image(self, version: str, processor: Processor) -> str | None:
        """The id of EKS's newest image with Amazon Linux 2023 for a Kubernetes version, or None when there is none."""

    def launch_templates(self, cluster: str, environment: str) -> tuple[LaunchTemplate, ...]:
        """The launch templates that are tagged as a cluster's and as this environment's."""

    def create_launch_template(self, new: NewLaunchTemplate) -> None:
        """Create a launch template; ConflictError when the name is taken."""

    def delete_launch_template(self, template: str) -> None:
        """Delete a launch template by id; fine when it is gone."""

    def scaling_groups(self, cluster: str) -> tuple[ScalingGroup, ...]:
        """The Auto Scaling groups that are tagged as a cluster's."""

    def create_scaling_group(self, new: NewScalingGroup) -> None:
        """Create an Auto Scaling group; ConflictError when the name is taken."""

    def delete_scaling_group(self, name: str) -> None:
        """Ask for a group to go with all its instances; fine when it is gone."""

    def launch_failure(self, group: str) -> Issue | None:
        """Why the newest launch of a group failed, in AWS's words, or None when it did not fail."""

    def instances(self, cluster: str) -> tuple[Instance, ...]:
        """The machines that are tagged as a cluster's and have not ended yet, whoever started them."""

    def leftovers(self, cluster: str) -> Leftovers:
        """What EC2 still has of a cluster."""
