"""Applications that their own team moves (``norikae.dev/shift: team``): asked, reminded, and what follows then."""

from typing import Any

from norikae.traffic.moving import Moving
from norikae.upgrade.state import ReleasedItem

Answer = dict[str, Any]


def wait_for_team(moving: Moving) -> Answer | None:
    """What the shift does while its team has not said ``shift``; None when it may move.

    The state that asks waits until somebody answers or until a reminder is due, and then comes here again.
    """
    if moving.planned.shift != "team" or is_released(moving):
        return None
    team, now = moving.ports.environment.shift.team, moving.ports.now
    asked_at = now if moving.item.asked_at is None else moving.item.asked_at
    left = asked_at + team.deadline - now
    if left > 0:
        moving.save(outcome="waiting", asked_at=asked_at, reminders=moving.item.reminders + 1)
        return {"next": "ask", "weight": 0, "remind_seconds": max(1, min(team.remind, int(left) + 1))}
    if team.late == "move":
        moving.note("team-was-late", waited_seconds=round(now - asked_at))
        return None
    text = f"{moving.planned.team or 'its team'} did not let {moving.planned.name} move in {team.deadline} s"
    moving.save(outcome="waiting", reason=text)
    if team.late == "leave":
        return {"next": "finish", "weight": 0, "waiting_for": text}
    return {"next": "hold", "weight": 0, "waiting_for": f"{text}; the command shift moves it, roll-back leaves it"}


def is_released(moving: Moving) -> bool:
    """Whether somebody said ``shift`` for the application in this run."""
    return moving.ports.table.read(moving.writer.run, f"RELEASED#{moving.planned.name}", ReleasedItem) is not None


def forget_question(moving: Moving) -> None:
    """Nobody is asked any more; a question that timed out lies in the table with its token until then."""
    for question in ("hold", "team"):
        moving.ports.table.delete(moving.writer.run, f"APPROVAL#{question}/{moving.planned.name}")
