"""What people say to a run that is open, and about one application of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from norikae.errors import BadRequestError, RefusedError
from norikae.upgrade.flags import read_flags
from norikae.upgrade.moves import flag, hold, is_at_rest, planned, resume_application, roll_back, shift, wake
from norikae.upgrade.no_return import is_passed
from norikae.upgrade.ports import read_plan
from norikae.upgrade.state import AppItem, ApprovalItem, Flags, PhaseItem, SkippedGate

if TYPE_CHECKING:
    from norikae.commands.caller import Caller
    from norikae.commands.model import Command
    from norikae.ports import Ports

Answer = dict[str, Any]


def pause(ports: Ports, run: str, command: Command, _: Caller) -> Answer:
    """The run stays where it is from its next look on."""
    return flag(ports, run, command, lambda _: {"paused": True})


def resume(ports: Ports, run: str, command: Command, _: Caller) -> Answer:
    """The run, or one application, goes on."""
    if command.application:
        return resume_application(ports, run, command)
    # An abort that came a moment after the point of no return could do nothing; the way forward is the only one left.
    forward = {"aborted": False} if is_passed(ports.table, run) else {}
    flag(ports, run, command, lambda _: {"paused": False, **forward})
    for waiting in ports.table.read_all(run, "APPROVAL#", ApprovalItem):
        kind, application = waiting.subject.partition("/")[::2]
        if waiting.subject in ("hold", "partial"):
            wake(ports, run, waiting, {"next": waiting.phase})
        elif kind == "hold" and application not in read_flags(ports.table, run).held:
            wake(ports, run, waiting, {"next": "resume"})
    return {"resumed": run}


def finish(ports: Ports, run: str, command: Command, _: Caller) -> Answer:
    """A run of which not everything moved has ended; both clusters stay.

    Raises:
        RefusedError: it does not wait for that, or a shift is not over.
    """
    waiting = ports.table.read(run, "APPROVAL#partial", ApprovalItem)
    if waiting is None:
        raise RefusedError(
            f"run {run} does not wait with some applications on blue, so it cannot be finished by hand; "
            "ask for its status, or abort it"
        )
    moving = [one.name for one in read_plan(ports.table, run).plan.applications() if not is_at_rest(ports, one.name)]
    if moving:
        raise RefusedError(f"a shift of {', '.join(moving)} is not over; wait for it, or hold it, then finish")
    text = f"{command.by or 'an operator'} finished the run as it is"
    return wake(ports, run, waiting, {"next": "finish", "waiting_for": f"{text}: {waiting.text}"})


def abort(ports: Ports, run: str, command: Command, _: Caller) -> Answer:
    """Everything goes back to blue from the next look on, whatever waits.

    Raises:
        RefusedError: decommission has begun.
    """
    phase = ports.table.read(run, "PHASE", PhaseItem)
    if phase and phase.point_of_no_return:
        raise RefusedError("decommission has begun: nothing can be rolled back any more; use pause to stop it")
    flag(ports, run, command, lambda _: {"aborted": True, "paused": False})
    for waiting in ports.table.read_all(run, "APPROVAL#", ApprovalItem):
        wake(ports, run, waiting, {"next": "roll-back" if "/" in waiting.subject else "abort"})
    return {"aborted": run}


def hold_(ports: Ports, run: str, command: Command, _: Caller) -> Answer:
    """One application keeps its weight."""
    return hold(ports, run, command)


def shift_(ports: Ports, run: str, command: Command, _: Caller) -> Answer:
    """One application may move."""
    return shift(ports, run, command)


def roll_back_(ports: Ports, run: str, command: Command, _: Caller) -> Answer:
    """One application goes back to blue."""
    return roll_back(ports, run, command)


def skip_gate(ports: Ports, run: str, command: Command, _: Caller) -> Answer:
    """One gate of one application counts as passed until the shift that runs, or the next one, is over.

    The fencing token of the application's lease says which shift that is, so nobody has to take the word back.

    Raises:
        BadRequestError: the run does not plan to move the application, or not by that gate.
        RefusedError: it has moved already.
    """
    application, gate = command.application, command.gate
    gates = dict.fromkeys((*planned(ports, run, command).gates, *ports.environment.shift.background))
    if gate not in gates:
        raise BadRequestError(
            f"command: gate: {gate}: no such gate judges {application}; there are: {', '.join(gates) or 'none'}"
        )
    item = ports.table.read(run, f"APP#{application}", AppItem)
    if item and item.outcome == "moved":
        raise RefusedError(f"{application} has moved already, so no gate of its shift is left to be skipped")
    lease = ports.table.lease(application)
    token = 1 if lease is None else lease.token + (not lease.holder)
    new = SkippedGate(application=application, gate=gate, lease=token, by=command.by, reason=command.reason)

    def change(flags: Flags) -> dict[str, object]:
        others = [one for one in flags.skipped if (one.application, one.gate) != (application, gate)]
        return {"skipped": (*others, new)}

    flag(ports, run, command, change)
    return {"skipped": gate, "application": application}
