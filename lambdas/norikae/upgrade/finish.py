"""The ways in which a run ends: finished, refused, rolled back, failed."""

from collections.abc import Mapping, Sequence
from typing import Any

from norikae.approvals.ask import reason_of
from norikae.capacity.back import leave_nothing, still_enlarged
from norikae.notify.tell import Severity, tell
from norikae.ports import Ports
from norikae.report.run_report import keep_report
from norikae.traffic.keep_alive import restore
from norikae.traffic.locks import leave_no_lock
from norikae.upgrade.flags import free, read_flags
from norikae.upgrade.identity import Writer
from norikae.upgrade.no_return import is_passed
from norikae.upgrade.phase import close
from norikae.upgrade.ports import read_plan
from norikae.upgrade.rolled_back import forget_green
from norikae.upgrade.state import AppItem, ApprovalItem, ClustersItem, Outcome, PhaseItem

Answer = dict[str, Any]


def finish_upgrade(ports: Ports, writer: Writer, execution: str) -> Answer:
    """The run has succeeded (or its dry run is written): the record says who is blue now, the lease is free.

    What was enlarged has been given back before the soak; what green's API refused then is said here, for people to do.
    """
    plan = read_plan(ports.table, writer.run).plan
    outcome: Outcome = "planned" if plan.dry_run else "succeeded"
    if not plan.dry_run:
        ports.table.write_environment(writer, "CLUSTERS", ClustersItem(blue=plan.green.name, run=writer.run))
    return _end(ports, writer, execution, outcome, _of_what_is_left(still_enlarged(ports, writer.run, plan.green.name)))


def report_failure(ports: Ports, state: Mapping[str, Any], execution: str) -> Answer:
    """The run has ended otherwise: refused, rolled back or failed; recorded, told, and the lease is free.

    Args:
        ports: the world.
        state: the machine's state, for the error and the run; without a run only the error is told.
        execution: ARN of the execution.
    """
    reason = reason_of(state)
    if "token" not in state:
        return _without_a_run(ports, execution, reason)
    writer = Writer.of(state)
    outcome, flags = _outcome(ports, writer.run), read_flags(ports.table, writer.run)
    if flags.aborted and not reason:
        reason = f"aborted by {flags.by or 'an operator'}{f': {flags.reason}' if flags.reason else ''}"
    if outcome == "rolled-back":
        forget_green(ports, writer)
    if left := leave_nothing(ports, writer):
        reason = f"{reason or outcome}; {_of_what_is_left(left)}"
    _end(ports, writer, execution, outcome, reason)
    return {"error": f"Upgrade{outcome.title().replace('-', '')}", "cause": reason or outcome}


def _of_what_is_left(left: Sequence[str]) -> str:
    return f"still enlarged: {'; '.join(left)}" if left else ""


def _outcome(ports: Ports, run: str) -> Outcome:
    """How a run ended that has not succeeded; rolled back only when nothing is on green, partial when a part is."""
    phase = ports.table.read(run, "PHASE", PhaseItem)
    items = ports.table.read_all(run, "APP#", AppItem)
    if not any(span.name == "ensure-green-cluster" for span in (phase.spans if phase else ())):
        return "refused"
    if phase and phase.point_of_no_return:
        return "failed"
    if all(one.outcome == "rolled-back" for one in items) and (items or read_flags(ports.table, run).aborted):
        return "rolled-back"
    on_green = [one for one in items if one.weight or one.outcome == "moved"]
    is_whole = len(on_green) == len(items) and all(one.outcome == "moved" for one in items)
    return "partial" if on_green and not is_whole else "failed"


def _end(ports: Ports, writer: Writer, execution: str, outcome: Outcome, reason: str) -> Answer:
    leave_no_lock(ports, writer.run)
    restore(ports, writer)
    close(ports, writer, outcome=outcome, waiting_for=reason)
    for waiting in ports.table.read_all(writer.run, "APPROVAL#", ApprovalItem):
        ports.table.delete(writer.run, f"APPROVAL#{waiting.subject}")
    where = keep_report(ports, writer.run)
    severity: Severity = "info" if outcome in ("succeeded", "planned") and not reason else "action"
    if severity == "action" and is_passed(ports.table, writer.run):
        severity = "page"
    text = f"run {writer.run}: {outcome}"
    tell(ports, f"upgrade-{outcome}", text, run=writer.run, severity=severity, reason=reason, report=where)
    free(ports.table, writer.run, execution)
    return {"run": writer.run, "outcome": outcome, "report": where}


def _without_a_run(ports: Ports, execution: str, reason: str) -> Answer:
    tell(ports, "upgrade-refused", "a run was refused", severity="action", execution=execution, reason=reason)
    ports.table.release("", execution)
    return {"error": "UpgradeRefused", "cause": reason}
