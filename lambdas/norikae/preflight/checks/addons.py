"""Does every add-on have a version for the target?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.preflight.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from norikae.preflight.ground import Ground

NAME = "addons"


def check(ground: Ground) -> Iterator[Finding]:
    """Green's add-ons must exist for its version; blue's other ones are named, because green would lack them."""
    wanted = ground.environment.clusters.addons
    for addon in wanted:
        if ground.eks.newest_addon_version(addon, ground.version) is None:
            yield Finding(
                NAME,
                "blocker",
                f"add-on {addon}",
                f"it has no version for Kubernetes {ground.version}",
                "take it out of clusters.addons, or wait for a version",
            )
    for found in ground.eks.addons(ground.blue_name):
        if found.name not in wanted:
            yield Finding(
                NAME,
                "warning",
                f"add-on {found.name}",
                f"{ground.blue_name} has it, green would not",
                "add it to clusters.addons if something needs it",
            )
