"""The way back to blue: only to a blue that can take it, in steps when much goes back, and proven by reading it.

A gate that failed critically, and a small share, go back at once. Everything ends at the original records.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import ceil
from typing import Any

import msgspec

from norikae.errors import RefusedError, RollbackRefusedError
from norikae.ports import Ports
from norikae.traffic.descent import next_stop
from norikae.traffic.history import HURRY, LEFT_BY_THE_WRITER, propagation_pause
from norikae.traffic.locks import unlock
from norikae.traffic.moving import Moving, pause_while_pending
from norikae.traffic.records import Change, RecordSet
from norikae.traffic.standing import target_groups, too_small, unhealthy, unreachable
from norikae.traffic.weights import WHOLE, batch_back, batch_down, once_more, weights_of
from norikae.upgrade.identity import Writer
from norikae.upgrade.progress import Progress
from norikae.upgrade.state import PhaseItem

Answer = dict[str, Any]


def roll_back_application(ports: Ports, writer: Writer, application: str, *, at_once: bool = False) -> Answer:
    """One more move towards blue: first the records, then what must not run twice; ``go-on`` when all is back.

    Args:
        ports: the world.
        writer: in whose name.
        application: which.
        at_once: without stops, for whoever looks three times at most (Lambda's asynchronous retries).

    Raises:
        RefusedError: as ``roll_back_records``, or a singleton does not come back.
    """
    answer = roll_back_records(ports, writer, application, at_once=at_once)
    if answer["next"] == "wait":
        return answer
    from norikae.singletons.hand_off import hand_back  # noqa: PLC0415 - the names go back before it is needed

    progress = hand_back(ports, writer, (application,))
    if not progress.ready:
        return progress.answer()
    moving = Moving.read(ports, writer, application)
    if moving.is_leased:
        from norikae.traffic.hand_back import given_back  # noqa: PLC0415 - names of norikae's own are not given back

        if not given_back(moving):
            return Progress.wait("the names to be given back", ports.environment.dns.propagation_poll).answer()
    from norikae.capacity.back import give_back  # noqa: PLC0415 - nothing is enlarged in most shifts

    progress = give_back(ports, writer, application)
    return answer if progress.ready or at_once else progress.answer()


def roll_back_records(ports: Ports, writer: Writer, application: str, *, at_once: bool = False) -> Answer:
    """One more move towards the record sets from before the shift; ``go-on`` when they are in force.

    Where norikae writes the records nothing waits for a cluster's API: names go back even when no API server answers.
    Where an external-dns writes them, both clusters must take its annotation.

    Args:
        ports: the world.
        writer: in whose name.
        application: which.
        at_once: without stops.

    Raises:
        RollbackRefusedError: nothing would answer on blue, or too little of it is left; green keeps the traffic.
        RefusedError: decommission has begun, so nothing raises blue's weight any more.
        ForeignWriteError: somebody else wrote to the records.
    """
    moving = Moving.read(ports, writer, application)
    if at_once and not moving.item.critical:
        moving = replace(moving, item=msgspec.structs.replace(moving.item, critical=True))
    if not moving.item.snapshot:
        return _rolled_back(moving)
    records, weight, is_back = _seen(moving)
    if is_back and not moving.item.written:
        return _rolled_back(moving)
    # Whoever goes back at once has no time for what was asked for before: its own change ends that one.
    if not is_back and not at_once and _is_to_be_written(moving, weight):
        if not moving.is_in_force(_wanted(moving, moving.item.intended)):
            left = ceil(moving.item.changed_at + LEFT_BY_THE_WRITER - ports.now)
            return _pending(moving, moving.item.intended, max(HURRY, left))
        records, weight, is_back = _seen(moving)  # anew: it may have been applied by the question itself
    if moving.item.backwards and weight == moving.item.intended:
        return _look(moving, records, weight, is_back=is_back, at_once=at_once)
    return _once_more(moving, records, weight) if is_back else _lower(moving, records, weight)


def _seen(moving: Moving) -> tuple[tuple[RecordSet, ...], int, bool]:
    """The records as they are now, green's weight in them, and whether they are the original ones."""
    records = moving.records(or_all_on_blue=True)
    if moving.declares:
        return _seen_of_others(moving, records)
    if not batch_back(records, moving.snapshot(), moving.take):
        return records, 0, True
    return records, moving.green_weight(records), False


def _seen_of_others(moving: Moving, records: tuple[RecordSet, ...]) -> tuple[tuple[RecordSet, ...], int, bool]:
    """The same where an external-dns writes the records: where they lead, and that one is gone, is its own affair."""
    weights, original = weights_of(records), weights_of(moving.snapshot())
    if all(weights.get(one, 0) == original.get(one, 0) for one in weights.keys() | original.keys()):
        return records, 0, True
    return records, moving.green_weight(records) if moving.green_set in weights else 0, False


def _is_to_be_written(moving: Moving, weight: int) -> bool:
    """Whether the last word of the way back is written down and Route 53 does not have it yet."""
    item = moving.item
    return bool(item.backwards and item.change) and weight != item.intended


def _look(moving: Moving, records: Sequence[RecordSet], weight: int, *, is_back: bool, at_once: bool) -> Answer:
    """What was written last on the way back reads as it should: is it in force, or has a stop lasted long enough?

    A stop lasts from one write to the next, in the answers of Route 53 as in its books: each takes the same time to
    come into force. Only the end has to be seen in force.
    """
    ports, item = moving.ports, moving.item
    if not item.change:
        return _once_more(moving, records, weight)
    in_sync = moving.is_in_force(_wanted(moving, weight), at_sight=at_once)
    if is_back:
        return _rolled_back(moving) if in_sync else _pending(moving, weight, pause_while_pending(moving))
    moving = _in_force(moving, weight) if in_sync else moving
    left = item.changed_at + ports.environment.shift.rollback.pause - ports.now
    if left > 0 and not item.critical:
        return Progress.wait(f"{moving.blue} to take {WHOLE - weight} of {WHOLE}", ceil(left)).answer()
    return _lower(moving, records, weight)


def _lower(moving: Moving, records: Sequence[RecordSet], weight: int) -> Answer:
    """Write the next weight of the way down, once blue has been proven able to take it."""
    stop = next_stop(moving.ports.environment.shift.rollback, weight=weight, critical=moving.item.critical)
    enlarged = not moving.item.critical and _enlarged(moving)
    if lacking := _proven_able(moving, stop, enlarged=enlarged):
        return Progress.wait(lacking, moving.ports.environment.shift.poll).answer()
    if stop:
        down = batch_down(records, blue=moving.blue_set, green=moving.green_set, weight=stop, take=moving.take)
        _write(moving, records, down, stop)
        pause = moving.ports.environment.shift.rollback.pause
        return Progress.wait(f"{moving.blue} to take {WHOLE - stop} of {WHOLE}", pause).answer()
    answer = _write(moving, records, batch_back(records, moving.snapshot(), moving.take), stop)
    if moving.item.critical:
        _enlarged(moving)  # nothing waits for it: green hardly answers
    return answer


def _enlarged(moving: Moving) -> bool:
    from norikae.capacity.back import enlarge_blue  # noqa: PLC0415 - a shift that goes well never needs it

    return enlarge_blue(moving)


def _once_more(moving: Moving, records: Sequence[RecordSet], weight: int) -> Answer:
    """An answer of Route 53 was lost, or somebody else did it: only a change of our own can be asked for INSYNC."""
    return _write(moving, records, once_more(records), weight)


def _write(moving: Moving, records: Sequence[RecordSet], changes: Sequence[Change], weight: int) -> Answer:
    ports = moving.ports
    moving = moving.intends(weight, outcome="shifting", written=weights_of(records), backwards=True, short_since=None)
    change = moving.write(records, changes, _wanted(moving, weight), f"rollback={weight}")
    moving.save(change=change, changed_at=ports.now)
    moving.note("rollback-written", weight=weight, change=change)
    return _pending(moving, weight, propagation_pause(ports.environment.dns, 0, hurry=True))


def _wanted(moving: Moving, weight: int) -> dict[str, int]:
    """Set identifier to weight: at the end of the way those from before the shift."""
    return moving.shares(weight) if weight else weights_of(moving.snapshot())


def _pending(moving: Moving, weight: int, seconds: int) -> Answer:
    return Progress.wait(f"Route 53 to answer with {WHOLE - weight} of {WHOLE} on {moving.blue}", seconds).answer()


def _in_force(moving: Moving, weight: int) -> Moving:
    if moving.item.verified_at is not None:
        return moving
    steps = (*moving.item.steps, (moving.ports.now, weight))
    return moving.saved(weight=weight, verified_at=moving.ports.now, steps=steps)


def _rolled_back(moving: Moving) -> Answer:
    if moving.item.outcome != "rolled-back":
        moving = moving.saved(
            outcome="rolled-back",
            weight=0,
            intended=0,
            overtaken=0,
            written={},
            backwards=False,
            critical=False,
            steps=(*moving.item.steps, (moving.ports.now, 0)),
        )
        moving.note("rolled-back")
    unlock(moving)
    return {"next": "go-on"}


def _proven_able(moving: Moving, stop: int, *, enlarged: bool) -> str:
    """What blue still lacks, in words, while there is time; empty when it can take the traffic.

    A blue that norikae enlarges is waited for until it is as large as it was; what the environment demands of any blue
    is enough when that takes too long.
    """
    phase = moving.ports.table.read(moving.writer.run, "PHASE", PhaseItem)
    if phase and phase.point_of_no_return:
        raise RefusedError("decommission has begun; nothing raises blue's weight any more (docs/runbook.md)")
    groups = target_groups(moving)
    if wrong := unhealthy(moving, groups) or unreachable(moving):
        raise _refused(moving, wrong)
    short = "" if moving.item.critical else too_small(moving, groups, stop)
    cold = too_small(moving, groups, stop, percent=WHOLE) if enlarged else ""
    if not (short or cold):
        return ""
    since = moving.item.short_since
    if since is None:
        moving.save(short_since=moving.ports.now)
    elif moving.ports.now - since > moving.ports.environment.shift.rollback.capacity_deadline:
        if not short:
            return ""
        moving.save(short_since=None)  # whoever resumes gives blue as much time again
        raise _refused(moving, short)
    return f"{moving.blue} to scale up: {short or cold}"


def _refused(moving: Moving, wrong: str) -> RollbackRefusedError:
    return RollbackRefusedError(
        f"{moving.blue} cannot take {moving.planned.name} back: {wrong}; green keeps {moving.item.weight} of {WHOLE}; "
        "repair blue, then resume"
    )
