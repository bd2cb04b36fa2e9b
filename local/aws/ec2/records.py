"""What EC2 keeps: subnets, launch templates, instances."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from local.aws.ec2.status import ScheduledEvent

ADDRESSES = 4091
"""What a /20 has for instances: 4,096 without the five that AWS keeps (VPC guide, "Subnet CIDR blocks")."""


@dataclass(slots=True)
class Subnet:
    """A subnet of the environment.

    Attributes:
        zone_id: such as ``apne1-az4``, the same in every account.
        zone: such as ``ap-northeast-1a``, this account's name for it.
        taken: addresses that instances, pods and load balancers have.
        size: addresses in all.
    """

    id: str
    zone_id: str
    zone: str
    taken: int = 0
    size: int = ADDRESSES

    @property
    def free(self) -> int:
        """Addresses that are left."""
        return max(0, self.size - self.taken)


@dataclass(frozen=True, slots=True)
class Template:
    """A launch template with its only version."""

    id: str
    name: str
    data: dict[str, Any]
    created_at: datetime
    tags: dict[str, str]


@dataclass(slots=True)
class Instance:
    """A machine.

    Attributes:
        data: the launch template's data.
        spot: whether it is a spot instance.
        console: what it wrote while it booted; here one reads why it did not join.
        ended_at: when it was asked to end, in seconds of the world.
        impaired: status checks that fail: ``system``, ``instance``.
        events: what EC2 has scheduled for it, by id.
        interrupted: it is a spot instance that was warned.
    """

    id: str
    type: str
    subnet: Subnet
    data: dict[str, Any]
    spot: bool
    launched_at: datetime
    tags: dict[str, str]
    state: str = "pending"
    console: list[str] = field(default_factory=list)
    ended_at: float | None = None
    impaired: set[str] = field(default_factory=set)
    events: dict[str, ScheduledEvent] = field(default_factory=dict)
    interrupted: bool = False

    @property
    def name(self) -> str:
        """Its private DNS name, and so the name of its node."""
        number = int(self.id.removeprefix("i-"), 16)
        region = self.subnet.zone[:-1]
        return f"ip-10-{number // 65536 % 200}-{number // 256 % 256}-{number % 256}.{region}.compute.internal"
