"""Applies intents in as few requests as possible; what somebody may have applied before is read first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.errors import PermanentError, UnreachableError
from norikae.zone.batches import already_there, bisected, comment_of, packed, written_again

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from norikae.traffic.ports import Dns
    from norikae.zone.batches import Verdict
    from norikae.zone.intent import Intent


def applied(route53: Dns, intents: Sequence[Intent], *, doubtful: Collection[str] = ()) -> dict[str, Verdict]:
    """What became of each intent: the change that applied it, or why Route 53 refused it.

    Args:
        route53: Route 53 itself.
        intents: oldest first.
        doubtful: ids of those that may have been applied already, by somebody who died before saying so.

    Raises:
        TransientError: Route 53 asks for less, or does not answer; the intents are doubtful from now on.
    """
    verdicts: dict[str, Verdict] = {}
    doubted = [intent for intent in intents if intent.id in doubtful]
    if doubted:
        verdicts |= _settled_by_reading(route53, doubted)
    for batch in packed(intent for intent in intents if intent.id not in verdicts):
        try:
            verdicts |= bisected(batch, route53.change)
        except UnreachableError:  # which includes: it was refused, but an earlier attempt may have worked
            found = _settled_by_reading(route53, batch)
            verdicts |= found
            rest = [intent for intent in batch if intent.id not in found]
            verdicts |= bisected(rest, route53.change) if rest else {}
    return verdicts


def _settled_by_reading(route53: Dns, intents: Sequence[Intent]) -> dict[str, Verdict]:
    """Those that are already there, with a change of our own that can be asked for INSYNC."""
    names = sorted({change.record.name for intent in intents for change in intent.changes})
    types = sorted({change.record.type for intent in intents for change in intent.changes})
    records = route53.records(names, types)
    there = [intent for intent in intents if already_there(intent, records)]
    if not there:
        return {}
    changes = {intent.id: written_again(intent, records) for intent in there}
    nothing: dict[str, Verdict] = {
        name: UnreachableError("the names are gone already, so no change of ours can be asked for INSYNC")
        for name, lines in changes.items()
        if not lines
    }
    again = [change for lines in changes.values() for change in lines]
    if not again:
        return nothing
    try:
        change = route53.change(again, comment_of(there))
    except PermanentError:
        return nothing  # somebody wrote just now; whoever wants something else of the records is told so
    return {**{name: change for name, lines in changes.items() if lines}, **nothing}
