"""The demo's report: the product's own report of the run, with what the world counted besides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from local.demo.checks import Check, Ending, difference

OUTCOMES = {"succeeded": 0, "failed": 1, "refused": 2, "partial": 3, "rolled-back": 4}
"""How a run may have ended, to the exit code of the demo."""

PHASES = {
    "plan-upgrade": "Write the plan",
    "run-preflight": "Run preflight",
    "request-plan-approval": "Approve the plan",
    "check-window": "Check window",
    "await-window": "Wait for the window",
    "ensure-green-cluster": "Build green",
    "ensure-argo-cd": "Install Argo CD",
    "sync-platform": "Sync the platform",
    "sync-applications": "Sync applications",
    "compare-wave": "Compare with blue",
    "request-sync-approval": "Approve the difference",
    "verify-green": "Verify green",
    "hand-over-green": "Hand over green",
    "shift-applications": "Shift applications",
    "conclude-shifts": "Conclude shifts",
    "hold-partial-run": "Hold partial run",
    "hand-off-singletons": "Hand off singletons",
    "soak": "Soak",
    "request-decommission-approval": "Approve decommission",
    "decommission-blue": "Decommission blue",
    "restore-revisions": "Restore revisions",
    "finish-upgrade": "Finish",
    "hold-upgrade": "Hold for a person",
    "roll-back-applications": "Roll applications back",
    "report-failure": "Report the failure",
}
"""A phase as people call it."""

ABSENT, DELETED = "ABSENT", "DELETED"
"""What EKS has no status for: a cluster that was never created, and one that is gone."""


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


@dataclass(frozen=True, slots=True)
class Unplanned:
    """What is known of a run without its own report: it was refused or died before there was a plan.

    Args:
        blue: the cluster that serves.
        version: its Kubernetes version.
        applications: names and teams of what it serves.
        error: the execution's error; ``UpgradeRefused`` when the product said no.
        cause: why, in words.
    """

    blue: str = ""
    version: str = ""
    applications: tuple[tuple[str, str], ...] = ()
    error: str = ""
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the demo has found out by itself.

    Args:
        ending: what the world looks like when everything is over.
        checks: what had to be so, and whether it is.
    """

    ending: Ending
    checks: Sequence[Check]


def demo_report(
    run: dict[str, Any],
    *,
    scenario: str,
    seed: int,
    states: dict[str, str],
    served: Served,
    seen: Seen | None = None,
    unplanned: Unplanned = Unplanned(),
) -> dict[str, Any]:
    """The document that ``report.json`` holds; it has the same members however little happened.

    Args:
        run: the product's report of the run (``norikae.report.run_report``); empty when there is none.
        scenario: which scenario was played.
        seed: with which seed.
        states: cluster name to EKS status, for the clusters that exist.
        served: what clients experienced.
        seen: what the demo has found out by itself; nothing when None.
        unplanned: takes the place of what ``run`` does not say.
    """
    applications = run.get("applications") or [_untouched(*one) for one in unplanned.applications]
    phases = run.get("phases", [])
    return {
        "outcome": outcome_of(run, unplanned.error),
        "run_outcome": run.get("outcome", ""),
        "scenario": scenario,
        "seed": seed,
        "run": run.get("run", ""),
        "plan_hash": run.get("plan_hash", ""),
        "clusters": _clusters(run.get("clusters", {}), states, phases, unplanned),
        "applications": applications,
        "requests": {
            "total": served.total,
            "blue": served.blue,
            "green": served.green,
            "failed": served.failed,
            "reasons": dict(sorted(served.reasons.items())),
        },
        "phases": phases,
        "findings": run.get("findings", []),
        "waiting_for": run.get("waiting_for") or unplanned.cause,
        "events": run.get("events", []),
        **_found(seen),
    }


def _found(seen: Seen | None) -> dict[str, Any]:
    if seen is None:
        return {"checks": [], "failures": [], "records": difference({}, {}), "scanners": {}}
    ending = seen.ending
    return {
        "checks": [asdict(check) for check in seen.checks],
        "failures": [one._asdict() for one in ending.failed],
        "records": difference(ending.before, ending.after),
        "scanners": {str(status): count for status, count in sorted(ending.scanned.items())},
    }


def outcome_of(run: dict[str, Any], error: str = "") -> str:
    """One of ``OUTCOMES``: a dry run that is planned has succeeded, a run that holds has moved a part or failed.

    Args:
        run: the product's report of the run; empty when there is none.
        error: the execution's error, for a run without a report.
    """
    ended = str(run.get("outcome", ""))
    if not run:
        return "refused" if error == "UpgradeRefused" else "failed"
    if ended == "planned":
        return "succeeded"
    if ended == "held":
        return "partial" if any(one["outcome"] == "moved" for one in run.get("applications", [])) else "failed"
    return ended if ended in OUTCOMES else "failed"


def phase_in_words(name: str) -> str:
    """A phase as people call it, by the name of its state in any spelling; the name itself when it is not known."""
    return PHASES.get(name.lower().replace(" ", "-"), name.replace("-", " ").capitalize())


def _clusters(
    planned: dict[str, Any], states: dict[str, str], phases: list[dict[str, Any]], unplanned: Unplanned
) -> dict[str, Any]:
    blue = planned.get("blue") or {"name": unplanned.blue or min(states, default=""), "version": unplanned.version}
    green = planned.get("green") or {"name": "", "version": ""}
    built = any(phase["name"] == "ensure-green-cluster" for phase in phases)
    return {
        "blue": {**blue, "state": states.get(blue["name"], DELETED if blue["name"] else ABSENT)},
        "green": {**green, "state": states.get(green["name"], DELETED if built else ABSENT)},
    }


def _untouched(name: str, team: str) -> dict[str, Any]:
    return {"name": name, "team": team, "outcome": "waiting", "reason": "", "weights": []}
