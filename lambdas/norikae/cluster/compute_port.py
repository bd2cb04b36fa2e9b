"""What the core needs of EC2, Auto Scaling and the public SSM parameters."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


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
