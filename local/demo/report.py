"""The demo's report: the product's own report of the run, with what the world counted besides."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

OUTCOMES = {"succeeded": 0, "planned": 0, "failed": 1, "held": 1, "refused": 2, "partial": 3, "rolled-back": 4}
"""How a run ended, to the exit code of the demo."""


@dataclass(frozen=True, slots=True)
class Served:
    """What clients experienced.

    Args:
        total: requests sent.
        blue: answered by the cluster that served at the beginning.
        green: answered by the new one.
        failed: not answered, or answered with an error.
        reasons: why they failed, with counts.
    """

    total: int
    blue: int
    green: int
    failed: int
    reasons: dict[str, int] = field(default_factory=dict)


def demo_report(
    run: dict[str, Any], *, scenario: str, seed: int, states: dict[str, str], served: Served
) -> dict[str, Any]:
    """The document that ``report.json`` holds.

    Args:
        run: the product's report of the run (``norikae.report.run_report``); empty when nothing was planned.
        scenario: which scenario was played.
        seed: with which seed.
        states: cluster name to EKS status, DELETED when EKS knows it no more.
        served: what clients experienced.
    """
    outcome = str(run.get("outcome", "failed"))
    moved = [one["outcome"] for one in run.get("applications", [])]
    if outcome == "held" and "moved" in moved:
        outcome = "partial"
    elif outcome == "held":
        outcome = "failed"
    return {
        "outcome": outcome,
        "scenario": scenario,
        "seed": seed,
        "run": run.get("run", ""),
        "plan_hash": run.get("plan_hash", ""),
        "clusters": {
            role: {**cluster, "state": states.get(cluster["name"], "DELETED")} if cluster else None
            for role, cluster in run.get("clusters", {}).items()
        },
        "applications": run.get("applications", []),
        "requests": {
            "total": served.total,
            "blue": served.blue,
            "green": served.green,
            "failed": served.failed,
            "reasons": served.reasons,
        },
        "phases": run.get("phases", []),
        "findings": run.get("findings", []),
        "waiting_for": run.get("waiting_for", ""),
        "events": run.get("events", []),
    }
