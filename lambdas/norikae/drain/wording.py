"""One sentence about nodes that go: the first hundred characters are a message's subject, so the place comes first."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from norikae.drain.claim import Claim

NAMED = 3
"""Budgets or pods that a sentence names."""


def sentence(claims: Sequence[Claim], stage: str, now: float) -> str:
    """What is new about claims that go alike.

    Args:
        claims: one, or many of one cluster, kind and stage.
        stage: as ``norikae.drain.news.stage`` says.
        now: the instant, in seconds since the epoch.
    """
    first = claims[0]
    where = f"{first.role} {first.cluster}".strip()
    who = first.node or first.instance if len(claims) == 1 else f"{len(claims)} nodes"
    return f"{where}: {who} ({first.kind}): {_what(claims, stage, now)}"


def _what(claims: Sequence[Claim], stage: str, now: float) -> str:
    """Without a verb for the nodes, so that it fits one and many."""
    pods, left = _pods(sum(claim.pods for claim in claims)), _pods(sum(claim.left for claim in claims))
    due, deadline = min(claim.due for claim in claims), min(claim.deadline for claim in claims)
    kept_by = _named("kept by", {name for claim in claims for name in claim.blocked_by})
    lost = _named("; lost with the machine:", [name for claim in claims for name in claim.lost])
    against = _named("; against a budget:", [name for claim in claims for name in claim.pdb_bypassed])
    key = f"interruptions.{claims[0].kind.replace('-', '_')}.do"
    begun = "no new pods any more" if claims[0].do == "cordon" else f"draining, {max(0, round(deadline - now))} s left"
    return {
        "waiting": f"to be drained from {_clock(due)} on, empty by {_clock(deadline)}",
        "begun": begun,
        "blocked": f"{left} left, {kept_by}, {max(0, round(deadline - now))} s left",
        "drained": f"empty{against}{lost}",
        "deadline-passed": f"not empty in time, {left} left{lost}",
        "gone": f"gone{lost}",
        "cancelled": "not taken away after all, pods may come again",
        "kept": "not taken away until now, pods may come again",
        "told": f"announced; {key} wants no more",
        "dry-run": f"dry run, {pods} would have moved{'; ' if kept_by else ''}{kept_by}",
        "joined": "joined",
    }[stage]


def _named(before: str, names: Iterable[str]) -> str:
    """Some of the names behind what is said of them; nothing when there are none."""
    listed = sorted(names)
    more = len(listed) - NAMED
    return f"{before} {', '.join(listed[:NAMED])}{f' and {more} more' if more > 0 else ''}" if listed else ""


def _pods(count: int) -> str:
    return f"{count} pod{'' if count == 1 else 's'}"


def _clock(instant: float) -> str:
    return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%d %H:%M UTC")
