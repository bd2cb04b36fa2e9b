"""What the watch over the end of support needs of the world: AWS Health, and what people were told already."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

import msgspec

Support = Literal["standard", "extended"]


@dataclass(frozen=True, slots=True)
class HealthEvent:
    """An event of AWS Health about EKS.

    Args:
        arn: its ARN, which stays the same while the event is updated.
        code: its type, such as ``AWS_EKS_PLANNED_LIFECYCLE_EVENT``.
        category: ``issue``, ``accountNotification``, ``scheduledChange`` or ``investigation``.
        status: ``open`` or ``upcoming``.
        region: where; ``global`` for everywhere.
        is_public: whether it is about the region as a whole, and names nothing of this account.
        starts: when, in seconds since the epoch; None when AWS does not say.
    """

    arn: str
    code: str
    category: str
    status: str
    region: str
    is_public: bool = True
    starts: float | None = None


class AwsHealth(Protocol):
    """AWS Health, as far as it is about EKS."""

    def about_eks(self, region: str) -> tuple[HealthEvent, ...] | None:
        """The events of a region, and of all regions, that are not over; None when the account may not ask."""

    def affected(self, arns: Collection[str]) -> Mapping[str, tuple[str, ...]]:
        """What events are about, by their ARN: names or ARNs of clusters; events that name nothing are left out."""


class Ended(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was told and planned about the version of one cluster.

    Args:
        cluster: its name.
        version: what it ran then.
        told: the least mark of days of which people were told, for each end of support.
        planned: the run whose plan was made; "" for none yet.
        refused: why a plan was refused when last it was.
    """

    cluster: str
    version: str
    told: dict[Support, int] = {}
    planned: str = ""
    refused: str = ""


class Reminded(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything that earlier looks have told; without its defaults, as ``Thread`` is written.

    Args:
        ends: about the cluster that served when they looked; None before the first look.
        health: ARNs of events of AWS Health.
        unread: whether people know that this account may not ask AWS Health.
    """

    ends: Ended | None = None
    health: tuple[str, ...] = ()
    unread: bool = False


class Reminders(Protocol):
    """What earlier looks have told, in the table; never forgotten."""

    def read(self) -> Reminded | None:
        """It, consistently; None before the first look."""

    def write(self, reminded: Reminded, *, instead_of: Reminded | None) -> None:
        """Write it if what is there still is what was read; ConflictError otherwise."""
