"""Kubernetes versions of EKS: which comes after which, and which can be had."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from norikae.cluster.eks_port import ClusterVersion

SUPPORTED = frozenset({"STANDARD_SUPPORT", "EXTENDED_SUPPORT"})


def by_number(version: str) -> tuple[int, ...]:
    """Sorts "1.9" before "1.10"."""
    return tuple(int(part) for part in version.split("."))


def offered(versions: Iterable[ClusterVersion]) -> tuple[str, ...]:
    """The versions that EKS creates clusters of, oldest first; extended support counts, too."""
    return tuple(sorted((one.version for one in versions if one.status in SUPPORTED), key=by_number))


def unfit(version: str, current: str, versions: Iterable[ClusterVersion]) -> str:
    """Why a version cannot be the target, with those that can; empty when it can.

    Skipping minor versions is fine: green is built new, nothing is upgraded in place.

    Args:
        version: the target.
        current: what the serving cluster runs.
        versions: everything that EKS knows (DescribeClusterVersions).
    """
    known = offered(versions)
    newer = [one for one in known if by_number(one) > by_number(current)]
    possible = f"possible are {', '.join(newer)}" if newer else f"EKS offers nothing newer than {current} yet"
    if by_number(version) < by_number(current):
        return f"Kubernetes {version} is older than {current}, which serves today, and a downgrade is none; {possible}"
    if by_number(version) == by_number(current):
        return f"Kubernetes {version} is what serves today already; {possible}"
    if version not in known:
        return f"Kubernetes {version} is not offered by EKS; {possible}"
    return ""
