"""How long may clients cling to blue, and may that be made shorter?"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from norikae.preflight.finding import Finding
from norikae.traffic.keep_alive import ATTRIBUTE, REMEDY, named_by

if TYPE_CHECKING:
    from collections.abc import Iterator

    from norikae.preflight.ground import Ground

NAME = "keep-alive"
SHORT = 300
"""Seconds for which nobody minds a client that stays."""


def check(ground: Ground) -> Iterator[Finding]:
    """Clients that keep connections stay with blue after its weight is 0, as long as its load balancers let them."""
    wanted = ground.environment.shift.client_keep_alive
    balancers = {ingress.load_balancer for one in ground.applications for ingress in one.ingresses} - {""}
    named = named_by(ground.ingresses)
    for balancer in sorted(balancers & named.keys()) if wanted else ():
        yield Finding(NAME, "blocker", named[balancer], f"names {ATTRIBUTE}", f"it is {REMEDY}")
    seconds: dict[int, list[str]] = defaultdict(list)
    for balancer in sorted(balancers):
        if (found := ground.balancers.client_keep_alive(balancer)) is not None:
            seconds[found].append(balancer)
    for longest, names in sorted(seconds.items(), reverse=True):
        text = f"clients may stay for {longest} s after the weight is 0 ({ATTRIBUTE}): {', '.join(names)}"
        if wanted and longest > wanted:
            text += f"; the run lowers it to {wanted} s until it ends, and waits {longest} s before the first weight"
        remedy = "" if wanted or longest <= SHORT else "shift.client_keep_alive lets the run lower it for its time"
        yield Finding(NAME, "note", ground.blue_name, text, remedy)
