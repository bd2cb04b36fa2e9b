"""An execution ended without saying so: stopped from the console, timed out, or failed."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from norikae.errors import BadRequestError, NorikaeError, TransientError
from norikae.notify.tell import Severity, tell
from norikae.ports import Ports
from norikae.singletons.ledger import pending_back
from norikae.traffic.locks import leave_no_lock, unlock
from norikae.traffic.moving import Moving
from norikae.traffic.rollback import roll_back_application
from norikae.upgrade.flags import flags_for, free, read_flags
from norikae.upgrade.identity import Writer
from norikae.upgrade.lease import is_shifting
from norikae.upgrade.no_return import is_passed
from norikae.upgrade.phase import close
from norikae.upgrade.state import AppItem, ApprovalItem, Event, PlanItem

Answer = dict[str, Any]

IN_FLIGHT = 10.0
"""Seconds after the end of an execution in which a function that it had called may still be at work.

Stopping an execution stops none of its functions, and what one still asks for would come after what is done here. Most
are over by then; what comes later is seen by the next look.
"""


def recover(ports: Ports, event: Mapping[str, Any]) -> Answer:
    """What the dead execution held is rolled back or kept by policy, told, and free for the next attempt.

    An execution that ended in its own words holds no lease any more, so for it there is nothing to do.

    Args:
        ports: the world.
        event: EventBridge's "Step Functions Execution Status Change" (Step Functions guide, "Events").

    Raises:
        TransientError: a rollback is on its way but not in force yet; the asynchronous retry looks again.
    """
    try:
        detail = event["detail"]
        execution, status = str(detail["executionArn"]), str(detail["status"])
        machine, stopped_at = detail.get("stateMachineArn"), float(detail.get("stopDate") or 0) / 1000
    except (KeyError, TypeError) as error:
        raise BadRequestError(f"event: {error}; recover takes Step Functions execution status changes") from error
    if machine and machine == ports.settings.adopt_machine:
        from norikae.upgrade.adoption_recovery import recover_adoption  # noqa: PLC0415 - runs are hot, errands are not

        return recover_adoption(ports, execution, status, stopped_at)
    if (left := stopped_at + IN_FLIGHT - ports.now) > 0:
        ports.clock.sleep(min(left, IN_FLIGHT))
    lease = ports.table.lease("")
    if lease and lease.holder == execution:
        return _recover_upgrade(ports, Writer(lease.run, 0, lease.token), execution, status)
    return _recover_shift(ports, execution, status)


def _recover_upgrade(ports: Ports, writer: Writer, execution: str, status: str) -> Answer:
    # Whoever aborted wants everything back, whatever the policy is for a run that was merely stopped.
    wanted = ports.environment.on_stop.upgrade == "roll-back" or read_flags(ports.table, writer.run).aborted
    may_roll_back = wanted and not is_passed(ports.table, writer.run)
    touched = _touched(ports, writer.run)
    outcomes = _roll_back(ports, writer, touched, execution, of_the_run=True) if may_roll_back else {}
    outcome = "rolled-back" if outcomes and all(one == "rolled-back" for one in outcomes.values()) else "held"
    is_left = bool(_touched(ports, writer.run)) or bool(pending_back(ports, writer.run))
    outcome = "failed" if outcome == "held" and not is_left else outcome
    if outcome == "rolled-back":
        from norikae.upgrade.rolled_back import forget_green  # noqa: PLC0415 - only once the names are back

        forget_green(ports, writer)
    from norikae.report.run_report import keep_report  # noqa: PLC0415 - the names go back before it is needed
    from norikae.traffic.keep_alive import restore  # noqa: PLC0415 - as above

    restore(ports, writer)
    for waiting in ports.table.read_all(writer.run, "APPROVAL#", ApprovalItem):
        ports.table.delete(writer.run, f"APPROVAL#{waiting.subject}")
    leave_no_lock(ports, writer.run, at_any_price=True)
    close(ports, writer, outcome=outcome, waiting_for="")
    from norikae.capacity.back import leave_nothing  # noqa: PLC0415 - only once the names are back

    left = leave_nothing(ports, writer)
    detail = {"execution": execution, "status": status, "applications": outcomes, "enlarged": list(left)}
    ports.table.log(writer.run, Event(at=ports.now, what="recovered", detail=detail))
    report = keep_report(ports, writer.run)
    text = f"run {writer.run} was {status.lower()}: {outcome}"
    severity = "page" if is_passed(ports.table, writer.run) else _severity(outcomes)
    tell(ports, "recovered", text, run=writer.run, severity=severity, report=report, **detail)
    free(ports.table, writer.run, execution)
    return {"run": writer.run, "outcome": outcome}


def _recover_shift(ports: Ports, execution: str, status: str) -> Answer:
    lease = ports.table.lease("")
    if lease is None or not lease.run:
        return {"outcome": "nothing-to-recover"}
    writer = Writer(lease.run, 0, lease.token)
    stored = ports.table.read(lease.run, "PLAN", PlanItem)
    for planned in stored.plan.applications() if stored else ():
        held = ports.table.lease(planned.name)
        if held and held.holder == execution:
            return _recover_application(ports, writer, planned.name, execution, status)
    return {"outcome": "nothing-to-recover"}


def _recover_application(ports: Ports, writer: Writer, application: str, execution: str, status: str) -> Answer:
    item = ports.table.read(writer.run, f"APP#{application}", AppItem)
    outcomes = {application: "moved" if item and item.outcome == "moved" else "held"}
    sent_back = flags_for(ports.table, writer.run, application).aborted
    if sent_back or (outcomes[application] != "moved" and ports.environment.on_stop.shift == "roll-back"):
        outcomes = _roll_back(ports, writer, [application], execution)
    if outcomes[application] != "moved":
        with suppress(TransientError):  # whoever writes next, or the run's end, lifts them
            unlock(Moving.read(ports, writer, application))
    for question in ("hold", "team", "window"):
        ports.table.delete(writer.run, f"APPROVAL#{question}/{application}")
    detail = {"execution": execution, "status": status, "applications": outcomes}
    ports.table.log(writer.run, Event(at=ports.now, what="shift-recovered", detail=detail))
    text = f"the shift of {application} was {status.lower()}: {outcomes[application]}"
    tell(ports, "shift-recovered", text, run=writer.run, severity=_severity(outcomes), **detail)
    ports.table.release(application, execution)
    return {"run": writer.run, "application": application, "outcome": outcomes[application]}


def _severity(outcomes: Mapping[str, str]) -> Severity:
    """A rollback that was refused wakes somebody; otherwise somebody has to see to it in time."""
    return "page" if any(outcome.startswith("held:") for outcome in outcomes.values()) else "action"


def _touched(ports: Ports, run: str) -> list[str]:
    """The applications of which something is not on blue: records, or what must not run twice."""
    items, pending = ports.table.read_all(run, "APP#", AppItem), pending_back(ports, run)
    return [
        item.application
        for item in items
        if item.snapshot and (item.outcome != "rolled-back" or item.application in pending)
    ]


def _roll_back(
    ports: Ports, writer: Writer, applications: list[str], execution: str, *, of_the_run: bool = False
) -> dict[str, str]:
    """One more move for each application and then, if asked, for the singletons that belong to none."""
    moves: dict[str, Callable[[], bool]] = {
        name: partial(_is_rolled_back, ports, writer, name, execution) for name in applications
    }
    if of_the_run and "" in pending_back(ports, writer.run):
        from norikae.singletons.hand_off import hand_back  # noqa: PLC0415 - the names go back before it is needed

        moves["singletons"] = lambda: hand_back(ports, writer, ("",)).ready
    outcomes = {name: _outcome(is_back) for name, is_back in moves.items()}
    waiting = sorted(name for name, outcome in outcomes.items() if outcome == "waiting")
    if waiting:
        raise TransientError(f"the rollback of {', '.join(waiting)} is not in force yet")
    return outcomes


def _is_rolled_back(ports: Ports, writer: Writer, application: str, execution: str) -> bool:
    if is_shifting(ports, application, dead=execution):
        return False  # it hears of the abort, or is recovered itself
    return bool(roll_back_application(ports, writer, application, at_once=True)["next"] == "go-on")


def _outcome(is_back: Callable[[], bool]) -> str:
    try:
        return "rolled-back" if is_back() else "waiting"
    except TransientError:
        return "waiting"
    except NorikaeError as error:
        return f"held: {error}"
