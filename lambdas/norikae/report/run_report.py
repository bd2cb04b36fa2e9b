"""The report of a run: who moved when, what was found, how it ended. The same values feed JSON and pages."""

from typing import Any

import msgspec

from norikae.ports import Ports
from norikae.traffic.keep_alive import Lowered, read_lowered
from norikae.upgrade.flags import read_flags
from norikae.upgrade.state import AppItem, Event, PhaseItem, PlanItem

Report = dict[str, Any]


def run_report(ports: Ports, run: str) -> Report:
    """Everything that the table knows about a run, in one document; seconds count from the run's beginning."""
    phase = ports.table.read(run, "PHASE", PhaseItem) or PhaseItem(phase="")
    stored = ports.table.read(run, "PLAN", PlanItem)
    start = phase.spans[0].since if phase.spans else ports.now
    skipped = read_flags(ports.table, run).skipped
    items = {item.application: item for item in ports.table.read_all(run, "APP#", AppItem)}
    return {
        "run": run,
        "environment": ports.environment.environment,
        "outcome": phase.outcome or "failed",
        "waiting_for": phase.waiting_for,
        "plan_hash": stored.hash if stored else "",
        "clusters": {
            "blue": msgspec.to_builtins(stored.plan.blue) if stored else None,
            "green": msgspec.to_builtins(stored.plan.green) if stored else None,
        },
        "order": [[one.name for one in group] for group in stored.plan.groups] if stored else [],
        "applications": [
            {
                **_application(planned.name, planned.team, items.get(planned.name), start),
                "skipped": [
                    {"gate": one.gate, "by": one.by, "reason": one.reason}
                    for one in skipped
                    if one.application == planned.name
                ],
            }
            for planned in (stored.plan.applications() if stored else ())
        ],
        "keep_alive": [_keep_alive(name, one, start) for name, one in sorted(read_lowered(ports, run).items())],
        "phases": [
            {"name": span.name, "seconds": round((span.until or ports.now) - span.since)} for span in phase.spans
        ],
        "findings": ports.table.read(run, "FINDINGS", list[dict[str, Any]]) or [],
        "events": [msgspec.to_builtins(event) for event in ports.table.read_all(run, "EVENT#", Event)],
    }


def keep_report(ports: Ports, run: str) -> str:
    """Store the report as evidence; where it lies."""
    return ports.evidence.keep(f"{run}/report.json", run_report(ports, run))


def _keep_alive(balancer: str, one: Lowered, start: float) -> Report:
    """How long clients could cling to a load balancer before and during the run, in seconds."""
    return {
        "load_balancer": balancer,
        "was": one.was,
        "to": one.to,
        "lowered": None if one.at is None else round(one.at - start),
        "restored": None if one.restored_at is None else round(one.restored_at - start),
    }


def _application(name: str, team: str, item: AppItem | None, start: float) -> Report:
    item = item or AppItem(application=name)
    return {
        "name": name,
        "team": team,
        "outcome": item.outcome,
        "reason": item.reason,
        "weights": [[round(at - start), weight] for at, weight in item.steps],
    }
