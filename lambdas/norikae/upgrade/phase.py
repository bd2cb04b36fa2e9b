"""A phase of a run: an operator's flags first, then one move, then what the state machine does next."""

from collections.abc import Callable
from typing import Any

import msgspec

from norikae.notify.tell import tell
from norikae.ports import Ports
from norikae.upgrade.flags import read_flags
from norikae.upgrade.identity import Writer
from norikae.upgrade.looks import next_look
from norikae.upgrade.progress import Progress
from norikae.upgrade.state import PhaseItem, PhaseSpan

Answer = dict[str, Any]

HOLD = "hold-upgrade"
"""The span of a hold; the phase that holds does not grow older meanwhile."""


def advance(
    ports: Ports,
    writer: Writer,
    phase: str,
    deadline_seconds: int,
    move: Callable[[], Progress],
    *,
    steady: bool = False,
) -> Answer:
    """The phase's next word for the state machine: ``go-on``, ``wait``, ``compare``, ``hold`` or ``abort``.

    Args:
        ports: the world.
        writer: in whose name.
        phase: the state's name in kebab case; a hold resumes there.
        deadline_seconds: a phase that takes longer holds for a person; one resume gives it the same time once more.
        move: reads the world and makes at most one move.
        steady: looks do not get rarer, because each of them guards something.
    """
    flags = read_flags(ports.table, writer.run)
    item = enter(ports, writer, phase)
    if flags.aborted and item.point_of_no_return:
        text = "an abort came after the point of no return: nothing goes back; resume takes the rest of blue away"
        return say(ports, writer, item, "hold", text)
    if flags.aborted:
        return say(ports, writer, item, "abort", f"aborted by {flags.by or 'an operator'}")
    if flags.paused:
        return say(ports, writer, item, "hold", f"paused by {flags.by or 'an operator'}")
    progress = move()
    if progress.ready:
        return say(ports, writer, item, "go-on", "")
    spent = _seconds_in(item, phase, deadline_seconds, ports.now)
    if spent > deadline_seconds:
        return say(
            ports,
            writer,
            item,
            "hold",
            f"{phase} takes {spent:.0f} s, more than {deadline_seconds} s: {progress.waiting_for}",
        )
    retry = progress.retry_after_seconds
    return {
        **say(ports, writer, item, progress.word, progress.waiting_for),
        "retry_after_seconds": retry if steady else next_look(retry, spent, deadline_seconds),
    }


def enter(ports: Ports, writer: Writer, phase: str) -> PhaseItem:
    """The run's phase item, with this phase as the last span; people are told of a new one first."""
    item = ports.table.read(writer.run, "PHASE", PhaseItem) or PhaseItem(phase=phase)
    if item.spans and item.spans[-1].name == phase and item.spans[-1].until is None:
        return item
    item = msgspec.structs.replace(
        item, phase=phase, waiting_for="", outcome="", spans=(*_closed(item, ports.now), PhaseSpan(phase, ports.now))
    )
    if phase != HOLD:  # whoever holds says why
        tell(ports, "phase", f"run {writer.run}: {phase}", run=writer.run, phase=phase, attempt=writer.attempt)
    ports.table.write(writer, "PHASE", item)
    return item


def say(ports: Ports, writer: Writer, item: PhaseItem, word: str, waiting_for: str) -> Answer:
    """Write down what the run waits for, if that is new, and answer the state machine."""
    if item.waiting_for != waiting_for:
        ports.table.write(writer, "PHASE", msgspec.structs.replace(item, waiting_for=waiting_for))
    return {"next": word, "waiting_for": waiting_for}


def close(ports: Ports, writer: Writer, **changes: object) -> PhaseItem:
    """End the last span and change some fields of the phase item."""
    item = ports.table.read(writer.run, "PHASE", PhaseItem) or PhaseItem(phase="plan-upgrade")
    item = msgspec.structs.replace(item, spans=_closed(item, ports.now), **changes)
    ports.table.write(writer, "PHASE", item)
    return item


def holds_in(item: PhaseItem) -> int:
    """How often this attempt was held so far."""
    return sum(span.name == HOLD for span in _attempt(item))


def _seconds_in(item: PhaseItem, phase: str, deadline_seconds: int, now: float) -> float:
    """How long this attempt has been in a phase, without its holds, and since the one that renewed its deadline.

    Only one hold does: histories of executions have an end, and another attempt has one of its own.
    """
    spent, is_renewed = 0.0, False
    for span in _attempt(item):
        if span.name == phase:
            spent += (span.until or now) - span.since
        elif span.name == HOLD and spent > deadline_seconds and not is_renewed:
            spent, is_renewed = 0.0, True
    return spent


def _attempt(item: PhaseItem) -> tuple[PhaseSpan, ...]:
    """The spans of the last attempt; each begins with the plan."""
    begins = [number for number, span in enumerate(item.spans) if span.name == "plan-upgrade"]
    return item.spans[begins[-1] if begins else 0 :]


def _closed(item: PhaseItem, now: float) -> tuple[PhaseSpan, ...]:
    return tuple(span if span.until is not None else msgspec.structs.replace(span, until=now) for span in item.spans)
