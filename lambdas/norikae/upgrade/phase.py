"""A phase of a run: an operator's flags first, then one move, then what the state machine does next."""

from collections.abc import Callable
from typing import Any

import msgspec

from norikae.ports import Ports
from norikae.upgrade.identity import Writer
from norikae.upgrade.progress import Progress
from norikae.upgrade.state import Flags, PhaseItem, PhaseSpan

Answer = dict[str, Any]

HOLD = "hold-upgrade"
"""The span of a hold; the phase that holds does not grow older meanwhile."""


def advance(ports: Ports, writer: Writer, phase: str, deadline_seconds: int, move: Callable[[], Progress]) -> Answer:
    """The phase's next word for the state machine: ``go-on``, ``wait``, ``compare``, ``hold`` or ``abort``.

    Args:
        ports: the world.
        writer: in whose name.
        phase: the state's name in kebab case; a hold resumes there.
        deadline_seconds: a phase that takes longer holds for a person.
        move: reads the world and makes at most one move.
    """
    flags = ports.table.read(writer.run, "FLAGS", Flags) or Flags()
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
    spent = _seconds_in(item, phase, ports.now)
    if spent > deadline_seconds:
        return say(
            ports,
            writer,
            item,
            "hold",
            f"{phase} takes {spent:.0f} s, more than {deadline_seconds} s: {progress.waiting_for}",
        )
    return {
        **say(ports, writer, item, progress.word, progress.waiting_for),
        "retry_after_seconds": progress.retry_after_seconds,
    }


def enter(ports: Ports, writer: Writer, phase: str) -> PhaseItem:
    """The run's phase item, with this phase as the last span."""
    item = ports.table.read(writer.run, "PHASE", PhaseItem) or PhaseItem(phase=phase)
    if item.spans and item.spans[-1].name == phase and item.spans[-1].until is None:
        return item
    item = msgspec.structs.replace(
        item, phase=phase, waiting_for="", outcome="", spans=(*_closed(item, ports.now), PhaseSpan(phase, ports.now))
    )
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


def _seconds_in(item: PhaseItem, phase: str, now: float) -> float:
    """How long this attempt has been in a phase, without its holds."""
    return sum((span.until or now) - span.since for span in _attempt(item) if span.name == phase)


def _attempt(item: PhaseItem) -> tuple[PhaseSpan, ...]:
    """The spans of the last attempt; each begins with the plan."""
    begins = [number for number, span in enumerate(item.spans) if span.name == "plan-upgrade"]
    return item.spans[begins[-1] if begins else 0 :]


def _closed(item: PhaseItem, now: float) -> tuple[PhaseSpan, ...]:
    return tuple(span if span.until is not None else msgspec.structs.replace(span, until=now) for span in item.spans)
