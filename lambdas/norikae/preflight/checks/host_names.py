"""Is every public name claimed by one application only?"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from norikae.preflight.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from norikae.preflight.ground import Ground

NAME = "host-names"


def check(ground: Ground) -> Iterator[Finding]:
    """A name has one weight, so two applications that share it could not move one at a time."""
    owners: dict[str, list[str]] = defaultdict(list)
    for application in ground.applications:
        for host in application.hosts:
            owners[host].append(application.name)
    for host, names in sorted(owners.items()):
        if len(names) > 1:
            yield Finding(
                NAME,
                "blocker",
                host,
                f"the applications {', '.join(names)} all claim it",
                "give them the same norikae.dev/app, so that they move together, or different host names",
            )
    if not owners:
        yield Finding(
            NAME,
            "blocker",
            ground.blue_name,
            "no Ingress wants to be shifted",
            'annotate the Ingresses of the applications with norikae.dev/shift: "true"',
        )
