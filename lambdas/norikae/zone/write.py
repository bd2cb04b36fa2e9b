"""The one writer of a zone: it is woken by a bell, reads all intents, and applies them together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from norikae.errors import NorikaeError, RefusedError
from norikae.upgrade.no_return import blue_that_goes, too_late
from norikae.zone.apply import applied
from norikae.zone.batches import MOST_INTENTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from norikae.ports import Ports
    from norikae.zone.batches import Verdict
    from norikae.zone.intent import Intent
    from norikae.zone.ports import Zone

ENOUGH = 12.0
"""Seconds after which a writer leaves what is left to the next bell: it must end before its function's time does."""


def answer_bells(ports: Ports, messages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The zone is written, once for all bells that rang; ``batchItemFailures`` names messages that are no bell of ours.

    Everything after the first of those is named, too, because the order of a group must be kept (Lambda guide, "FIFO
    queues and partial batch responses").

    Args:
        ports: the world.
        messages: the event's ``Records``.

    Raises:
        TransientError: Route 53 or the table asks for less, or does not answer; the queue brings all messages again.
    """
    wrong = next((place for place, one in enumerate(messages) if one.get("body") != ports.zone.id), len(messages))
    if wrong:
        write_zone(ports)
    return {"batchItemFailures": [{"itemIdentifier": str(one["messageId"])} for one in messages[wrong:]]}


def write_zone(ports: Ports) -> int:
    """Every intent of the zone is applied or refused, or the bell has been rung for the rest; how many were settled.

    The intents are read from the table and never from a message, so a lost or a doubled bell harms nothing.
    """
    zone, count = ports.zone, 0
    began = zone.clock.now()
    while intents := zone.intents.open(MOST_INTENTS):
        if zone.clock.now() - began > ENOUGH:
            zone.bell.ring(f"{zone.id} has more at {zone.clock.now()}")
            break
        count += _settled(ports, zone, intents)
    return count


def _settled(ports: Ports, zone: Zone, intents: Sequence[Intent]) -> int:
    taken = zone.intents.take(intents, zone.clock.now())
    mine = {head.id: head for head in taken.heads}
    wanted = [intent for intent in intents if intent.id in mine]
    verdicts = _refused_by_the_guard(ports, wanted)
    verdicts |= applied(zone.route53, [intent for intent in wanted if intent.id not in verdicts], doubtful=taken.before)
    now = zone.clock.now()
    zone.intents.settle(
        [
            mine[intent].refused(verdict, now)
            if isinstance(verdict, NorikaeError)
            else mine[intent].applied(verdict, now)
            for intent, verdict in verdicts.items()
        ]
    )
    return len(verdicts)


def _refused_by_the_guard(ports: Ports, intents: Sequence[Intent]) -> dict[str, Verdict]:
    """Those that would lead names back to a blue whose end has begun since they were written down."""
    blue = blue_that_goes(ports.table)
    texts = {intent.id: too_late(intent.changes, blue) for intent in intents} if blue else {}
    return {intent: RefusedError(text) for intent, text in texts.items() if text}
