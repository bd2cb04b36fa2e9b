"""The stage of the stories about the end of support: a cluster, a calendar of versions, and weekly looks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec

from norikae.cluster.eks_port import Cluster, ClusterVersion
from norikae.environment.windows import Support
from norikae.support.ports import HealthEvent
from norikae.support.watch import watch
from tests.unit.fakes.eks import FakeEks
from tests.unit.fakes.ports import FakePorts

BLUE = "demo-1-33"
RELEASED = {"1.33": ("2026-07-29", "2027-07-29"), "1.34": ("2026-12-02", "2027-12-02"), "1.35": ("2027-03-27", "")}
PLANNED = "AWS_EKS_PLANNED_LIFECYCLE_EVENT"


def at(day: str) -> float:
    """An instant in UTC, by its date or by date and hour."""
    return datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()


def health_event(number: int = 1, **changes: Any) -> HealthEvent:
    """An event of AWS Health."""
    arn = f"arn:aws:health:ap-northeast-1::event/EKS/{PLANNED}/{PLANNED}_{number}"
    known = {"code": PLANNED, "category": "scheduledChange", "status": "upcoming", "region": "ap-northeast-1"}
    return HealthEvent(arn=arn, **{**known, **changes})


class Looks:
    """A cluster whose version is 1.33; ``on`` looks on a day, and says which events people got."""

    def __init__(self, version: str = "1.33", **support: Any) -> None:
        self.ports = FakePorts(eks=FakeEks(Cluster(BLUE, version, "ACTIVE")))
        self.ports.environment = msgspec.structs.replace(self.ports.environment, support=Support(**support))

    def on(self, day: str) -> list[dict[str, Any]]:
        """One look; what people were told by it."""
        self.comes(day)
        before = len(self.ports.topic.told)
        self.answer = watch(self.ports)
        return [message for _, message in self.ports.topic.told[before:]]

    def comes(self, day: str) -> None:
        """It is this day, and EKS says what it says of versions then."""
        self.ports.now = at(day)
        self.ports.eks.versions = tuple(
            ClusterVersion(one, _status(day, standard, extended), at(standard), at(extended) if extended else None)
            for one, (standard, extended) in RELEASED.items()
        )

    @staticmethod
    def day(instant: float) -> str:
        """The date of an instant in UTC."""
        return datetime.fromtimestamp(instant, UTC).date().isoformat()

    def runs(self, version: str, **changes: Any) -> None:
        """The cluster that serves runs another version."""
        self.ports.eks.clusters[BLUE] = replace(self.ports.eks.clusters[BLUE], version=version, **changes)

    @property
    def commands(self) -> list[dict[str, Any]]:
        """What the door heard."""
        return self.ports.commander.heard


def _status(day: str, standard: str, extended: str) -> str:
    if at(day) < at(standard):
        return "STANDARD_SUPPORT"
    return "EXTENDED_SUPPORT" if not extended or at(day) < at(extended) else "UNSUPPORTED"
