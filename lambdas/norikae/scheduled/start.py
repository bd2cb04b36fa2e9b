"""A schedule comes due: the upgrade that it names is started, or people read why it was not.

EventBridge Scheduler hands an occurrence over at least once, and Lambda tries one again that failed. One run comes of
it: the reason names the occurrence, so the command knows a copy, and what became of it is kept in the table.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from norikae.errors import BadRequestError, PermanentError
from norikae.notify.tell import tell
from norikae.scheduled.expression import read_expression
from norikae.scheduled.occurrence import next_after
from norikae.windows.opening import zone_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from norikae.environment import Scheduled
    from norikae.ports import Ports

Answer = dict[str, Any]


class OccurrenceItem(msgspec.Struct, frozen=True, kw_only=True):
    """``AT#<instant>`` of ``RUN#schedule/<name>``: what became of one occurrence.

    Args:
        run: the run that was started.
        refused: why none was.
    """

    run: str = ""
    refused: str = ""


def start_on_schedule(ports: Ports, event: Mapping[str, Any]) -> Answer:
    """The run that a schedule asks for has been started, or people know why not; once for each occurrence.

    Args:
        ports: the world.
        event: ``schedule``, a name of the environment file, and ``at``, the instant for which it was due as Scheduler
            writes it; without that, each call counts as an occurrence of its own.

    Raises:
        BadRequestError: the environment file has no such schedule.
        TransientError: nothing is known yet; Lambda tries again.
    """
    scheduled, at = _named(ports, str(event.get("schedule", ""))), str(event.get("at", ""))
    partition, item = f"schedule/{scheduled.name}", f"AT#{at}"
    known = ports.table.read(partition, item, OccurrenceItem) if at else None
    if known is not None:
        return {"schedule": scheduled.name, "ignored": "a copy", "run": known.run}
    found = _said(ports, scheduled, at)
    if found.refused:
        _tell_refused(ports, scheduled, found.refused)
    else:
        _tell_started(ports, scheduled, found.run)
    if at:
        ports.table.write_unfenced(partition, item, found)
    outcome = "refused" if found.refused else "started"
    return {"schedule": scheduled.name, "outcome": outcome, "run": found.run}


def command_of(environment: str, scheduled: Scheduled, at: str) -> dict[str, Any]:
    """What a schedule says.

    Args:
        environment: its name.
        scheduled: the schedule.
        at: for when it was due; "" when nobody knows.
    """
    return {
        "command": "plan" if scheduled.dry_run else "start",
        "environment": environment,
        **({"version": scheduled.version} if scheduled.version else {}),
        "reason": f"schedule {scheduled.name}{f', due {at}' if at else ''}",
        "actor": {"door": "schedule", "id": scheduled.name},
    }


def _named(ports: Ports, name: str) -> Scheduled:
    found = next((one for one in ports.environment.schedule if one.name == name), None)
    if found is None:
        names = ", ".join(one.name for one in ports.environment.schedule) or "none"
        raise BadRequestError(f"schedule: the environment file has no schedule {name!r}; it has: {names}")
    return found


def _said(ports: Ports, scheduled: Scheduled, at: str) -> OccurrenceItem:
    try:
        answer = ports.commander.carry_out(command_of(ports.environment.environment, scheduled, at))
    except PermanentError as refusal:
        return OccurrenceItem(refused=str(refusal))
    return OccurrenceItem(run=str(answer["run"]))


def _tell_started(ports: Ports, scheduled: Scheduled, run: str) -> None:
    does = "makes the plan" if scheduled.dry_run else "has started"
    text = f"schedule {scheduled.name} {does} {run}"
    tell(ports, "schedule-started", text, run=run, schedule=scheduled.name, dry_run=scheduled.dry_run)


def _tell_refused(ports: Ports, scheduled: Scheduled, reason: str) -> None:
    zone = zone_of(ports.environment.windows.timezone)
    after = next_after(read_expression(scheduled.at), zone, ports.now)
    again = f"it comes again at {datetime.fromtimestamp(after, zone):%Y-%m-%d %H:%M %Z}" if after else "it is over"
    verb = "plan" if scheduled.dry_run else "start"
    tell(
        ports,
        "schedule-refused",
        f"schedule {scheduled.name} started nothing: {reason}; {again}, or say {verb} yourself",
        severity="action",
        schedule=scheduled.name,
        reason=reason,
        next=after or 0,
    )
