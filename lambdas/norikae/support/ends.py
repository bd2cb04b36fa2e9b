"""When support of a Kubernetes version ends, which of that is due to be told, and what comes next; without effects."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from norikae.cluster.versions import by_number

if TYPE_CHECKING:
    from norikae.cluster.eks_port import ClusterVersion
    from norikae.notify.tell import Severity
    from norikae.support.ports import Support

DAY = 86400
SOON = 30
"""From so many days before an end on somebody has to act."""
STANDARD = "STANDARD_SUPPORT"


@dataclass(frozen=True, slots=True)
class End:
    """An end of support, as far away as it is now.

    Args:
        support: which ends.
        at: when, in seconds since the epoch.
        days: days until then, the one that has begun included; 0 or less once it is over.
    """

    support: Support
    at: float
    days: int

    @property
    def date(self) -> str:
        """The day in UTC, as AWS's calendar has it."""
        return datetime.fromtimestamp(self.at, UTC).strftime("%Y-%m-%d")


def ends(version: ClusterVersion, now: float) -> tuple[End, ...]:
    """The ends of a version's support that matter now: of standard support, and once that is over of extended support.

    Args:
        version: as DescribeClusterVersions has it; nothing ends of which it says no date.
        now: in seconds since the epoch.
    """
    if version.standard_until is None:
        return ()
    standard = _end("standard", version.standard_until, now)
    if standard.days > 0 or version.extended_until is None:
        return (standard,)
    return (standard, _end("extended", version.extended_until, now))


def due(marks: Collection[int], days: int, told: int | None) -> int | None:
    """The mark to tell of: the least that was reached, unless it was told; several at once are told as one.

    The end itself is always a mark, unless nobody wants to be told at all.

    Args:
        marks: days before the end at which people want to be told.
        days: how many are left.
        told: the least mark of which they were told; None for none.
    """
    if not marks:
        return None
    reached = min((mark for mark in (*marks, 0) if days <= mark), default=None)
    if reached is None or (told is not None and reached >= told):
        return None
    return reached


def severity(end: End) -> Severity:
    """How much it matters: a page once it costs money, or once EKS is about to upgrade in place what cannot go back."""
    if end.days <= 0 or (end.support == "extended" and end.days <= SOON):
        return "page"
    return "action" if end.days <= SOON or end.support == "extended" else "info"


def next_version(current: str, wanted: str, versions: Iterable[ClusterVersion]) -> str:
    """The version to go to: the environment file's, or the first newer one, as long as it has standard support itself.

    Args:
        current: what serves.
        wanted: ``clusters.version`` of the environment file.
        versions: everything that EKS knows.
    """
    newer = [one.version for one in versions if one.status == STANDARD and by_number(one.version) > by_number(current)]
    return wanted if wanted in newer else min(newer, key=by_number, default="")


def sentence(cluster: str, version: str, end: End, *, pays: bool, following: str) -> str:
    """What people read.

    Args:
        cluster: its name.
        version: what it runs.
        end: which.
        pays: whether the cluster goes into extended support; one that does not is upgraded by EKS.
        following: the version to go to; "" for none.
    """
    left = f"ends in {end.days} {'day' if end.days == 1 else 'days'}, on {end.date}"
    if end.days <= 0:
        left = f"is over since {end.date}"
    then = f"upgrade to {following}" if following else "EKS offers nothing newer with standard support yet"
    return f"{cluster}: {end.support} support of {version} {left}; {_meaning(end, pays=pays)}; {then}"


def reason(version: str, end: End) -> str:
    """Why a plan is made; the same at every look, so that the run it led to can be found again."""
    return f"standard support of {version} ends on {end.date}"


def _end(support: Support, at: float, now: float) -> End:
    return End(support, at, math.ceil((at - now) / DAY))


def _meaning(end: End, *, pays: bool) -> str:
    is_over = end.days <= 0
    if end.support == "extended" or not pays:
        return "EKS upgrades it in place at any time now" if is_over else "EKS upgrades it in place after that"
    return "extended support is paid now" if is_over else "extended support is paid after that"
