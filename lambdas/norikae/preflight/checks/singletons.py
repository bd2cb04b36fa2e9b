"""Does somebody say what happens to everything that must not run in both clusters?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.preflight.finding import Finding
from norikae.singletons.inventory import inventory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from norikae.preflight.ground import Ground

NAME = "singletons"


def check(ground: Ground) -> Iterator[Finding]:
    """CronJobs, declared singletons, volume claims and migrations have a policy that can be kept.

    Two clusters at work at once is what a blue/green upgrade adds to a system that was built for one: a job that runs
    twice, two consumers of one queue, a second empty volume, a migration that runs again.
    """
    for one in inventory(ground.kubernetes, ground.argocd_applications, ground.home.root):
        if one.problem:
            yield Finding(NAME, "blocker", one.title, one.problem, one.remedy)
        elif one.policy == "manual":
            yield Finding(NAME, "note", one.title, "norikae leaves it to its team in both clusters")
