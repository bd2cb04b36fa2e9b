"""Applications that may not begin though their group has: the canary has not moved, or somebody holds the start."""

from typing import Any

from norikae.traffic.moving import Moving
from norikae.traffic.release import is_released
from norikae.upgrade.state import AppItem

Answer = dict[str, Any]


def not_its_turn(moving: Moving, weight: int) -> Answer | None:
    """What the shift does while its application may not begin; None when it may, or has begun.

    Whoever says ``shift`` for an application means it, whatever the order.

    Args:
        moving: the application.
        weight: green's weight now.
    """
    if weight or is_released(moving):
        return None
    if reason := _canary(moving):
        moving.save(outcome="waiting", reason=reason)
        return {"next": "finish", "weight": 0, "waiting_for": reason}
    if moving.planned.hold:
        reason = f"{moving.planned.name} is not to start by itself (norikae.dev/hold); resume or shift of it starts it"
        moving.save(outcome="waiting", reason=reason)
        return {"next": "hold", "weight": 0, "waiting_for": reason}
    return None


def _canary(moving: Moving) -> str:
    """Why the canary keeps the application from moving, in words."""
    canary, name = moving.plan.canary, moving.planned.name
    if canary in ("", name):
        return ""
    item = moving.ports.table.read(moving.writer.run, f"APP#{canary}", AppItem) or AppItem(application=canary)
    if item.outcome == "moved":
        return ""
    why = f": {item.reason}" if item.reason else ""
    return f"{canary} moves first (shift.canary) and is {item.outcome}{why}; the others follow once it has moved"
