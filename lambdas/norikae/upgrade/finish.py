"""The ways in which a run ends: finished, refused, rolled back, failed."""

from collections.abc import Mapping
from typing import Any

from norikae.approvals.ask import reason_of
from norikae.ports import Ports
from norikae.report.run_report import keep_report
from norikae.upgrade.identity import Writer
from norikae.upgrade.no_return import severity
from norikae.upgrade.phase import close
from norikae.upgrade.ports import read_plan
from norikae.upgrade.rolled_back import forget_green
from norikae.upgrade.state import AppItem, ApprovalItem, ClustersItem, Flags, Outcome, PhaseItem

Answer = dict[str, Any]


def finish_upgrade(ports: Ports, writer: Writer, execution: str) -> Answer:
    """The run has succeeded (or its dry run is written): the record says who is blue now, the lease is free."""
    plan = read_plan(ports.table, writer.run).plan
    outcome: Outcome = "planned" if plan.dry_run else "succeeded"
    if not plan.dry_run:
        ports.table.write_environment(writer, "CLUSTERS", ClustersItem(blue=plan.green.name, run=writer.run))
    return _end(ports, writer, execution, outcome, "")


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
    rolled_back = [one for one in ports.table.read_all(writer.run, "APP#", AppItem) if one.outcome == "rolled-back"]
    phase = ports.table.read(writer.run, "PHASE", PhaseItem)
    flags = ports.table.read(writer.run, "FLAGS", Flags) or Flags()
    began = any(span.name == "ensure-green-cluster" for span in (phase.spans if phase else ()))
    outcome: Outcome = "refused" if not began else "rolled-back" if rolled_back or flags.aborted else "failed"
    if outcome == "rolled-back":
        forget_green(ports, writer)
    _end(ports, writer, execution, outcome, reason)
    return {"error": f"Upgrade{outcome.title().replace('-', '')}", "cause": reason or outcome}


def _end(ports: Ports, writer: Writer, execution: str, outcome: Outcome, reason: str) -> Answer:
    close(ports, writer, outcome=outcome, waiting_for=reason)
    for waiting in ports.table.read_all(writer.run, "APPROVAL#", ApprovalItem):
        ports.table.delete(writer.run, f"APPROVAL#{waiting.subject}")
    where = keep_report(ports, writer.run)
    message = {"event": f"upgrade-{outcome}", "run": writer.run, "reason": reason, "report": where}
    if outcome != "succeeded":
        message |= severity(ports.table, writer.run)
    ports.topic.tell(f"run {writer.run}: {outcome}", message)
    ports.table.release("", execution)
    return {"run": writer.run, "outcome": outcome, "report": where}


def _without_a_run(ports: Ports, execution: str, reason: str) -> Answer:
    ports.topic.tell("a run was refused", {"event": "upgrade-refused", "execution": execution, "reason": reason})
    ports.table.release("", execution)
    return {"error": "UpgradeRefused", "cause": reason}
