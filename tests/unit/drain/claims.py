"""Claims and interruptions as the stories of drains need them."""

from __future__ import annotations

from typing import Any

import msgspec

from norikae.drain.claim import Claim
from norikae.drain.interruption import Interruption

BLUE = "demo-1-33"
GREEN = "demo-1-35-a"
NOW = 1_000_000.0


def claim(number: int = 1, **parts: Any) -> Claim:
    """A spot claim on a node of blue that has just begun."""
    base = Claim(
        cluster=BLUE,
        instance=f"i-{number:017x}",
        node=f"ip-10-0-0-{number}",
        role="blue",
        episode=f"episode-{number}",
        kind="spot",
        kinds=("spot",),
        began=NOW,
        due=NOW,
        deadline=NOW + 105,
        do="drain",
        budgets="bypass-at-deadline",
        pods=10,
        left=10,
    )
    return msgspec.structs.replace(base, **parts)


def resting(**parts: Any) -> Claim:
    """A node that was cordoned for a rebalance recommendation."""
    base = claim(kind="rebalance", kinds=("rebalance",), do="cordon", state="marked", deadline=NOW + 1800, told="begun")
    return msgspec.structs.replace(base, **parts)


def said(kind: Any = "spot", **parts: Any) -> Interruption:
    """An interruption that was said just now."""
    return Interruption(**{"kind": kind, "instance": "i-0000000000000001", "at": NOW, "event": "event-1", **parts})
