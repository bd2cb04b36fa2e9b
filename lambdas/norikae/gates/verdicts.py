"""The verdicts of several gates at one look: each is measured, or stands, by its own limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from norikae.environment import GateLimits
from norikae.errors import NorikaeError
from norikae.gates.analysis import after, stands, waits_for
from norikae.gates.counts import Counts
from norikae.gates.reading import Reading
from norikae.gates.verdict import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from norikae.environment import Shift
    from norikae.traffic.moving import Moving

LAST = ("argocd-health", "http-probe")
"""Gates that wait for a cluster's API or for connections: not asked when another one has failed already."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What the gates say, and the counts that the application's item keeps of it."""

    verdicts: tuple[Verdict, ...]
    counts: dict[str, Counts]


def judged(moving: Moving, gates: Iterable[str], since: float, background: float = 0.0) -> Judged:
    """What each of some gates says at this look; one that cannot be read hides nothing that another one says.

    Args:
        moving: the application.
        gates: kinds of gates.
        since: when its weight came into force, in seconds since the epoch.
        background: from when the background gates count, in seconds since the epoch.
    """
    reading, shift = Reading(moving, since), moving.ports.environment.shift
    wanted = dict.fromkeys(gates)
    verdicts: list[Verdict] = []
    counts = dict(moving.item.gates)
    for gate in sorted(wanted, key=lambda kind: kind in LAST):
        if gate in LAST and any(verdict.outcome is Outcome.FAIL for verdict in verdicts):
            continue
        begin = background if gate in shift.background else since
        verdict, new = _one(reading, gate, limits_of(shift, gate), _counts(counts, gate, begin))
        verdicts.append(verdict)
        counts[gate] = new
    kept = {gate: one for gate, one in counts.items() if one != Counts(since=one.since)}
    return Judged(tuple(verdicts), kept)


def limits_of(shift: Shift, gate: str) -> GateLimits:
    """The limits that the environment file sets for a gate, or those of a gate that is measured at every look."""
    return next((limits for limits in shift.limits if gate in limits.gates), GateLimits(gates=()))


def _counts(counts: Mapping[str, Counts], gate: str, since: float) -> Counts:
    """The counts so far; those of another step do not count."""
    found = counts.get(gate, Counts(since=since))
    return found if found.since == since else Counts(since=since)


def _one(reading: Reading, gate: str, limits: GateLimits, counts: Counts) -> tuple[Verdict, Counts]:
    now = reading.ports.now
    why = waits_for(counts, limits, since=reading.since, now=now)
    if why:
        return stands(gate, counts, limits, why), counts
    try:
        measured = reading.measure(gate)
    except NorikaeError as error:  # whatever its class: a gate only reads, so the consequence is that it cannot
        measured = Verdict(gate, Outcome.ERROR, f"cannot be read: {error}")
    remember = limits.interval > 0 or limits.count > 0
    return after(measured, counts, limits, now=now, remember=remember)
