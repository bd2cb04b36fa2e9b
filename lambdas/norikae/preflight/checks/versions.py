"""Is the target a version that EKS supports, and newer than blue's?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.preflight.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from norikae.preflight.ground import Ground

NAME = "versions"
CLUSTERS = "clusters.version"


def check(ground: Ground) -> Iterator[Finding]:
    """Skipping minor versions is fine: green is built new, nothing is upgraded in place."""
    target, current = ground.version, ground.blue.version
    if _minor(target) <= _minor(current):
        yield Finding(
            NAME,
            "blocker",
            f"Kubernetes {target}",
            f"the target {target} is not newer than {current}, which {ground.blue_name} runs",
            f"ask for a version above {current} in {CLUSTERS}",
        )
    known = {found.version: found.status for found in ground.eks.cluster_versions()}
    offered = sorted(
        (v for v, status in known.items() if status in {"STANDARD_SUPPORT", "EXTENDED_SUPPORT"}), key=_minor
    )
    match known.get(target):
        case "STANDARD_SUPPORT":
            return
        case "EXTENDED_SUPPORT":
            yield Finding(
                NAME,
                "warning",
                f"Kubernetes {target}",
                "the target is in extended support already, which costs more per hour",
                f"consider {offered[-1]}",
            )
        case status:
            yield Finding(
                NAME,
                "blocker",
                f"Kubernetes {target}",
                f"EKS does not offer the target ({status or 'unknown to DescribeClusterVersions'})",
                f"ask for one of {', '.join(offered)} in {CLUSTERS}",
            )


def _minor(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
