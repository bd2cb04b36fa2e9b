"""Can norikae's functions be let into blue by access entries?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.preflight.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from norikae.preflight.ground import Ground

NAME = "authentication-mode"
WITH_ENTRIES = frozenset({"API", "API_AND_CONFIG_MAP"})


def check(ground: Ground) -> Iterator[Finding]:
    """Access entries need API or API_AND_CONFIG_MAP (EKS docs, "Set cluster authentication mode"), for good."""
    mode = ground.blue.authentication_mode
    if mode not in WITH_ENTRIES:
        yield Finding(
            NAME,
            "blocker",
            f"cluster {ground.blue_name}",
            f"its authentication mode is {mode}, so access entries have no effect",
            f"aws eks update-cluster-config --region {ground.environment.region} --name {ground.blue_name}"
            " --access-config authenticationMode=API_AND_CONFIG_MAP",
        )
