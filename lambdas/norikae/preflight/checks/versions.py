"""Is the target a version that EKS supports, and newer than blue's?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.cluster.versions import offered, unfit
from norikae.preflight.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from norikae.preflight.ground import Ground

NAME = "versions"
CLUSTERS = "clusters.version"


def check(ground: Ground) -> Iterator[Finding]:
    """A plan is never made for a wrong target, but it may be old: EKS may have stopped to offer it meanwhile."""
    target = ground.version
    subject = f"Kubernetes {target}"
    known = ground.versions
    if text := unfit(target, ground.blue.version, known):
        yield Finding(NAME, "blocker", subject, text, f"start a new run with one of these as version or {CLUSTERS}")
    elif {one.version: one.status for one in known}[target] == "EXTENDED_SUPPORT":
        yield Finding(
            NAME,
            "warning",
            subject,
            "the target is in extended support already, which costs more per hour",
            f"consider {offered(known)[-1]}",
        )
