"""State "Check window": before each phase that changes something, and before each weight.

A way back is never asked about. What is open costs one look; what is closed is told once, and told again when it opens.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from norikae.errors import BadRequestError
from norikae.notify.tell import Severity, tell
from norikae.traffic.moving import Moving
from norikae.upgrade.flags import read_flags
from norikae.upgrade.phase import HOLD, enter, say
from norikae.upgrade.state import Event, PhaseItem
from norikae.windows.decide import Decision, Following, decide
from norikae.windows.fit import looker, next_fit
from norikae.windows.needs import phase_seconds, step_seconds

if TYPE_CHECKING:
    from norikae.environment import Windows
    from norikae.ports import Ports
    from norikae.upgrade.identity import Writer

Answer = dict[str, Any]
PHASE = "check-window"
FOLLOWS = {
    "plan-upgrade": "ensure-green-cluster",
    "run-preflight": "ensure-green-cluster",
    "request-plan-approval": "ensure-green-cluster",
    "ensure-green-cluster": "ensure-argo-cd",
    "sync-platform": "sync-applications",
    "hand-over-green": "shift-applications",
    "shift-applications": "shift-applications",  # the hand-over enters it when it is done
    "soak": "decommission-blue",
    "request-decommission-approval": "decommission-blue",
}
"""The phase that is over to the one that would begin."""
LOOKS_AT_WINDOWS = 20
"""Looks of one execution at windows that are closed; then it holds (decision 007)."""
SOONEST = 3600
"""Seconds between two looks while a calendar counts, which somebody may open earlier; more while it is far away."""


class WindowItem(msgspec.Struct, frozen=True, kw_only=True):
    """``WINDOW`` and ``WINDOW#<app>``: what was told.

    Args:
        attempt: the attempt of the run, and for a shift its lease, whose looks are counted.
        looks: how often it was found closed.
        closed: people were told that it is, and not yet that it is open.
    """

    attempt: str = ""
    looks: int = 0
    closed: bool = False


@dataclass(frozen=True, slots=True)
class _Subject:
    """The run, or one application of it: where its item is, and what messages say about it."""

    ports: Ports
    writer: Writer
    key: str
    facts: dict[str, Any]

    def item(self) -> WindowItem:
        attempt = f"{self.writer.attempt}/{self.writer.lease}"
        found = self.ports.table.read(self.writer.run, self.key, WindowItem) or WindowItem()
        return found if found.attempt == attempt else WindowItem(attempt=attempt, closed=found.closed)

    def write(self, item: WindowItem) -> None:
        self.ports.table.write(self.writer, self.key, item)


def check_window(ports: Ports, writer: Writer, application: str, weight: int) -> Answer:
    """Whether the next phase, or the next weight of an application, may begin now, and when otherwise.

    Args:
        ports: the world.
        writer: in whose name.
        application: which one moves; "" for the run itself.
        weight: green's share that would be written.

    Raises:
        BadRequestError: the run is in no phase that anything follows.
    """
    return _before_a_step(ports, writer, application, weight) if application else _before_a_phase(ports, writer)


def _before_a_phase(ports: Ports, writer: Writer) -> Answer:
    phase = ports.table.read(writer.run, "PHASE", PhaseItem) or PhaseItem(phase="plan-upgrade")
    last = next((span.name for span in reversed(phase.spans) if span.name not in (HOLD, PHASE)), phase.phase)
    if last not in FOLLOWS:
        raise BadRequestError(f"run {writer.run} is in {last}, and no phase that windows are for follows it")
    following = FOLLOWS[last]
    windows = ports.environment.windows
    if not _limits(windows):
        return {"next": following}
    subject = _Subject(ports, writer, "WINDOW", {"phase": following})
    decision = _decision(ports, Following(f"the phase {following}", phase_seconds(ports.environment)[following]))
    if decision.next == "go-on":
        _told_open(subject, decision)
        return {"next": following}
    flags, item = read_flags(ports.table, writer.run), enter(ports, writer, PHASE)
    if flags.aborted:
        return say(ports, writer, item, "abort", f"aborted by {flags.by or 'an operator'}")
    if flags.paused:
        return say(ports, writer, item, "hold", f"paused by {flags.by or 'an operator'}")
    decision = _told_closed(subject, decision)
    return {**say(ports, writer, item, decision.next, decision.reason), **_seconds(ports, decision)}


def _before_a_step(ports: Ports, writer: Writer, application: str, weight: int) -> Answer:
    windows = ports.environment.windows
    if not _limits(windows):
        return {"next": "go-on", "weight": weight}
    moving = Moving.read(ports, writer, application)
    item, environment = moving.item, ports.environment
    if 0 < weight <= max(item.weight, item.intended):
        return {"next": "go-on", "weight": weight}  # it was written already, and is written once more after a hold
    seconds = step_seconds(
        environment.shift,
        environment.dns,
        bake_seconds=moving.planned.bake_seconds,
        reverts_after=item.reverts_after,
    )
    midway = item.weight > 0
    decision = _decision(ports, Following(f"{application} to {weight} %", seconds, midway=midway))
    subject = _Subject(ports, writer, f"WINDOW#{application}", {"application": application, "weight": item.weight})
    if decision.next == "go-on":
        _told_open(subject, decision)
        return {"next": "go-on", "weight": weight}
    if moving.flags().aborted:
        return {"next": "roll-back", "weight": item.weight, "waiting_for": "an operator aborted the run"}
    decision = _told_closed(subject, decision)
    if decision.next == "roll-back":
        moving.save(reason=decision.reason)
    # After the wait gates are judged anew; before the first weight green gets as many pods as blue has by then.
    stays = {"weight": item.weight, "back_to": "judge"} if midway else {"weight": weight, "back_to": "scale"}
    return {"next": decision.next, "waiting_for": decision.reason, **stays, **_seconds(ports, decision)}


def _limits(windows: Windows) -> bool:
    return bool(windows.allow or windows.deny or windows.calendars)


def _decision(ports: Ports, following: Following) -> Decision:
    windows, now = ports.environment.windows, ports.now
    opening = looker(windows, ports.calendars)(now)
    is_enough = opening.is_open and (opening.until is None or opening.until - now >= following.seconds)
    fit = now if is_enough else next_fit(windows, ports.calendars, now, following.seconds)
    return decide(following, opening, now=now, fit=fit, at_end=windows.at_end, timezone=windows.timezone)


def _told_closed(subject: _Subject, decision: Decision) -> Decision:
    """The decision, once people know that it is closed; a hold after so many looks that a history has room for."""
    item = subject.item()
    if decision.next == "wait" and item.looks >= LOOKS_AT_WINDOWS:
        decision = Decision("hold", f"still closed after {item.looks} looks: {decision.reason}; resume when it is open")
    if not item.closed:
        _tell(subject, "window-closed", decision)
    subject.write(msgspec.structs.replace(item, looks=item.looks + 1, closed=True))
    return decision


def _told_open(subject: _Subject, decision: Decision) -> None:
    """People know that it goes on: because it is open, or all the same."""
    item = subject.item()
    if decision.closed == item.closed:
        return
    _tell(subject, "window-closed" if decision.closed else "window-opened", decision)
    if not decision.closed:
        waited = question(subject.facts.get("application", ""))
        subject.ports.table.delete(subject.writer.run, f"APPROVAL#{waited}")
    subject.write(msgspec.structs.replace(item, closed=decision.closed))


def question(application: str) -> str:
    """The subject of the item with the token of a state that waits for a window."""
    return f"window/{application}" if application else "window"


def _tell(subject: _Subject, event: str, decision: Decision) -> None:
    ports, run = subject.ports, subject.writer.run
    about = subject.facts.get("application") or f"run {run}"
    facts = {**subject.facts, "does": decision.next, "until": decision.until}
    if event == "window-closed":
        severity: Severity = "info" if decision.next in ("wait", "go-on") else "action"
        tell(ports, "window-closed", f"{about}: {decision.reason}", run=run, severity=severity, **facts)
    else:
        tell(ports, "window-opened", f"{about} goes on: {decision.reason}", run=run, **facts)
    ports.table.log(run, Event(at=ports.now, what=event, detail={**facts, "reason": decision.reason}))


def _seconds(ports: Ports, decision: Decision) -> dict[str, int]:
    """Seconds until the next look, for a wait: until the opening, or a quarter of it while a calendar counts."""
    if decision.until is None:
        return {}
    left = max(1, math.ceil(decision.until - ports.now))
    return {"seconds": min(left, max(SOONEST, left // 4)) if ports.environment.windows.calendars else left}
